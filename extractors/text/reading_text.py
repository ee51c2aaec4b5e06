r"""The reading text: what a person reads on the page, and the way from there back to the raw input.

Every span in the project counts code points of ``Text.text``. For plain text that is the decoded file
with ``\\n`` line ends; for HTML it is the words of the page, one block a line, the cells of a table row
joined by tabs. ``Text.raw`` translates any span back to offsets of the decoded raw input. The words of PDF
and DOCX have no such offsets: they are written a block a line, and ``Text.page`` tells the page of a PDF.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import NamedTuple

from extractors.record.model import Finding, Repair, Span
from extractors.text.folding import heading_key

BULLET = re.compile(
    r"(?:[•●▪■◦○·‣⁃✓✔➢→\ue000-\uf8ff]|[-–—*+](?!\S)|(?:\d{1,2}|[a-zA-Z])[.)](?=\s)|\(\d{1,2}\)(?=\s))\s*(?=\S)"
)
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_LINE_END = re.compile("[\n\u2028\u2029]")
_WORDLESS = re.compile(r"[-–—•●▪◦·*]|[-=~_*]{3,}")
_CLOSING = re.compile(r"[.!?:;)\]\"'”’]$")


class Mark(Enum):
    """What the markup says of a line; plain text says nothing (``TEXT``)."""

    TEXT = "text"
    HEADING = "heading"
    STRONG = "strong"
    LABEL = "label"
    ITEM = "item"
    ROW = "row"
    CHROME = "chrome"


@dataclass(frozen=True)
class Line:
    """One line of the reading text, without the white space around it; never empty.

    What is asked of a line again and again is found once, and kept with it: hence no slots.

    Attributes:
        start: where the line's first character stands.
        end: one past its last character.
        text: the words between, bullet included.
        body: where the words begin after a bullet (``start`` where there is none).
        mark: what the markup says of the line.
        level: heading level 1–6 for ``Mark.HEADING``, else 0.
        cells: spans of the cells for ``Mark.ROW``, one a column, empty cells included. A cell that crosses
            rows is a cell of each: in the lines below its own its span lies above the line.
        header: whether a ``Mark.ROW`` consists of header cells.
        table: the number of the table that markup puts the line in, 0 for none. A line of a table
            without cells stands across all of its columns.
    """

    start: int
    end: int
    text: str
    body: int
    mark: Mark = Mark.TEXT
    level: int = 0
    cells: tuple[Span, ...] = ()
    header: bool = False
    table: int = 0

    @property
    def span(self) -> Span:
        """The span of the line."""
        return self.start, self.end

    @cached_property
    def key(self) -> str:
        """The line as headings are compared; see `extractors.text.folding.heading_key`."""
        return heading_key(self.text)

    @property
    def words(self) -> str:
        """The line without its bullet."""
        return self.text[self.body - self.start :]

    @property
    def bulleted(self) -> bool:
        """Whether the line is an item of a list, by bullet, number or markup."""
        return self.body > self.start or self.mark is Mark.ITEM

    @property
    def lone_bullet(self) -> bool:
        """Whether the line is a bullet that lost its item to the next line, or a rule."""
        return bool(_WORDLESS.fullmatch(self.text))

    @property
    def piped(self) -> bool:
        """Whether the line is a row of a table: by markup, or by a pipe in its text."""
        return bool(self.cells) or "|" in self.text

    @property
    def closed(self) -> bool:
        """Whether the line ends like a finished sentence or label."""
        return bool(_CLOSING.search(self.text))


class Piece(NamedTuple):
    """A run of the reading text that came from one run of the raw input.

    Where both lengths are equal the characters correspond one to one; else (a character reference, a
    line end of two characters) the run corresponds as a whole.
    """

    start: int
    length: int
    raw_start: int
    raw_length: int


@dataclass(frozen=True, slots=True)
class Text:
    """A document as read.

    Attributes:
        text: the reading text.
        lines: its lines in order, blank ones left out.
        pieces: the map to the raw input, in order, gaps being characters that layout put in.
        media_type: ``text/plain``, ``text/markdown``, ``text/html``, ``PDF`` or ``DOCX``.
        encoding: the encoding that the bytes were decoded with; ``binary`` for PDF and DOCX.
        notes: repairs and findings made while reading.
        pages: where each page of a PDF begins, maybe inside a line; empty for other media.
        body_end: where the running heads and feet of the pages begin, which stand together behind the
            body; None where there are none.
        closed: whether markup says that the document ends where it does; plain text never does.
    """

    text: str
    lines: tuple[Line, ...]
    pieces: tuple[Piece, ...]
    media_type: str
    encoding: str
    notes: tuple[Repair | Finding, ...] = ()
    pages: tuple[int, ...] = ()
    body_end: int | None = None
    closed: bool = False

    def page(self, offset: int) -> int | None:
        """Return the page, from 1, that a character stands on.

        A row of a table that goes on over a page break stands on the page where it begins.

        Returns:
            None where the document has no pages, and for running heads and feet.
        """
        if not self.pages or (self.body_end is not None and offset >= self.body_end):
            return None
        return bisect_right(self.pages, offset)

    def raw(self, span: Span) -> Span:
        """Translate a span of the reading text to offsets of the decoded raw input.

        Offsets count code points of ``raw_bytes.decode(encoding)``, a byte order mark included. A span
        of nothing but put-in white space gives an empty span between its neighbours.

        Raises:
            ValueError: the document is a PDF or DOCX, whose words have no offsets in its bytes.
        """
        if self.media_type in (PDF, DOCX):
            message = f"the words of {self.media_type} have no offsets in its bytes; Text.page tells the page"
            raise ValueError(message)
        start, end = span
        return self._raw_start(start), max(self._raw_start(start), self._raw_end(end))

    def _raw_start(self, offset: int) -> int:
        at = bisect_right(self.pieces, offset, key=lambda piece: piece.start) - 1
        if at < 0:
            return self.pieces[0].raw_start if self.pieces else 0
        piece = self.pieces[at]
        inside = offset - piece.start
        if inside < piece.length:
            return piece.raw_start + (inside if piece.length == piece.raw_length else 0)
        if at + 1 < len(self.pieces):
            return self.pieces[at + 1].raw_start
        return piece.raw_start + piece.raw_length

    def _raw_end(self, offset: int) -> int:
        at = bisect_right(self.pieces, offset - 1, key=lambda piece: piece.start) - 1
        if at < 0:
            return 0
        piece = self.pieces[at]
        inside = offset - piece.start
        if inside < piece.length and piece.length == piece.raw_length:
            return piece.raw_start + inside
        return piece.raw_start + piece.raw_length

    def body_lines(self) -> tuple[Line, ...]:
        """The lines that are not site chrome."""
        return tuple(line for line in self.lines if line.mark is not Mark.CHROME)


def trim(text: str, start: int, end: int) -> Span:
    """Return the span without the white space at its ends.

    >>> trim(" ab ", 0, 4)
    (1, 3)
    """
    words = text[start:end]
    left = len(words) - len(words.lstrip())
    return (start + left, start + len(words.rstrip())) if left < len(words) else (start, start)


def bullet_end(words: str) -> int:
    """Return the length of the bullet that the words open with, 0 where there is none.

    >>> [bullet_end(words) for words in ("• Nerve damage", "12. Closing", "-5 degrees", "22 | X")]
    [2, 4, 0, 0]
    """
    found = BULLET.match(words)
    return found.end() if found else 0


def plain_lines(text: str) -> Iterator[Line]:
    """Yield the lines of a plain text that hold words."""
    at = 0
    for row in _LINE_END.split(text):
        words = row.strip()
        if words:
            start = at + row.index(words)
            yield Line(start, start + len(words), words, start + bullet_end(words))
        at += len(row) + 1


def nonspace(text: str, spans: Iterable[Span]) -> int:
    """Count the characters in the spans that are not white space (``str.isspace``)."""
    return sum(len("".join(text[start:end].split())) for start, end in spans)
