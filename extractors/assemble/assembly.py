"""Fold readings into a record."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from extractors.assemble.status import statuses
from extractors.assemble.unread import unread
from extractors.ledger.ledger import HeldCodes, key, ledger
from extractors.record.fields import FIELDS, Field
from extractors.record.findings import finding
from extractors.record.model import (
    Code,
    Coverage,
    Finding,
    Passage,
    Producer,
    Record,
    RecordSection,
    Repair,
    Rights,
    Source,
    Span,
    Value,
)
from extractors.record.readings import Fact, Gap, Reading
from extractors.record.schema import SCHEMA_VERSION
from extractors.structure.document import Document, Section
from extractors.structure.layout import Layout
from extractors.structure.sections import heading_words
from extractors.text.reading_text import Text, nonspace

T = TypeVar("T", Finding, Repair)
#: The lists whose rows hold a code.
_CODED = (
    *("modifiers", "taxonomies", "diagnoses", "related_codes", "procedures", "excluded_diagnoses"),
    *("bill_types", "revenue_codes"),
)


def source_of(raw: bytes, text: Text, uri: str, layout: Layout, score: float) -> Source:
    """Describe what was read."""
    return Source(
        uri=uri,
        sha256=hashlib.sha256(raw).hexdigest(),
        media_type=text.media_type,
        encoding=text.encoding,
        characters=len(text.text),
        text_sha256=hashlib.sha256(text.text.encode()).hexdigest(),
        layout=layout.name,
        layout_revision=layout.revision,
        layout_score=score,
    )


class Parsed(NamedTuple):
    """A document after reading: cut into sections, and what the readers of its layout yielded."""

    document: Document
    layout: Layout
    readings: Sequence[Reading]


def assemble(document: str, source: Source, producer: Producer, parsed: Parsed) -> Record:
    """Fold all readings of a document into its record.

    Lists keep text order; of a field that holds one value the first reading counts, and of codes the
    first that has a value. The same row read twice (a table repeated under another heading) stays twice.
    """
    cut, layout, readings = parsed
    facts = [reading for reading in readings if isinstance(reading, Fact)]
    values = _values(facts)
    title = values["title"]
    content = replace(cut, sections=tuple(one for one in cut.sections if not _is_title(one, title)))
    code = _code(facts, layout)
    others = list(ledger(cut, _held({**values, "code": code}), readings))
    told = {one.field for one in (*readings, *others) if isinstance(one, Fact | Gap)}
    others += unread(cut, [*readings, *others], told)
    values["other_codes"] = tuple(one.value for one in others if isinstance(one, Fact))
    used = [reading for reading in readings if not (isinstance(reading, Fact) and reading.field == "code")]
    used += [*others, *([Fact("code", code, code.span)] if code else [])]
    return Record(
        schema_version=SCHEMA_VERSION,
        id=document,
        source=source,
        producer=producer,
        sections=tuple(map(_section, content.sections)),
        **{**values, "code": code},
        status=statuses(used, content, layout.stages, ends_anywhere=layout.ends_anywhere),
        repairs=tuple(sorted(_unique(readings, Repair), key=lambda repair: (repair.span, repair.kind))),
        findings=tuple(_findings([*readings, *others], cut.sections, layout)),
        coverage=_coverage(content, title),
        rights=Rights(cpt_text="possible" if _holds_cpt(code, facts) else "none"),
    )


def _values(facts: Sequence[Fact]) -> dict[str, Any]:
    """Every field that readers tell of, by name, but for the code; the model checks the types."""
    told: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        told[fact.field].append(fact)
    return {field.name: _fold(field, told) for field in FIELDS if field.of.by == "readers"}


def _fold(field: Field, told: Mapping[str, Sequence[Fact]]) -> Any:
    """Fold the facts of a field; a group that may be null is null where none of its parts has a fact."""
    facts = told.get(field.path, ())
    if field.cardinality == "list":
        return tuple(fact.value for fact in sorted(facts, key=lambda fact: fact.span))
    if field.cardinality == "one":
        return facts[0].value if facts else None
    if field.optional and not any(part.path in told for part in field.parts):
        return None
    return {part.name: _fold(part, told) for part in field.parts}


def _code(facts: Iterable[Fact], layout: Layout) -> Code | None:
    codes = [fact.value for fact in facts if fact.field == "code" and isinstance(fact.value, Code)]
    label = next((code for code in codes if code.value is None), None)
    return next((code for code in codes if code.value and (not label or code.system == label.system)), label)


def _held(values: Mapping[str, Any]) -> HeldCodes:
    """The codes that fields hold: the page's own, those of all lists, those printed beside a mention."""
    rows = [row for field in _CODED for row in values[field]]
    context, own = values["clinical_context"], values["code"]
    codes = [code for row in rows for code in (row.code, getattr(row, "last", None))]
    codes += [mention.code for mention in context.mentions] if context else []
    codes += [own.value] if own else []
    modifiers = frozenset(
        key(code) for row in values["modifiers"] for code in (row.code, row.last) if code is not None
    )
    return HeldCodes(modifiers, frozenset(key(code) for code in codes if code))


def _is_title(section: Section, title: Value | None) -> bool:
    """A stretch that holds the title line and nothing else is no section."""
    if not isinstance(title, Passage) or section.heading or len(section.lines) != 1:
        return False
    return section.title or section.span == title.span


def _section(section: Section) -> RecordSection:
    heading = heading_words(section.heading) if section.heading else None
    return RecordSection(kind=section.kind, heading=heading, level=section.level, span=section.span)


def _unique(readings: Iterable[Reading], kind: type[T]) -> Iterator[T]:
    return (reading for reading in dict.fromkeys(r for r in readings if isinstance(r, kind)))


def _findings(readings: Iterable[Reading], sections: Iterable[Section], layout: Layout) -> Iterator[Finding]:
    if layout.name == "generic":
        yield finding("layout.unknown", "no known layout has this form; it was read by form alone")
    for section in sections:
        if section.cut and section.heading:
            message = f"{section.heading.text!r} was taken for the beginning of a heading"
            yield finding("section.cut_heading", message, span=section.heading.span)
    yield from sorted(_unique(readings, Finding), key=lambda found: (found.span or (0, 0), found.rule))


def _coverage(document: Document, title: Value | None) -> Coverage:
    text = document.source
    spans = [section.span for section in document.sections]
    if isinstance(title, Passage):
        spans.append(title.span)
    leftover = tuple(_between(text, sorted(spans)))
    total = nonspace(text, [(0, len(text))])
    accounted = total - nonspace(text, leftover)
    return Coverage(characters=len(text), accounted=accounted, leftover=leftover)


def _between(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """The stretches outside all spans that hold more than white space, trimmed."""
    at = 0
    for start, end in [*spans, (len(text), len(text))]:
        words = text[at:start].strip()
        if words:
            left = text.index(words, at)
            yield left, left + len(words)
        at = max(at, end)


def _holds_cpt(code: Code | None, facts: Iterable[Fact]) -> bool:
    systems = {getattr(fact.value, "system", None) for fact in facts}
    return (
        "CPT" in systems
        or bool(code and code.system == "CPT")
        or any(fact.field == "modifiers" for fact in facts)
    )
