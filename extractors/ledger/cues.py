"""Words that say that a code follows, and the codes behind them: "HCPCS codes E0100, E0105 and J1030".

Form alone makes no code of a number: 99213 may be an invoice. Behind a cue a code is one whether its code set
knows it or not.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from extractors.code_sets.forms import CPT, HCPCS, ICD10PCS, TAXONOMY

Cue = Literal[
    "procedure", "diagnosis", "pcs", "drg", "revenue", "bill_type", "modifier", "taxonomy", "any", "none"
]

_POINTED = r"[A-Z][0-9][0-9A-Z]\.[0-9A-Z]{1,4}"
_CATEGORY = r"[A-TV-Z][0-9][0-9AB](?:[0-9A-Z]{1,4})?"  # a category, or a code without its point
#: What a code may look like behind a cue.
FORMS: dict[Cue, str] = {
    "procedure": rf"{CPT}|{HCPCS}",
    "diagnosis": rf"(?i:{_POINTED}|{_CATEGORY})",
    "pcs": ICD10PCS,
    "drg": r"[0-9]{3}",
    "revenue": r"[0-9]{3}[0-9X]|[0-9]{2}[0-9Xx]",
    "bill_type": r"0?[0-9]{2}[0-9Xx]",
    "modifier": r"[0-9A-Z]{2}",
    "taxonomy": TAXONOMY,
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
_SYSTEM: tuple[tuple[Cue, re.Pattern[str]], ...] = (
    (
        "none",
        re.compile(
            r"\bicd-?9|\b(?:ndc|place of service|pos)\b|\b(?:zip|postal|area|access|error|source|bar|dress|"
            r"country|promo|security|denial|remark|reason|status|condition|occurrence|value|rarc|carc)\scodes?\b"
        ),
    ),
    ("drg", re.compile(r"\b(?:ms-?)?drgs?\b")),
    ("bill_type", re.compile(r"\bbill type|\btypes? of bill|\btob\b")),
    ("revenue", re.compile(r"\brevenue\b|\brev\b")),
    ("modifier", re.compile(r"\bmod(?:ifiers?|s)?\b")),
    ("taxonomy", re.compile(r"\btaxonom|\bnucc\b")),
    ("pcs", re.compile(r"\bpcs\b")),
    ("diagnosis", re.compile(r"\bicd|\bdiagnos|\bdx\b")),
    ("procedure", re.compile(r"\bcpt|\bhcpcs|\bcdt|\bprocedure|\badd-on|\blevel")),
    ("any", re.compile(r"\bcod(?:es?|ing)\b")),
)
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
_WORDLIKE: frozenset[Cue] = frozenset(
    {"modifier", "revenue", "drg", "bill_type"}
)  # forms that words have too


class Cued(NamedTuple):
    """A code behind a cue: offsets of its value, and of the end of its range where it is one."""

    cue: Cue
    value: tuple[int, int]
    last: tuple[int, int] | None


@lru_cache(maxsize=4096)
def cue_of(words: str) -> Cue | None:
    """Return what kind of code some words announce; None where they announce none.

    >>> cue_of("ICD-10-CM diagnosis codes"), cue_of("ZIP code"), cue_of("Background")
    ('diagnosis', 'none', None)
    """
    key = words.casefold()
    return next((cue for cue, pattern in _SYSTEM if pattern.search(key)), None)


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
    while cue != "none" and (found := _CODE[cue].match(words, at)):
        yield Cued(cue, found.span("value"), found.span("last") if found["last"] else None)
        between = _BETWEEN.match(words, found.end())
        if between is None or between.end() == found.end():
            return
        if cue in _WORDLIKE and between.group().isspace():
            return
        at = between.end()
