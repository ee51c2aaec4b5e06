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
from extractors.text.folding import fold
from extractors.text.reading_text import Line, trim

_RULE = re.compile(r"^(?=[^-]*-)[\s|:+=-]+$")
_ROW_EDGE = re.compile(r"(?<=\|)\s+(?=\|)")
_PIPE = re.compile(r"(?<!\\)\|")
_HEADER = re.compile(
    r"\b(?:code|codes|modifiers?|mod|description|descriptor|when|taxonomy|specialty|icd-10|diagnosis|cpt|"
    r"hcpcs|name)\b"
)
_CODE = re.compile(r"[A-Z0-9][A-Z0-9.]{1,9}")
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
    at = pipes = 0
    while at < len(section.lines):
        line = section.lines[at]
        end = _row_end(section.lines[at : at + _MOST_LINES], pipes)
        if end:
            last = section.lines[at + end]
            line = replace(line, end=last.end, text=document.source[line.start : last.end])
        yield line
        pipes = line.text.count("|")
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
    """The lines, those between tabs below a header that names its columns as rows of cells."""
    inside = False
    for line in lines:
        if line.cells or "|" in line.text or "\t" not in line.text:
            inside = False
            yield line
            continue
        cells = tuple(_between_tabs(line))
        inside = inside or _names_columns(cells, document)
        yield replace(line, cells=cells) if inside else line


def _between_tabs(line: Line) -> Iterator[Span]:
    at = 0
    for part in line.text.split("\t"):
        start, end = trim(line.text, at, at + len(part))
        yield line.start + start, line.start + end
        at += len(part) + 1


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
    cells = _row(line).cells
    names = not _RULE.match(line.text) and len(cells) > 1 and _names_columns(cells, document)
    return names and (ruled or bool(line.cells))


def _parted(line: Line) -> Iterator[Line]:
    """A whole table on one line is parted into its rows, where ``| |`` parts rows of the same width."""
    edges = [] if line.cells else [found.end() for found in _ROW_EDGE.finditer(line.text)]
    rows = [
        (line.start + start, line.text[start:end].rstrip())
        for start, end in pairwise([0, *edges, len(line.text)])
    ]
    widths = {words.count("|") for _, words in rows}
    if len(rows) < 3 or len(widths) > 1 or widths == {1}:
        yield line
        return
    for at, words in rows:
        yield Line(at, at + len(words), words, at)


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
    last = (document.may_break_at if lines[-1].cells else document.ends_at)(lines[-1].end)
    if last and lines[-1].cells:
        rows[-1] = replace(rows[-1], open=True)
    ruled = len(lines) > 1 and not lines[1].cells and bool(_RULE.match(lines[1].text))
    header = (
        rows[0] if rows and (ruled or lines[0].header or _names_columns(rows[0].cells, document)) else None
    )
    heads = max(sum(1 for _ in takewhile(lambda line: line.header, lines)), 1) if header else 0
    header = reduce(_headed, rows[1:heads], header) if header else None
    body = rows[heads:]
    width = len(header.cells) if header else max((len(row.cells) for row in rows), default=0)
    joined, notes = _join(body, width, document.source)
    if last and not lines[-1].cells and not any(line.text.endswith("|") for line in lines):
        joined[-1:] = [replace(row, open=False) for row in joined[-1:]]  # a style without closing pipes
    notes += [_joined(line.span) for line in lines if "\n" in line.text]
    if header:
        notes += [*_missing_pipes(lines)]
    return Table(header, tuple(joined), (lines[0].start, lines[-1].end), width, last, tuple(notes))


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
    pipes = [-1, *(found.start() for found in _PIPE.finditer(line.text)), len(line.text)]
    cells = [
        (line.start + start, line.start + end)
        for start, end in (trim(line.text, pipe + 1, end) for pipe, end in pairwise(pipes))
    ]
    if line.text.startswith("|"):
        cells = cells[1:]
    closed = line.text.endswith("|")
    return Row(tuple(cells[:-1] if closed else cells), line.span, open=not closed)


def _names_columns(cells: Sequence[Span], document: Document) -> bool:
    """Whether the first two cells are names of columns, or the two behind a number or group."""
    words = [document.source[slice(*cell)] for cell in cells[:3]]
    named = [bool(_HEADER.search(fold(word))) and len(word) < _LONGEST_NAME for word in words]
    if all(named[:2]):
        return bool(named)
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
