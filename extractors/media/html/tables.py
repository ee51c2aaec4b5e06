"""Tables of a page: which of its rows hold data, and which cell of them stands in which column.

A table is what says so: by its tag, by its ARIA role, or by its style. Rows that lay out the page, with
tables or headings of their own in their cells, hold no data.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from bs4.element import PageElement, Tag

from extractors.media.grid import Cell, Slot, flat, place
from extractors.record.model import Span

_TAGS = {"table": "table", "tr": "row", "td": "cell", "th": "header"}
_GROUPS = frozenset({"thead", "tbody", "tfoot"})
_ROLES = {
    **dict.fromkeys(("table", "grid", "treegrid"), "table"),
    "row": "row",
    **dict.fromkeys(("cell", "gridcell"), "cell"),
    **dict.fromkeys(("columnheader", "rowheader"), "header"),
    **dict.fromkeys(("presentation", "none"), ""),
}
_DISPLAY = re.compile(r"display\s*:\s*(?:inline-)?table(-row|-cell|(?![-\w]))", re.IGNORECASE)
_STYLED = {"": "table", "-row": "row", "-cell": "cell"}
_CLASSES = {"divtable": "table", "divtablerow": "row", "divtablecell": "cell", "divtablehead": "header"}
_FEWEST = 2  # cells of a row whose headings name data, and no part of the page
_DIGITS = 6  # of a number of rows or columns; what has more is no number of either
_TABLE = frozenset({"table"})
_PARTS = frozenset({"table", "h1", "h2", "h3", "h4"})
_NAMES = {"table": "table", "row": "tr", "cell": "td", "header": "th"}


@dataclass(frozen=True, slots=True)
class _Outline:
    """A table while its rows are written.

    Attributes:
        number: of the table in the document, from 1.
        spans: where the cells stand in the reading text that have been written, by row and cell.
    """

    number: int
    spans: dict[Slot, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row of data.

    Attributes:
        sheet: its table.
        slots: the cell of each column; None where there is none.
        number: of the row in its table.
        header: whether the row stands in the head of its table.
        wide: whether a cell crosses some columns, but not all.
    """

    sheet: _Outline
    slots: tuple[Slot | None, ...]
    number: int
    header: bool
    wide: bool

    def own(self) -> dict[Slot, int]:
        """The row's own cells, and the column of each."""
        return {slot: at for at, slot in enumerate(self.slots) if slot and slot.row == self.number}


class Tables:
    """The tables of a page as they are met.

    Attributes:
        blown: how many would be blown up by their spans, so that these were left aside.
        nested: how many rows of data hold a table of their own, and were written cell by cell.
    """

    def __init__(self) -> None:
        self.blown = self.nested = 0
        self._rows: dict[int, PlacedRow] = {}
        self._columns: dict[int, int] = {}
        self._count = 0

    def meet(self, table: Tag, hidden: Callable[[Tag], bool]) -> None:
        """Find the rows and cells of a table, those of tables inside it left out."""
        self._count += 1
        sheet = _Outline(self._count)
        rows = list(_rows(table, hidden))
        full = [cells for _, _, cells in rows if len(cells) >= _FEWEST]
        parted = [cells for cells in full if any(_first(cell, _TABLE) for cell in cells)]
        self.nested += len(parted) if len(full) > len(parted) else 0
        data = [cells if _is_data(cells) else [] for _, _, cells in rows]
        sizes = [[_cell(cell) for cell in cells] for cells in data]
        placed = place(sizes, _ends([group for _, group, _ in rows]))
        if placed is None:
            self.blown += 1
            placed = flat(sizes)
        for number, ((row, group, _), cells, slots) in enumerate(zip(rows, data, placed, strict=True)):
            if not cells:
                continue
            wide = None in slots and len(slots) - slots.count(None) > 1
            head = group is not None and group.name == "thead"
            self._rows[id(row)] = here = PlacedRow(sheet, tuple(slots), number, head, wide)
            self._columns.update(zip(map(id, cells), here.own().values(), strict=True))

    def row(self, tag: Tag) -> PlacedRow | None:
        """Return the row that a tag is; None for a tag that is none, and for one that holds no data."""
        return self._rows.get(id(tag))

    def column(self, tag: Tag) -> int | None:
        """Return the column of a cell of a row that holds data."""
        return self._columns.get(id(tag))


def name(tag: Tag) -> str:
    """Return the name of the tag of a table that a tag stands for; its own where it is no part of one."""
    part = _part(tag)
    return _NAMES[part] if part else tag.name


def _part(tag: Tag) -> str | None:
    """What part of a table a tag is."""
    if tag.name in _TAGS:
        return _TAGS[tag.name]
    if not tag.attrs:
        return None
    role = tag.get("role")
    if isinstance(role, str) and role.strip().lower() in _ROLES:
        return _ROLES[role.strip().lower()] or None
    style = _DISPLAY.search(str(tag.get("style") or ""))
    if style:
        return _STYLED[style.group(1).lower()]
    classes = tag.get("class")
    return next((_CLASSES[word.lower()] for word in classes or () if word.lower() in _CLASSES), None)


def _rows(table: Tag, hidden: Callable[[Tag], bool]) -> Iterator[tuple[Tag, Tag | None, list[Tag]]]:
    """The rows of a table with their group and their cells, in order."""
    for row, group in _below(table, "row", hidden):
        yield row, group, [cell for cell, _ in _below(row, "cell", hidden)]


def _below(top: Tag, part: str, hidden: Callable[[Tag], bool]) -> Iterator[tuple[Tag, Tag | None]]:
    """The rows or cells below a tag with the group of rows around them; not those of tables inside."""
    stack: list[tuple[Iterator[PageElement], Tag | None]] = [(iter(top.contents), None)]
    while stack:
        children, group = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
        elif isinstance(child, Tag) and not hidden(child):
            kind = _part(child)
            if kind == part or (part == "cell" and kind == "header"):
                yield child, group
            elif kind not in ("table", "row"):
                stack.append((iter(child.contents), child if child.name in _GROUPS else group))


def _ends(groups: Sequence[Tag | None]) -> list[int]:
    """For each row one past the last row of its group."""
    ends = [len(groups)] * len(groups)
    for at in range(len(groups) - 2, -1, -1):
        ends[at] = ends[at + 1] if groups[at] is groups[at + 1] else at + 1
    return ends


def _is_data(cells: Sequence[Tag]) -> bool:
    """Whether the cells of a row hold data: no tables, no headings but those that are all of a cell."""
    for cell in cells:
        inside = _first(cell, _PARTS)
        if inside and (
            inside.name in ("table", "h1", "h2")
            or len(cells) < _FEWEST
            or inside.get_text().strip() != cell.get_text().strip()
        ):
            return False
    return True


def _first(tag: Tag, names: frozenset[str]) -> Tag | None:
    """The first tag of a name inside another; a tenth of what a search of BeautifulSoup takes."""
    return next((inner for inner in tag.descendants if isinstance(inner, Tag) and inner.name in names), None)


def _cell(tag: Tag) -> Cell:
    return Cell(max(_number(tag, "colspan"), 1), _number(tag, "rowspan"))


def _number(tag: Tag, attribute: str) -> int:
    value = str(tag.get(attribute) or tag.get(f"aria-{attribute}") or "").strip()
    return int(value) if value.isascii() and value.isdecimal() and len(value) < _DIGITS else 1
