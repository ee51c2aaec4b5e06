"""What is filled into the fields of a form; it stands in annotations, not among the letters of the page."""

from collections.abc import Iterator
from typing import Any

from pdfminer.pdftypes import resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import decode_text
from pdfplumber.page import Page

from extractors.media.pdf.lines import Letter

_LARGEST = 10.0  # points; of the letters of a value, which a form sets as it has room
_KINDS = ("Tx", "Ch")  # fields of text, and of a choice; buttons hold no words


def values(page: Page) -> Iterator[Letter]:
    """Yield the value of each field of a page, as one sign where the field stands."""
    for annotation in _listed(page.page_obj.annots):
        field = resolve1(annotation)
        if isinstance(field, dict) and _named(field.get("Subtype")) == "Widget":
            corners = [resolve1(edge) for edge in _listed(field.get("Rect"))]
            words = " ".join(_value(field).split())
            if (
                words
                and len(corners) == len(page.bbox)
                and all(isinstance(edge, int | float) for edge in corners)
            ):
                yield _letter(words, corners, float(page.height))


def _letter(words: str, corners: list[Any], height: float) -> Letter:
    left, right = sorted(map(float, corners[::2]))
    low, high = sorted(map(float, corners[1::2]))
    size = min(high - low, _LARGEST)
    middle = height - (low + high) / 2
    return Letter(words, left, right, middle - size / 2, middle + size / 2, size, bold=False)


def _value(field: dict[str, Any]) -> str:
    """The value of a field, which it may share with others of its name."""
    parent = resolve1(field.get("Parent"))
    whole = {**parent, **field} if isinstance(parent, dict) else field
    value = resolve1(whole.get("V"))
    told = _named(whole.get("FT")) in _KINDS and isinstance(value, bytes)
    return decode_text(value) if told else ""


def _named(name: object) -> str:
    found = resolve1(name)
    return str(found.name) if isinstance(found, PSLiteral) else ""


def _listed(found: object) -> list[Any]:
    value = resolve1(found)
    return value if isinstance(value, list) else []
