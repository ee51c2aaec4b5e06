"""The reading text of a document that comes in blocks (PDF, DOCX): a block a line, cells joined by tabs."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from extractors.errors import SourceError
from extractors.record.model import Span
from extractors.text.reading_text import Line, Mark, Text, bullet_end, trim


class Block(NamedTuple):
    """A paragraph, heading, item or row of a table.

    Attributes:
        words: what stands there, on one line; of a row the cells, joined by tabs.
        mark: what its form says of it.
        level: heading level 1–6 for ``Mark.HEADING``, else 0.
        cells: the words of each cell of a ``Mark.ROW``, empty cells included.
        header: whether a row consists of header cells.
        turns: where in the words a page begins, as (offset, page from 1); empty where pages are unknown.
    """

    words: str
    mark: Mark = Mark.TEXT
    level: int = 0
    cells: tuple[str, ...] = ()
    header: bool = False
    turns: tuple[tuple[int, int], ...] = ()


def row(cells: Sequence[str], *, header: bool, page: int = 0) -> Block:
    """Make a block of the cells of a table row."""
    turns = ((0, page),) if page else ()
    return Block("\t".join(cells), Mark.ROW, cells=tuple(cells), header=header, turns=turns)


def write(body: Sequence[Block], running: Sequence[Block], media_type: str, pages: int = 0) -> Text:
    """Write the reading text: the body, then the running heads and feet.

    Args:
        body: what is read, in order. Blocks without words are left out.
        running: what repeats on the pages; it stands together behind the body, so that a page break parts
            no paragraph, table or section.
        media_type: of the document.
        pages: how many pages the document has, 0 where that is unknown.

    Raises:
        SourceError: ``empty``, for no block holds words.
    """
    kept = [block for block in body if block.words.strip()]
    heads = [Block(block.words, Mark.CHROME) for block in running if block.words.strip()]
    if not kept and not heads:
        raise SourceError("empty", "the document holds no words; look at it, or fetch it again")
    starts = list(_starts([*kept, *heads]))
    lines = [_line(block, start) for block, start in zip([*kept, *heads], starts, strict=True)]
    body_end = starts[len(kept)] if heads else None
    end = lines[len(kept) - 1].end if kept else 0
    return Text(
        "\n".join(block.words for block in [*kept, *heads]),
        tuple(lines),
        (),
        media_type,
        "binary",
        pages=_pages(list(zip(kept, starts, strict=False)), pages, end),
        body_end=body_end,
        closed=True,  # a PDF or DOCX that breaks off is not read at all
    )


def _starts(blocks: Sequence[Block]) -> Iterator[int]:
    at = 0
    for block in blocks:
        yield at
        at += len(block.words) + 1


def _line(block: Block, start: int) -> Line:
    left, right = trim(block.words, 0, len(block.words))
    words = block.words[left:right]
    plain = block.mark in (Mark.TEXT, Mark.ITEM, Mark.STRONG)
    body = bullet_end(words) if plain else 0
    cells = tuple(_cells(block, start)) if len(block.cells) > 1 else ()
    header = block.header and bool(cells)
    return Line(
        start + left, start + right, words, start + left + body, block.mark, block.level, cells, header
    )


def _cells(block: Block, start: int) -> Iterator[Span]:
    at = 0
    for cell in block.cells:
        left, right = trim(cell, 0, len(cell))
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
