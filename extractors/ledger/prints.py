"""Every code that the words of a text print, wherever they stand.

Each token that may be a code is asked once: does a cue stand before or behind it, can it be nothing else (it
has the form of a code and its code set knows it), does the sentence report it?
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from extractors.code_sets.forms import procedure_system
from extractors.ledger.cues import Cue, Cued, chain, cue_before
from extractors.record.model import PrintedSystem
from extractors.resources import code_set

# A pattern is looked for by what it begins with: capitals and digits are rare, small letters are not.
_TOKEN = re.compile(
    r"(?:[0-9](?<![\w.@$].)[0-9A-Za-z]{1,9}|"
    r"[A-Z](?<![\w.@$].)(?:[0-9][0-9A-Za-z]{1,6}(?:\.[0-9A-Za-z]{1,4})?|[0-9A-Z]))(?!\w)"
)
_SMALL = re.compile(r"[0-9](?<=[a-tv-z].)(?<![\w.@$]..)[0-9A-Za-z]{1,6}(?:\.[0-9A-Za-z]{1,4})?(?!\w)")
_SHORT = re.compile(r"(?<![\w.@$])[0-9A-Z]{2}(?!\w)")
_NUMBERED = ("rev", "drg", "tob", "bill")  # one of them stands where a short number is a code
_LONGEST_NUMBER = 4  # digits of a revenue code, a type of bill or a group
_SHORTEST = 3  # characters; a shorter token can only be a modifier
_MODIFIER = re.compile(r"[Mm]od(?:ifiers?)?\b|MODIFIER")
_CERTAIN = re.compile(
    r"(?:(?P<icd>[A-TV-Z][0-9][0-9A-Z]\.[0-9A-Z]{1,4})|(?P<nucc>[0-9]{3}[0-9A-Z]{6}X)|"
    r"(?P<hcpcs>[A-CEGHJ-MP-V][0-9]{4})|(?P<category>[0-9]{4}[AFMTU]))"
    r"(?![0-9A-Za-z]|\.[0-9A-Za-z]|-(?:[0-9]{4}(?![0-9A-Z])|[A-Z](?![0-9A-Za-z])))"
)
_NO_CODE = re.compile(
    r"(?:\b(?:pmid|pmc|doi|isbn|nct|ein|npi|version|ver|v|model|part|lot|serial|item|catalog(?:ue)?|invoice|contract|"
    r"phone|tel|fax|zip|postal code|p\.?o\.? box|suite|room|ticket|grant|account|section|form|icd-?9(?:-cm)?)"
    r"(?:\s(?:number|no|code)s?)?[\s.:#]{0,3}|[$£€#]\s?|-)\Z",
    re.IGNORECASE,
)
_OLD = re.compile(r"\s?\((?:[^()]{0,20}\s)?ICD-?9", re.IGNORECASE)
_NAMED_BEHIND = re.compile(r"[\"”'’]?\s(?:(?P<procedure>(?:CPT|HCPCS)\b)|(?P<modifier>[Mm]odifiers?\b))")
_PROCEDURE = re.compile(r"[0-9]{4}[0-9AFMTU]|[A-V][0-9]{4}")
_REPORTS = re.compile(
    r"(?:\b(?:report(?:ed|ing|s)?|bill(?:ed|ing|s)?|submit(?:ted|ting)?|us(?:e|ed|ing)|cod(?:ed?|ing)|sent|see|"
    r"append(?:ed)?|replaced|add)\s(?:only\s|also\s|either\s|as\s|with\s|by\s|to\s|under\s|for\s){0,2}|\()$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\s?(?:[.,;:)/-]|$)|\s(?:for|if|when|is|with|and|or|in|only|as|once|twice|per|instead|because|unless|to|plus|"
    r"on|by|at|together|alone|separately|along|first)\b|\s\("
)
_SYSTEMS: Mapping[Cue, PrintedSystem] = {
    "diagnoses": "ICD-10-CM",
    "icd_10_pcs": "ICD-10-PCS",
    "ms_drg": "MS-DRG",
    "revenue_codes": "REVENUE",
    "bill_types": "TOB",
    "modifiers": "MODIFIER",
    "taxonomies": "NUCC",
}
_FORMS: Mapping[str, PrintedSystem] = {
    "icd": "ICD-10-CM",
    "nucc": "NUCC",
    "hcpcs": "HCPCS",
    "category": "CPT",
}


class Print(NamedTuple):
    """A code as it stands in the words.

    ``value`` and ``last`` are offsets; ``sure`` is false of a number that a sentence only reports: it is a
    code where the page prints a code of its system elsewhere.
    """

    system: PrintedSystem
    value: tuple[int, int]
    last: tuple[int, int] | None
    sure: bool = True

    @property
    def end(self) -> int:
        """One past its last character."""
        return (self.last or self.value)[1]


class Token(NamedTuple):
    """A word or number that may be a code by its form."""

    text: str
    start: int
    end: int


def tokens(words: str) -> list[Token]:
    """Find what may be a code by its form, in text order: a short number or word only near what says so."""
    folded = words.casefold()
    numbered = any(cue in folded for cue in _NUMBERED)
    found = [Token(each.group(), *each.span()) for each in _TOKEN.finditer(words)]
    small = [(each.start() - 1, each.end()) for each in _SMALL.finditer(words)]
    if small:
        found += [Token(words[start:end], start, end) for start, end in small]
        found.sort(key=lambda token: token.start)
    return [token for token in found if _may_be_code(token, words, numbered=numbered)]


def _may_be_code(token: Token, words: str, *, numbered: bool) -> bool:
    if len(token.text) < _SHORTEST:
        return _MODIFIER.search(words, max(0, token.start - 30), token.end + 12) is not None
    return len(token.text) > _LONGEST_NUMBER or numbered or not token.text.isdigit()


def short_tokens(words: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Find the words and numbers of a stretch that are modifiers, if they are meant so."""
    return (found for found in _SHORT.finditer(words, start, end) if found.group() in code_set("MODIFIER"))


def prints(words: str, among: Iterable[Token] | None = None) -> Iterator[Print]:
    """Find the printed codes, in text order.

    Args:
        words: of a text.
        among: its tokens, where they have been found before.
    """
    end = 0
    for token in tokens(words) if among is None else among:
        if token.start < end:
            continue
        for each in _at(token, words):
            yield each
            end = each.end


def system_print(one: Cued, words: str) -> Print:
    """Return a code behind a cue as a print: what the cue leaves open its form decides."""
    system = _SYSTEMS.get(one.cue) or procedure_system(words[slice(*one.value)].upper())
    return Print(system, one.value, one.last)


def with_point(value: str) -> str:
    """Return an ICD-10-CM code with its point.

    >>> with_point("M5450"), with_point("R69")
    ('M54.50', 'R69')
    """
    return value if "." in value or len(value) < 4 else f"{value[:3]}.{value[3:]}"


def _at(token: Token, words: str) -> Iterator[Print]:
    cue = cue_before(words, token.start)
    if cue == "other":
        return
    told = (system_print(one, words) for one in chain(words, token.start, cue)) if cue else ()
    found = [each for each in told if exists(each, words)]
    if found:
        yield from found
    else:
        one = _named_behind(token, words) or _certain(token, words) or _reported(token, words)
        yield from [one] if one else []


def exists(each: Print, words: str) -> bool:
    """Return whether a code of a form that words have too is one: a modifier, a code without its point."""
    value = words[slice(*each.value)]
    if each.system == "MODIFIER":
        return value in code_set("MODIFIER")
    if each.system == "ICD-10-CM" and "." not in value:
        return with_point(value.upper()) in code_set("ICD-10-CM")
    return True


def _named_behind(token: Token, words: str) -> Print | None:
    """A code with its cue behind it: "99213 CPT code", "the 25 modifier"."""
    found = _NAMED_BEHIND.match(words, token.end)
    if not found:
        return None
    if found["modifier"]:
        each = Print("MODIFIER", (token.start, token.end), None)
        return each if token.text in code_set("MODIFIER") else None
    named = _PROCEDURE.fullmatch(token.text)
    return Print(procedure_system(token.text), (token.start, token.end), None) if named else None


def _certain(token: Token, words: str) -> Print | None:
    """A token that can be nothing else: its code set knows it, and it is not the number of something."""
    found = _CERTAIN.match(words, token.start) if len(token.text) >= _SHORTEST else None
    if not found or _is_number_of_something(found.start(), words) or _OLD.match(words, found.end()):
        return None
    system = _FORMS[found.lastgroup or ""]
    if found.group() not in code_set(system):
        return None
    if system == "NUCC":
        return Print(system, found.span(), None)
    return next(system_print(one, words) for one in chain(words, found.start(), "any"))


def _reported(token: Token, words: str) -> Print | None:
    """A CPT number that a sentence reports, bills or puts in brackets: "Report 20610 for …"."""
    start, end = (token.start, token.end)
    if token.text not in code_set("CPT") or not _REPORTS.search(words, max(0, start - 40), start):
        return None
    apart = _is_number_of_something(start, words) or not _GOES_ON.match(words, end)
    return None if apart else Print("CPT", (token.start, token.end), None, sure=False)


def _is_number_of_something(at: int, words: str) -> bool:
    return bool(_NO_CODE.search(words, max(0, at - 30), at))
