"""The grid of a table, in every medium: which cell stands in which column of which row.

Cells cross columns and rows. A cell that crosses rows is the cell of each of them; one that crosses columns
stands in the first of them, and the others are empty. Columns in which no cell begins are none.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

WIDEST = 1_000  # columns of a cell, as the HTML standard bounds them
TALLEST = 65_534  # rows of a cell, likewise
WIDE = "a cell crosses some columns of its table; it was read in the first of them"
_GROWTH = 32  # places that a table may have for each of its cells: what grows more was made to grow
_SMALL = 4_096  # places that any table may have


class Cell(NamedTuple):
    """What a table says of a cell: how far it reaches.

    Attributes:
        columns: how many it crosses.
        rows: how many it crosses; 0 for all that follow in its group of rows.
        above: whether it is the rest of the cell above it.
    """

    columns: int = 1
    rows: int = 1
    above: bool = False


class Slot(NamedTuple):
    """The cell in a column: the row that holds it, and which cell of that row it is; both from 0."""

    row: int
    cell: int


class _Run(NamedTuple):
    """Columns that one cell takes, from ``start`` to before ``end``, up to before row ``last``."""

    start: int
    end: int
    last: int
    slot: Slot


def place(rows: Sequence[Sequence[Cell]], ends: Sequence[int] = ()) -> list[list[Slot | None]] | None:
    """Find the column of every cell of a table.

    Args:
        rows: the cells of each row, in order; a row may be empty.
        ends: for each row one past the last row of its group, beyond which no cell reaches.

    Returns:
        For each row the cell of each column, None where there is none; a row ends behind its last cell. None
        for a table that its spans would blow up.

    Source: HTML Standard, 4.9.12.1 Forming a table.

    >>> place([[Cell(rows=2), Cell()], [Cell()]])
    [[Slot(row=0, cell=0), Slot(row=0, cell=1)], [Slot(row=0, cell=0), Slot(row=1, cell=0)]]
    """
    most = _SMALL + _GROWTH * sum(map(len, rows))
    placed: list[list[_Run]] = []
    size = 0
    for number, cells in enumerate(rows):
        end = ends[number] if ends else len(rows)
        placed.append(list(_row(number, cells, placed[-1] if placed else [], end)))
        size += len(placed[-1])
        if size > most:
            return None
    starts = sorted({run.start for run in chain.from_iterable(placed)})
    if len(starts) * len(rows) > most:
        return None
    return [list(_columns(runs, starts)) for runs in placed]


def flat(rows: Sequence[Sequence[Cell]]) -> list[list[Slot | None]]:
    """Take the cells of each row as they come, one a column."""
    return [[Slot(number, index) for index in range(len(cells))] for number, cells in enumerate(rows)]


def _row(number: int, cells: Sequence[Cell], above: Sequence[_Run], end: int) -> Iterator[_Run]:
    """The runs of a row: what reaches down from above, and its own cells in the columns left free."""
    down = [run for run in above if run.last > number]
    begun = {run.start: run for run in above if run.last <= number}
    at = here = 0
    for index, cell in enumerate(cells):
        while here < len(down) and down[here].start <= at:
            yield down[here]
            at = down[here].end
            here += 1
        free = down[here].start if here < len(down) else at + WIDEST
        stop = min(at + min(max(cell.columns, 1), WIDEST), free)
        last = min(number + min(cell.rows or TALLEST, TALLEST), end)
        slot = begun[at].slot if cell.above and at in begun else Slot(number, index)
        yield _Run(at, stop, last, slot)
        at = stop
    yield from down[here:]


def _columns(runs: Sequence[_Run], starts: Sequence[int]) -> Iterator[Slot | None]:
    """The cell of each column of a row, up to the end of its last cell."""
    at = 0
    for start in starts:
        while at < len(runs) and runs[at].end <= start:
            at += 1
        if at == len(runs):
            return
        yield runs[at].slot if runs[at].start == start else None
