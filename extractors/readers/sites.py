"""Sites of service: one place an item, and the CMS place-of-service numbers that its name can mean.

Source of the numbers: CMS place-of-service code set, edition of September 2023 (``places.tsv``).
"""

import re
from collections.abc import Iterator

from extractors.record.model import Site, Span
from extractors.record.readings import Fact
from extractors.text.folding import fold
from extractors.text.reading_text import trim
from extractors.vocabulary.vocabulary import Vocabulary

_CLAUSE = re.compile(
    r"(?!(?<=\s)\s)\s*+(?:,\s*+)?"
    r"(?:\b(?:where|when|which|that|who|depending|based on|with|without|equipped|performed|under|"
    r"during|for|if|as (?:appropriate|needed|indicated|clinically)|because|due to|according to|specimens?|"
    r"may|can|is|are|often|usually|typically|rather than|unless|since|while|via|using|from|specifically|"
    r"designated)\b|[;.](?=\s|$)|\((?!\s*(?:POS|place of service|\d{2}\b[\d\s,/&]*\))|(?-i:[A-Z]{2,6}s?\))))",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?P<number>\d{2})\s*(?:[-–—:]\s*)?(?=[A-Za-z])")  # "11 Office", "02 - Telehealth"
_GOES_ON = re.compile(r"[\s,]*(?:for\b|;)", re.IGNORECASE)
_ABBREVIATION = re.compile(r"(?!(?<=\s)\s)\s*+\([A-Z]{2,6}s?\)")
_NUMBERS = r"(\d{2}(?:\s*+(?:,|/|and|or|&)\s*+\d{2})*+)"
_PRINTED = re.compile(
    r"(?!(?<=\s)\s)(?:\(?\s*+(?:at\s++)?\b(?:POS|place[- ]of[- ]service)(?:\s++codes?)?\s*+(?:[:#]\s*+)?"
    rf"{_NUMBERS}\s*+\)?|\s?\({_NUMBERS}\))",
    re.IGNORECASE,
)
_SEPARATOR = re.compile(
    r"(?!(?<=\s)\s)(?:\s*+(?:,\s*+(?:and|or)\s++|,?\s*+\b(?:including|such as|e\.g\.,?)\s++|[,;]\s*+)|"
    r"\s++(?:and/or|or|and|/)\s++)(?:also\s++)?",
    re.IGNORECASE,
)
_ARTICLE = re.compile(
    r"(?:(?:an?|the|in|at|either|any|typically|usually|within|both|or|and|including|such as)\s+)+",
    re.IGNORECASE,
)
_PAIR = re.compile(r"(\w+)(?:\s+(?:or|and)\s+|/)(\w+)(?:\s++(.+))?")  # "inpatient or outpatient hospital"
_LONGEST_NAME = 150  # characters; no place has a longer one
_JOINING = frozenset({"and", "or", "and/or"})  # what a list that breaks off leaves
_KINDS = frozenset({"inpatient", "outpatient", "ambulatory"})
_TAIL = frozenset({"setting", "facility", "environment", "service", "location"})


def sites(source: str, span: Span, vocabulary: Vocabulary) -> Iterator[Fact]:
    """Read a list of places.

    Args:
        source: the reading text.
        span: where the list stands: the value of a label, or the words after "in a" in a sentence.
        vocabulary: for the names of places.
    """
    for start, end in _items(source, *span, vocabulary):
        led = _NUMBERED.match(source, start, end)
        if led and pos_codes(source[led.end() : end], vocabulary):
            name = Site(
                text=source[led.end() : end],
                span=(led.end(), end),
                pos_codes=(led["number"],),
                pos_codes_span=led.span("number"),
            )
            yield Fact("sites_of_service", name, name.span)
            continue
        printed = _PRINTED.search(source, start, min(span[1], end + 40)) if end < span[1] else None
        numbers = (
            tuple(re.findall(r"\d{2}", printed.group(1) or printed.group(2)))
            if printed and not _SEPARATOR.search(source, end, printed.start())
            else ()
        )
        site = Site(
            text=source[start:end],
            span=(start, end),
            pos_codes=numbers or pos_codes(source[start:end], vocabulary),
        )
        yield Fact("sites_of_service", site, site.span)


def pos_codes(name: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the place-of-service numbers that a name can mean; none for rooms and ambiguous names.

    The whole name decides, with a plural or a closing "setting", "facility" and the like left off:
    "hospital operating room" is not a hospital.
    """
    known = _known(fold(name), vocabulary)
    if known is not None:
        return known
    pair = _PAIR.fullmatch(fold(name))
    if not pair:
        return ()
    kinds = (_known(f"{word} {pair[3]}" if pair[3] else word, vocabulary) for word in pair.group(1, 2))
    return tuple(sorted({code for codes in kinds for code in codes or ()}))


def _known(name: str, vocabulary: Vocabulary) -> tuple[str, ...] | None:
    return next((vocabulary.places[form] for form in _forms(name.split()) if form in vocabulary.places), None)


def _forms(words: list[str]) -> Iterator[str]:
    while words:
        yield " ".join(words)
        yield " ".join([*words[:-1], _singular(words[-1])])
        yield " ".join(map(_singular, words))
        if _singular(words[-1]) not in _TAIL:
            return
        words = words[:-1]


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _items(source: str, start: int, end: int, vocabulary: Vocabulary) -> Iterator[Span]:
    """Split a list of places at separators; a clause ends it, unless the list goes on behind the clause."""
    at: int | None = start
    while at is not None:
        stop = _before_clause(source, at, end)
        yield from _unbroken(source, at, stop, vocabulary)
        at = _after_break(source, stop, end, vocabulary) if _GOES_ON.match(source, stop, end) else None


def _unbroken(source: str, start: int, stop: int, vocabulary: Vocabulary) -> Iterator[Span]:
    """Split at separators; "orthotics or prosthetics clinic" is one place, for "orthotics" is none."""
    printed = [found.span() for found in _PRINTED.finditer(source, start, stop)]
    at = start
    for found in _SEPARATOR.finditer(source, start, stop):
        inside = any(left <= found.start() < right for left, right in printed)
        if (
            inside
            or found.start() - at > _LONGEST_NAME
            or not is_place(source[at : found.start()], vocabulary)
        ):
            continue
        yield from _item(source, at, found.start())
        at = found.end()
    yield from _item(source, at, stop)


def _after_break(source: str, start: int, end: int, vocabulary: Vocabulary) -> int | None:
    """Where a list goes on that "for …" or a semicolon breaks: at a place that has a number."""
    for found in _SEPARATOR.finditer(source, start, end):
        following = _SEPARATOR.search(source, found.end(), end)
        stop = min(_before_clause(source, found.end(), end), following.start() if following else end)
        if any(pos_codes(source[slice(*name)], vocabulary) for name in _item(source, found.end(), stop)):
            return found.end()
    return None


def _before_clause(source: str, start: int, end: int) -> int:
    """Where the clause that follows the list begins; an "including …" goes on with the list."""
    lead = _ARTICLE.match(source, start, end)
    found = _CLAUSE.search(source, lead.end() if lead else start, end)
    return found.start() if found else end


def is_place(words: str, vocabulary: Vocabulary) -> bool:
    """Whether words end like the name of a place, or are one that the vocabulary knows."""
    folded = fold(_ABBREVIATION.sub("", _PRINTED.sub(" ", words))).strip(" ,;.()").split()
    if not folded or folded[-1] in _KINDS:
        return False
    return folded[-1] in vocabulary.place_nouns or pos_codes(" ".join(folded), vocabulary) != ()


def _item(source: str, start: int, end: int) -> Iterator[Span]:
    """The name of one place, without article, printed number, abbreviation and punctuation around it."""
    cuts = (_PRINTED.search(source, start, end), _ABBREVIATION.search(source, start, end))
    start, end = trim(source, start, min(found.start() if found else end for found in cuts))
    lead = _ARTICLE.match(source, start, end)
    start = lead.end() if lead else start
    end = start + len(source[start:end].rstrip(" ,;.:*_"))
    if start < end and source[start:end].lower() not in _JOINING:
        yield start, end
