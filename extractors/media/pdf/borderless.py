"""Tables without upright ruled lines: rows of strips that stand in the columns of their first row.

The columns are the left edges of the first row's strips, or those of a ruled header above. Level ruled
lines tell which lines of print make a row, else gaps wider than those inside rows. Without either a row
reaches from one first cell to the next, unless cells are set to the middle of their rows: then nobody can
tell, and the lines stay lines of text.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import fmean
from typing import NamedTuple

from extractors.media.pdf.lines import Grid, GridRow, Rule, Strip, StripRow, together

_ALIGNED = 3.0  # points
_FAR = 2.5  # of the letter size, between two rows of a table
_WIDER = 1.15  # times the smallest distance of lines: two lines farther apart belong to two rows
_OVERLAP = 0.8  # of the letter size; lines closer together belong to cells set to the middle of their row
_LONGEST_FIRST = 60  # characters of a first cell, on average; two columns of prose have more


class _Columns(NamedTuple):
    """Where the columns of a table begin, and where strips in them must end; None where nothing says so."""

    starts: tuple[float, ...]
    ends: tuple[float, ...] | None

    def of(self, strip: Strip) -> int | None:
        """Return the column in which a strip stands."""
        if self.ends is None:
            distance, number = min((abs(x - strip.x0), number) for number, x in enumerate(self.starts))
            return number if distance <= _ALIGNED else None
        for number, (start, end) in enumerate(zip(self.starts, self.ends, strict=True)):
            if start - 1 <= strip.x0 and strip.x1 <= end + 1:
                return number
        return None

    def opened(self, row: StripRow) -> bool:
        """Whether a row has a first cell."""
        return any(self.of(strip) == 0 for strip in row)


def tabulated(items: Sequence[StripRow | Grid], rules: Sequence[Rule]) -> Iterator[StripRow | Grid]:
    """Replace runs of rows that make a table by that table; everything else stays as it is.

    Args:
        items: a page in reading order.
        rules: its level ruled lines.
    """
    at = 0
    while at < len(items):
        above = items[at - 1] if at else None
        head = above if isinstance(above, Grid) and above.edges else None
        run, grid = _table(items[at:], head, rules) if head else ([], None)
        if grid is None:
            run, grid = _table(items[at:], None, rules)
        yield grid or items[at]
        at += len(run) if grid else 1


def _table(
    items: Sequence[StripRow | Grid], head: Grid | None, rules: Sequence[Rule]
) -> tuple[list[StripRow], Grid | None]:
    first = items[0]
    if isinstance(first, Grid) or (head is None and len(first) < 2):
        return [], None
    columns = (
        _Columns(head.edges, (*head.edges[1:], head.x1))
        if head
        else _Columns(tuple(strip.x0 for strip in first), None)
    )
    run = _run(items, columns, head.bottom if head else first[0].top)
    return run, _grid(run, columns, rules, 1 if head else 2)


def _run(items: Sequence[StripRow | Grid], columns: _Columns, bottom: float) -> list[StripRow]:
    """The rows from the first on that stand in the columns; lone first cells only inside the run."""
    run: list[StripRow] = []
    for item in items:
        if isinstance(item, Grid) or item[0].top - bottom > _FAR * item[0].size:
            break
        found = [columns.of(strip) for strip in item]
        if None in found or len(set(found)) < len(found):
            break
        run.append(item)
        bottom = max(strip.bottom for strip in item)
    while run and _alone(run[-1], columns):
        run.pop()
    return run


def _alone(row: StripRow, columns: _Columns) -> bool:
    return len(row) == 1 and columns.opened(row)


def _grid(run: Sequence[StripRow], columns: _Columns, rules: Sequence[Rule], fewest: int) -> Grid | None:
    if not run:
        return None
    bands = _bands(run, rules)
    groups = (
        _between_rules(run, bands, columns) or _by_gaps(run, columns) or _by_first_cell(run, bands, columns)
    )
    if len(groups) < fewest:
        return None
    rows = [_row(group, columns) for group in groups]
    if fmean(len(row.cells[0]) for row in rows) > _LONGEST_FIRST:
        return None
    every = [strip for row in run for strip in row]
    return Grid(
        tuple(rows),
        min(strip.x0 for strip in every),
        max(strip.x1 for strip in every),
        min(strip.top for strip in every),
        max(strip.bottom for strip in every),
    )


def _bands(run: Sequence[StripRow], rules: Sequence[Rule]) -> list[int]:
    """Between which ruled lines each row stands, as the number of lines above it."""
    x0, x1 = run[0][0].x0, run[0][-1].x1
    heights = [rule.y for rule in rules if rule.x0 < x1 and x0 < rule.x1]
    return [sum(y < (row[0].top + row[0].bottom) / 2 for y in heights) for row in run]


def _between_rules(run: Sequence[StripRow], bands: Sequence[int], columns: _Columns) -> list[list[StripRow]]:
    """The rows between two ruled lines each; none if the lines do not part all first cells."""
    groups: dict[int, list[StripRow]] = {}
    for row, band in zip(run, bands, strict=True):
        groups.setdefault(band, []).append(row)
    single = all(sum(map(columns.opened, group)) == 1 for group in groups.values())
    whole = all(any(not _alone(row, columns) for row in group) for group in groups.values())
    return list(groups.values()) if single and whole else []


def _by_gaps(run: Sequence[StripRow], columns: _Columns) -> list[list[StripRow]]:
    """The rows that stand apart by gaps wider than those inside; none unless each has one first cell."""
    gaps = [below[0].bottom - above[0].bottom for above, below in pairwise(run)]
    groups = [[run[0]]]
    for row, gap in zip(run[1:], gaps, strict=True):
        if gap > _WIDER * min(gaps):
            groups.append([])
        groups[-1].append(row)
    parted = 1 < len(groups) < len(run)
    return groups if parted and all(sum(map(columns.opened, group)) == 1 for group in groups) else []


def _by_first_cell(run: Sequence[StripRow], bands: Sequence[int], columns: _Columns) -> list[list[StripRow]]:
    """The rows from one first cell to the next; none if cells are set to the middle of their rows."""
    groups: list[list[StripRow]] = []
    before = bands[0]
    for row, band in zip(run, bands, strict=True):
        if columns.opened(row):
            groups.append([])
        elif not groups or band != before:
            return []
        groups[-1].append(row)
        before = band
    crossed = any(
        below[0].bottom - above[0].bottom < _OVERLAP * below[0].size for above, below in pairwise(run)
    )
    return [] if crossed or any(_alone(row, columns) for row in run) else groups


def _row(group: Sequence[StripRow], columns: _Columns) -> GridRow:
    cells = [""] * len(columns.starts)
    for strip in (strip for row in group for strip in row):
        column = columns.of(strip) or 0
        cells[column] = together(cells[column], strip.words)
    return GridRow(tuple(cells), all(strip.bold for row in group for strip in row))
