"""Tables with ruled lines: which letters stand in which cell, and which cells cross rows and columns."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

from pdfplumber.page import Page
from pdfplumber.table import Table

from extractors.media.grid import Cell, Slot, flat, place
from extractors.media.pdf.cells import cell_lines, cell_words, stacked
from extractors.media.pdf.lines import Grid, GridRow, Letter

_LONGEST_CELL = 2_000  # characters; a frame around a page or column holds more


class _Filled(NamedTuple):
    """A cell: how far it reaches, its words, and whether they are bold."""

    size: Cell
    words: str
    bold: bool


def ruled(page: Page, letters: list[Letter]) -> tuple[list[Grid], list[Letter]]:
    """Return the ruled tables of a page, and the letters that stand in none."""
    grids: list[Grid] = []
    for table in page.find_tables():
        inside: dict[tuple[int, int], list[Letter]] = {}
        rest = []
        for letter in letters:
            cell = _cell(table, letter)
            if cell is None:
                rest.append(letter)
            else:
                inside.setdefault(cell, []).append(letter)
        grid = _grid(table, inside)
        if grid:
            grids.append(grid)
            letters = rest
    return grids, letters


def _cell(table: Table, letter: Letter) -> tuple[int, int] | None:
    across, down = (letter.x0 + letter.x1) / 2, (letter.top + letter.bottom) / 2
    x0, top, x1, bottom = table.bbox
    if not (x0 <= across <= x1 and top <= down <= bottom):
        return None
    for number, row in enumerate(table.rows):
        for column, cell in enumerate(row.cells):
            if cell and cell[0] <= across < cell[2] and cell[1] <= down < cell[3]:
                return number, column
    return None


def _grid(table: Table, inside: dict[tuple[int, int], list[Letter]]) -> Grid | None:
    """A table of at least two columns; a frame around text is none."""
    columns = sorted({column for _, column in inside})
    if len(columns) < 2:
        return None
    places = [(column, row.cells[column]) for row in table.rows for column in columns]
    edges = {at: min(place[0] for column, place in places if place and column == at) for at in columns}
    reach = list(_reach(table, edges))
    rows = [
        row
        for number, cells in enumerate(reach)
        for row in _rows(
            [(cell, inside.get((number, column), []), right) for column, cell, right in cells], len(edges)
        )
    ]
    words = [[cell.words for cell in row] for row in rows]
    sizes = [[cell.size for cell in row] for row in rows]
    slots = place(sizes) or flat(sizes)
    found = [
        _grid_row(number, words, slots)._replace(bold=all(cell.bold for cell in row))
        for number, row in enumerate(rows)
    ]
    if max(len(cell) for row in found for cell in row.cells) > _LONGEST_CELL:
        return None
    x0, top, x1, bottom = table.bbox
    return Grid(tuple(row for row in found if any(row.cells)), x0, x1, top, bottom, tuple(edges.values()))


def _rows(cells: Sequence[tuple[Cell, list[Letter], float]], width: int) -> Iterator[list[_Filled]]:
    """The cells of a row with their words; of several rows where no line parts these."""
    lines = [(cell_lines(letters), right) for _, letters, right in cells]
    alone = len(cells) == width and all(size == Cell() for size, _, _ in cells)
    stack = stacked(lines) if alone else 1
    for at in range(stack):
        yield [
            _Filled(
                size,
                cell_words(found[at : at + 1] if stack > 1 else found, right),
                all(letter.bold for letter in letters if letter.text.strip()),
            )
            for (size, letters, _), (found, right) in zip(cells, lines, strict=True)
        ]


def _reach(table: Table, edges: dict[int, float]) -> Iterator[list[tuple[int, Cell, float]]]:
    """For each row its cells: their column, how many columns and rows they cross, and their right edge."""
    tops = [row.bbox[1] for row in table.rows]
    covered: set[tuple[int, int]] = set()
    for number, row in enumerate(table.rows):
        cells: list[tuple[int, Cell, float]] = []
        for column, edge in edges.items():
            frame = row.cells[column]
            if frame:
                across = [at for at, left in edges.items() if at >= column and left < frame[2] - 1]
                down = [at for at in range(number, len(tops)) if tops[at] < frame[3] - 1]
                covered.update(product(down, across))
                cells.append((column, Cell(len(across), len(down)), frame[2]))
            elif (number, column) not in covered:
                cells.append((column, Cell(), edge))
        yield cells


def _grid_row(number: int, words: list[list[str]], slots: list[list[Slot | None]]) -> GridRow:
    """A row of a table; what stands in one cell across all columns is no row of cells."""
    found = [words[slot.row][slot.cell] if slot else "" for slot in slots[number]]
    if len(found) - slots[number].count(None) == 1:
        return GridRow(("".join(found),), bold=False)
    above = [at for at, slot in enumerate(slots[number]) if slot and slot.row < number and found[at]]
    cells = ["" if at in above else cell for at, cell in enumerate(found)]
    return GridRow(tuple(cells), False, frozenset(above), None in slots[number])
