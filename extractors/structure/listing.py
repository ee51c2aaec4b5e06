"""What the words of a heading, a label or a column say of the codes below them."""

import re
from typing import Literal, NamedTuple

from extractors.record.model import CodeCoverage, SectionKind
from extractors.structure.placeholders import placeholder
from extractors.text.folding import fold

Kind = Literal[
    "procedures",
    "icd_10_pcs",
    "ms_drg",
    "revenue",
    "diagnoses",
    "modifiers",
    "taxonomies",
    "revenue_codes",
    "bill_types",
    "any",
    "other",
]


class Listing(NamedTuple):
    """What a list holds: ``any`` are procedure codes and diagnoses, ``other`` is nothing that is read.

    ``revenue`` are revenue codes that a list of procedure codes has among its own.
    """

    kind: Kind
    coverage: CodeCoverage | None = None


#: What the sections of a kind list, whatever their headings say.
LISTS: dict[SectionKind, Listing] = {
    "modifiers": Listing("modifiers"),
    "taxonomies": Listing("taxonomies"),
    "diagnoses": Listing("diagnoses"),
    "related_codes": Listing("any", "related"),
    "codes": Listing("any"),
}
_OTHER = re.compile(
    r"\bndcs?\b|\bdrgs?\b|\bicd-?9\b|\bnational drug|\bplaces? of service\b|\bpos\b|"
    r"\b(?:occurrence|condition|value|denial|remark|zip) codes?\b"
)
_DIAGNOSES = re.compile(r"\bicd\b|\bicd-?10|\bdiagnos[ei]s\b|\bdiagnostic codes?\b|\bdx\b")
_PROCEDURES = re.compile(
    r"\bcpt\b|\bhcpcs\b|\bcdt\b|\bprocedure codes?\b|\blevel ii\b|\bcategory i{1,3} code"
)
_SINGLE: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("ms_drg", re.compile(r"\bms-?drgs?\b")),
    ("other", _OTHER),
    ("taxonomies", re.compile(r"\btaxonom|\bnucc\b")),
    ("bill_types", re.compile(r"\bbill types?\b|\btypes? of bill\b")),
    ("revenue_codes", re.compile(r"\brevenue\b|\brev\.? codes?\b")),
    ("procedures", re.compile(r"\b(?:cpt|hcpcs|procedure)®? codes? ?/ ?modifiers?\b")),
    ("modifiers", re.compile(r"\bmodifiers?\b|^mod$")),
    ("icd_10_pcs", re.compile(r"\bicd-?10[ -]pcs\b|\bicd-?10 procedure\b")),
)
_CODE = re.compile(r"\bcod(?:es?|ing)\b")
_NOT = re.compile(
    r"\bnot\b(?! (?:exhaustive|all[ -]inclusive|limited|an? |whole|complete))|"
    r"\bnon-?(?:covered|reimbursable|payable)\b|\binvestigational\b|\bexperimental\b|\bunproven\b|"
    r"\bexclu(?:ded|sions?)\b"
)
_COVERED = re.compile(r"\bcovered\b|\bmedically necessary\b|\bsupports?\b|\bpayable\b|\beligible\b")
_RELATED = re.compile(r"^other\b|\brelated\b")
_SYSTEM_NAME = (
    r"(?:CPT|HCPCS|CDT|MS-?DRGs?|ICD[-‐‑ ]?10(?:[-‐‑ ]?(?:CM|PCS))?|NUCC|Modifiers?|Mod\.|Taxonomy|"
    r"Rev(?:enue|\.)|Bill Type)(?:®|™|\(R\))?"
    r"(?:[ /]{1,3}(?:HCPCS|CPT|4|Level|II|Procedures?|Diagnos[ei]s|Codes?)\b(?:®|\(s\))?){0,4}"
)
#: The name of a code system in a line, and what parts it from the code behind it.
SYSTEM = re.compile(rf"\b{_SYSTEM_NAME}[ \t]?[-–:#]?\s{{0,3}}", re.IGNORECASE)
_ALONE = re.compile(rf"\W{{0,4}}{_SYSTEM_NAME}\W{{0,4}}", re.IGNORECASE)
_COLUMN_WORDS = frozenset(
    re.findall(
        r"\S+",
        "code codes number numbers description descriptions descriptor descriptors definition name long "
        "short type types service services system set cpt hcpcs cdt icd 10 cm pcs level ii i and or the of "
        "procedure procedures diagnosis diagnoses diagnostic modifier modifiers revenue rev comment comments "
        "note notes coverage covered status s r for this policy list listed medical billing nomenclature "
        "title label meaning indication indications criteria taxonomy specialty category",
    )
)
_TOKEN = re.compile(r"[^a-z0-9]+")
_NO_CODE = re.compile(
    r"\bno (?:(?:specific|unique|established|applicable|assigned|separate|current|designated|single) ){0,2}"
    r"(?:(?:cpt|hcpcs|cdt|icd-10(?:-cm)?|procedure|diagnosis|billing)®?(?: ?/ ?| and | or | )){0,3}codes?\b|"
    r"^no (?:cpt|hcpcs)$"
)


def listing(words: str) -> Listing | None:
    """Return what a heading or a column's name says of the codes below; None where it speaks of none.

    >>> listing("Other HCPCS codes related to the CPB:")
    Listing(kind='procedures', coverage='related')
    >>> listing("ICD-10 codes not covered for indications listed"), listing("Background")
    (Listing(kind='diagnoses', coverage='not_covered'), None)
    """
    key = fold(words)
    kind = next((kind for kind, pattern in _SINGLE if pattern.search(key)), None) or _general(key)
    return Listing(kind, _coverage(key)) if kind else None


def coverage_label(words: str) -> Listing | None:
    """Return what a label inside a list says of the codes below, where it names no system.

    >>> coverage_label("Not Covered or Reimbursable:"), coverage_label("Note:")
    (Listing(kind='any', coverage='not_covered'), None)
    """
    coverage = _coverage(fold(words)) if words.rstrip(" *_|").endswith(":") else None
    return Listing("any", coverage) if coverage else None


def _general(key: str) -> Kind | None:
    diagnoses, procedures = bool(_DIAGNOSES.search(key)), bool(_PROCEDURES.search(key))
    if diagnoses != procedures:
        return "diagnoses" if diagnoses else "procedures"
    return "any" if diagnoses or _CODE.search(key) else None


def _coverage(key: str) -> CodeCoverage | None:
    if _NOT.search(key):
        return "not_covered"
    if _COVERED.search(key):
        return "covered"
    return "related" if _RELATED.search(key) else None


def merged(now: Listing | None, told: Listing | None) -> Listing | None:
    """Return what a list holds after a heading, and a column or label below it, have spoken."""
    if told is None or now is None:
        return told or now
    return Listing(now.kind if told.kind == "any" else told.kind, told.coverage or now.coverage)


def headed(kind: SectionKind, heading: str | None) -> Listing | None:
    """Return what a section lists, by its kind and the words of its heading; None where it is no list.

    >>> headed("diagnoses", "Diagnoses that do not support it"), headed("purpose", "CPT codes")
    (Listing(kind='diagnoses', coverage='not_covered'), None)
    >>> headed("other", "CPT"), headed("other", "CPT 20610")
    (Listing(kind='procedures', coverage=None), None)
    """
    lists = LISTS.get(kind) or (system_alone(heading) if kind == "other" and heading else None)
    return merged(lists, listing(heading)) if lists and heading else lists


def system_alone(words: str) -> Listing | None:
    """Return what words list that are nothing but the name of a system: ``CPT``, ``HCPCS codes:``."""
    return listing(words) if _ALONE.fullmatch(words) else None


def names_columns(words: str) -> bool:
    """Whether words are such as stand above the columns of a code list, and nothing else.

    >>> names_columns("CPT® Code / Description"), names_columns("90471")
    (True, False)
    """
    tokens = [token for token in _TOKEN.split(fold(words)) if token]
    return bool(tokens) and len(tokens) < 20 and _COLUMN_WORDS.issuperset(tokens)


def no_code(words: str) -> bool:
    """Whether words say that a service has no code of its own.

    >>> no_code("Widget therapy - no specific CPT code"), no_code("No code"), no_code("Code set")
    (True, True, False)
    """
    return bool(_NO_CODE.search(fold(words))) or bool(placeholder(words) is not None and words.strip())
