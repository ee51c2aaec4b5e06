"""What readers yield: facts, gaps, repairs and findings. A record is a fold over them."""

from dataclasses import dataclass
from typing import Literal

from extractors.record.fields import is_field
from extractors.record.model import Finding, Repair, Span, Value


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that the document states, for one field of the record.

    Attributes:
        field: the record's field: ``modifiers``, ``article.steps``, ...
        value: the item (for lists) or the value itself.
        span: where it was read; for ordering and for telling whether it runs to the document's end.

    Raises:
        ValueError: the record has no such field.
    """

    field: str
    value: Value
    span: Span

    def __post_init__(self) -> None:
        is_field(self.field)


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that the document is known not to give, or not to give whole.

    ``placeholder``: it says that data are missing. ``truncated``: it breaks off. ``unparsed``: something
    stands there that could not be read.

    Raises:
        ValueError: the record has no such field.
    """

    field: str
    status: Literal["placeholder", "truncated", "unparsed"]
    span: Span

    def __post_init__(self) -> None:
        is_field(self.field)


Reading = Fact | Gap | Repair | Finding
