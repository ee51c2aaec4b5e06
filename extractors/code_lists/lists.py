"""Every code list of a section: its tables row by row, its lines one by one, in the order of the text."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, groupby
from typing import NamedTuple

from extractors.code_lists.codes import At, codes
from extractors.code_lists.facts import Field, entry_facts, field_of, missing
from extractors.code_lists.joined import Found, joined
from extractors.code_lists.lines import Entry, cell_codes, line_entries
from extractors.code_lists.rows import Column, Other, columns, row_entries, unplaced
from extractors.record.findings import finding
from extractors.record.model import Repair, Span
from extractors.record.readings import Gap, Reading
from extractors.structure.document import Document, Section
from extractors.structure.listing import (
    Kind,
    Listing,
    coverage_label,
    listing,
    merged,
    names_columns,
    system_alone,
)
from extractors.structure.placeholder_lines import placeholder_line
from extractors.structure.placeholders import placeholder
from extractors.structure.tables import Row, Table, names_row, tables
from extractors.text.reading_text import Line
from extractors.vocabulary.vocabulary import Vocabulary

_LONGEST_LABEL = 160  # characters; a longer line that ends in a colon is prose
_POINTED = re.compile(r"(?<![0-9A-Za-z])[A-Za-z][0-9][0-9ABab]\.[0-9A-Za-z]")
_PARTED = re.compile(r"\s?[:–—=-]|\s")
_DIGIT_BY = 7  # characters of a code, the longest that begins with letters, among which one is a digit
_FEWEST = 2  # lines that make a list where no heading does
_BY_FORM: tuple[Kind, ...] = ("any", "diagnoses", "modifiers")  # clearest form first
_CLOSED = re.compile(r"[.!?)\]|]$")
_HANGING = re.compile(r"(?:[,(/&-]|\b(?:and|or|of|with|the|for|to|a|an|in|by|each|per))$", re.IGNORECASE)


class _Part(NamedTuple):
    """A line, a row, or the beginning of a table."""

    start: int
    line: Line | None = None
    row: Row | None = None
    table: Table | None = None


class _Within(NamedTuple):
    """The table that rows belong to: its columns, whether it lists codes, and what its rows list."""

    table: Table
    heads: tuple[Column, ...]
    reads: bool
    now: Listing | None


def coded_lists(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    """Read every code list of a section.

    Where its heading speaks of no codes, tables are read whose columns do, lines that each open with a code,
    and what the document reads outside of lists.
    """
    at = At(document.source, vocabulary, bool(_POINTED.search(document.source, *_body(section))))
    under = section.listing
    if under and document.ends_at(section.end) and not section.lines and section.heading:
        yield Gap(field_of(under, document), "truncated", section.heading.span)
    found = joined(list(chain.from_iterable(_found(section, document, under, at))), document.source)
    if under is None and document.unlisted == "items":
        found = [one for one in found if not isinstance(one, Entry) or one.words or one.whole is not None]
    found = list(_without_mentions(found))
    entries = [one for one in found if isinstance(one, Entry)]
    last = entries[-1] if entries and section.listing else None
    for one in found:
        if isinstance(one, Entry):
            cut = one is last and one.whole is not False and _is_cut(one, entries[:-1], section, document)
            yield from entry_facts(one, document, cut=cut)
            if one.inner and one.whole is None:
                said = "an item begins in the middle of a line"
                span = (one.span[0], one.words[0] if one.words else one.span[1])
                yield Repair(kind="items.run_together", span=span, detail=said)
        elif isinstance(one, Other) and one.line and placeholder(one.line.words) is not None:
            yield from placeholder_line(one.line, (field_of(one.listing, document),))
        elif isinstance(one, Other):
            yield from missing(one, document)
        else:
            yield one


def _without_mentions(found: Sequence[Found]) -> Iterator[Found]:
    """Leave out modifiers that a sentence names beside a list of them with words; it is no item of that."""
    of_modifiers = [one for one in found if isinstance(one, Entry) and one.listing.kind == "modifiers"]
    named = [one for one in of_modifiers if one.mention]
    beside = any(one.words and not one.mention for one in of_modifiers)
    yield from (one for one in found if not (beside and one in named))


def _body(section: Section) -> Span:
    return (section.lines[0].start, section.end) if section.lines else (section.end, section.end)


def _untold(section: Section, at: At) -> dict[int, Listing]:
    """Lines that are lists though no heading says so, by where they begin: each opens with a code of a kind.

    Where the codes are mere numbers, nothing else stands in the section, or words above speak of codes.
    """
    lines = [line for line in section.lines if not (line.lone_bullet or line.piped)]
    runs = [(kind, list(run)) for kind, run in groupby(lines, lambda line: _opening(line, at))]
    if not any(kind for kind, _ in runs):
        return {}
    untold: dict[int, Listing] = {}
    told = section.heading is not None and listing(section.heading.text) is not None
    for kind, run in runs:
        certain = told or len(runs) == 1 or any(not line.words[:5].isdigit() for line in run)
        several = len({line.words.split()[0].strip(":") for line in run})
        if kind and certain and several >= _FEWEST:
            untold |= dict.fromkeys((line.start for line in run), Listing(kind))
        told = told or any(listing(line.text) for line in run)
    return untold


def _opening(line: Line, at: At) -> Kind | None:
    """The kind of the code that a line opens with, parted from words behind; a code shows a digit soon."""
    if not any(map(str.isdigit, line.words[:_DIGIT_BY])):
        return None
    group = next(codes(line.words, (0, len(line.words)), "any", at), None)
    return group.kind if group and group.start == 0 and _PARTED.match(line.words, group.end) else None


def _found(section: Section, document: Document, under: Listing | None, at: At) -> Iterator[Sequence[Found]]:
    """What each line and row holds, in the order of the text."""
    now, within = under, None
    untold = {} if under else _untold(section, at)
    for part in _parts(section, document):
        found: Sequence[Found] = []
        if part.table:
            within = _entered(part.table, now, document, at)
            found = _notes(within, document) if within.reads else []
        elif part.row and within and within.reads:
            found, within = _of_row(part.row, within, document, at)
        elif part.line and within and part.start < within.table.span[1]:
            found, below = _of_line(part.line, within.now, document, at)
            within = within._replace(now=below)
        elif part.line:
            found, below = _of_line(part.line, now or untold.get(part.start), document, at)
            now = below if under else None
        yield found


def _entered(table: Table, now: Listing | None, document: Document, at: At) -> _Within:
    """A table with its columns, and what it lists."""
    heads = columns(table.header, at.source)
    if table.width == 1:
        listed = merged(now, next((head.listing for head in heads if head.coded), None))
        return _Within(table, heads, bool(listed), listed)
    told = _tells(table, heads, document, at)
    place = next((index for index, head in enumerate(heads) if head.coded), 0)
    listed = None if told or now else _by_form(table, heads, place, at)
    if listed and heads:
        text = heads[place].text
        holds = Column("codes", listed, coded=True, text=text if text != place else None)
        heads = (*heads[:place], holds, *heads[place + 1 :])
    return _Within(table, heads, bool(told or now or listed), now or listed)


def _parts(section: Section, document: Document) -> list[_Part]:
    """The lines, rows and beginnings of tables of a section, in the order of the text."""
    parts: list[_Part] = []
    spans: list[Span] = []
    for table in tables(section, document):
        heads = (table.header,) if table.header else ()
        spans += [row.span for row in (*heads, *table.rows)]
        parts.append(_Part(table.span[0], table=table))
        if table.width > 1:
            parts += [_Part(row.span[0], row=row) for row in table.rows]
        else:
            cells = [row.cells[0] for row in table.rows if row.cells and row.cells[0][0] < row.cells[0][1]]
            parts += [_Part(cell[0], line=_line(*cell, document)) for cell in cells]
    spans.sort()
    starts = [start for start, _ in spans]
    for line in section.lines:
        above = bisect_left(starts, line.end) - 1
        covered = above >= 0 and spans[above][1] > line.start
        if not covered and any(map(str.isalnum, line.text)):
            parts.append(_Part(line.start, line=line))
    return sorted(parts, key=lambda part: (part.start, part.table is None))


def _line(start: int, end: int, document: Document) -> Line:
    """The only cell of a row as a line."""
    return Line(start, end, document.source[start:end], start)


def _tells(table: Table, heads: Sequence[Column], document: Document, at: At) -> bool:
    """Whether a table lists codes though no heading says so: by its columns, or cells that name a system."""
    told = [head.listing for head in heads if head.listing and head.coded]
    coded = [
        row
        for row in table.rows
        if any(system_alone(at.source[slice(*cell)]) for cell in row.cells[:1])
        and any(cell_codes(cell, Listing("any"), at) for cell in row.cells[1:])
    ]
    fewest = _FEWEST if document.unlisted == "nothing" else 1
    return any(one.kind not in ("any", "other") for one in told) or len(coded) >= fewest


def _by_form(table: Table, heads: Sequence[Column], place: int, at: At) -> Listing | None:
    """What a table lists whose column of codes, or first one, holds codes of one kind and no more."""
    cells = [row.cells[place] for row in table.rows if len(row.cells) > place]
    if heads and not heads[place].coded and all(at.source[slice(*cell)].isdigit() for cell in cells):
        return None  # numbers of something else
    below = cells[1:] if not heads and len(cells) > _FEWEST else []  # the first row may be a caption
    return next(
        (Listing(kind) for some in (cells, below) for kind in _BY_FORM if _holds(some, kind, at)), None
    )


def _holds(cells: Sequence[Span], kind: Kind, at: At) -> bool:
    """Whether each of some cells holds codes of a kind, and nothing else."""
    held = [cell_codes(cell, Listing(kind), at) for cell in cells]
    if kind == "modifiers" and not all(at.source[slice(*cell)] in at.vocabulary.modifiers for cell in cells):
        return False
    return bool(held) and all(held) and len({code.kind for one in held if one for code in one.codes}) == 1


def _notes(within: _Within, document: Document) -> list[Found]:
    """The repairs of a table, and a gap where it has no rows."""
    table = within.table
    if table.rows:
        return [*table.notes, *_unplaced(within)]
    here = merged(within.now, next((head.listing for head in within.heads if head.listing), None))
    if here is None:
        return []
    field = field_of(here, document)
    message = f"the table of {field} has a header and no row"
    return [
        *table.notes,
        Gap(field, "truncated", table.span),
        finding("table.header_only", message, field=field, span=table.span),
    ]


def _unplaced(within: _Within) -> Iterator[Reading]:
    if unplaced(within.heads):
        said = "the descriptions may be those of several columns of codes"
        yield finding("table.unplaced", said, span=within.table.span)


def _of_row(row: Row, within: _Within, document: Document, at: At) -> tuple[list[Found], _Within]:
    """What a row holds, and its table for the rows below: one may name columns anew, or tell what follows."""
    filled = [cell for cell in row.cells if cell[0] < cell[1]]
    if len(row.cells) > 1 and names_row(row, at.source):
        return [], within._replace(heads=columns(row, at.source))
    if len(filled) == 1 < len(row.cells) and (told := _label(at.source[slice(*filled[0])], within.now, at)):
        return [], within._replace(now=merged(within.now, told))
    held, below = row_entries(row, within.heads, within.now, at)
    table, within = within.table, within._replace(now=below)
    lacks = bool(within.heads) and len(row.cells) < len(within.heads)
    last = table.last and row is table.rows[-1]
    cut = last and (row.open or lacks)
    found: list[Found] = [replace(one, whole=not (cut or lacks)) for one in held if isinstance(one, Entry)]
    found += [one for one in held if isinstance(one, Other) and not cut]
    if held and cut:
        field = _field(held[0], document)
        found.append(Gap(field, "truncated", row.span))
        said = "the document ends inside this row"
        found.append(finding("table.row_cut", said, field=field, span=row.span))
    elif held and within.heads and len(row.cells) != len(within.heads):
        said = f"the row has {len(row.cells)} cells, the table {len(within.heads)}"
        found.append(finding("table.ragged", said, field=_field(held[0], document), span=row.span))
    return found, within


def _field(one: Entry | Other, document: Document) -> Field:
    coverage = one.listing.coverage
    return field_of(Listing(one.codes[0].kind, coverage) if isinstance(one, Entry) else one.listing, document)


def _of_line(
    line: Line, now: Listing | None, document: Document, at: At
) -> tuple[list[Found], Listing | None]:
    """What a line holds, and what the lines below it list."""
    if now is None and document.unlisted == "nothing":
        return [], None
    told = _label(line.words, now, at) if now else None
    if told or names_columns(line.words):
        return [], merged(now, told)
    listed, going = line_entries((line.body, line.end), now, at)
    if not listed and now and now.kind == "modifiers" and line.body > line.start:
        listed, going = line_entries(line.span, now, at)  # "22) More work"
    if listed or now is None:
        return [*listed], going
    return [Other(line.span, now, (line.body, line.end), line=line)], going


def _label(words: str, now: Listing | None, at: At) -> Listing | None:
    """What words say of the lines below them: ``HCPCS``, or words that end in a colon and hold no code."""
    label = words.strip(" *_|#")
    if names_columns(label):
        return listing(label) or coverage_label(label)
    if not label.endswith(":") or len(label) > _LONGEST_LABEL:
        return None
    told = listing(label) or coverage_label(label)
    return None if told is None or any(codes(label, (0, len(label)), "any", at)) else told


def _is_cut(one: Entry, above: Sequence[Entry], section: Section, document: Document) -> bool:
    """Whether the document ends inside its last entry, which its row does not tell.

    A text without its last line end does, if the entry has no closing mark. Else something is lost where
    words hang, or where the entries above have words or a closing mark and the last has none. A list of
    codes alone shows nothing.
    """
    end = max(one.span[1], (one.words or one.span)[1])
    rest = document.source[end : section.end].strip()
    if not document.may_break_at(section.end) or (rest.strip(" ,;|:–—-") and not system_alone(rest)):
        return False
    if "," in rest:
        return True
    alike = [other for other in above if other.codes[0].kind == one.codes[0].kind]
    words, others = _words(one, document), [_words(other, document) for other in alike]
    if not words or _CLOSED.search(words) or _CLOSED.search(document.source[slice(*one.span)]):
        return one.bare and any(others)
    lost = one.whole is None and bool(others) and all(other.endswith((".", "!", "?")) for other in others)
    return document.unfinished or lost or bool(_HANGING.search(words))


def _words(one: Entry, document: Document) -> str:
    return document.source[slice(*one.words)] if one.words else ""
