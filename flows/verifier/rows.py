"""Codes, and the rows of lists that hold them: each stands where the record says."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from flows.verifier.fault import Found, Span, Values
from flows.verifier.printed import find, find_alike, letters, unbroken

#: The lists whose rows hold a code.
ROWS = (
    *("modifiers", "taxonomies", "diagnoses", "related_codes", "procedures", "excluded_diagnoses"),
    *("bill_types", "revenue_codes"),
)
_WORDS = ("description", "when_to_use", "name")  # of a row
_ABOVE = 2000  # characters in which the cell begins that reaches down into a row
_BESIDE = 20  # characters between a mention and the end of its code
_TO = 15  # characters between the ends of a range, and those of its last code


def rows(record: Values, text: str) -> Found:
    """Every row holds its code and its words, in text order."""
    for field in ROWS:
        listed = record[field]
        if any(before["span"] > after["span"] for before, after in pairwise(listed)):
            yield field, None, "is not in text order"
        for row in listed:
            start, end = row["span"]
            here, above = letters(text[start:end]), letters(text[max(0, start - _ABOVE) : start])
            for words in (row.get(name) for name in _WORDS):
                if not (letters(words) in here or letters(words) in above):
                    yield field, row["span"], f"{words!r} does not stand there"
        for span in dict.fromkeys(tuple(row["span"]) for row in listed):
            yield from _in_row(field, [row for row in listed if tuple(row["span"]) == span], span, text)


def _in_row(field: str, listed: Iterable[Values], span: Span, text: str) -> Found:
    """The codes that share a row stand one behind the other in it, and none of their form before."""
    at, end = span
    above = max(0, at - _ABOVE), at
    for row in listed:
        code, last = row["code"], row.get("last")
        found, alike = find(code, text, at, end), find_alike(code, text, at, end)
        if found is None and (alike or not find(code, text, *above)):
            yield field, span, f"{code} is not printed there"
        elif found and alike and alike.start() < found.start():
            yield field, span, f"{alike.group()} stands before {code}"
        at = found.end() if found else at
        if last and not find(last, text, at, min(end, at + _TO)):
            yield field, span, f"{last} does not stand behind {code}"


def codes(record: Values, text: str) -> Found:
    """A code that has a span of its own is what stands there; a range begins and ends it."""
    others = record.get("other_codes", ())
    if any(before["span"] > after["span"] for before, after in pairwise(others)):
        yield "other_codes", None, "is not in text order"
    for field, each in (("code", record["code"] or {}), *(("other_codes", other) for other in others)):
        if each.get("value") and not _is(each, unbroken(text[slice(*each["span"])])):
            yield field, each["span"], f"{each['value']} is not what stands there"
    for mention in mentions(record):
        start, end = mention.get("code_span") or (mention["span"][0], mention["span"][1] + _BESIDE)
        if mention["code"] and not find(mention["code"], text, start, end):
            yield "clinical_context.mentions", mention["span"], f"{mention['code']} does not stand there"


def _is(code: Values, words: str) -> bool:
    value, last = code["value"], code.get("last")
    if not last:
        return bool(words == value)
    return words.startswith(value) and words.endswith(last) and len(words) - len(value) - len(last) < _TO


def mentions(record: Values) -> Iterator[Values]:
    """Yield the clinical terms of a record."""
    yield from (record["clinical_context"] or {}).get("mentions", ())
