"""The record contract: every value of a record, as frozen pydantic models.

These models are the one definition of schema 1.x; ``extractors/record/record.schema.json`` is generated from
them. Keys may be added within 1.x, never renamed or dropped. The order of the fields is the order of
the keys in the JSON files.

Spans are ``(start, end)``, half-open, counted in Unicode code points of the reading text. Where a
``text`` stands beside a ``span``, ``reading_text[start:end] == text`` to the letter.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION: Literal["1.0"] = "1.0"
SCHEMA_ID = f"urn:code-articles:record:{SCHEMA_VERSION}"

Offset = Annotated[int, Field(ge=0)]
Span = tuple[Offset, Offset]
CodeSystem = Literal["CPT", "HCPCS", "CDT", "ICD-10-CM", "ICD-10-PCS", "MS-DRG", "REVENUE"]
# fmt: off
SectionKind = Literal[
    "name", "summary", "overview", "specifications", "clinical_context", "coding_specifications",
    "modifiers", "taxonomies", "diagnoses", "related_codes", "rates", "purpose", "indications",
    "preparation", "procedure", "equipment", "duration", "setting", "personnel", "risks", "benefits",
    "recovery", "alternatives", "patient_experience", "document_info", "guidance", "codes",
    "revision_history", "references", "boilerplate", "other",
]
# fmt: on
MentionLabel = Literal[
    "condition",
    "procedure",
    "anesthesia",
    "imaging",
    "substance",
    "anatomy",
    "device",
    "physical_status",
    "role",
]
DateKind = Literal[
    "original_effective",
    "effective",
    "revision_effective",
    "revision_ending",
    "retirement",
    "review",
    "next_review",
    "published",
]
PositionKind = Literal["medically_necessary", "not_medically_necessary", "investigational", "not_covered"]
CodeCoverage = Literal["covered", "not_covered", "related"]
FieldStatus = Literal["present", "absent", "placeholder", "truncated", "unparsed"]
Severity = Literal["info", "warning", "error"]


class Value(BaseModel):
    """Base of all values: frozen, and nothing that the contract does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Passage(Value):
    """Words of the document and where they stand."""

    text: str
    span: Span


class Source(Value):
    """What was read, byte by byte and as text, and which layout matched.

    ``sha256`` is of the raw bytes, ``text_sha256`` of the reading text in UTF-8; ``characters`` counts
    code points of the reading text. ``layout_score`` is 0–1: how much of the layout's form is there.
    """

    uri: str
    sha256: str
    media_type: str
    encoding: str
    characters: int
    text_sha256: str
    layout: str
    layout_revision: int
    layout_score: float


class Producer(Value):
    """The versions that made the record; the same source and producer give the same bytes."""

    extractor: str
    rules: str
    code_sets: dict[str, str]


class Code(Value):
    """The billing code that the article is about; ``value`` is null where the page does not print it."""

    system: CodeSystem
    value: str | None
    span: Span


class Section(Value):
    """A stretch of the document, from its heading to the next one. Sections never overlap."""

    kind: SectionKind
    heading: Passage | None
    level: int
    span: Span


class Site(Passage):
    """One site of service as printed; ``pos_codes`` are CMS place-of-service numbers it can mean."""

    pos_codes: tuple[str, ...]


class Payer(Passage):
    """One payer as printed, and its id in the payer vocabulary (null: not in it)."""

    payer: str | None


class Patient(Value):
    """The patient of the vignette. ``span`` holds the words that state age and sex."""

    age_years: int | float | None
    sex: Literal["male", "female"] | None
    span: Span


class Mention(Value):
    """A clinical term in the vignette. ``negated`` follows its sentence; ``code`` is printed beside it."""

    label: MentionLabel
    text: str
    span: Span
    negated: bool
    code: str | None


class ClinicalContext(Passage):
    """The vignette, its patient (null where none is described) and its clinical terms in text order."""

    patient: Patient | None
    mentions: tuple[Mention, ...]


class Modifier(Value):
    """One modifier row or item. ``complete`` is false where the row breaks off; what is lost is null."""

    code: str
    description: str | None
    when_to_use: str | None
    span: Span
    complete: bool


class Taxonomy(Value):
    """One provider taxonomy (NUCC code of ten characters) as listed."""

    code: str
    name: str | None
    span: Span
    complete: bool


class Diagnosis(Value):
    """One ICD-10-CM code as listed; ``last`` ends a range printed as such (``M54.10-M54.18``).

    ``group`` is the number of its group where the page numbers them.
    """

    code: str
    last: str | None = None
    name: str | None
    span: Span
    complete: bool
    group: int | None = None


class RelatedCode(Value):
    """Another billing code that the article names, and how it is related (``related``, ``similar``, ...)."""

    system: CodeSystem
    code: str
    description: str | None
    relation: str
    span: Span


class ListedCode(Value):
    """A procedure code that a policy is about; ``last`` ends a range printed as such (``90476-90759``).

    ``coverage`` is what the heading that the code stands under says; null where it says nothing.
    """

    system: CodeSystem
    code: str
    last: str | None = None
    description: str | None
    coverage: CodeCoverage | None = None
    group: int | None = None
    span: Span
    complete: bool


class BillingNumber(Value):
    """A type of bill or a revenue code (NUBC) as listed; an ``x`` stands for any digit."""

    code: str
    description: str | None
    span: Span
    complete: bool


class PolicyDate(Passage):
    """A date as printed; ``date`` is ISO 8601, null where the words are not one calendar day."""

    kind: DateKind
    date: str | None


class Contractor(Value):
    """A Medicare contractor that publishes an article or LCD, and where it holds."""

    name: Passage
    contract_type: str | None
    contract_number: str | None
    jurisdiction: str | None
    states: tuple[str, ...]


class Position(Passage):
    """What a policy says of coverage, in the passage that says it."""

    position: PositionKind


class Revision(Passage):
    """One entry of a revision history; ``number`` and ``date`` are null where they are not printed."""

    number: str | None
    date: str | None


class RelatedDocument(Passage):
    """A document that the page refers to by its number (``L39529``); ``title`` as printed behind it."""

    number: str
    title: str | None


class Policy(Value):
    """What a coverage policy, article or LCD says of itself. Each list is in text order."""

    number: Passage | None
    type: Passage | None
    dates: tuple[PolicyDate, ...]
    contractors: tuple[Contractor, ...]
    positions: tuple[Position, ...]
    revisions: tuple[Revision, ...]
    related_documents: tuple[RelatedDocument, ...]


class Article(Value):
    """The parts of a procedure guide, each a list of its items or paragraphs in text order."""

    name: tuple[Passage, ...] = ()
    purpose: tuple[Passage, ...] = ()
    indications: tuple[Passage, ...] = ()
    preparation: tuple[Passage, ...] = ()
    steps: tuple[Passage, ...] = ()
    equipment: tuple[Passage, ...] = ()
    duration: tuple[Passage, ...] = ()
    personnel: tuple[Passage, ...] = ()
    risks: tuple[Passage, ...] = ()
    benefits: tuple[Passage, ...] = ()
    recovery: tuple[Passage, ...] = ()
    alternatives: tuple[Passage, ...] = ()
    patient_experience: tuple[Passage, ...] = ()


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

    characters: int
    accounted: int
    leftover: tuple[Span, ...]


class Rights(Value):
    """Whether the text may hold descriptors of CPT (© American Medical Association)."""

    cpt_text: Literal["possible", "none"]


class Record(Value):
    """One document as data; see the module's docstring for spans and key order."""

    schema_version: Literal["1.0"]
    id: str
    source: Source
    producer: Producer
    code: Code | None
    title: Passage | None
    sections: tuple[Section, ...]
    summary: Passage | None
    overview: Passage | None
    service_type: Passage | None
    sites_of_service: tuple[Site, ...]
    payers: tuple[Payer, ...]
    clinical_context: ClinicalContext | None
    modifiers: tuple[Modifier, ...]
    taxonomies: tuple[Taxonomy, ...]
    diagnoses: tuple[Diagnosis, ...]
    related_codes: tuple[RelatedCode, ...]
    procedures: tuple[ListedCode, ...]
    excluded_diagnoses: tuple[Diagnosis, ...]
    bill_types: tuple[BillingNumber, ...]
    revenue_codes: tuple[BillingNumber, ...]
    policy: Policy | None
    article: Article
    status: dict[str, FieldStatus]
    repairs: tuple[Repair, ...]
    findings: tuple[Finding, ...]
    coverage: Coverage
    rights: Rights

    def to_json(self) -> bytes:
        """Return the record as the bytes of its file: UTF-8, two-space indent, final newline."""
        return self.model_dump_json(indent=2).encode() + b"\n"


#: Fields of a record that get a status of their own, in the order of the contract.
ARTICLE_FIELDS = tuple(f"article.{part}" for part in Article.model_fields)
FIELDS = (
    "code",
    "title",
    "sections",
    "summary",
    "overview",
    "service_type",
    "sites_of_service",
    "payers",
    "clinical_context",
    "modifiers",
    "taxonomies",
    "diagnoses",
    "related_codes",
    "procedures",
    "excluded_diagnoses",
    "bill_types",
    "revenue_codes",
    "policy",
    "article",
    *ARTICLE_FIELDS,
)


def record_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a record, with its ``$id``."""
    schema = Record.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **schema,
    }
