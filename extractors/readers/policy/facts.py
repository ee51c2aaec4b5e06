"""What a coverage policy says of itself: number, type, dates, contractors, revisions, related documents."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from extractors.record.model import (
    Contractor,
    DateKind,
    Passage,
    PolicyDate,
    RelatedDocument,
    Revision,
)
from extractors.record.readings import Fact, Reading
from extractors.structure.document import Document, Section
from extractors.text.folding import fold
from extractors.text.reading_text import Line

DATE_LABELS: Mapping[str, DateKind] = {
    "original effective date": "original_effective",
    "effective date": "effective",
    "effective": "effective",
    "policy effective date": "effective",
    "revision effective date": "revision_effective",
    "revision ending date": "revision_ending",
    "retirement date": "retirement",
    "end date": "retirement",
    "last review date": "review",
    "last reviewed": "review",
    "last review": "review",
    "review date": "review",
    "reviewed": "review",
    "policy last reviewed": "review",
    "approval date": "review",
    "revised": "revision_effective",
    "last revised": "revision_effective",
    "last revised date": "revision_effective",
    "revision date": "revision_effective",
    "last update": "revision_effective",
    "last updated": "revision_effective",
    "next review date": "next_review",
    "next review": "next_review",
    "publish date": "published",
    "published": "published",
    "origination date": "original_effective",
    "origination": "original_effective",
    "original policy date": "original_effective",
    "original effective": "original_effective",
    "initial effective date": "original_effective",
    "date of origin": "original_effective",
    "latest review date": "review",
    "last cap review": "review",
    "last review/revision date": "review",
    "date of last review": "review",
    "date of last revision": "revision_effective",
    "committee approval date": "review",
    "revised date": "revision_effective",
    "amended date": "revision_effective",
    "last revision date": "revision_effective",
    "next cap review": "next_review",
    "next scheduled review": "next_review",
    "date of next review": "next_review",
    "retired": "retirement",
    "publication date": "published",
    "date published": "published",
}
NUMBER_LABELS = frozenset(
    {
        *(
            "article id",
            "lcd id",
            "policy number",
            "policy no",
            "policy #",
            "policy id",
            "document number",
            "ncd id",
        ),
        *("policy no.", "policy identification number", "cpb number", "bulletin number", "file code"),
        *("guideline number", "reference number", "medical policy number", "policy", "number"),
    }
)
TYPE_LABELS = frozenset({"article type", "document type", "policy type", "lcd type"})
_NUMERIC = re.compile(r"\b(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDED = re.compile(
    rf"\b({'|'.join(_MONTHS)})[a-z]*\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\b", re.IGNORECASE
)
DATE = re.compile(f"{_NUMERIC.pattern}|{_ISO.pattern}|(?i:{_WORDED.pattern})")
_STATE = re.compile(
    r"(?:Alabama|Alaska|American Samoa|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|"
    r"District of Columbia|Florida|Georgia|Guam|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|"
    r"Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|"
    r"New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Northern Mariana Islands|Ohio|"
    r"Oklahoma|Oregon|Pennsylvania|Puerto Rico|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|"
    r"Vermont|Virgin Islands|Virginia|Washington|West Virginia|Wisconsin|Wyoming)"
    r"(?: - (?:Entire State|Upstate|Downstate|Queens|Northern|Southern))?"
)
_CONTRACT = re.compile(r"(\d{5})\s*-\s*\S.*")
_DOCUMENT = re.compile(r"(?P<number>(?:L|A|DL|DA)\d{4,6})\s*[-–—:]?\s*(?P<title>\S.*)?$")
_REVISION = re.compile(r"R?\d{1,3}$")


def iso_date(words: str) -> str | None:
    """Return the calendar day that words name, in ISO 8601; None where they name none or it does not exist.

    Numbers are read the American way, month first; two digits of a year mean 2000 to 2099.

    >>> iso_date("On or after 12/01/2018"), iso_date("May 3, 2024"), iso_date("13/40/2024")
    ('2018-12-01', '2024-05-03', None)
    """
    if found := _ISO.search(words):
        year, month, day = map(int, found.groups())
    elif found := _NUMERIC.search(words):
        month, day, year = map(int, found.groups())
        year += 2000 * (year < 100)
    elif found := _WORDED.search(words):
        month = _MONTHS.index(found[1][:3].lower()) + 1
        day, year = int(found[2]), int(found[3])
    else:
        return None
    last = 29 if month == 2 and (year % 4 == 0 and (year % 100 or year % 400 == 0)) else _DAYS.get(month, 0)
    return f"{year:04}-{month:02}-{day:02}" if 1 <= day <= last else None


_DAYS = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}


def labelled_fact(label: str, value: Passage) -> Iterator[Fact]:
    """Turn a label and its value into a fact about the policy; nothing where the label is another one's."""
    key = fold(label).rstrip(":")
    if key in DATE_LABELS and DATE.search(value.text):
        dated = PolicyDate(text=value.text, span=value.span, kind=DATE_LABELS[key], date=iso_date(value.text))
        yield Fact("policy.dates", dated, value.span)
    elif key in NUMBER_LABELS and re.search(r"\d", value.text):
        yield Fact("policy.number", value, value.span)
    elif key in TYPE_LABELS:
        yield Fact("policy.type", value, value.span)


def contractors(section: Section, document: Document) -> Iterator[Reading]:
    """Read the contractor table of an article or LCD: name, type, number, jurisdiction, states.

    The cells stand in a row, or one below the other; the states go on until the next contractor.
    """
    lines = section.lines
    rows = [line for line in lines if line.cells and len(line.cells) >= 4]
    for line in rows:
        cells = [document.passage(*cell) for cell in line.cells]
        if _CONTRACT.match(cells[2].text):
            states = tuple(_STATE.findall("".join(cell.text for cell in cells[4:5])))
            yield _contractor(cells[0], [cell.text for cell in cells[1:4]], states, line.end)
    numbers = [
        index
        for index, line in enumerate(lines)
        if not line.cells and index > 1 and _CONTRACT.match(line.text)
    ]
    for index, following in zip(numbers, [*numbers[1:], len(lines) + 2], strict=False):
        name, kind, number = lines[index - 2 : index + 1]
        jurisdiction = lines[index + 1].text if index + 1 < len(lines) else None
        states = tuple(line.text for line in lines[index + 2 : following - 2])
        end = lines[min(following - 2, len(lines)) - 1].end
        passage = Passage(text=name.text, span=name.span)
        yield _contractor(passage, [kind.text, number.text, jurisdiction], states, end)


def _contractor(name: Passage, facts: Sequence[str | None], states: tuple[str, ...], end: int) -> Fact:
    kind, number, jurisdiction = facts
    value = Contractor(
        name=name, contract_type=kind, contract_number=number, jurisdiction=jurisdiction, states=states
    )
    return Fact("policy.contractors", value, (name.span[0], end))


def revisions(section: Section, document: Document) -> Iterator[Reading]:
    """Read a revision history: a date, a number and what changed, in a row or one below the other."""
    for line in section.lines:
        if line.cells and (date := iso_date(document.source[slice(*line.cells[0])])):
            number = document.source[slice(*line.cells[1])] if len(line.cells) > 2 else None
            body = document.passage(line.cells[-1][0], line.cells[-1][1])
            value = Revision(text=body.text, span=body.span, number=number or None, date=date)
            yield Fact("policy.revisions", value, line.span)
    starts = [index for index, line in enumerate(section.lines[:-1]) if _opens_revision(section.lines, index)]
    for index, following in zip(starts, [*starts[1:], len(section.lines)], strict=False):
        told = [line for line in section.lines[index + 2 : following] if line.text != "N/A"]
        if told:
            body = document.passage(told[0].start, told[-1].end)
            date, number = section.lines[index].text, section.lines[index + 1].text
            value = Revision(text=body.text, span=body.span, number=number, date=iso_date(date))
            yield Fact("policy.revisions", value, (section.lines[index].start, body.span[1]))


def _opens_revision(lines: Sequence[Line], index: int) -> bool:
    dated = DATE.fullmatch(lines[index].text) and not lines[index].cells
    return bool(dated and _REVISION.match(lines[index + 1].text))


def related_documents(section: Section) -> Iterator[Reading]:
    """Read the numbers of articles and LCDs that a section lists, with their titles."""
    for line in section.lines:
        found = _DOCUMENT.match(line.words)
        if found:
            value = RelatedDocument(
                text=line.words, span=(line.body, line.end), number=found["number"], title=found["title"]
            )
            yield Fact("policy.related_documents", value, value.span)


def dated_entries(section: Section, document: Document) -> Iterator[Reading]:
    """Read a policy history whose entries open with their date: ``05/01/2023: Annual review, no change``.

    The words may stand on the line below the date.
    """
    for line, below in zip_longest(section.lines, section.lines[1:]):
        found = None if line.cells else _DATED.match(line.words)
        if not found or (below and not found["parted"] and _REVISION.match(below.text)):
            continue
        start, end = line.body + found.end(), line.end
        if start == end and below and not below.cells and not _DATED.match(below.words):
            start, end = below.span
        body = document.passage(start, start + len(document.source[start:end].rstrip(" |")))
        if body.text:
            value = Revision(text=body.text, span=body.span, number=None, date=iso_date(found["date"]))
            yield Fact("policy.revisions", value, (line.body, body.span[1]))


_DATED = re.compile(rf"(?P<date>{DATE.pattern}|\d{{1,2}}/\d{{4}})(?P<parted>[\s:,;|–—-]{{1,8}}(?=\S)|$)")
