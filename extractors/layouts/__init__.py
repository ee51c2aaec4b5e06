"""The known layouts: every module of this folder that defines ``LAYOUT``. A new layout is a new file."""

from importlib import import_module
from pkgutil import iter_modules
from typing import NamedTuple

from extractors.structure.layout import Layout
from extractors.structure.sections import unglue
from extractors.text.reading_text import Text

LAYOUTS: tuple[Layout, ...] = tuple(
    import_module(f"{__name__}.{module.name}").LAYOUT
    for module in sorted(iter_modules(__path__), key=lambda m: m.name)
)
GENERIC = next(layout for layout in LAYOUTS if layout.name == "generic")
_ENOUGH = 0.5  # below, a document has less than half of a layout's form
_CERTAIN = 0.9  # from here on no other layout is asked; no case has half of the form of two layouts


class Choice(NamedTuple):
    """A layout, how much of its form the text has (0–1, two decimals), and the text as the layout cuts it."""

    layout: Layout
    score: float
    text: Text


def choose(text: Text) -> Choice:
    """Return the layout whose form the text has; ``generic`` where none has half of its form."""
    best = Choice(GENERIC, 0.0, text)
    for layout in LAYOUTS:
        if layout is GENERIC:
            continue
        parted = unglue(text, layout.headings) if layout.headings else text
        score = round(layout.score(parted), 2)
        if score > best.score:
            best = Choice(layout, score, parted)
        if best.score >= _CERTAIN:
            break
    return best if best.score >= _ENOUGH else Choice(GENERIC, best.score, text)
