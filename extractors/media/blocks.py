"""The reading text of a document that comes in blocks (PDF, DOCX): a block a line, cells joined by tabs."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from extractors.errors import SourceError
from extractors.media.grid import WIDE, Slot
from extractors.media.notes import marked_cell, struck, unstruck
from extractors.record.findings import finding
from extractors.record.model import Finding, Repair, Span
from extractors.text.reading_text import Line, Mark, Text, bullet_end, trim


class Block(NamedTuple):
    """A paragraph, heading, item or row of a table.

    Attributes:
        words: what stands there, on one line; of a row the cells, joined by tabs.
        mark: what its form says of it.
        level: heading level 1–6 for ``Mark.HEADING``, else 0.
        cells: the words of each column's cell of a ``Mark.ROW``, empty cells included.
        header: whether a row consists of header cells.
        table: the number of the table it belongs to, 0 for none.
        above: the columns whose cell is that of the row above; it has no words here.
        wide: whether a cell crosses some of the table's columns.
        turns: where in the words a page begins, as (offset, page from 1); empty where pages are unknown.
    """

    words: str
    mark: Mark = Mark.TEXT
    level: int = 0
    cells: tuple[str, ...] = ()
    header: bool = False
    turns: tuple[tuple[int, int], ...] = ()
    table: int = 0
    above: frozenset[int] = frozenset()
    wide: bool = False
    struck: tuple[Span, ...] = ()


def row(cells: Sequence[str], *, header: bool, page: int = 0) -> Block:
    """Make a block of the cells of a table row."""
    turns = ((0, page),) if page else ()
    return Block("\t".join(cells), Mark.ROW, cells=tuple(cells), header=header, turns=turns)


def placed(number: int, words: Sequence[str], slots: Sequence[Slot | None], table: int) -> Block:
    """Make a block of a row whose cells cross columns and rows.

    Args:
        number: of the row in its table, from 0.
        words: of the row's own cells.
        slots: the cell of each column, as ``grid.place`` tells.
        table: the number of the table in the document, from 1.
    """
    own = [words[slot.cell] if slot and slot.row == number else "" for slot in slots]
    above = frozenset(at for at, slot in enumerate(slots) if slot and slot.row != number)
    return row(own, header=False)._replace(above=above, table=table, wide=None in slots)


def write(
    body: Sequence[Block],
    running: Sequence[Block],
    media_type: str,
    pages: int = 0,
    notes: Sequence[Finding | Repair] = (),
) -> Text:
    """Write the reading text: the body, then the running heads and feet.

    Args:
        body: what is read, in order. Blocks without words are left out.
        running: what repeats on the pages; it stands together behind the body, so that a page break parts
            no paragraph, table or section.
        media_type: of the document.
        pages: how many pages the document has, 0 where that is unknown.
        notes: what was found while the blocks were made.

    Raises:
        SourceError: ``empty``, for no block holds words.
    """
    kept = [_clean(block) for block in body if block.words.strip()]
    heads = [_clean(Block(block.words, Mark.CHROME)) for block in running if block.words.strip()]
    if not kept and not heads:
        raise SourceError("empty", "the document holds no words; look at it, or fetch it again")
    starts = list(_starts([*kept, *heads]))
    lines = list(_lines([*kept, *heads], starts))
    body_end = starts[len(kept)] if heads else None
    end = lines[len(kept) - 1].end if kept else 0
    return Text(
        "\n".join(block.words for block in [*kept, *heads]),
        tuple(lines),
        (),
        media_type,
        "binary",
        (*notes, *struck(_struck([*kept, *heads], starts)), *_wide([*kept, *heads], lines)),
        pages=_pages(list(zip(kept, starts, strict=False)), pages, end),
        body_end=body_end,
        closed=True,  # a PDF or DOCX that breaks off is not read at all
    )


def _clean(block: Block) -> Block:
    """The block without the signs around struck-out words."""
    words, spans = unstruck(block.words)
    cells = tuple(unstruck(cell)[0] for cell in block.cells) if spans else block.cells
    return block._replace(words=words, cells=cells, struck=tuple(spans))


def _struck(blocks: Sequence[Block], starts: Sequence[int]) -> list[Span]:
    return [
        (at + start, at + end)
        for block, at in zip(blocks, starts, strict=True)
        for start, end in block.struck
    ]


def _wide(blocks: Sequence[Block], lines: Sequence[Line]) -> Iterator[Finding]:
    """A finding for each table in which a cell crosses some columns, with the first such row."""
    found = {
        block.table: line
        for block, line in zip(reversed(blocks), reversed(lines), strict=True)
        if block.wide and not block.header
    }
    yield from (finding("table.wide_cell", WIDE, span=line.span) for line in reversed(found.values()))


def _starts(blocks: Sequence[Block]) -> Iterator[int]:
    at = 0
    for block in blocks:
        yield at
        at += len(block.words) + 1


def _lines(blocks: Sequence[Block], starts: Sequence[int]) -> Iterator[Line]:
    above: tuple[int, tuple[Span, ...]] = (0, ())  # the last row's table and cells
    for block, start in zip(blocks, starts, strict=True):
        line = _line(block, start, above[1] if above[0] == block.table else ())
        if line.cells:
            above = block.table, line.cells
        yield line


def _line(block: Block, start: int, above: tuple[Span, ...]) -> Line:
    left, right = trim(block.words, 0, len(block.words))
    words = block.words[left:right]
    plain = block.mark in (Mark.TEXT, Mark.ITEM, Mark.STRONG)
    body = bullet_end(words) if plain else 0
    own = list(_cells(block, start)) if len(block.cells) > 1 else []
    cells = tuple(above[at] if at in block.above and at < len(above) else cell for at, cell in enumerate(own))
    header = block.header and bool(cells)
    return Line(
        start + left,
        start + right,
        words,
        start + left + body,
        block.mark,
        block.level,
        cells,
        header,
        block.table,
    )


def _cells(block: Block, start: int) -> Iterator[Span]:
    at = 0
    for cell in block.cells:
        left, right = marked_cell(cell)
        yield start + at + left, start + at + right
        at += len(cell) + 1


def _pages(placed: Sequence[tuple[Block, int]], pages: int, end: int) -> tuple[int, ...]:
    """Where each page begins; a page without words where the next one does."""
    first: dict[int, int] = {}
    for block, start in placed:
        for offset, page in block.turns:
            first.setdefault(page, start + offset)
    starts, following = [], end
    for page in range(pages, 0, -1):
        following = min(first.get(page, following), following)
        starts.append(following)
    return tuple([*starts[:-1], 0][::-1]) if starts else ()
