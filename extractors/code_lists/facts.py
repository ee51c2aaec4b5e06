"""An entry of a code list as a fact of its field, and what stands where a code should be as a finding."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple, TypedDict

from extractors.code_lists.codes import Listed
from extractors.code_lists.lines import Entry
from extractors.code_lists.rows import Other
from extractors.code_sets.forms import procedure_system
from extractors.record.findings import finding
from extractors.record.model import (
    BillingNumber,
    CodeSystem,
    Diagnosis,
    ListedCode,
    Modifier,
    RelatedCode,
    Span,
    Taxonomy,
    Value,
)
from extractors.record.readings import Fact, Gap, Reading
from extractors.structure.document import Document
from extractors.structure.listing import LISTS, Kind, Listing, no_code
from extractors.structure.placeholders import placeholder
from extractors.text.bare import unadorned
from extractors.text.reading_text import trim

Field = Literal[
    "modifiers",
    "taxonomies",
    "diagnoses",
    "related_codes",
    "procedures",
    "excluded_diagnoses",
    "bill_types",
    "revenue_codes",
]
_SYSTEMS: Mapping[Kind, CodeSystem] = {
    "icd_10_pcs": "ICD-10-PCS",
    "ms_drg": "MS-DRG",
    "revenue": "REVENUE",
}
_SENTENCE = re.compile(
    r"(?<=[a-z0-9)\]%]\.)(?<!e\.g\.)(?<!i\.e\.)(?<!\bvs\.)(?<!\bincl\.)(?<!\bno\.)\s+(?=[A-Z(])"
)
_USAGE = re.compile(
    r"(?<!\s)(?>\s++[-–—|]\s++|[^\S\n]*+\n\s*+)"
    r"(?=(?:Use|Used|When|Append|Report|Apply|Applies|Add|For use|Needed|Required)\b)"
)
_ALL_USE = re.compile(r"(?:Used?|Append|Report|Add|Apply)\s+(?:when|if|only|with|where|on|to|for|as)\b")
_AMOUNT = re.compile(r"\$?[0-9][0-9.,]*%?")
_DASHES = ("-", "–", "—")
#: What is nearly a code, and nothing else, before what parts codes from words.
_NEARLY = re.compile(r"#?(?=[A-Z.]{0,3}[0-9])[0-9A-Z]{2,7}(?:\.[0-9A-Z]{1,5})?(?=\s?[:–—=]|\s-\s|\s{2}|\s*$)")


class Whole(TypedDict):
    """What every row says of itself."""

    span: Span
    complete: bool


class _Words(NamedTuple):
    """The words of an entry: description and use; None where there are none."""

    name: str | None
    use: str | None


def field_of(listing: Listing, document: Document) -> Field:
    """Return the record's list for codes of a kind; for procedure codes the layout says which it is."""
    match listing.kind:
        case "diagnoses":
            return "excluded_diagnoses" if listing.coverage == "not_covered" else "diagnoses"
        case "modifiers" | "taxonomies" | "revenue_codes" | "bill_types":
            return listing.kind
        case _:
            return document.procedures


def entry_facts(one: Entry, document: Document, *, cut: bool) -> Iterator[Reading]:
    """Turn an entry into a fact for each of its codes, with the words that they share.

    Args:
        one: the entry.
        document: what it stands in.
        cut: whether the document ends inside it, and its last code or words may go on.
    """
    words = one.words
    kinds = dict.fromkeys(_field(code, one, document) for code in one.codes)
    if words and placeholder(document.source[slice(*words)]) is not None:
        yield from (Gap(field, "placeholder", one.span) for field in kinds)
        words = None
    if cut:
        yield from (Gap(field, "truncated", one.span) for field in kinds)
        field = next(iter(kinds))
        yield finding("table.row_cut", "the document ends inside this row", field=field, span=one.span)
    if one.rest:
        yield from _unread(document.source[slice(*one.rest)], next(iter(kinds)), one.span)
    plain, parted = _told(one, words, document.source)
    for code in one.codes:
        whole = one.whole is not False and not (cut and code is one.codes[-1])
        field = _field(code, one, document)
        span = one.span if len(one.codes) == 1 or words or one.whole is not None else _span(code)
        told = parted if field == "modifiers" else plain
        value = _value(code, one, told, {"span": span, "complete": whole}, document)
        yield Fact(field, value, span)


def _told(one: Entry, words: Span | None, source: str) -> tuple[_Words, _Words]:
    """The words of an entry as a description, and as those of a modifier; an item has no full stop."""
    plain, parted = _Words(_text(words, source), None), _parted(words, one.use, source)
    if one.whole is not None:
        return plain, parted
    return plain._replace(name=_unstopped(plain.name)), parted._replace(name=_unstopped(parted.name))


def _span(code: Listed) -> Span:
    return code.first[0], code.end


def _field(code: Listed, one: Entry, document: Document) -> Field:
    """The list of a code: its own, or that of related codes, under a heading that names no system."""
    if one.listing == LISTS["related_codes"] and document.procedures == "related_codes":
        return "related_codes" if code.kind != "taxonomies" else "taxonomies"
    return field_of(Listing(code.kind, one.listing.coverage), document)


def _value(code: Listed, one: Entry, told: _Words, whole: Whole, document: Document) -> Value:
    source = document.source
    first = unadorned(source[slice(*code.first)])
    last = unadorned(source[slice(*code.last)]) if code.last else None
    match field := _field(code, one, document):
        case "modifiers":
            return Modifier(code=first, last=last, description=told.name, when_to_use=told.use, **whole)
        case "taxonomies":
            return Taxonomy(code=first, name=told.name, **whole)
        case "diagnoses" | "excluded_diagnoses":
            return Diagnosis(code=first, last=last, name=told.name, **whole)
        case "bill_types" | "revenue_codes":
            return BillingNumber(code=first, last=last, description=told.name, **whole)
    system = _SYSTEMS.get(code.kind) or procedure_system(first.upper())
    if field == "related_codes":
        relation = _text(one.relation, source) or "related"
        return RelatedCode(
            system=system, code=first, last=last, description=told.name, relation=relation, span=whole["span"]
        )
    coverage = one.listing.coverage
    return ListedCode(system=system, code=first, last=last, description=told.name, coverage=coverage, **whole)


def _parted(words: Span | None, use: Span | None, source: str) -> _Words:
    """The words of a modifier: the sentences behind its description tell when to use it."""
    if use or not words:
        return _Words(_text(words, source), _text(use, source))
    if _ALL_USE.match(source, *words):
        return _Words(None, _text(words, source))
    found = _SENTENCE.search(source, *words) or _USAGE.search(source, *words)
    if not found:
        return _Words(_text(words, source), None)
    return _Words(source[words[0] : found.start()], _text(trim(source, found.end(), words[1]), source))


def _unstopped(name: str | None) -> str | None:
    """The words of an item without the full stop at their end."""
    return name.rstrip(".") if name else name


def _text(span: Span | None, source: str) -> str | None:
    words = source[slice(*span)] if span else ""
    return None if not words or words in _DASHES or _AMOUNT.fullmatch(words) else words


def missing(one: Other, document: Document) -> Iterator[Reading]:
    """Tell what stands where a code should be: that there is none, or something that could not be read."""
    field = field_of(one.listing, document)
    words = document.source[slice(*one.cell)]
    if no_code(words) or no_code(document.source[slice(*one.span)].strip("| \t")):
        yield Gap(field, "placeholder", one.span)
        yield finding("placeholder.line", "it says that there is no code", field=field, span=one.span)
    elif one.coded or _NEARLY.match(words):
        yield from _unread(words, field, one.span)


def _unread(words: str, field: Field, span: Span) -> Iterator[Reading]:
    yield Gap(field, "unparsed", span)
    message = f"{words[:40]!r} is no code for {field}; it was not read"
    yield finding("table.not_a_code", message, field=field, span=span)
