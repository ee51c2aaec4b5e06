"""What a document says, as frozen values: words, codes, rows of lists, facts of a policy.

Spans are ``(start, end)``, half-open, counted in Unicode code points of the reading text. Where a
``text`` stands beside a ``span``, ``reading_text[start:end] == text`` to the letter.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from extractors.record.declaration import Of

Offset = Annotated[int, Field(ge=0)]
Span = tuple[Offset, Offset]
CodeSystem = Literal["CPT", "HCPCS", "CDT", "ICD-10-CM", "ICD-10-PCS", "MS-DRG", "REVENUE"]
#: Systems of codes that a page may print besides: taxonomies, types of bill, modifiers.
PrintedSystem = Literal[CodeSystem, "NUCC", "TOB", "MODIFIER"]
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
PositionKind = Literal[
    "medically_necessary", "not_medically_necessary", "investigational", "not_covered", "conditional"
]
Assertion = Literal["present", "negated", "possible", "planned", "hypothetical", "historical", "other_person"]
CodeRole = Literal["prose", "history", "example", "struck", "boilerplate", "unassigned"]
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


class Reference(Value):
    """What a code set says of a printed code; it stands beside the code and never replaces it.

    ``state`` is ``unknown`` where the edition does not have the code; ``successors`` are the codes that took
    the place of one that is no longer active.
    """

    system: PrintedSystem | Literal["POS"]
    edition: str
    state: Literal["valid", "not_active", "unknown"]
    name: str | None
    successors: tuple[str, ...]


class Code(Value):
    """The billing code that the article is about; ``value`` is null where the page does not print it."""

    system: CodeSystem
    value: str | None
    span: Span
    reference: Reference | None = None


class RecordSection(Value):
    """A stretch of the document, from its heading to the next one. Sections never overlap."""

    kind: SectionKind
    heading: Passage | None
    level: int
    span: Span


class Site(Passage):
    """One site of service as printed; ``pos_codes`` are CMS place-of-service numbers it can mean.

    ``pos_codes_span`` is where the numbers are printed, null where they are not, or inside the words.
    ``complete`` is false where the words break off; ``reference`` is null where there are several numbers.
    """

    pos_codes: tuple[str, ...]
    pos_codes_span: Span | None = None
    complete: bool = True
    reference: Reference | None = None


class Payer(Passage):
    """One payer as printed, and its id in the payer vocabulary (null: not in it).

    ``complete`` is false where the words break off.
    """

    payer: str | None
    complete: bool = True


class Patient(Value):
    """The patient of the vignette. ``span`` holds the words that state age and sex."""

    age_years: int | float | None
    sex: Literal["male", "female"] | None
    span: Span


class Mention(Value):
    """A clinical term in the vignette. ``negated`` follows its sentence; ``code`` is printed beside it.

    ``assertion`` says how the sentence means it (null: not told apart), ``laterality`` and ``severity`` what
    it says of side and degree; ``code_span`` is where ``code`` stands.
    """

    label: MentionLabel
    text: str
    span: Span
    negated: bool
    code: str | None
    code_span: Span | None = None
    assertion: Assertion | None = None
    laterality: Literal["left", "right", "bilateral"] | None = None
    severity: str | None = None


class ClinicalContext(Passage):
    """The vignette, its patient (null where none is described) and its clinical terms in text order."""

    patient: Annotated[Patient | None, Of(scored=("age_years", "sex"), whole=True)]
    mentions: Annotated[tuple[Mention, ...], Of(key=("label", "text"), scored=("label", "text"))]


class Modifier(Value):
    """One modifier row or item. ``complete`` is false where the row breaks off; what is lost is null."""

    code: str
    last: str | None = None
    description: str | None
    when_to_use: str | None
    span: Span
    complete: bool
    reference: Reference | None = None


class Taxonomy(Value):
    """One provider taxonomy (NUCC code of ten characters) as listed."""

    code: str
    name: str | None
    span: Span
    complete: bool
    reference: Reference | None = None


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
    reference: Reference | None = None


class RelatedCode(Value):
    """Another billing code that the article names, and how it is related (``related``, ``similar``, ...).

    ``last`` ends a range printed as such (``62310-62311``).
    """

    system: CodeSystem
    code: str
    last: str | None = None
    description: str | None
    relation: str
    span: Span
    complete: bool = True
    reference: Reference | None = None


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
    reference: Reference | None = None


class BillingNumber(Value):
    """A type of bill or a revenue code (NUBC) as listed; an ``x`` stands for any digit."""

    code: str
    last: str | None = None
    description: str | None
    span: Span
    complete: bool
    reference: Reference | None = None


class OtherCode(Value):
    """A printed code that stands in no field of its own; ``last`` ends a range printed as such.

    Attributes:
        system: what kind of code it is.
        value: as printed, without white space, invisible characters and Markdown escapes.
        last: the end of a range.
        role: ``prose`` (named in running text), ``history`` (in a revision history), ``example``, ``struck``,
            ``boilerplate`` (in site chrome), or ``unassigned``: it stands where codes stand, in a list, a
            table or a label, and no reader took it.
        span: where it is printed.
    """

    system: PrintedSystem
    value: str
    last: str | None
    role: CodeRole
    span: Span


class Decision(Value):
    """What a person decided on a value of the record; the extracted value stays.

    Attributes:
        field: the path of the value (``modifiers[0].description``).
        span: where it was read.
        quote: the words there at the time.
        action: what was decided.
        value: the value that it should have; null for one that is accepted or rejected.
        reason: why.
        state: ``stale`` where the document no longer has the quoted words at their place.
    """

    field: str
    span: Span
    quote: str
    action: Literal["accepted", "corrected", "rejected", "added"]
    value: str | dict[str, Any] | None
    reason: str | None
    state: Literal["applied", "stale"]


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
    """What a policy says of coverage, in the passage that says it.

    ``conditional`` is what is met only if criteria are; ``criteria`` is where these stand, ``codes`` are
    those that the sentence names.
    """

    position: PositionKind
    criteria: Span | None = None
    codes: tuple[str, ...] = ()


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
    dates: Annotated[tuple[PolicyDate, ...], Of(key=("kind",), scored=("kind", "date"))]
    contractors: Annotated[
        tuple[Contractor, ...], Of(key=("name.text",), scored=("contract_number", "jurisdiction"))
    ]
    positions: Annotated[tuple[Position, ...], Of(scored=("position", "text"))]
    revisions: Annotated[tuple[Revision, ...], Of(key=("number",), scored=("number", "date"))]
    related_documents: Annotated[tuple[RelatedDocument, ...], Of(key=("number",), scored=("number",))]


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
