"""Tables by their form: rows with pipes (leading, trailing or neither), rows of markup.

Nothing is read into a table that is not there: a row keeps the cells that it has, and says whether it
breaks off.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import pairwise, takewhile, zip_longest

from extractors.record.model import Repair, Span
from extractors.record.readings import Reading
from extractors.structure.document import Document, Section
from extractors.structure.listing import listing, names_columns, no_code, system_alone
from extractors.text.folding import fold
from extractors.text.reading_text import Line, Mark, trim

_RULE = re.compile(r"^(?=[^-]*-)[\s|:+=-]+$")
_ROW_EDGE = re.compile(r"(?<=\|)\s+(?=\|)")
_PIPE = re.compile(r"(?<!\\)\|")
_WIDE = re.compile(r"\t| {3,}")
_RULE_CELL = re.compile(r":?-{3,200}:?")
_HEADER = re.compile(
    r"\b(?:code|codes|modifiers?|mod|description|descriptor|when|taxonomy|specialty|icd-10|diagnosis|cpt|"
    r"hcpcs|name)\b"
)
_CODE = re.compile(r"[A-Z0-9][A-Z0-9.]{1,9}")
_PRINTED = re.compile(r"\b(?:[A-Z][0-9]{4}|[0-9]{4}[0-9A-Z])\b")  # a code that stands in words
_LONGEST_NAME = 40  # characters of the name of a column
_MOST_LINES = 6  # of a row that breaks inside its cells
_LONGEST_STUB = 12  # characters of a last row that was cut before its first pipe


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Attributes:
        cells: spans of the cells in order; an empty cell has an empty span.
        span: the whole row.
        open: whether the row ends without a pipe, so that its last cell may go on.
    """

    cells: tuple[Span, ...]
    span: Span
    open: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its header, if it has one, and its rows.

    Attributes:
        header: the header row.
        rows: the other rows in order; may be empty.
        span: from the first row to the last.
        width: how many cells a whole row has.
        last: whether the document ends with the table, and may break off in it.
        notes: repairs made.
    """

    header: Row | None
    rows: tuple[Row, ...]
    span: Span
    width: int
    last: bool
    notes: tuple[Reading, ...]


def tables(section: Section, document: Document) -> Iterator[Table]:
    """Find the tables of a section, in order."""
    if not any(line.piped or _WIDE.search(line.text) for line in section.lines):
        return
    group: list[Line] = []
    lines = [part for line in _whole(section, document) for part in _parted(line)]
    lines = list(_tabbed(lines, document))
    for line, below in zip_longest(lines, lines[1:]):
        if group and line.piped and _opens_table(group, line, below, document):
            yield from _found(group, document)
            group = []
        if line.piped or (group and not group[-1].cells and _is_stub(line, document)):
            group.append(line)
        elif group and not (line.table and line.table == group[-1].table):
            yield from _found(group, document)
            group = []
    yield from _found(group, document)


def _whole(section: Section, document: Document) -> Iterator[Line]:
    """The lines of a section; a row between pipes that breaks inside its cells is one line again."""
    at, pipes = 0, 0
    while at < len(section.lines):
        line = section.lines[at]
        end = _row_end(section.lines[at : at + _MOST_LINES], pipes)
        if end:
            last = section.lines[at + end]
            line = replace(line, end=last.end, text=document.source[line.start : last.end])
        yield line
        pipes = line.text.count("|") if not line.cells else 0
        at += end + 1


def _row_end(lines: Sequence[Line], pipes: int) -> int:
    """How many lines below the first its row ends; 0 for a whole row, and for one that ``_join`` mends."""
    if lines[0].cells or not lines[0].text.startswith("|") or lines[0].text.endswith("|"):
        return 0
    found = lines[0].text.count("|")
    for at, line in enumerate(lines[1:], 1):
        found += line.text.count("|")
        if line.cells or line.text.startswith("|"):
            return 0
        if line.text.endswith("|"):
            return at if found == pipes and (at > 1 or lines[0].text.count("|") == pipes - 1) else 0
    return 0


def _tabbed(lines: Sequence[Line], document: Document) -> Iterator[Line]:
    """The lines, those in columns as rows of cells.

    Tabs part columns below a header that names them, tabs or wide gaps in lines of as many cells as the
    next or the one above.
    """
    parted = [() if line.cells or "|" in line.text else _between_gaps(line) for line in lines]
    widths = [0, *(len(cells) if len(cells) > 1 else 0 for cells in parted), 0]
    inside = False
    for line, cells, above, width, below in zip(lines, parted, widths, widths[1:], widths[2:], strict=False):
        named = names_row(Row(cells, line.span, open=False), document.source) if width else False
        inside = bool(width and "\t" in line.text and (inside or named))
        yield replace(line, cells=cells) if inside or (width and width in (above, below)) else line


def _between_gaps(line: Line) -> tuple[Span, ...]:
    edges = list(_WIDE.finditer(line.text))
    starts, ends = [0, *(edge.end() for edge in edges)], [*(edge.start() for edge in edges), len(line.text)]
    spans = [trim(line.text, start, end) for start, end in zip(starts, ends, strict=True)]
    return tuple((line.start + start, line.start + end) for start, end in spans)


def cells_of(line: Line) -> tuple[Span, ...]:
    """Return the cells of a line: of markup, between pipes, or parted by tabs or three spaces and more.

    What stands before the first pipe is the first of them.
    """
    if line.cells:
        return line.cells
    if "|" not in line.text:
        return tuple(cell for cell in _between_gaps(line) if cell[0] < cell[1])
    cells = _between_pipes(line)
    return cells[:-1] if line.text.endswith("|") else cells


def _between_pipes(line: Line) -> tuple[Span, ...]:
    edges = [found.start() for found in _PIPE.finditer(line.text)]
    starts, ends = [0, *(edge + 1 for edge in edges)], [*edges, len(line.text)]
    spans = [trim(line.text, start, end) for start, end in zip(starts, ends, strict=True)]
    return tuple((line.start + start, line.start + end) for start, end in spans)


def _found(group: Sequence[Line], document: Document) -> Iterator[Table]:
    """The table of a run of rows; a single row without the look of one is none."""
    if len(group) > 1 or (group and (group[0].cells or _looks_like_row(group[0]))):
        yield _table(group, document)


def _opens_table(group: Sequence[Line], line: Line, below: Line | None, document: Document) -> bool:
    """Whether a row right below another table begins the next one."""
    if line.table and line.table != group[-1].table:
        return True
    if line.header:
        return not (line.table and group[-1].header)  # else a header of several rows
    ruled = below is not None and not below.cells and bool(_RULE.match(below.text))
    row = _row(line)
    names = not _RULE.match(line.text) and len(row.cells) > 1 and names_row(row, document.source)
    return names and (ruled or bool(line.cells))


def _parted(line: Line) -> Iterator[Line]:
    """The rows of a whole table that stands on one line: by its rule, else by ``| |`` between equal rows."""
    edges = [] if line.cells or "|" not in line.text else _by_rule(line) or _by_gaps(line)
    if not edges:
        yield line
        return
    for start, end in zip(edges, [*edges[1:], len(line.text)], strict=True):
        left, right = trim(line.text, start, end)
        if left < right:
            yield Line(line.start + left, line.start + right, line.text[left:right], line.start + left)


def _by_gaps(line: Line) -> list[int]:
    edges = [found.start() + 1 for found in _ROW_EDGE.finditer(line.text)]
    starts = [0, *edges]
    rows = [line.text[start:end] for start, end in zip(starts, [*edges, len(line.text)], strict=True)]
    widths = {row.count("|") for row in rows}
    return [] if len(rows) < 3 or len(widths) > 1 or widths == {1} else starts


def _by_rule(line: Line) -> list[int]:
    """Where the rows begin of a table whose rule tells its width; words may stand before its first pipe."""
    pipes = [found.start() for found in _PIPE.finditer(line.text)]
    cells = [line.text[left + 1 : right].strip() for left, right in pairwise(pipes)]
    first = next((index for index, cell in enumerate(cells) if _RULE_CELL.fullmatch(cell)), 0)
    width = sum(1 for _ in takewhile(_RULE_CELL.fullmatch, cells[first:])) if first else 0
    rows = range(0, len(pipes), width + 1) if width and first == width + 1 else ()
    if not rows or any(cells[at + width] for at in rows if at + width < len(cells)):
        return []
    return sorted({0, *(pipes[at] for at in rows)})


def _is_stub(line: Line, document: Document) -> bool:
    """A last row that was cut before its first pipe."""
    return (
        document.ends_at(line.end)
        and len(line.text) <= _LONGEST_STUB
        and " " not in line.text
        and not line.lone_bullet
    )


def _looks_like_row(line: Line) -> bool:
    return line.text.count("|") > 1 or line.text.endswith("|") or bool(_HEADER.search(fold(line.text)[:24]))


def _table(lines: Sequence[Line], document: Document) -> Table:
    rows = [_row(line) for line in lines if line.cells or not _RULE.match(line.text)]
    marked = lines[-1].mark is Mark.ROW
    last = (document.may_break_at if marked else document.ends_at)(lines[-1].end)
    if last and lines[-1].cells:
        rows[-1] = replace(rows[-1], open=marked or document.unfinished)
    ruled = len(lines) > 1 and not lines[1].cells and bool(_RULE.match(lines[1].text))
    if not ruled and _is_captioned(rows, document.source):
        rows = rows[1:]  # it stands as a line above the table
    header = rows[0] if rows and (ruled or lines[0].header or names_row(rows[0], document.source)) else None
    heads = max(sum(1 for _ in takewhile(lambda line: line.header, lines)), 1) if header else 0
    header = reduce(_headed, rows[1:heads], header) if header else None
    body = rows[heads:]
    width = len(header.cells) if header else max((len(row.cells) for row in rows), default=0)
    body = [_aligned(row, lines[0], width, document.source) for row in body]
    joined, notes = _join(body, width, document.source)
    if last and not lines[-1].cells and not any(line.text.endswith("|") for line in lines):
        joined[-1:] = [replace(row, open=False) for row in joined[-1:]]  # a style without closing pipes
    notes += [_joined(line.span) for line in lines if "\n" in line.text]
    if header:
        notes += [*_missing_pipes(lines)]
    return Table(header, tuple(joined), (lines[0].start, lines[-1].end), width, last, tuple(notes))


def _aligned(row: Row, head: Line, width: int, source: str) -> Row:
    """A row with an empty cell at its edge that only a pipe shows, in a table without pipes at its edges."""
    start, end = row.span
    cells = row.cells
    if (
        not head.cells
        and len(cells) < width
        and not head.text.startswith("|")
        and source[start] == "|"
        and row.open
    ):
        cells = ((start, start), *cells)
    if not head.cells and len(cells) < width and not head.text.endswith("|") and not row.open:
        cells = (*cells, (end, end))
    return replace(row, cells=cells)


def _headed(upper: Row, lower: Row) -> Row:
    """A header of two rows as one: each column is called what stands nearest to it."""
    named = [
        below if below[0] < below[1] else above
        for above, below in zip(upper.cells, lower.cells, strict=False)
    ]
    rest = max(upper.cells, lower.cells, key=len)[len(named) :]
    return Row((*named, *rest), (upper.span[0], lower.span[1]), open=lower.open)


def _row(line: Line) -> Row:
    if line.cells:
        return Row(line.cells, line.span, open=False)
    cells = _between_pipes(line)
    if line.text.startswith("|"):
        cells = cells[1:]
    closed = line.text.endswith("|")
    return Row(cells[:-1] if closed else cells, line.span, open=not closed)


def _is_captioned(rows: Sequence[Row], source: str) -> bool:
    """Whether a row of one cell stands above the header."""
    alone = len(rows) > 1 and sum(start < end for start, end in rows[0].cells) == 1
    return alone and len(rows[1].cells) > 1 and names_row(rows[1], source)


def names_row(row: Row, source: str) -> bool:
    """Whether a row names columns: its cells do, and none says that there is no code."""
    words = [source[slice(*cell)] for cell in row.cells]
    return _named(words) and not any(_PRINTED.search(word) or no_code(word) for word in words)


def _named(words: Sequence[str]) -> bool:
    """Whether the first two cells are names of columns, or the two behind a number or group, or all."""
    if len(words) > 1 and all(map(names_columns, words)):
        return True
    if not words:
        return False
    plain = not any(len(word) >= _LONGEST_NAME or any(map(str.isdigit, word)) for word in words)
    if plain and names_columns(words[0]) and listing(words[0]) and not system_alone(words[0]):
        return True
    words = words[:3]
    named = [bool(_HEADER.search(fold(word))) and len(word) < _LONGEST_NAME for word in words]
    if all(named[:2]):
        return True
    return named[1:] == [True, True] and len(words[0]) < _LONGEST_NAME and not _CODE.fullmatch(words[0])


def _join(rows: Sequence[Row], width: int, source: str) -> tuple[list[Row], list[Reading]]:
    """Join a row that was broken inside a cell with the line that carries its rest."""
    joined: list[Row] = []
    notes: list[Reading] = []
    for row in rows:
        before = joined[-1] if joined else None
        if before and before.open and not row.open and _continues(before, row, width, source):
            seam = (before.cells[-1][0], row.cells[0][1])
            joined[-1] = replace(
                before,
                cells=(*before.cells[:-1], seam, *row.cells[1:]),
                span=(before.span[0], row.span[1]),
                open=row.open,
            )
            notes.append(_joined(joined[-1].span))
        else:
            joined.append(row)
    return joined, notes


def _joined(span: Span) -> Repair:
    return Repair(kind="table.joined_row", span=span, detail="a row broken inside a cell was joined")


def _continues(before: Row, row: Row, width: int, source: str) -> bool:
    """Whether a row holds the rest of the one before: not too wide together, and no code in front."""
    if not row.cells or max(len(before.cells), len(row.cells)) >= width:
        return False
    fits = len(before.cells) + len(row.cells) - 1 <= width
    return fits and not _CODE.fullmatch(source[slice(*row.cells[0])])


def _missing_pipes(lines: Sequence[Line]) -> Iterator[Reading]:
    for line in lines[1:]:
        if line.cells or _RULE.match(line.text):
            continue
        if lines[0].text.startswith("|") and not line.text.startswith("|"):
            yield Repair(kind="table.leading_pipe", span=line.span, detail="the row lacks its leading pipe")
        if lines[0].text.endswith("|") and not line.text.endswith("|"):
            yield Repair(kind="table.trailing_pipe", span=line.span, detail="the row lacks its closing pipe")
