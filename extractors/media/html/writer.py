"""The reading text of an HTML page while it is written: finished lines, and the line at hand."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from bs4.element import PreformattedString, Script, Stylesheet, TemplateString

from extractors.media.html.tables import PlacedRow
from extractors.media.notes import MARK_SPACE, parted, unmarked
from extractors.record.model import Span
from extractors.text.reading_text import Line, Mark, Piece, bullet_end, trim

SPACE = " \t\r\n\f"  # white space of HTML; a no-break space is a character like others
_WORDS = re.compile(rf"[^{SPACE}]+")
_FEWEST = 2  # cells of a row
_LOOSE = re.compile(rf"[\t\r\n\f]|[{SPACE}]{{2}}")
# fmt: off
BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details",
    "dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hr", "html", "legend", "li", "main", "nav", "noscript", "ol", "option",
    "p", "pre", "section", "select", "summary", "table", "tbody", "td", "textarea", "tfoot", "th",
    "thead", "tr", "ul",
))
# fmt: on


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for the text below a tag."""

    chrome: bool = False
    level: int = 0
    label: bool = False
    strong: bool = False
    row: PlacedRow | None = None
    column: int | None = None
    pre: bool = False
    raised: bool = False
    struck: bool = False


@dataclass(slots=True)
class Page:
    """The reading text while it is written: finished lines, and the line at hand."""

    raw: str
    mark: re.Pattern[str]
    parts: list[str] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    seen: int = 0
    hidden: int = 0
    at: int = 0
    words: list[str] = field(default_factory=list)
    here: list[Piece] = field(default_factory=list)
    cells: list[int] = field(default_factory=list)
    row: PlacedRow | None = None
    wide: dict[int, Span] = field(default_factory=dict)  # by table the first row with a cell of some columns
    marks: list[Span] = field(default_factory=list)  # raised words of the line at hand
    gone: list[Span] = field(default_factory=list)  # struck-out words of the line at hand
    struck: list[Span] = field(default_factory=list)
    header: bool = True
    width: int = 0
    space: bool = False
    context: Context = Context()
    item: bool = False
    strong: bool = True

    def enter(self, name: str, below: Context) -> None:
        """Begin a tag: a block ends the line at hand, a cell ends the cell before."""
        if below.row and below.column is not None and name in ("td", "th"):
            self._begin_cell(below.row, below.column)
            self.header = below.row.header or (self.header and name == "th")
        elif name in BLOCKS:
            self._break((below.row is not None and name != "tr") or (name == "br" and below.level > 0))
        if name == "li":
            self.item = True

    def leave(self, name: str, context: Context) -> None:
        """End a tag."""
        cell = name in ("td", "th") and context.row is not None
        if name in BLOCKS and not cell and name != "br":
            self._break(context.row is not None and name != "tr")
        self.item = self.item and name != "li"

    def write(self, string: str, context: Context) -> None:
        """Add the words of a text node."""
        tokens = self.mark.split(string)
        self._run(tokens[0], None, None, context)
        for index in range(1, len(tokens), 2):
            self.seen += 1
            following = int(tokens[index + 2]) if index + 2 < len(tokens) else None
            self._run(tokens[index + 1], int(tokens[index]), following, context)

    def hide(self, strings: Iterable[str]) -> None:
        """Leave words out that no reader sees."""
        for string in strings:
            self.seen += len(self.mark.findall(string))
            if not isinstance(string, PreformattedString | Script | Stylesheet | TemplateString):
                self.hidden += len("".join(self.mark.sub("", string).split()))

    def flush(self) -> None:
        """Finish the line at hand, if it holds words."""
        line = "".join(self.words)
        if line.strip():
            self._commit(line)
        self.words, self.here, self.cells, self.row = [], [], [], None
        self.marks, self.gone = [], []
        self.width, self.space, self.header, self.strong = 0, False, True, True

    def _begin_cell(self, row: PlacedRow, column: int) -> None:
        """Go on to the column of a cell; columns that it skips are empty, or those of cells above."""
        self.row = row
        while len(self.cells) <= column:
            self._add_space() if not self.cells else self._put("\t")
            self.cells.append(self.width)

    def _break(self, inline: bool) -> None:
        if inline:
            self.space = bool(self.words)
        else:
            self.flush()

    def _run(self, run: str, offset: int | None, following: int | None, context: Context) -> None:
        if not run:
            return
        if context.pre and not context.row and "\n" in run:
            self._preformatted(run, offset, context)
            return
        if offset is not None and following is not None and self._is_reference(run, offset, following):
            if run.strip(SPACE):
                self._append(run, offset, following - offset, context)
            else:
                self.space = True
        elif _LOOSE.search(run):
            self._append_words(run, offset, context)
        else:
            body = run.strip(SPACE)
            self.space = self.space or run[0] in SPACE
            if body:
                lead = run.index(body)
                self._append(body, None if offset is None else offset + lead, len(body), context)
            self.space = run[-1] in SPACE

    def _is_reference(self, run: str, offset: int, following: int) -> bool:
        """Whether a run is what a character reference stands for: shorter than its raw text."""
        return self.raw[offset] == "&" and following - offset > len(run)

    def _append_words(self, run: str, offset: int | None, context: Context) -> None:
        end = 0
        for found in _WORDS.finditer(run):
            self.space = self.space or found.start() > end or (found.start() > 0 and end == 0)
            self._append(
                found.group(), None if offset is None else offset + found.start(), len(found.group()), context
            )
            end = found.end()
        self.space = end < len(run)

    def _preformatted(self, run: str, offset: int | None, context: Context) -> None:
        at = 0
        for row in run.split("\n"):
            if at:
                self.flush()
            if row.strip():
                self._append(row, None if offset is None else offset + at, len(row), context)
            at += len(row) + 1

    def _append(self, words: str, offset: int | None, raw_length: int, context: Context) -> None:
        if self.space and self.words:
            self._add_space()
        self.space = False
        if not self.words or not self.context.level:
            self.context = context
        self.strong = self.strong and (context.strong or context.level > 0)
        self._part_marks(words, context)
        if context.struck:
            _extend(self.gone, self.width, self.width + len(words))
        if offset is not None and (raw_length != len(words) or self.raw.startswith(words, offset)):
            self.here.append(Piece(self.width, len(words), offset, raw_length))
        self._put(words)

    def _part_marks(self, words: str, context: Context) -> None:
        """Keep raised words, such as the mark of a footnote, apart from the words on both sides."""
        before = self.words[-1] if self.words else ""
        after = bool(self.marks) and self.marks[-1][1] == self.width
        if after != context.raised and not before[-1:].isspace() and before:
            apart = parted(before, words) if context.raised else words[:1].isalnum()
            if apart:
                self._put(MARK_SPACE)
        if context.raised:
            _extend(self.marks, self.width, self.width + len(words))

    def _add_space(self) -> None:
        if self.words and self.words[-1] not in ("\t", " "):
            self._put(" ")

    def _put(self, words: str) -> None:
        self.words.append(words)
        self.width += len(words)

    def _commit(self, line: str) -> None:
        if self.parts:
            self.parts.append("\n")
            self.at += 1
        left, right = trim(line, 0, len(line))
        base = self.at
        cells = self._cells(line, base)
        words = line[left:right]
        body = 0 if cells or self.context.level else bullet_end(words)
        self.lines.append(
            Line(
                base + left,
                base + right,
                words,
                base + left + body,
                self._mark_of_line(cells),
                0 if len(cells) > 1 else self.context.level,
                cells if len(cells) > 1 else (),
                self.header and len(cells) > 1,
                self.row.sheet.number if self.row else 0,
            )
        )
        self.item = False
        self.struck += [(base + start, base + end) for start, end in self.gone]
        self.parts.append(line)
        self.pieces.extend(piece._replace(start=base + piece.start) for piece in self.here)
        self.at += len(line)

    def _cells(self, line: str, base: int) -> tuple[Span, ...]:
        """The span of each column's cell, which may stand in a row above; one cell across all is no row."""
        if self.row is None:
            return ()
        edges = [*self.cells, len(line) + 1]
        ends = {end: start for start, end in self.marks}
        spans = (unmarked(line, *trim(line, start, end - 1), ends) for start, end in pairwise(edges))
        here = [(base + start, base + end) for start, end in spans]
        slots, known = self.row.slots, self.row.sheet.spans
        known.update((slot, here[at]) for slot, at in self.row.own().items() if at < len(here))
        if len(slots) - slots.count(None) < _FEWEST:
            return ()
        if self.row.wide and not self.header:
            self.wide.setdefault(self.row.sheet.number, (base, base + len(line)))
        end = (base + len(line), base + len(line))
        here += [end] * (len(slots) - len(here))
        return tuple(known.get(slot, cell) if slot else cell for slot, cell in zip(slots, here, strict=True))

    def _mark_of_line(self, cells: tuple[Span, ...]) -> Mark:
        if self.context.chrome:
            return Mark.CHROME
        if len(cells) > 1:
            return Mark.ROW
        if self.context.level:
            return Mark.HEADING
        if self.context.label:
            return Mark.LABEL
        if self.item:
            return Mark.ITEM
        return Mark.STRONG if self.strong else Mark.TEXT


def _extend(spans: list[Span], start: int, end: int) -> None:
    """Add a span to those of a line; one right behind the last, or behind a space, prolongs it."""
    if spans and start - spans[-1][1] <= 1:
        spans[-1] = (spans[-1][0], end)
    else:
        spans.append((start, end))
