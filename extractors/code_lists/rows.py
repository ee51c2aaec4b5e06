"""The entries of a row of a table, by the roles of its columns.

A column holds codes, the words that describe them, when to use a modifier, how a code is related, or
something else; one without a name may hold any of these.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from extractors.code_lists.codes import LOOSE, At
from extractors.code_lists.lines import Entry, cell_codes, line_entries
from extractors.record.model import Span
from extractors.structure.listing import Listing, listing, merged, system_alone
from extractors.structure.tables import Row
from extractors.text.folding import fold
from extractors.text.reading_text import Line

Role = Literal["codes", "text", "use", "relation", "other", "apart", "open"]

_TEXT = re.compile(
    r"descri|\bname\b|specialty|meaning|definition|nomenclature|\btitle\b|\blabel\b|classification|^descr?$|^providers?\b|"
    r"^(?:diagnos[ei]s|conditions?|indications?|services?|procedures?|items?|details?)(?: description)?$"
)
_USE = re.compile(r"\bwhen\b|\buse\b|\busage\b|\bapplies\b|\bguid")
_APART = re.compile(
    r"\b(?:status|units?|payments?|rates?|prices?|fees?|amounts?|charges?|costs?|dates?|year|age|sex|time|range|"
    r"places?|quantity|limits?|max(?:imum)?|cover(?:ed|age)|auth\w*|required|payable|rvus?|allowed|edition|page|"
    r"numbers?|no\.?|groups?|types?|systems?|sets?)(?=\W*$)|^#$"
)
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("open", re.compile(r"^$")),
    ("relation", re.compile("relation")),
    ("use", _USE),
    ("apart", _APART),
)
_PROCEDURE = re.compile(r"^(?:procedure|service)s?\b")
_REVENUE = re.compile(r"\brevenue codes?\b")
_NO_CODES = re.compile(r"descri|\b(?:type|system|set)\b")
_CODED = re.compile(
    r"\bcodes?\b|^(?:modifiers?|mod|icd-?10(?:-cm)?|cpt(?:/hcpcs)?|hcpcs|taxonomy|revenue)\W*$"
)


class Column(NamedTuple):
    """What a column holds, and what its name says of its codes.

    Attributes:
        role: what it holds.
        listing: what the codes are that stand in it, or that its words describe.
        coded: whether its name leaves no doubt that codes stand in it.
        text: the number of the column that describes its codes; None where there is none for sure.
    """

    role: Role
    listing: Listing | None = None
    coded: bool = False
    text: int | None = None


_MODIFIERS = Column("text", Listing("modifiers"))


class Other(NamedTuple):
    """A line or row of a list that holds no code, and the words that stand in its place."""

    span: Span
    listing: Listing
    cell: Span
    coded: bool = False
    line: Line | None = None


def columns(header: Row | None, source: str) -> tuple[Column, ...]:
    """Return what the columns of a table hold, by the names in its header."""
    names = [fold(source[slice(*cell)]) for cell in header.cells] if header else []
    coded = [bool(_CODED.search(name) and listing(name)) and not _NO_CODES.search(name) for name in names]
    found = [_column(name, sure, any(coded)) for name, sure in zip(names, coded, strict=True)]
    told = _texts(found)
    return tuple(head._replace(text=told.get(index)) for index, head in enumerate(found))


def unplaced(heads: Sequence[Column]) -> bool:
    """Whether words stand in a column that may be those of any of several columns of codes."""
    used = {head.text for head in heads}
    codes = {head.listing for head in heads if head.coded}
    texts = [index for index, head in enumerate(heads) if head.role == "text"]
    return len(codes) > 1 and bool(texts) and used.isdisjoint(texts)


def _texts(heads: Sequence[Column]) -> dict[int, int]:
    """The column that describes the codes of each: the one about codes of its kind, else in their order."""
    texts = [index for index, head in enumerate(heads) if head.role == "text"]
    codes = [index for index, head in enumerate(heads) if head.coded]
    if not texts or len(codes) < 2:
        return dict.fromkeys(range(len(heads)), texts[0]) if texts else {}
    told = {code: text for code in codes for text in reversed(texts) if _is_about(heads[text], heads[code])}
    free = [text for text in texts if heads[text].listing is None]
    left = [code for code in codes if code not in told]
    kinds = {heads[code].listing for code in left}
    if len(free) == 1 and len(kinds) > 1:
        left = [code for code in left if not _is_about(_MODIFIERS, heads[code])]
        kinds = {heads[code].listing for code in left}
    if len(free) == 1 and len(kinds) == 1:
        return told | dict.fromkeys(left, free[0])
    return told | (dict(zip(left, free, strict=True)) if len(left) == len(free) else {})


def _is_about(text: Column, code: Column) -> bool:
    """Whether words describe codes of a kind; those of procedures also codes of no certain kind."""
    kinds = (text.listing and text.listing.kind, code.listing and code.listing.kind)
    return kinds[0] is not None and (kinds[0] == kinds[1] or kinds == ("procedures", "any"))


def _column(name: str, coded: bool, others: bool) -> Column:
    told = listing(name)
    if coded:
        return Column("codes", told, coded=True)
    if (_TEXT.search(name) and (others or told is None)) or (name and "description".startswith(name)):
        about = told or (Listing("procedures") if _PROCEDURE.search(name) else None)
        return Column("text", about if about and about.kind != "any" else None)
    if told:
        return Column("codes", told)
    return Column(next((role for role, pattern in _ROLES if pattern.search(name)), "other"))


def row_entries(
    row: Row, heads: Sequence[Column], now: Listing | None, at: At
) -> tuple[list[Entry | Other], Listing | None]:
    """Return the entries of a row, and what the rows below it list.

    A cell that names a system tells it of the row; one that stands before the codes, of the rows below too.
    """
    more = Column("apart" if heads else "open")
    heads = [*heads, *[more] * len(row.cells)][: len(row.cells)]
    told = [_told(cell, head, at) for cell, head in zip(row.cells, heads, strict=True)]
    under = merged(now, next(filter(None, told), None))
    cells = {
        index: _Cell(cell, head)
        for index, (cell, head, one) in enumerate(zip(row.cells, heads, told, strict=True))
        if one is None and cell[0] < cell[1]
    }
    found = _found(cells, under, at) or _revenue(cells, under, at)
    first = min(found, default=len(told))
    below = next((merged(now, one) for one in reversed(told[:first]) if one), now)
    entries = [one for index in found for one in _described(index, found, cells, heads)]
    whole = [replace(one, span=row.span) for one in entries]
    return [*whole, *_unread(row, cells, found, heads, under)], below


class _Cell(NamedTuple):
    """A cell that is not empty, and its column."""

    span: Span
    head: Column


_Found = Mapping[int, Sequence[Entry]]  # the entries of a row by the number of their cell


def _told(cell: Span, head: Column, at: At) -> Listing | None:
    """What a cell says of the codes of its row, where it names a system and its column says nothing else."""
    sure = head.listing is not None and head.listing.kind != "any"
    return None if sure else system_alone(at.source[slice(*cell)])


def _found(cells: Mapping[int, _Cell], under: Listing | None, at: At) -> _Found:
    """The entries in the columns of codes; where these hold none, those of the others but for the words."""
    coded = {index: cell for index, cell in cells.items() if cell.head.role == "codes"}
    others = {index: cell for index, cell in cells.items() if cell.head.role in ("open", "other", "apart")}
    if under and under.kind in LOOSE:
        others = {} if coded else dict(list(others.items())[:1])
    return _entries(coded, under, at) or _entries(others, under, at)


def _entries(cells: Mapping[int, _Cell], under: Listing | None, at: At) -> _Found:
    return {index: found for index, cell in cells.items() if (found := _entries_of(cell, under, at))}


def _entries_of(cell: _Cell, under: Listing | None, at: At) -> list[Entry]:
    here = merged(under, cell.head.listing)
    if here is None:
        return []
    if cell.head.listing and cell.head.listing.kind == "diagnoses":
        at = at._replace(pointed=False)  # a column of diagnoses may leave out their points
    found = line_entries(cell.span, here, at)[0]
    whole = None if found or cell.head.role != "codes" else cell_codes(cell.span, here, at)
    return [whole] if whole else found


def _revenue(cells: Mapping[int, _Cell], under: Listing | None, at: At) -> _Found:
    """A row of revenue codes in a list of procedure codes; its words say so."""
    words = [fold(at.source[slice(*cell.span)]) for cell in cells.values()]
    if not under or under.kind not in ("any", "procedures") or not any(map(_REVENUE.search, words[1:])):
        return {}
    first = next(iter(cells))
    found = line_entries(cells[first].span, under._replace(kind="revenue"), at)[0]
    return {first: found} if found else {}


def _described(
    index: int, found: _Found, cells: Mapping[int, _Cell], heads: Sequence[Column]
) -> Iterator[Entry]:
    """The entries of a cell with their words: of their column, of the cell, of the next, of the last."""
    texts = [at for at, cell in cells.items() if at not in found and cell.head.role in ("open", "other")]
    told = any(head.role == "text" for head in heads)
    behind = next((at for at in texts if at > index), None)
    ahead = (
        [at for at in texts if cells[at].head.role == "open"] if sum(map(len, found.values())) == 1 else []
    )
    last = ahead[-1] if ahead else None
    free = next((at for at in (behind, last) if at is not None and not told), None)
    for one in found[index]:
        words = _span(cells, heads[index].text) or one.words or _span(cells, free)
        use = None
        if words and one.codes[0].kind == "modifiers":
            place = next((at for at, cell in cells.items() if cell.span == words), index)
            use = _role(cells, "use") or _span(cells, next((at for at in texts if at > place), None))
        yield replace(one, words=words, use=use, relation=_role(cells, "relation"), bare=False)


def _span(cells: Mapping[int, _Cell], index: int | None) -> Span | None:
    return cells[index].span if index is not None and index in cells else None


def _role(cells: Mapping[int, _Cell], role: Role) -> Span | None:
    return next((cell.span for cell in cells.values() if cell.head.role == role), None)


def _unread(
    row: Row, cells: Mapping[int, _Cell], found: _Found, heads: Sequence[Column], under: Listing | None
) -> Iterator[Other]:
    """What stands where codes should be: in each column of nothing else, or in a row without any."""
    for index, cell in cells.items():
        here = merged(under, cell.head.listing)
        if here and cell.head.coded and index not in found:
            yield Other(row.span, here, cell.span, coded=True)
    if not found and cells and any(head.coded for head in heads):
        text = next((cell.span for cell in cells.values() if cell.head.role == "text"), None)
        here = merged(under, next(head.listing for head in heads if head.coded))
        if here and not any(cell.head.coded for cell in cells.values()):
            yield Other(row.span, here, text or next(iter(cells.values())).span, coded=text is not None)
    elif not found and cells:
        here = merged(under, next((cell.head.listing for cell in cells.values() if cell.head.listing), None))
        if here:
            yield Other(row.span, here, next(iter(cells.values())).span)
