"""The known layouts: every module of this folder that defines ``LAYOUT``. A new layout is a new file."""

from importlib import import_module
from pkgutil import iter_modules

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


def choose(text: Text) -> tuple[Layout, float]:
    """Return the layout whose form the text has, and how much of it (0–1, two decimals).

    ``generic`` where no known layout has half of its form in the text.
    """
    best, chosen = 0.0, GENERIC
    for layout in LAYOUTS:
        score = round(layout.score(unglue(text, layout.headings)), 2) if layout is not GENERIC else 0.0
        if score > best:
            best, chosen = score, layout
        if best >= _CERTAIN:
            break
    return (chosen, best) if best >= _ENOUGH else (GENERIC, best)
