"""The patient of a vignette: age and sex, as the text states them."""

import re
from typing import Literal, NamedTuple

from extractors.record.findings import finding
from extractors.record.model import Patient, Span
from extractors.record.readings import Reading
from extractors.text.folding import fold_dashes

_UNITS = {"y": 1.0, "m": 1 / 12, "w": 7 / 365.25, "d": 1 / 365.25}
# fmt: off
_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}
# fmt: on
_NUMBER = rf"\d{{1,3}}(?:\.\d)?|(?:{'|'.join(_NUMBERS)})(?:[- ](?:{'|'.join(_NUMBERS)}))?"
_UNIT = r"(?P<unit>y(?:ears?|r)s?|months?|mo|weeks?|wk|days?)"
_AGE = (
    re.compile(rf"(?<![\w.-])(?P<age>{_NUMBER})[\s-]{_UNIT}[\s-]old\b", re.IGNORECASE),
    re.compile(r"(?<![\w.-])(?P<age>\d{1,3})\s?-?(?P<unit>y)(?:/o|\.o\.|o)(?!\w)", re.IGNORECASE),
    re.compile(
        rf"\b(?:aged?|age of|age:)\s+(?P<age>{_NUMBER})(?!\s*(?:-|to|and|or older|or younger|\+|%|\d)|\w)"
        r"\b(?:\s+(?P<unit>years?|months?|weeks?|days?))?",
        re.IGNORECASE,
    ),
)
_CUT = re.compile(r"^\W*An?\s+(?P<age>\d{1,3})(?:[- ](?:y(?:e(?:a(?:r(?:[- ](?:o(?:l)?)?)?)?)?)?)?)?$")
_SEX_OF: dict[str, Literal["male", "female"]] = {
    **dict.fromkeys(("male", "man", "boy", "gentleman", "mr", "he", "him", "his"), "male"),
    **dict.fromkeys(("female", "woman", "girl", "lady", "mrs", "ms", "miss", "she", "her", "hers"), "female"),
}
_NOUN = re.compile(r"\b(?:male|man|boy|gentleman|female|woman|girl|lady)\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\b(?:he|him|his|she|her|hers)\b", re.IGNORECASE)
_SUBJECT = re.compile(r"(?<=[.!?]\s)(?:He|She|His|Her)\b")
_PHRASE_END = re.compile(
    r"[.;]|\b(?:with|who|whose|has|have|had|is|was|presents?|presented|and|comes|undergo\w*|for|by|in|at|on|"
    r"to)\b",
    re.IGNORECASE,
)
_NEAR = 40  # characters before an age in which another person is named
_REACH = 60  # characters after the age in which the noun for the patient stands
_PATIENT = re.compile(
    r"\b(?:(?P<before>male|female)\s+(?:patient|adult|child|infant|neonate|newborn)|"
    r"patient(?:,\s+aged?\s+[\w-]{1,20},)?\s+is\s+(?:an?\s+)?(?:\w+\s+){0,2}?(?P<after>male|female|man|woman|boy|girl))\b",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"\W*(?:(?P<title>Mr|Mrs|Ms|Miss)\b|(?:An?|This|The)\s+(?:[\w-]+\s+){0,4}?(?P<noun>man|woman|boy|girl|gentleman|lady|male|female)\b)",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:mother|father|wife|husband|daughter|son|sister|brother|parent|caregiver|partner|spouse)"
    r"\b[^.]{0,15}$",
    re.IGNORECASE,
)


def patient(source: str, span: Span, *, last: bool) -> tuple[Patient | None, tuple[Reading, ...]]:
    """Read age and sex of the patient in a vignette.

    Args:
        source: the reading text.
        span: where the vignette stands.
        last: whether the document ends with it, so that it may break off inside the age.

    Months, weeks and days become fractions of a year. Sex comes from a noun for the patient ("man",
    "female patient"), else from pronouns where all agree.
    """
    zone = fold_dashes(source[slice(*span)])
    age = _age(zone)
    notes: tuple[Reading, ...] = ()
    if age is None and last and (age := _CUT.match(zone)):
        message = f"the document breaks off after {age['age']!r}; read as years"
        cut = (span[0] + age.start("age"), span[1])
        notes = (finding("patient.age_cut", message, field="clinical_context", span=cut),)
    sex = _sex(zone, age)
    edges = [*([age.span()] if age else []), *([sex.span] if sex else [])]
    if not edges:
        return None, ()
    start, end = min(start for start, _ in edges), max(end for _, end in edges)
    who = Patient(
        age_years=_years(age) if age else None,
        sex=sex.value if sex else None,
        span=(span[0] + start, span[0] + end),
    )
    return who, notes


def _age(zone: str) -> re.Match[str] | None:
    hits = [
        found
        for pattern in _AGE
        for found in pattern.finditer(zone)
        if not _OTHERS.search(zone, max(0, found.start() - _NEAR), found.start())
    ]
    return min(hits, key=lambda found: found.start(), default=None)


def _years(age: re.Match[str]) -> int | float:
    words = age["age"].lower()
    number = float(words) if words[0].isdigit() else sum(_NUMBERS[word] for word in re.split(r"[- ]", words))
    unit = age.groupdict().get("unit") or "y"
    years = round(number * _UNITS[unit[0].lower()], 2)
    return int(years) if years == int(years) else years


class _Sex(NamedTuple):
    value: Literal["male", "female"]
    span: Span


def _sex(zone: str, age: re.Match[str] | None) -> _Sex | None:
    """Sex by the noun after the age, else by a noun for the patient elsewhere, else by pronouns."""
    if age:
        noun = _NOUN.search(zone, age.end(), _noun_reach(zone, age.end()))
        if noun:
            return _Sex(_SEX_OF[noun.group().lower()], noun.span())
    told = _PATIENT.search(zone) or _OPENING.match(zone)
    if told:
        return _Sex(next(_SEX_OF[word.lower()] for word in told.groupdict().values() if word), told.span())
    return _pronouns(zone, age.end() if age else 0)


def _pronouns(zone: str, start: int) -> _Sex | None:
    """Sex by the pronouns of the vignette, where all agree and one opens a sentence after ``start``."""
    said = {_SEX_OF[found.group().lower()] for found in _PRONOUN.finditer(zone)}
    subject = _SUBJECT.search(zone, start)
    return _Sex(said.pop(), subject.span()) if subject and len(said) == 1 else None


def _noun_reach(zone: str, start: int) -> int:
    """How far after an age the noun for the patient can stand: the noun phrase, not the sentence."""
    found = _PHRASE_END.search(zone, start, start + _REACH)
    return found.start() if found else min(len(zone), start + _REACH)
