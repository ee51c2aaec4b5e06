"""A document cut into sections: what each reader is handed, beside the section that it reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from extractors.record.model import Passage, SectionKind, Span
from extractors.structure.listing import Listing
from extractors.text.reading_text import Line, Mark, Text, trim


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the document from its heading to the next, with the lines below the heading.

    Attributes:
        kind: what the section is about, one of ``model.SectionKind``.
        heading: its heading line; None for a stretch that has none.
        level: 1 for a main section, more below it.
        lines: the lines of its body, in order; may be empty.
        cut: whether the document ends inside the heading.
        title: whether the stretch begins with the page's title line.
        under: the heading that the stretch stands under, its own or, after site chrome, the one before.
        listing: what its heading, or those above, say of its codes; None where they speak of none.
    """

    kind: SectionKind
    heading: Line | None
    level: int
    lines: tuple[Line, ...]
    cut: bool = False
    title: bool = False
    under: Line | None = None
    listing: Listing | None = None

    @property
    def span(self) -> Span:
        """From the first character of the heading, or of the body, to the last of the section."""
        every = [self.heading, *self.lines] if self.heading else list(self.lines)
        return every[0].start, every[-1].end

    @property
    def end(self) -> int:
        """One past the section's last character."""
        return self.span[1]


@dataclass(frozen=True)
class Document:
    """A reading text and the sections that a layout cut it into.

    Attributes:
        text: the reading text, as the layout cut its lines.
        sections: in order and without overlap.
        procedures: the field of the record for procedure codes that are listed.
        unlisted: which codes outside of lists are read: those that the prose names with their system, or only
            those that words describe as in a list.
    """

    text: Text
    sections: tuple[Section, ...] = ()
    procedures: Literal["procedures", "related_codes"] = "related_codes"
    unlisted: Literal["nothing", "items", "mentions"] = "nothing"

    @property
    def source(self) -> str:
        """The words of the whole document, which all spans count in."""
        return self.text.text

    @property
    def closed(self) -> bool:
        """Whether markup says that the document ends where it does."""
        return self.text.closed

    @property
    def unfinished(self) -> bool:
        """Whether it is a plain text that ends without a line end."""
        return self.text.media_type in ("text/plain", "text/markdown") and not self.source.endswith("\n")

    @cached_property
    def end(self) -> int:
        """Where its content ends: site chrome may follow."""
        return next((line.end for line in reversed(self.text.lines) if line.mark is not Mark.CHROME), 0)

    def ends_at(self, offset: int) -> bool:
        """Whether no content follows an offset."""
        return offset >= self.end

    def may_break_at(self, offset: int) -> bool:
        """Whether the document may break off at an offset: its content ends there, and no markup says so."""
        return self.ends_at(offset) and not self.closed

    def passage(self, start: int, end: int) -> Passage:
        """Return the words at a span, without the white space around them."""
        start, end = trim(self.source, start, end)
        return Passage(text=self.source[start:end], span=(start, end))

    def body(self, lines: Sequence[Line]) -> Passage | None:
        """Return some lines that follow each other as one passage; None if there are none."""
        return self.passage(lines[0].start, lines[-1].end) if lines else None
