"""The role in which a page prints a code."""

import re

from extractors.record.model import CodeRole, Span
from extractors.structure.document import Section
from extractors.text.reading_text import Line, Mark

_EXAMPLE = re.compile(
    r"\b(?:for example|for instance|examples?|e\.g\.|sample claim|scenario)(?=\W)", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])|\n")
_BEFORE = 240  # characters before a code in which its sentence may begin


def role(at: int, section: Section | None, line: Line, source: str, *, listed: bool) -> CodeRole:
    """Return the role of a code that no field holds and that is not struck out.

    Args:
        at: where it stands.
        section: what it stands in; None outside of all.
        line: its line.
        source: the reading text.
        listed: whether it stands where codes stand.
    """
    if line.mark is Mark.CHROME or (section and section.kind == "boilerplate"):
        return "boilerplate"
    if section and section.kind == "revision_history":
        return "history"
    if listed:
        return "unassigned"
    return "example" if _is_example(at, line, section, source) else "prose"


def _is_example(at: int, line: Line, section: Section | None, source: str) -> bool:
    start = max(line.start, at - _BEFORE)
    *_, sentence = _SENTENCE.split(source[start:at])
    heading = section.heading.text if section and section.heading else ""
    return bool(_EXAMPLE.search(f"{sentence} ") or _EXAMPLE.search(f"{heading} "))


def is_struck(span: Span, struck: tuple[Span, ...]) -> bool:
    """Whether a span lies in struck-out words."""
    return any(start <= span[0] and span[1] <= end for start, end in struck)
