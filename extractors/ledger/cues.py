"""Words that say that a code follows, and the codes behind them: "HCPCS codes E0100, E0105 and J1030".

Form alone makes no code of a number: 99213 may be an invoice. Behind a cue a code is one whether its code set
knows it or not.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from extractors.code_sets.forms import CPT, HCPCS, ICD10PCS, TAXONOMY
from extractors.structure.listing import Kind, listing

#: What kind of code words announce; ``other`` are codes that are none of ours.
Cue = Kind

_POINTED = r"[A-Z][0-9][0-9A-Z]\.[0-9A-Z]{1,4}"
_CATEGORY = r"[A-TV-Z][0-9][0-9AB](?:[0-9A-Z]{1,4})?"  # a category, or a code without its point
#: What a code may look like behind a cue.
FORMS: dict[Cue, str] = {
    "procedures": rf"{CPT}|{HCPCS}",
    "diagnoses": rf"(?i:{_POINTED}|{_CATEGORY})",
    "icd_10_pcs": ICD10PCS,
    "ms_drg": r"[0-9]{3}",
    "revenue_codes": r"[0-9]{3}[0-9X]|[0-9]{2}[0-9Xx]",
    "bill_types": r"0?[0-9]{2}[0-9Xx]",
    "modifiers": r"[0-9A-Z]{2}",
    "taxonomies": TAXONOMY,
    "any": rf"{CPT}|{HCPCS}|{_POINTED}",
}
_AFTER = r"(?![0-9A-Za-z]|\.[0-9A-Za-z]|-[0-9]{4}(?![0-9A-Z])|-[A-Z](?![0-9A-Za-z])|\s?%)"
_TO = r"(?:\s?-\s?|\s(?:through|thru|to)\s)"
_CODE = {
    cue: re.compile(rf"(?P<value>{form}){_AFTER}(?:{_TO}(?P<last>{form}){_AFTER})?")
    for cue, form in FORMS.items()
}
_SIGNS = r"[\"'“”‘’*_`+([]"
_BETWEEN = re.compile(
    rf"[\"'”’*_`)\]]{{0,3}}\s{{0,4}}(?:[,;/&]\s{{0,3}})?(?:(?:and/or|and|or|plus|with)\b\s{{0,3}})?"
    rf"(?:(?:CPT|HCPCS|codes?|modifiers?)\b[®:]?\s{{1,3}}){{0,2}}{_SIGNS}{{0,3}}-?"
)
#: Words that announce codes right before one; above a list, or as the name of a column, they say less.
_BEFORE: tuple[tuple[Cue, re.Pattern[str]], ...] = (
    (
        "other",
        re.compile(
            r"\bicd-?9|\b(?:zip|postal|area|access|error|source|bar|dress|country|promo|security|reason|status|"
            r"rarc|carc)\scodes?\b"
        ),
    ),
    ("ms_drg", re.compile(r"\bdrgs?\b")),
    ("bill_types", re.compile(r"\btob\b")),
    ("revenue_codes", re.compile(r"\brev\b")),
    ("modifiers", re.compile(r"\bmods?\b")),
)
_ALONE = re.compile(r"\bprocedure|\badd-on|\blevel")
_WORD = (
    r"(?:CPT|HCPCS|CDT|ICD[- ]?(?:10|9)(?:[- ]?(?:CM|PCS))?|MS-?DRGs?|DRGs?|revenue|rev\.?|bill types?|"
    r"types? of bill|TOB|modifiers?|taxonomy|NUCC|procedure|diagnos[ei]s|diagnostic|dx|add-on|"
    r"Level (?:II|I|2)|codes?|"
    r"(?:zip|postal|area|access|error|source|bar|dress|country|promo|security|denial|remark|reason|status|"
    r"condition|occurrence|value|place of service|POS|NDC|RARC|CARC)(?= codes?\b))"
)
_NAME = rf"{_WORD}(?:[®™]|\(R\)|\(s\)|-4)?"
_LINK = r"(?:\s?(?:[:#=|-]|is|are|of|numbers?|range|includ(?:e|es|ing))(?=\W))"
_CUE = re.compile(
    rf"(?<![\w-])(?P<words>{_NAME}(?:[ /,]{{1,2}}(?:and |or )?{_NAME}){{0,4}})"
    rf"{_LINK}{{0,3}}\s{{0,3}}{_SIGNS}{{0,3}}-?$",
    re.IGNORECASE,
)
_NEAR = re.compile(
    r"(?i:cod|cpt|cdt|hcpcs|modif|drg|icd|rev|bill|tob|dx|tax|nucc|proc|diag|add-on|level|pos|ndc)"
)
_LEAD = 12  # characters of a cue before its telling word: "type of bill", "postal code"
_FAR = 60  # characters before a code in which its cue begins
#: Kinds whose forms words and numbers have too.
_WORDLIKE: frozenset[Cue] = frozenset({"modifiers", "revenue_codes", "ms_drg", "bill_types"})


class Cued(NamedTuple):
    """A code behind a cue: offsets of its value, and of the end of its range where it is one."""

    cue: Cue
    value: tuple[int, int]
    last: tuple[int, int] | None


@lru_cache(maxsize=4096)
def cue_of(words: str) -> Cue | None:
    """Return what kind of code some words announce; None where they announce none.

    >>> cue_of("ICD-10-CM diagnosis codes"), cue_of("ZIP code"), cue_of("Background")
    ('diagnoses', 'other', None)
    """
    key = words.casefold()
    before = next((cue for cue, pattern in _BEFORE if pattern.search(key)), None)
    told = listing(words) if before is None else None
    kind = before or (told and told.kind)
    return "procedures" if kind in (None, "any") and _ALONE.search(key) else kind


def cue_before(words: str, at: int) -> Cue | None:
    """Return what the words right before an offset announce."""
    return _told(words[max(0, at - _FAR) : at])


@lru_cache(maxsize=4096)
def _told(before: str) -> Cue | None:
    near = _NEAR.search(before)
    found = _CUE.search(before, max(0, near.start() - _LEAD)) if near else None
    return cue_of(found["words"]) if found else None


def chain(words: str, at: int, cue: Cue) -> Iterator[Cued]:
    """Read the codes of a kind that stand one behind the other from an offset on."""
    while cue in _CODE and (found := _CODE[cue].match(words, at)):
        yield Cued(cue, found.span("value"), found.span("last") if found["last"] else None)
        between = _BETWEEN.match(words, found.end())
        if between is None or between.end() == found.end():
            return
        if cue in _WORDLIKE and between.group().isspace():
            return
        at = between.end()
