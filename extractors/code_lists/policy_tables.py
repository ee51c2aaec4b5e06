"""Code lists of payer policies, in every shape that scraping leaves of a table.

Cells between pipes, tabs or markup; code and words in one cell, with or without a space; a whole table on
one line; a cell a line; codes in prose.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import NamedTuple

from extractors.code_lists.policy_codes import (
    codes,
    coverage_label,
    listing,
    merged,
    names_columns,
    no_code,
    system_alone,
)
from extractors.code_lists.policy_lines import LOOSE, At, Entry, described, line_entries
from extractors.record.model import Span
from extractors.structure.document import Document, Section
from extractors.structure.listing import Kind, Listing
from extractors.text.folding import fold
from extractors.text.reading_text import Line, trim
from extractors.vocabulary.vocabulary import Vocabulary

_WIDE = re.compile(r"\t+| {3,}")
_PIPE = re.compile(r"(?<!\\)\|")
_TEXT = re.compile(r"descri|\bdefinition\b|\bname\b|\bnomenclature\b|\btitle\b|\blabel\b|\bmeaning\b")
_RULE = re.compile(r":?-{3,200}:?")
_USE = re.compile(r"\bwhen\b|\bus(?:e|age|ed)\b|guid|instruct|comment|\bnotes?\b|appl|explan|criteria")
_REVENUE = re.compile(r"\brevenue codes?\b")
_LONGEST_LABEL = 160  # characters; a longer line that ends in a colon is prose


@dataclass(frozen=True, slots=True)
class Other:
    """A line or row of a list that holds no code, and the words that stand in its place."""

    span: Span
    listing: Listing
    cell: Span


class _Head(NamedTuple):
    """The columns of a table: what the codes of each are, and which one describes them."""

    names: tuple[Listing | None, ...]
    text: int | None
    apart: frozenset[int] = frozenset()  # columns that tell something else: units, payment

    def lists(self, index: int, kind: Kind) -> bool:
        """Whether a column may hold codes of a kind; numbers of two digits stand in other columns too."""
        named = index < len(self.names) and self.names[index]
        return index != self.text and (bool(named) or kind not in LOOSE or not any(self.names))


_NO_HEAD = _Head((), None)


def entries(
    section: Section, document: Document, under: Listing | None, vocabulary: Vocabulary
) -> Iterator[Entry | Other]:
    """Read the entries of a section, in text order.

    Args:
        section: where to look.
        document: what it stands in.
        under: what its heading says; None where it says nothing of codes: then only tables whose columns
            say so are read, and codes that stand behind the name of their system.
        vocabulary: for the known modifiers.
    """
    last: Entry | None = None
    paired = alone = False  # whether words stood below a code before, and whether a code had none
    for line, found in _lines(section, document, under, At(document.source, vocabulary)):
        holds = any(isinstance(one, Entry) for one in found)
        if last and not holds and (joined := _joined(last, line, paired or not alone, document.source)):
            paired = paired or last.bare
            last = joined
            continue
        if last:
            alone = alone or (last.bare and holds)
            yield last
        last = next((one for one in reversed(found) if isinstance(one, Entry)), None)
        yield from (one for one in found if one is not last)
    if last:
        yield last


def _lines(
    section: Section, document: Document, under: Listing | None, at: At
) -> Iterator[tuple[Line, Sequence[Entry | Other]]]:
    """Each line and what it holds; headers of tables are not among them."""
    now, head = under, _NO_HEAD
    typed: Line | None = None
    rows = list(rows_of(section, document))
    for index, (line, cells) in enumerate(rows):
        if line is typed:
            continue
        if len(cells) > 1 and _is_header(cells, at.source):
            head = _columns(cells, at.source)
        elif len(cells) > 1:
            found, now = _row(cells, line, now, head, at)
            yield line, found
        else:
            head, now = _NO_HEAD, now if under else None
            cell = cells[0] if cells else line.span
            words = at.source[slice(*cell)]
            told = _label(words, at) if under else None
            if told or names_columns(words):
                now = merged(now, told)
                continue
            typed, told = _type_below(rows, index, now, at)
            listed, going = line_entries(cell, merged(now, told), at)
            now = now if typed else going
            yield line, listed or ([Other(line.span, now, cell)] if now and words else [])


def _type_below(
    rows: Sequence[tuple[Line, tuple[Span, ...]]], index: int, now: Listing | None, at: At
) -> tuple[Line | None, Listing | None]:
    """The line below a code that names its system, of a table with a cell a line: code, type, words."""
    below = [line for line, cells in rows[index + 1 : index + 3] if len(cells) < 2]
    told = system_alone(below[0].text) if now and below else None
    here = merged(now, told)
    if told is None or here is None or not _is_code(rows[index][0], here, at):
        return None, None
    if len(below) > 1 and _is_code(below[1], here, at):
        return None, None
    return below[0], told


def _is_code(line: Line, here: Listing, at: At) -> bool:
    found = next(codes(at.source, line.span, here.kind, at.vocabulary), None)
    return found is not None and found.spans == (line.span,)


def rows_of(section: Section, document: Document) -> Iterator[tuple[Line, tuple[Span, ...]]]:
    """Yield the lines of a section with their cells; a table of Markdown on one line is cut into its rows."""
    for line in section.lines:
        cells = cells_of(line, document.source)
        width = _width(cells, document.source)
        if not width:
            yield line, cells
            continue
        for at in range(1, len(cells), width + 1):
            row = cells[at : at + width]
            start, end = row[0][0], row[-1][1]
            if start < end and not _is_rule(row[0], document.source):
                yield replace(line, start=start, end=end, text=document.source[start:end], body=start), row


def _width(cells: Sequence[Span], source: str) -> int:
    """How many columns a table has that stands on one line with its rule; 0 where there is none."""
    first = next((index for index, cell in enumerate(cells) if _is_rule(cell, source)), 0)
    width = sum(1 for _ in takewhile(lambda cell: _is_rule(cell, source), cells[first:])) if first else 0
    parted = all(start == end for start, end in cells[:: width + 1])
    return width if first == width + 2 and parted and len(cells) > first + width else 0


def _is_rule(cell: Span, source: str) -> bool:
    return bool(_RULE.fullmatch(source, *cell))


def cells_of(line: Line, source: str) -> tuple[Span, ...]:
    """Return the cells of a line: of markup, between pipes, or parted by tabs or three spaces and more."""
    if line.cells:
        return line.cells
    pattern = _PIPE if "|" in line.text else _WIDE
    start = line.body - line.start
    edges = list(pattern.finditer(line.text, start))
    starts = [start, *(edge.end() for edge in edges)]
    stops = [*(edge.start() for edge in edges), len(line.text)]
    cells = [
        trim(source, line.start + left, line.start + right) for left, right in zip(starts, stops, strict=True)
    ]
    if line.text.endswith("|"):
        cells.pop()
    return tuple(cells)


def _label(words: str, at: At) -> Listing | None:
    """What a line says of the lines below it: ``HCPCS``, or words that end in a colon and hold no code."""
    label = words.strip(" *_|#")
    if names_columns(label):
        return listing(label)
    if not label.endswith(":") or len(label) > _LONGEST_LABEL:
        return None
    told = listing(label) or coverage_label(label)
    return None if told is None or any(codes(label, (0, len(label)), "any", at.vocabulary)) else told


def _joined(last: Entry, line: Line, joins: bool, source: str) -> Entry | None:
    """The entry above with the words of a line that holds none of its own; None where they do not belong."""
    words = line.words
    if last.bare:
        if not joins or words.startswith("*") or fold(words[:4]) == "note" or no_code(words):
            return None
        text = described((line.body, line.end), source)
        return replace(last, words=text, span=(last.span[0], line.end), bare=False) if text else None
    goes_on = last.words and last.words[1] == last.span[1] and len(cells_of(line, source)) < 2
    if not goes_on or not last.words or source[last.span[1] : line.start].count("\n") > 1:
        return None
    above = source[max(last.words[0], last.words[1] - 300) : last.words[1]]
    if words[:1].islower() or above.endswith((",", "-", "/")) or above.count("(") > above.count(")"):
        return replace(last, words=(last.words[0], line.end), span=(last.span[0], line.end))
    return None


def _is_header(cells: Sequence[Span], source: str) -> bool:
    words = [source[slice(*cell)] for cell in cells]
    named = [names_columns(name) for name in words]
    described = any(name and _TEXT.search(fold(cell)) for name, cell in zip(named, words, strict=True))
    return all(named) or (sum(named) > 1 and (described or not system_alone(words[0])))


def _columns(cells: Sequence[Span], source: str) -> _Head:
    names = [fold(source[slice(*cell)]) for cell in cells]
    text = next((index for index, name in enumerate(names) if _TEXT.search(name)), None)
    kinds = tuple(None if index == text else listing(name) for index, name in enumerate(names))
    apart = (index for index, name in enumerate(names) if name and index != text and not kinds[index])
    return _Head(kinds, text, frozenset(index for index in apart if not _USE.search(names[index])))


def _row(
    cells: Sequence[Span], line: Line, now: Listing | None, head: _Head, at: At
) -> tuple[list[Entry | Other], Listing | None]:
    """The entries of a row of cells, each with the cell that describes it.

    A cell that names a system tells it of the row; one that stands before the codes, of the rows below too.
    """
    told = [system_alone(at.source[slice(*cell)]) for cell in cells]
    told = [
        None if one and index < len(head.names) and head.names[index] else one
        for index, one in enumerate(told)
    ]
    first = next(filter(None, told), None)
    under = merged(now, first)
    found: list[Entry] = []
    behind: list[int] = []  # for each entry the place of the first text in a column behind its own
    texts: list[Span] = []
    apart: list[Span] = []
    for index, cell in enumerate(cells):
        if told[index]:
            under = merged(under, told[index])
            now = now if found else under
            continue
        listed = _cell(cell, index, under, head, at)
        found += listed
        behind += [len(texts)] * len(listed)
        if not listed and cell[0] < cell[1]:
            (apart if index in head.apart else texts).append(cell)
    found = found or _revenue(cells, under, at)
    behind = behind or [int(texts[:1] == [cells[0]])] * len(found)  # of revenue codes, in the first cell
    here = merged(under, next(filter(None, head.names), None))
    if not found:
        return ([Other(line.span, here, texts[0])] if here and texts else []), now
    fixed = cells[head.text] if head.text is not None and head.text < len(cells) else None
    surplus = len(cells) - len(head.names) if head.names else 0
    words = _Words(fixed, texts, {text: at for at, text in enumerate(texts)}, line.span, len(found), surplus)
    return [_described(one, first, words) for one, first in zip(found, behind, strict=True)], now


def _cell(cell: Span, index: int, under: Listing | None, head: _Head, at: At) -> list[Entry]:
    here = merged(under, head.names[index] if index < len(head.names) else None)
    return line_entries(cell, here, at)[0] if here and head.lists(index, here.kind) else []


def _revenue(cells: Sequence[Span], under: Listing | None, at: At) -> list[Entry]:
    """A row of revenue codes in a list of procedure codes; its words say so."""
    if not under or under.kind not in ("any", "procedures"):
        return []
    if not any(_REVENUE.search(fold(at.source[slice(*cell)])) for cell in cells[1:]):
        return []
    return line_entries(cells[0], under._replace(kind="revenue"), at)[0]


class _Words(NamedTuple):
    """The words of a row: the cell of the column that describes, the other cells, and the row's shape.

    The cells stand in the order of their columns; that of a cell which crosses rows may lie above the row.
    """

    fixed: Span | None
    texts: Sequence[Span]
    places: Mapping[Span, int]
    span: Span
    entries: int
    surplus: int


def _described(one: Entry, first: int, row: _Words) -> Entry:
    """An entry with its words: those of the column that describes, of its cell, of the next, of the last.

    ``first`` is the place of the first text behind the entry's cell.
    """
    behind = _at(row.texts, first)
    ahead = row.texts[-1] if row.texts and row.entries == 1 else None
    words = row.fixed or one.words or behind or ahead
    words = words if words and words[0] < words[1] else None
    whole = row.entries == 1 or (words is not None and words == row.fixed)
    use = _at(row.texts, row.places[words] + 1 if words in row.places else first) if words else None
    span = row.span if whole else (one.span[0], max(one.span[1], (words or one.span)[1]))
    return replace(one, words=words, use=use, span=span, bare=False, surplus=row.surplus)


def _at(cells: Sequence[Span], place: int) -> Span | None:
    return cells[place] if place < len(cells) else None
