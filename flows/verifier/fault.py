"""What does not hold, and what of."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

Values = Mapping[str, Any]  # of JSON
Span = Sequence[int]
Found = Iterator[tuple[str, Span | None, str]]  # field, span, message


class Fault(NamedTuple):
    """What does not hold: of which document or file, in which field, where in the text, and how."""

    document: str
    field: str
    span: Span | None
    message: str

    def __str__(self) -> str:
        place = " ".join(filter(None, (self.field, str(list(self.span)) if self.span else "")))
        return f"{self.document}: {place}{': ' if place else ''}{self.message}"
