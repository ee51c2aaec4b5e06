"""What is told of places, a patient and a policy without being quoted: it is printed all the same."""

import re
from functools import cache

from flows.verifier.fault import Found, Values
from flows.verifier.printed import letters

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen")
_ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", *_TEENS, "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NUMBERS = {**{word: n for n, word in enumerate(_ONES)}, **{word: 10 * n for n, word in enumerate(_TENS, 2)}}


def facts(record: Values, text: str) -> Found:
    """What is told of places, a patient and a policy without being quoted is printed all the same."""
    for site in record["sites_of_service"]:
        span = site.get("pos_codes_span")
        if span and sorted(re.findall(r"\d+", text[slice(*span)])) != sorted(site["pos_codes"]):
            yield "sites_of_service", span, f"{site['pos_codes']} are not printed there"
    patient = (record["clinical_context"] or {}).get("patient")
    if patient and not _is_age(patient["age_years"], text[slice(*patient["span"])]):
        yield (
            "clinical_context.patient",
            patient["span"],
            f"{patient['age_years']} years are not printed there",
        )
    yield from _of_policy(record["policy"] or {}, text)


def _of_policy(policy: Values, text: str) -> Found:
    for field in ("dates", "revisions", "related_documents"):
        for each in policy.get(field, ()):
            words = text if field == "revisions" else each["text"]  # its number and date stand in other cells
            number, date = each.get("number"), each.get("date")
            if letters(number) not in letters(words) or (date and not _printed(date).search(words)):
                yield f"policy.{field}", each["span"], f"{number or ''} {date or ''} is not printed there"
    for each in policy.get("contractors", ()):
        told = (each["contract_type"], each["contract_number"], each["jurisdiction"], *each["states"])
        if not all(letters(words) in letters(text) for words in told):
            yield "policy.contractors", each["name"]["span"], f"{told} are not all printed"


def _is_age(years: float | None, words: str) -> bool:
    spelled = [_NUMBERS[word] for word in re.findall("[a-z]+", words.lower()) if word in _NUMBERS]
    numbers = [*map(int, re.findall(r"\d+", words)), sum(spelled)]
    return years is None or any(abs(n / part - years) < 0.01 for n in numbers for part in (1, 12, 52, 365.25))


@cache
def _printed(date: str) -> re.Pattern[str]:
    """The ways in which a day is printed."""
    year, month, day = date.split("-")
    name, of = rf"{_MONTHS[int(month) - 1]}[a-z]*\.?", rf"(?:{year[:2]})?{year[2:]}"
    number, nth = rf"0?{int(month)}", rf"0?{int(day)}(?:st|nd|rd|th)?"
    ways = (
        *(rf"{number}[/.-]{nth}[/.-]{of}", rf"{year}[/.-]{month}[/.-]{day}", rf"{year}{month}{day}"),
        *(rf"{name}\s+{nth},?\s+{year}", rf"{nth}[\s-]+{name},?[\s-]+{of}"),
    )
    return re.compile(rf"(?<!\d)(?:{'|'.join(ways)})(?!\d)", re.IGNORECASE)
