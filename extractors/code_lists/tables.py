"""Tables of coded things: what their columns hold, and each row as a fact, whole or broken off."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from extractors.code_lists.coded import FORM, Field, Part, as_fact, codes_in, filled, split_usage
from extractors.code_sets.forms import ICD10CM, TAXONOMY
from extractors.record.findings import finding
from extractors.record.model import Span
from extractors.record.readings import Gap, Reading
from extractors.structure.document import Document
from extractors.structure.placeholders import placeholder
from extractors.structure.tables import Row, Table
from extractors.text.folding import fold
from extractors.text.reading_text import trim

Role = Literal["code", "text", "use", "relation", "other"]

_TABLE_OF: tuple[tuple[Field, re.Pattern[str]], ...] = (
    ("modifiers", re.compile(r"\bmod(?:ifiers?)?\b")),
    ("taxonomies", re.compile(r"\btaxonom|\bspecialty\b")),
    ("diagnoses", re.compile(r"\bicd\b|\bicd-10|\bdiagnos")),
    ("related_codes", re.compile(r"\bcpt\b|\bhcpcs\b|\brelated\b|\bsimilar\b|\bprocedure code\b")),
)
_BY_CODES: tuple[Field, ...] = (
    "taxonomies",
    "diagnoses",
    "related_codes",
    "modifiers",
)  # clearest form first
_CODE = re.compile(r"\bcodes?\b|^modifiers?$|^mod$|^icd-10(?:-cm)?$|^cpt(?:/hcpcs)?$|^hcpcs$|^taxonomy$")
_USE = re.compile(r"\bwhen\b|\buse\b|\busage\b|\bapplies\b|\bguid")
_TEXT = re.compile(
    r"descri|\bname\b|specialty|meaning|definition|diagnosis|condition|title|classification|label|service"
)


class _Cells(NamedTuple):
    """A row by the roles of its columns, and how it compares with the table's width."""

    by_role: dict[Role, Span]
    row: Row
    width: int
    last: bool

    @property
    def broken(self) -> bool:
        """Whether cells are missing, or the last one may go on beyond the document's end."""
        return len(self.row.cells) < self.width or (self.last and self.row.open)


def field_of(table: Table, document: Document, default: Field | None) -> Field | None:
    """Return what a table lists: by its header, by its section, else by the form of its codes."""
    if table.header:
        heads = " | ".join(fold(document.source[slice(*cell)]) for cell in table.header.cells)
        for field, pattern in _TABLE_OF:
            if pattern.search(heads):
                return field
    if default:
        return default
    first = [document.source[slice(*row.cells[0])] for row in table.rows if row.cells]
    return next((f for f in _BY_CODES if first and all(re.fullmatch(FORM[f], word) for word in first)), None)


def table_facts(table: Table, field: Field, document: Document) -> Iterator[Reading]:
    """Read the rows of a table; a table without rows is a gap."""
    roles = _roles(table, field, document)
    for row in table.rows:
        cells = _Cells(
            dict(zip(roles, row.cells, strict=False)), row, len(roles), table.last and row is table.rows[-1]
        )
        yield from _shape_notes(cells, field)
        yield from _row_facts(cells, field, document.source)
    if not table.rows:
        yield Gap(field, "truncated", table.span)
        yield finding(
            "table.header_only", f"the table of {field} has a header and no row", field=field, span=table.span
        )


def _roles(table: Table, field: Field, document: Document) -> list[Role]:
    """What each column holds; a table without header is read as code, text, use."""
    if not table.header:
        plain: list[Role] = ["code", "text", "use" if field == "modifiers" else "other"]
        return (plain + ["other"] * table.width)[: table.width]
    roles: list[Role] = []
    for cell in table.header.cells:
        role = _role(fold(document.source[slice(*cell)]), field)
        roles.append("other" if role in roles else role)
    if "code" not in roles:
        roles[0] = "code"
    if "text" not in roles and "other" in roles:
        roles[roles.index("other")] = "text"
    return roles


def _role(name: str, field: Field) -> Role:
    """The role that a column's name tells; "Descr", cut off, is a description."""
    if _CODE.search(name) and "system" not in name:
        return "code"
    if field == "modifiers" and _USE.search(name):
        return "use"
    if field == "related_codes" and "relation" in name:
        return "relation"
    return "text" if _TEXT.search(name) or (name and "description".startswith(name)) else "other"


def _shape_notes(cells: _Cells, field: Field) -> Iterator[Reading]:
    """Say where a row has fewer or more cells than its table."""
    row, has = cells.row, f"the row has {len(cells.row.cells)} cells, the table {cells.width}"
    if cells.broken and cells.last:
        yield Gap(field, "truncated", row.span)
        yield finding("table.row_cut", "the document ends inside this row", field=field, span=row.span)
    elif len(row.cells) != cells.width:
        yield finding("table.ragged", has, field=field, span=row.span)


def _row_facts(cells: _Cells, field: Field, source: str) -> Iterator[Reading]:
    by_role, row = cells.by_role, cells.row
    code = _unsigned(by_role.get("code", (row.span[0], row.span[0])), source)
    codes = list(codes_in(code, field, source))
    text = filled(by_role.get("text"))
    if not codes and (inside := _codes_and_text(code, field, source)):
        codes, text = inside[0], text or inside[1]
    for value in codes:
        part = Part(
            value,
            text,
            filled(by_role.get("use")),
            filled(by_role.get("relation")),
            row.span,
            not cells.broken,
        )
        yield as_fact(part if "use" in by_role else split_usage(part, source), field, source)
    if not codes:
        yield from _unread(cells, source[slice(*code)], field, source)


def _unread(cells: _Cells, words: str, field: Field, source: str) -> Iterator[Reading]:
    span = cells.row.span
    if placeholder(source[slice(*span)].strip("| \t")) is not None or placeholder(words) is not None:
        yield Gap(field, "placeholder", span)
    elif words and not (cells.last and cells.broken):
        yield Gap(field, "unparsed", span)
        yield finding(
            "table.not_a_code",
            f"{words[:40]!r} is no code for {field}; the row was not read",
            field=field,
            span=span,
        )


_LEAD = r"(?:(?:Modifier|CPT|HCPCS|ICD-10(?:-CM)?)\s++)?-?"
_PARTED = re.compile(r"(?!(?<=\s)\s)\s*+(?:[(:]|[-–—](?=\s))")  # codes from words
_CERTAIN = re.compile(rf"(?=...\.){ICD10CM}|{TAXONOMY}")  # nothing else looks like it


def _codes_and_text(cell: Span, field: Field, source: str) -> tuple[list[Span], Span | None] | None:
    """A cell that holds codes and words: ``22 - Increased services``, ``22, 51 (see below)``."""
    words = source[slice(*cell)]
    parted = _PARTED.search(words)
    codes = list(codes_in((cell[0], cell[0] + parted.start()), field, source)) if parted else []
    if parted and len(codes) > 1:
        end = cell[1] - words.endswith(")")
        return codes, filled(trim(source, cell[0] + parted.end(), end))
    found = re.match(rf"{_LEAD}({FORM[field]})\s*(?:[-–—:(]|\s)\s*(.*?)\)?$", words, re.DOTALL)
    if not found or (field == "modifiers" and found.end(1) + 1 == found.start(2)):
        return None
    if _CERTAIN.match(found[2]) and words[found.end(1) : found.start(2)].isspace():
        return None  # one of several codes is worse than none
    start, end = (cell[0] + edge for edge in found.span(2))
    return [(cell[0] + found.start(1), cell[0] + found.end(1))], filled(trim(source, start, end))


def _unsigned(span: Span, source: str) -> Span:
    start, end = span
    while start < end and source[start] in "*_`-":
        start += 1
    while end > start and source[end - 1] in "*_`:.":
        end -= 1
    return start, end
