"""The known layouts: every module of this folder that defines ``LAYOUT``. A new layout is a new file."""

from importlib import import_module
from pkgutil import iter_modules

from extractors.layout import Layout
from extractors.sections import unglue
from extractors.text import Text

LAYOUTS: tuple[Layout, ...] = tuple(
    import_module(f"{__name__}.{module.name}").LAYOUT
    for module in sorted(iter_modules(__path__), key=lambda m: m.name)
)
GENERIC = next(layout for layout in LAYOUTS if layout.name == "generic")
_ENOUGH = (
    0.5  # below, a document has less than half of a layout's form; every case in tests/cases lies 0.2 off
)


def choose(text: Text) -> tuple[Layout, float]:
    """Return the layout whose form the text has, and how much of it (0–1, two decimals).

    ``generic`` where no known layout has half of its form in the text.
    """
    scored = [
        (round(layout.score(unglue(text, layout.headings)), 2), layout)
        for layout in LAYOUTS
        if layout is not GENERIC
    ]
    best, layout = max(scored, key=lambda pair: pair[0])
    return (layout, best) if best >= _ENOUGH else (GENERIC, best)
