"""Struck-out words give no fact."""

from collections.abc import Iterator, Sequence

from extractors.record.model import Repair, Span
from extractors.record.readings import Fact, Reading


def standing(readings: Sequence[Reading], text: str) -> Iterator[Reading]:
    """Yield the readings without the facts whose words, or whose code, are struck out.

    Args:
        readings: of the whole document; the repairs among them tell what is struck out.
        text: the reading text.
    """
    spans = [one.span for one in readings if isinstance(one, Repair) and one.kind == "text.struck"]
    if not spans:
        yield from readings
        return
    bare = _without(text, spans)
    for reading in readings:
        if not (isinstance(reading, Fact) and _is_struck(reading, text, bare)):
            yield reading


def _without(text: str, spans: Sequence[Span]) -> str:
    parts, at = [], 0
    for start, end in sorted(spans):
        parts += [text[at:start], " " * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


def _is_struck(fact: Fact, text: str, bare: str) -> bool:
    start, end = fact.span
    code = getattr(fact.value, "code", None)
    at = text.find(code, start, end) if isinstance(code, str) else -1
    if at >= 0:
        start, end = at, at + len(code or "")
    return start < end and bool(text[start:end].strip()) and not bare[start:end].strip()
