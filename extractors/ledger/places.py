"""Where codes stand: in front of a line or cell, behind a label, in brackets at the end of an item.

A code that stands so is part of a list, a table or a label, and no mere mention, whoever reads it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from extractors.ledger.cues import Cue, Cued, chain, cue_of
from extractors.ledger.plain import Plain
from extractors.ledger.prints import Print, exists, system_print
from extractors.resources import code_set
from extractors.structure.document import Section
from extractors.structure.listing import listing
from extractors.text.reading_text import Line, Mark

_OPENS = re.compile(
    r"[\s*_`•●▪■◦·#+†‡^\"'([–-]{0,12}"
    r"(?:(?:CPT|HCPCS|CDT|ICD-10(?:-(?:CM|PCS))?|Modifiers?|Mod|Code|Rev(?:enue)?|DRG|MS-DRG)(?:®|\(R\)|-4)?"
    r"(?:[ /](?:HCPCS|codes?|CPT)){0,2}(?::\s?|#\s?|\s-\s|\s)){0,2}[\"'“(\[*`]{0,3}-?",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[\"'”’*_`)\]†‡^.,;\s]{0,6}$")
_PARTED = re.compile(r"[\"'”’*_`)\]†‡^]{0,3}\s{0,2}(?:[:=|–-](?:\s|$)|\()")
_VERB = re.compile(
    r"[\"'”’*_`)\]]{0,3}\s{1,3}(?:is|are|was|were|may|must|should|can|will|would|when|if|do|does|has|have|only|and|or|"
    r"for|to|in|cannot|needs?|requires?|refers?|describes?|reports?|falls?|covers?|represents?|means|stands|allows?|"
    r"code|CPT|HCPCS)\b"
)
_SMALL = re.compile(r"[\"'”’*_`)\]]{0,3}\s[a-z]")
_LABEL = re.compile(r"(?<![^.;|\s])[^.;:|\s][^.;:|]{1,120}:\s{0,3}(?=[\"'“(\[*`]?[0-9A-Z])")
_CLOSES = re.compile(r"[\"'”’*_`)\]†‡^]{0,4}\s{0,3}(?:[.;]|$)")
_ADDRESS = re.compile(
    r"[^|\n]{0,60}\b(?:street|avenue|road|blvd|boulevard|suite|p\.?o\.? box)\b", re.IGNORECASE
)
_TAIL = 160  # characters at the end of an item in which its codes may stand
_NAMED = re.compile(r"[(\[]\s?|\s[-–—]\s|:\s")
_WORTH = re.compile(r"[0-9]|[Mm]od")  # without one of these a line or cell holds no code
_EDGE = re.compile(r"[|\t]")
_COLUMN = re.compile(r"[^0-9|]{1,60}(?:(?:ICD|CPT)-?(?:10|4)[^0-9|]{0,40})?$")


class Place(NamedTuple):
    """A stretch where codes stand, and the codes that its cue or its neighbours show to be there."""

    start: int
    end: int
    prints: tuple[Print, ...]


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell or line to look at: its stretch, what is said of its codes, and whether other cells stand by."""

    start: int
    end: int
    cue: Cue | None
    beside: bool


def places(section: Section, found: Plain) -> Iterator[Place]:
    """Return the stretches of a section where codes stand."""
    cue = section.listing.kind if section.listing else None
    header: Sequence[Cue | None] | None = None  # of the table that the line is a row of
    alone: list[tuple[int, Place]] = []
    for index, line in enumerate(section.lines):
        cells = _cells(line, found)
        if len(cells) < 2:
            header = None
            cell = _Cell(*cells[0], cue, beside=False)
            spots = list(_in_cell(cell, found.words, listed=line.bulleted or line.mark is Mark.ROW))
            if cue:
                yield from spots
            else:
                alone += [(index, place) for place in spots]
        elif names := _header(cells, found, first=header is None):
            header = names
        else:
            yield from _in_row(cells, header, cue, found.words)
    yield from _neighbours(alone)


def _in_row(
    cells: Sequence[tuple[int, int]], header: Sequence[Cue | None] | None, cue: Cue | None, words: str
) -> Iterator[Place]:
    """The places in a row; in a column that another name stands above, a number is no code."""
    for column, (start, end) in enumerate(cells):
        told = header[column] if header and column < len(header) else None
        cell = _Cell(start, end, told or (None if header else cue), beside=True)
        for place in _in_cell(cell, words, listed=True):
            yield place if told or not header else place._replace(prints=())


def _cells(line: Line, found: Plain) -> list[tuple[int, int]]:
    if line.cells:
        return [(found.to(start), found.to(end)) for start, end in line.cells]
    start, end = found.to(line.body), found.to(line.end)
    words = found.words[start:end]
    if "|" not in words and "\t" not in words:
        return [(start, end)]
    edges = [start - 1, *(start + each.start() for each in _EDGE.finditer(words)), end]
    cells = [(left + 1, right) for left, right in pairwise(edges)]
    return cells[words.startswith("|") : len(cells) - words.endswith("|")] or [(start, end)]


def _header(cells: Sequence[tuple[int, int]], found: Plain, *, first: bool) -> Sequence[Cue | None]:
    """What the columns of a header are; empty for a row that is none.

    The first row of a table is one if it holds no digit, a row below only if it names codes.
    """
    names = [found.words[start:end].strip() for start, end in cells]
    if not all(not name or _COLUMN.match(name) for name in names):
        return ()
    cues = [told and told.kind for told in map(listing, names)]
    return [None if cue == "other" else cue for cue in cues] if first or any(cues) else ()


def _in_cell(cell: _Cell, words: str, *, listed: bool) -> Iterator[Place]:
    """The places in a cell or line: in front, behind a label, in brackets at its end."""
    if cell.cue != "modifiers" and not _WORTH.search(words, cell.start, cell.end):
        return
    opening = _OPENS.match(words, cell.start, cell.end)
    cell = _told(cell, opening)
    codes = list(_chain(words, opening.end() if opening else cell.start, cell))
    if codes and _stands(codes, words, cell):
        yield _place(codes, words, cell)
        return
    for label in _LABEL.finditer(words, cell.start, cell.end):
        under = _told(cell, label)
        codes = list(_chain(words, label.end(), under))
        if codes and _CLOSES.match(words, _end(codes), cell.end):
            yield _place(codes, words, under)
            return
    if listed or cell.cue:
        yield from _behind_a_name(cell, words)


def _behind_a_name(cell: _Cell, words: str) -> Iterator[Place]:
    """Codes at the end of an item, behind its words: "Cane with one foot (E0100)"."""
    for named in _NAMED.finditer(words, max(cell.start, cell.end - _TAIL), cell.end):
        codes = list(_chain(words, named.end(), cell))
        if codes and _ENDS.match(words, _end(codes), cell.end):
            yield _place(codes, words, cell)
            return


def _told(cell: _Cell, lead: re.Match[str] | None) -> _Cell:
    """The cell with what the words before its codes say of them."""
    cue = cue_of(lead.group()) if lead and lead.end() > lead.start() else None
    return replace(cell, cue=cue) if cue and cue != "other" else cell


def _chain(words: str, at: int, cell: _Cell) -> Iterator[Cued]:
    """The codes from an offset on; without a cue those that a procedure or a diagnosis may look like."""
    for one in chain(words, at, cell.cue if cell.cue and cell.cue != "other" else "any"):
        if one.value[1] > cell.end:
            return
        yield one


def _end(codes: Sequence[Cued]) -> int:
    return (codes[-1].last or codes[-1].value)[1]


def _stands(codes: Sequence[Cued], words: str, cell: _Cell) -> bool:
    """Whether codes in front of a line or cell are its codes, and not the subject of a sentence."""
    end = _end(codes)
    if _ENDS.match(words, end, cell.end) or _PARTED.match(words, end, cell.end):
        return True
    sentence = not cell.beside and words[cell.end - 1] == "." and _SMALL.match(words, end, cell.end)
    if cell.cue == "modifiers" or sentence or _VERB.match(words, end, cell.end):
        return False
    return not _ADDRESS.match(words, end, cell.end)


def _place(codes: Sequence[Cued], words: str, cell: _Cell) -> Place:
    told = (system_print(one, words) for one in codes if cell.cue or _is_known(one, words))
    known = (each for each in told if exists(each, words))
    shown = cell.cue is not None or not cell.beside or re.search(r"[A-Za-z]{3}", words[cell.end :][:200])
    return Place(codes[0].value[0], _end(codes), tuple(known) if shown else ())


def _is_known(one: Cued, words: str) -> bool:
    value = words[slice(*one.value)]
    return any(value in code_set(system) for system in ("CPT", "HCPCS", "ICD-10-CM"))


def _neighbours(alone: Sequence[tuple[int, Place]]) -> Iterator[Place]:
    """Lines that open with codes, without a word that says so: a list where another one is near."""
    for at, (index, place) in enumerate(alone):
        near = [other for other, _ in alone[max(0, at - 1) : at + 2] if 0 < abs(other - index) <= 2]
        yield place if near else place._replace(prints=())
