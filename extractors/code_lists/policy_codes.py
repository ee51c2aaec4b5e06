"""What the words of a payer policy say of the codes below them, and the codes in a stretch of text.

A policy lists procedure codes, diagnoses, modifiers and revenue codes under headings such as "CPT codes
covered if selection criteria are met:". The heading tells the system and whether the codes are covered.
A five-digit number is a code only where such a heading, or the name of its system, stands before it.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from extractors.code_lists.coded import RANGE, Field, ends
from extractors.code_sets.forms import CPT, HCPCS
from extractors.record.model import CodeCoverage, Span
from extractors.structure.listing import Kind, Listing
from extractors.structure.placeholders import placeholder
from extractors.text.folding import fold
from extractors.vocabulary.vocabulary import Vocabulary


class Codes(NamedTuple):
    """Codes that stand together with nothing but commas between; ``kind`` is that of each of them."""

    spans: tuple[Span, ...]
    kind: Kind

    @property
    def start(self) -> int:
        """Where the first code begins."""
        return self.spans[0][0]

    @property
    def end(self) -> int:
        """One past the last code."""
        return self.spans[-1][1]


_OTHER = re.compile(
    r"\bndcs?\b|\bdrgs?\b|\bicd-?9\b|\bnational drug|\bplaces? of service\b|\bpos\b|\btaxonom|"
    r"\b(?:occurrence|condition|value|denial|remark|zip) codes?\b"
)
_PCS = re.compile(r"\bicd-?10[ -]pcs\b|\bicd-?10 procedure\b")
_DIAGNOSES = re.compile(r"\bicd\b|\bicd-?10|\bdiagnos[ei]s\b|\bdiagnostic codes?\b|\bdx\b")
_PROCEDURES = re.compile(r"\bcpt\b|\bhcpcs\b|\bcdt\b|\bprocedure codes?\b|\blevel ii\b")
_SINGLE: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("ms_drg", re.compile(r"\bms-?drgs?\b")),
    ("other", _OTHER),
    ("bill_types", re.compile(r"\bbill types?\b|\btypes? of bill\b")),
    ("revenue_codes", re.compile(r"\brevenue\b|\brev\.? codes?\b")),
    ("modifiers", re.compile(r"\bmodifiers?\b")),
    ("icd_10_pcs", _PCS),
)
_CODE = re.compile(r"\bcod(?:es?|ing)\b")
_NOT = re.compile(
    r"\bnot\b|\bnon-?(?:covered|reimbursable|payable)\b|\binvestigational\b|\bexperimental\b|\bunproven\b|"
    r"\bexclu(?:ded|sions?)\b"
)
_COVERED = re.compile(r"\bcovered\b|\bmedically necessary\b|\bsupports?\b|\bpayable\b|\beligible\b")
_RELATED = re.compile(r"^other\b|\brelated\b")


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


def field_of(kind: Kind, coverage: CodeCoverage | None) -> Field:
    """Return the record's list for a kind of code."""
    match kind:
        case "diagnoses":
            return "excluded_diagnoses" if coverage == "not_covered" else "diagnoses"
        case "modifiers" | "revenue_codes" | "bill_types":
            return kind
        case _:
            return "procedures"


_PROCEDURE = f"(?:{CPT}|{HCPCS})"
_POINTED = r"[A-Z][0-9][0-9AB]\.[0-9A-Zx]{1,4}"  # a small x keeps a place free: S42.00xA
_FORM: dict[Kind, str] = {
    "procedures": _PROCEDURE,
    "icd_10_pcs": r"(?=[A-Z]{0,6}[0-9])[0-9BCDFGHX][0-9A-HJ-NP-Z]{6}",
    "ms_drg": r"[0-9]{3}",
    "revenue": r"0[0-9]{3}",
    "diagnoses": rf"(?:{_POINTED}|[A-Z][0-9][0-9AB])",
    "modifiers": r"[0-9A-Z]{2}",
    "revenue_codes": r"(?:(?:0[0-9]{2}|100|210|310)[0-9xX]|[1-9][0-9][0-9xX])",
    "bill_types": r"(?:0?[0-9]{2}[0-9xX])",
    "any": rf"(?:{_PROCEDURE}|{_POINTED})",
}
_GLUED = r"(?=[A-Z][a-z]|[A-Z]{2,6}[ ,-])"  # words that follow a code without a space: 90476Vaccines
_AFTER = rf"(?:(?![0-9A-Za-z]|\.[0-9A-Za-z]|-[0-9]{{3}}|\s?%)|{_GLUED})"
_PATTERN = {
    kind: re.compile(rf"(?<![0-9A-Za-z.$#-]){form}(?:(?:{RANGE.pattern}){form})?{_AFTER}")
    for kind, form in _FORM.items()
}
_BETWEEN = re.compile(r"[\s,;/&|*†‡+‐‑–—-]*(?:(?:and|or)\s*)?")


def codes(source: str, span: Span, kind: Kind, vocabulary: Vocabulary) -> Iterator[Codes]:
    """Find the codes of a kind in a stretch of text, those that stand in one list together."""
    group: list[Span] = []
    pattern = _PATTERN.get(kind)
    for found in pattern.finditer(source, *span) if pattern else ():
        for code in _parted(found, kind, vocabulary):
            if group and not _BETWEEN.fullmatch(source, group[-1][1], code[0]):
                yield _together(group, source, kind)
                group = []
            group.append(code)
    if group:
        yield _together(group, source, kind)


def _together(group: list[Span], source: str, kind: Kind) -> Codes:
    if kind == "any":
        kind = "diagnoses" if "." in source[slice(*group[0])] else "procedures"
    return Codes(tuple(group), kind)


_PCS_ALONE = re.compile(
    r"(?=[0-9]{0,6}[A-Z])(?=[A-Z]{0,6}[0-9])[0-9BCDFGHX][0-9A-HJ-NP-Z]{6}(?![0-9A-Za-z]|[.-][0-9A-Za-z])"
)


def opens_pcs(source: str, span: Span) -> bool:
    """Whether a cell or line begins with what can only be a code of ICD-10-PCS: seven letters and digits."""
    return bool(_PCS_ALONE.match(source, *span))


def _parted(found: re.Match[str], kind: Kind, vocabulary: Vocabulary) -> Iterator[Span]:
    """A code or a range as it stands; two codes with a dash between that do not count up stay two."""
    first, last = ends(found.group())
    if kind == "modifiers":
        if last is None and first in vocabulary.modifiers:
            yield found.span()
    elif last is None or (len(first) == len(last) and first < last):
        yield found.span()
    else:
        yield found.start(), found.start() + len(first)
        yield found.end() - len(last), found.end()


def opens(source: str, at: int, kind: Kind, vocabulary: Vocabulary) -> bool:
    """Whether a code of a kind begins at an offset."""
    pattern = _PATTERN.get(kind)
    found = pattern.match(source, at) if pattern else None
    return bool(found and (kind != "modifiers" or found.group() in vocabulary.modifiers))


def merged(now: Listing | None, told: Listing | None) -> Listing | None:
    """Return what a list holds after a heading, and a column or label below it, have spoken."""
    if told is None or now is None:
        return told or now
    return Listing(now.kind if told.kind == "any" else told.kind, told.coverage or now.coverage)


_SYSTEM_NAME = (
    r"(?:CPT|HCPCS|CDT|MS-?DRGs?|ICD[-‐‑ ]?10(?:[-‐‑ ]?(?:CM|PCS))?|Modifiers?|Rev(?:enue|\.)|Bill Type)"
    r"(?:®|™|\(R\))?"
    r"(?:[ /]{1,3}(?:HCPCS|CPT|4|Level|II|Procedures?|Diagnos[ei]s|Codes?)\b(?:®|\(s\))?){0,4}"
)
SYSTEM = re.compile(rf"\b{_SYSTEM_NAME}[ \t]?[-–:#]?\s{{0,3}}", re.IGNORECASE)
_ALONE = re.compile(rf"\W{{0,4}}{_SYSTEM_NAME}\W{{0,4}}", re.IGNORECASE)
_COLUMN_WORDS = frozenset(
    [
        "codes",
        "code",
        "number",
        "numbers",
        "description",
        "descriptions",
        "descriptor",
        "descriptors",
        "definition",
        "name",
        "long",
        "short",
        "type",
        "types",
        "service",
        "services",
        "system",
        "set",
        "cpt",
        "hcpcs",
        "cdt",
        "icd",
        "10",
        "cm",
        "pcs",
        "level",
        "ii",
        "i",
        "and",
        "or",
        "the",
        "of",
        "procedure",
        "procedures",
        "diagnosis",
        "diagnoses",
        "diagnostic",
        "modifier",
        "modifiers",
        "revenue",
        "rev",
        "comments",
        "comment",
        "notes",
        "note",
        "coverage",
        "covered",
        "status",
        "s",
        "r",
        "for",
        "this",
        "policy",
        "list",
        "listed",
        "medical",
        "billing",
        "nomenclature",
        "title",
        "label",
        "meaning",
        "indication",
        "indications",
        "criteria",
    ]
)
_TOKEN = re.compile(r"[^a-z0-9]+")


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


_NO_CODE = re.compile(
    r"\bno (?:(?:specific|unique|established|applicable|assigned|separate|current|designated|single) ){0,2}"
    r"(?:(?:cpt|hcpcs|cdt|icd-10(?:-cm)?|procedure|diagnosis|billing)®?(?: ?/ ?| and | or | )){0,3}codes?\b|"
    r"^no (?:cpt|hcpcs)$"
)


def no_code(words: str) -> bool:
    """Whether words say that a service has no code of its own.

    >>> no_code("Widget therapy - no specific CPT code"), no_code("No code"), no_code("Code set")
    (True, True, False)
    """
    return bool(_NO_CODE.search(fold(words))) or bool(placeholder(words) is not None and words.strip())
