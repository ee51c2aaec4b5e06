"""Code lists of payer policies as facts: covered and not, whole or broken off, or said to be missing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from extractors.code_lists.coded import Part, as_fact, split_usage
from extractors.code_lists.policy_codes import field_of, no_code, system_alone
from extractors.code_lists.policy_lines import Entry
from extractors.code_lists.policy_tables import Other, entries
from extractors.record.findings import finding
from extractors.record.model import CodeSystem
from extractors.record.readings import Fact, Gap, Reading
from extractors.structure.document import Document, Section
from extractors.structure.listing import Kind
from extractors.structure.placeholders import placeholder
from extractors.vocabulary.vocabulary import Vocabulary

_NEARLY = re.compile(r"(?=[A-Z]{0,2}[0-9])[0-9A-Z]{4,7}")  # a code with a letter too many or too few
_HANGING = re.compile(r"(?:[,(/&-]|\b(?:and|or|of|with|the|for|to|a|an|in|by|each|per))$", re.IGNORECASE)
_SYSTEMS: Mapping[Kind, CodeSystem] = {
    "icd_10_pcs": "ICD-10-PCS",
    "ms_drg": "MS-DRG",
    "revenue": "REVENUE",
}
_CLOSED = re.compile(r"[.!?)\]|]$")


def policy_codes(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    """Read every code list of a section.

    Outside of lists, tables whose columns say that they hold codes are read, and, where the document has
    ``mentions``, codes that the prose names with their system.
    """
    under = section.listing
    if under and document.ends_at(section.end) and not section.lines and (section.cut or document.unfinished):
        yield Gap(field_of(under.kind, under.coverage), "truncated", section.span)
    found = list(entries(section, document, under, vocabulary))
    above = False
    for one in found:
        if isinstance(one, Other):
            yield from _missing(one, document.source)
        elif under or one.words or document.mentions:
            cut = one is found[-1] and _is_cut(one, section, document, above=above)
            yield from _facts(one, document.source, cut=cut)
            above = above or one.words is not None


def _is_cut(one: Entry, section: Section, document: Document, *, above: bool) -> bool:
    """Whether the document ends inside an entry.

    Some text lists codes alone, and many a list ends without a full stop: only words that hang, words
    that are missing where the entries above have some, a row with too few cells or a text without its
    last line end show that something is lost.
    """
    rest = (
        document.source[max(one.span[1], (one.words or one.span)[1]) : section.end]
        if document.ends_at(section.end)
        else "-"
    )
    if (rest.strip(" ,;|") and not system_alone(rest)) or not section.listing:
        return False
    if "," in rest:
        return True
    words = document.source[slice(*one.words)] if one.words else ""
    if not words:
        return above and document.unfinished
    return (
        one.surplus < 0
        or bool(_HANGING.search(words))
        or (document.unfinished and not _closed(one, document.source))
    )


def _closed(one: Entry, source: str) -> bool:
    return bool(_CLOSED.search(source[one.span[0] : one.span[1]]))


def _facts(one: Entry, source: str, *, cut: bool) -> Iterator[Reading]:
    kind, coverage = one.codes.kind, one.listing.coverage
    field = field_of(kind, coverage)
    if cut:
        yield Gap(field, "truncated", one.span)
        yield finding("table.row_cut", "the document ends inside this row", field=field, span=one.span)
    elif one.surplus:
        yield finding("table.ragged", "the row has other cells than its table", field=field, span=one.span)
    words = one.words
    if words and placeholder(source[slice(*words)]) is not None:
        yield Gap(field, "placeholder", one.span)
        words = None
    for code in one.codes.spans:
        whole = one.surplus >= 0 and (not cut or code != one.codes.spans[-1])
        part = Part(code, words, one.use, None, one.span, whole)
        fact = as_fact(split_usage(part, source) if field == "modifiers" else part, field, source)
        yield _told(fact, one)


def _told(fact: Fact, one: Entry) -> Fact:
    """The fact with what only the list says: whether the code is covered, and its system."""
    if fact.field != "procedures":
        return fact
    update: dict[str, str | None] = {"coverage": one.listing.coverage}
    if system := _SYSTEMS.get(one.codes.kind):
        update["system"] = system
    return replace(fact, value=fact.value.model_copy(update=update))


def _missing(one: Other, source: str) -> Iterator[Reading]:
    """What stands where a code should be: that there is none, or something that is nearly one."""
    field = field_of(one.listing.kind, one.listing.coverage)
    words = source[slice(*one.cell)]
    if no_code(source[slice(*one.span)]):
        yield Gap(field, "placeholder", one.span)
        yield finding("placeholder.line", "the policy says that there is no code", field=field, span=one.span)
    elif one.cell != one.span and _NEARLY.fullmatch(words):
        yield Gap(field, "unparsed", one.span)
        message = f"{words!r} is no code for {field}; the row was not read"
        yield finding("table.not_a_code", message, field=field, span=one.span)
