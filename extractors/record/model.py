"""The record contract: the record, and under one roof every value that it is made of.

These models are the one definition of schema 1.x: the JSON Schema, the fold of readings, the statuses, the
differences and the scores are derived from them (`extractors.record.fields`). Keys may be added within 1.x,
never renamed or dropped. The order of the fields is the order of the keys in the JSON files.
"""

from typing import Annotated, Literal

from extractors.record.declaration import Of
from extractors.record.values import (
    Article,
    Assertion,
    BillingNumber,
    ClinicalContext,
    Code,
    CodeCoverage,
    CodeRole,
    CodeSystem,
    Contractor,
    DateKind,
    Decision,
    Diagnosis,
    FieldStatus,
    ListedCode,
    Mention,
    MentionLabel,
    Modifier,
    OtherCode,
    Passage,
    Patient,
    Payer,
    Policy,
    PolicyDate,
    Position,
    PositionKind,
    PrintedSystem,
    RecordSection,
    Reference,
    RelatedCode,
    RelatedDocument,
    Revision,
    SectionKind,
    Severity,
    Site,
    Span,
    Taxonomy,
    Value,
)

__all__ = [
    "Article",
    "Assertion",
    "BillingNumber",
    "ClinicalContext",
    "Code",
    "CodeCoverage",
    "CodeRole",
    "CodeSystem",
    "Contractor",
    "Coverage",
    "DateKind",
    "Decision",
    "Diagnosis",
    "FieldStatus",
    "Finding",
    "ListedCode",
    "Mention",
    "MentionLabel",
    "Modifier",
    "OtherCode",
    "Passage",
    "Patient",
    "Payer",
    "Policy",
    "PolicyDate",
    "Position",
    "PositionKind",
    "PrintedSystem",
    "Producer",
    "Record",
    "RecordSection",
    "Reference",
    "RelatedCode",
    "RelatedDocument",
    "Repair",
    "Revision",
    "Rights",
    "SectionKind",
    "Severity",
    "Site",
    "Source",
    "Span",
    "Taxonomy",
    "Value",
]


class Source(Value):
    """What was read, byte by byte and as text, and which layout matched.

    ``sha256`` is of the raw bytes, ``text_sha256`` of the reading text in UTF-8; ``characters`` counts
    code points of the reading text. ``layout_score`` is 0–1: how much of the layout's form is there.
    """

    uri: str
    sha256: Annotated[str, Of(differs=False)]
    media_type: str
    encoding: str
    characters: Annotated[int, Of(differs=False)]
    text_sha256: Annotated[str, Of(differs=False)]
    layout: str
    layout_revision: Annotated[int, Of(differs=False)]
    layout_score: Annotated[float, Of(differs=False)]


class Producer(Value):
    """The versions that made the record; the same source and producer give the same bytes.

    ``rules`` is the edition of the vocabularies, ``rule_pack`` that of the rule pack: null where none judged.
    """

    extractor: str
    rules: str
    code_sets: dict[str, str]
    rule_pack: str | None = None


class Repair(Value):
    """Damage that was read over: its kind, where it is, and what was done."""

    kind: str
    span: Span
    detail: str


class Finding(Value):
    """Something that a person should know about the document or its reading.

    ``rule`` is one of the codes listed in ``docs/findings.md``; ``source`` names the authority behind a
    medical or payer rule.
    """

    rule: str
    severity: Severity
    message: str
    field: str | None
    span: Span | None
    source: str | None = None


class Coverage(Value):
    """Account of the non-space characters: accounted (title, sections) + those of leftover = all."""

    characters: Annotated[int, Of(differs=False)]
    accounted: Annotated[int, Of(differs=False)]
    leftover: Annotated[tuple[Span, ...], Of(words=True)]


class Rights(Value):
    """Whether the text may hold descriptors of CPT (© American Medical Association)."""

    cpt_text: Literal["possible", "none"]


class Record(Value):
    """One document as data; see the module's docstring for spans and key order."""

    schema_version: Annotated[Literal["1.1"], Of(by="program", differs=False)]
    id: Annotated[str, Of(by="program", differs=False)]
    source: Annotated[Source, Of(by="program")]
    producer: Annotated[Producer, Of(by="program", differs=False)]
    code: Annotated[Code | None, Of(scored=("system", "value"), whole=True)]
    title: Passage | None
    sections: Annotated[tuple[RecordSection, ...], Of(by="layout", key=("kind", "heading.text"), words=True)]
    summary: Passage | None
    overview: Passage | None
    service_type: Passage | None
    sites_of_service: tuple[Site, ...]
    payers: tuple[Payer, ...]
    clinical_context: ClinicalContext | None
    modifiers: Annotated[
        tuple[Modifier, ...], Of(key=("code",), scored=("code", "description", "when_to_use"))
    ]
    taxonomies: Annotated[tuple[Taxonomy, ...], Of(key=("code",), scored=("code", "name"))]
    diagnoses: Annotated[tuple[Diagnosis, ...], Of(key=("code",), scored=("code", "name"))]
    related_codes: Annotated[tuple[RelatedCode, ...], Of(key=("system", "code"), scored=("system", "code"))]
    procedures: Annotated[
        tuple[ListedCode, ...], Of(key=("system", "code"), scored=("system", "code", "last"))
    ]
    excluded_diagnoses: Annotated[tuple[Diagnosis, ...], Of(key=("code",), scored=("code", "name"))]
    bill_types: Annotated[tuple[BillingNumber, ...], Of(key=("code",), scored=("code",))]
    revenue_codes: Annotated[tuple[BillingNumber, ...], Of(key=("code",), scored=("code",))]
    policy: Policy | None
    article: Article
    status: Annotated[dict[str, FieldStatus], Of(by="program")]
    repairs: Annotated[tuple[Repair, ...], Of(by="program", key=("kind",))]
    other_codes: Annotated[
        tuple[OtherCode, ...], Of(key=("system", "value"), scored=("system", "value", "role"))
    ] = ()
    decisions: Annotated[tuple[Decision, ...], Of(by="program", key=("field", "quote"))] = ()
    findings: Annotated[tuple[Finding, ...], Of(by="program", key=("rule", "field"))]
    coverage: Annotated[Coverage, Of(by="program")]
    rights: Annotated[Rights, Of(by="program")]

    def to_json(self) -> bytes:
        """Return the record as the bytes of its file: UTF-8, two-space indent, final newline."""
        return self.model_dump_json(indent=2).encode() + b"\n"
