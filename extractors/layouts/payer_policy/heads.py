"""The head of a payer policy: what kind of document it is, its title, number, dates and payer."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, zip_longest

from extractors.readers.payers import listed_payers
from extractors.readers.policy.facts import DATE, DATE_LABELS, NUMBER_LABELS, TYPE_LABELS, iso_date
from extractors.record.model import DateKind, Passage, PolicyDate, Span
from extractors.record.readings import Fact, Reading
from extractors.structure.document import Document, Section
from extractors.structure.outline import is_chrome
from extractors.structure.sections import heading_words
from extractors.structure.tables import cells_of
from extractors.text.folding import fold
from extractors.text.reading_text import Line, Mark, Text
from extractors.vocabulary.vocabulary import Vocabulary

_ABOUT = (
    r"(?:medical|clinical|coverage|reimbursement|payment|corporate|commercial|medicare advantage|medicaid|"
    r"pharmacy|community plan|utilization management|um|medical necessity|medical drug|drug|benefit|"
    r"professional|facility|provider|and|&)"
)
_BEHIND = r":? (?:(?i:number |no\.? )|# ?)?(?P<number>(?=[A-Za-z.-]{0,8}[0-9])[A-Za-z0-9][A-Za-z0-9.-]{1,20})"
_BANNER = re.compile(
    rf"(?:{_ABOUT}[ /]{{1,2}}){{1,6}}(?:polic(?:y|ies)|guidelines?|bulletins?)"
    rf"(?: (?:bulletins?|guidelines?|manual|position))?(?:{_BEHIND})?"
)
_BANNER_NUMBER = re.compile(_BEHIND + "$")
_TITLED = re.compile(r"(?P<banner>[^:–—|]{6,60}?)(?::\s{0,4}|\s[-–—|]\s)(?P<title>\S.{3,160})")
_TITLE_LABELS = (
    "policy title|policy name|title|subject|guideline title|bulletin title|document title|name of policy"
)
_INLINE_TITLE = re.compile(
    rf"[;.]\s{{1,3}}(?:{_TITLE_LABELS}):\s{{0,8}}(?P<title>[A-Z][^.;|\n]{{2,160}})(?=[.;]\s)", re.IGNORECASE
)
_TITLE = re.compile(
    rf"(?:{_TITLE_LABELS})\s?[:|\t]\s{{0,8}}(?P<title>\S.{{2,200}}?)(?<![\s|])[\s|]*+$", re.IGNORECASE
)
_COMPANY = re.compile(r"\b(?:health plans?|insurance|inc\.?|llc|healthcare|health)$", re.IGNORECASE)
_PROSE = 100  # characters; a longer line of the head is no title and no label
_SENTENCE = 60  # characters; a longer line that ends in a full stop is prose, and no title stands below it
_HEAD = 14  # lines at the top among which a title stands
_TOP = 1500  # characters at the top in which a label of the number stands
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?,?\s\d{4}"
_PERIOD = re.compile(rf"(?:{DATE.pattern}|\b\d{{1,2}}/(?:\d{{4}}|\d{{2}})\b(?!/)|(?i:\b{_MONTH}\b))")
_NUMBER = re.compile(
    r"(?:[A-Z]{2,10}[ -])?(?=[A-Za-z.-]{0,12}\d)[A-Za-z0-9](?:[A-Za-z0-9._-]{0,30}[A-Za-z0-9])?\b"
)
_LABELS: Sequence[str] = sorted({*DATE_LABELS, *NUMBER_LABELS, *TYPE_LABELS}, key=len, reverse=True)
_KNOWN = frozenset(_LABELS)
_LABEL = re.compile(
    r"(?<![\w-])(?P<label>(?i:"
    + "|".join(re.escape(label).replace(r"\ ", r"\s") for label in _LABELS)
    + r"))(?P<several>s|\(s\))?(?![\w-])[*_ \t]{0,6}(?P<colon>[:#|]|\.{2,80})?[*_ \t|]{0,6}\s{0,8}"
)
_RULE = re.compile(r"[\s|:=-]{3,}")  # the line of Markdown below a table's header
_DOTTED = re.compile(r"\d{1,2}\.\d{1,2}\.\d{2}\b")  # a number of a policy sooner than a date
_ANOTHER = re.compile(r"\s?[,;]\s?|\s(?:and|&)\s")


def begins_with_banner(words: str) -> bool:
    """Whether a line says what kind of document it is, before its title or behind the name of the issuer."""
    if len(words) > 160 or words.endswith("."):
        return False
    tail = " ".join(words.split()[-5:])
    found = re.match(r"[^:–—|]{6,60}", words)
    return any(banner(" ".join(tail.split()[at:])) for at in range(4)) or bool(
        found and banner(found.group().rstrip(" -"))
    )


def banners(lines: Sequence[Line], vocabulary: Vocabulary) -> frozenset[int]:
    """Return where the lines stand that say what kind of document it is; with prose below it is a heading."""
    return frozenset(
        line.start
        for line, below in zip_longest(lines[:_HEAD], lines[1:_HEAD])
        if banner(line.text, vocabulary)
        and not (below and (below.text.endswith(".") or len(below.text) > _PROSE))
    )


def banner(words: str, vocabulary: Vocabulary | None = None) -> bool:
    """Whether a line says what kind of document it is, and no more than who issued it.

    >>> banner("Medical Policy"), banner("Clinical Policy Bulletin 0912"), banner("Policy")
    (True, True, False)
    """
    key = fold(vocabulary.payer_name.sub("", words) if vocabulary else words).strip(" ,-|")
    return bool(_BANNER.fullmatch(key))


def banner_number(words: str) -> bool:
    """Whether a line says what kind of document it is, and its number.

    >>> banner_number("Coverage Bulletin CB-0311"), banner_number("Coverage Bulletin")
    (True, False)
    """
    return banner(words) and bool(_BANNER_NUMBER.search(words))


def policy_title(text: Text, vocabulary: Vocabulary) -> Line | None:
    """Return the line that is the policy's title and nothing else; None where there is no such line."""
    lines = text.body_lines()
    head = lines[:_HEAD]
    if any(
        _TITLE.match(line.text) or _titled(line.text, vocabulary) or _INLINE_TITLE.search(line.text)
        for line in head
    ):
        return None
    main = [line for line in lines if line.mark is Mark.HEADING and line.level == 1]
    first = next((line for line in main if not banner(line.text, vocabulary)), None)
    if first:
        return first
    kinds = banners(lines, vocabulary)
    stop = next(
        (i for i, line in enumerate(head) if line.start not in kinds and _opens_body(line, vocabulary)),
        len(head),
    )
    fits = [
        line
        for above, line in pairwise([None, *head[:stop]])
        if line and _may_be_title(line, above, head, vocabulary)
    ]
    behind = [line for line in fits if kinds and line.start > max(kinds)]
    return next(iter(behind or (fits[-1:] if kinds else fits)), None)


def _opens_body(line: Line, vocabulary: Vocabulary) -> bool:
    key = fold(line.text).rstrip(": |")
    prose = len(line.text) > _SENTENCE and line.text.endswith(".") and not line.piped
    return prose or key in vocabulary.headings or len(line.text) > 200


def _may_be_title(line: Line, above: Line | None, head: Sequence[Line], vocabulary: Vocabulary) -> bool:
    words = _without_pipe(line)
    if (
        len(words) > 160
        or "|" in words
        or line.cells
        or line.bulleted
        or words.endswith((".", ":", ";"))
        or banner(words, vocabulary)
    ):
        return False
    if (
        is_chrome(line, head)
        or not re.search(r"[A-Za-z]{3}", words)
        or labels_in([line])
        or DATE.search(words)
    ):
        return False
    if re.match(r"\d{1,2}\.\d", words) or (above and _LABEL.fullmatch(above.text)):
        return False
    return not vocabulary.payer_name.fullmatch(words) and not _COMPANY.search(words)


def _without_pipe(line: Line) -> str:
    """The words of a line without the one pipe that scraping left at its end."""
    return line.text.rstrip(" |") if line.text.endswith("|") and line.text.count("|") == 1 else line.text


def _named_title(words: str, vocabulary: Vocabulary) -> re.Match[str] | None:
    """A line that holds the title behind a label, or behind the kind of document."""
    return _TITLE.match(words) or _titled(words, vocabulary) or _INLINE_TITLE.search(words)


def _titled(words: str, vocabulary: Vocabulary) -> re.Match[str] | None:
    """A line that names the kind of document and its title: ``Clinical Policy: Spinal widgets``."""
    found = None if banner(words, vocabulary) else _TITLED.fullmatch(words)
    return (
        found
        if found and banner(found["banner"], vocabulary) and not banner(found["title"], vocabulary)
        else None
    )


def information(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    """Read title, type, payer, number and dates from the head of a policy or a section about the document."""
    for line in section.lines:
        found = _named_title(line.text, vocabulary)
        if section.title and not banner(line.text, vocabulary):
            words = _without_pipe(line)
            title = heading_words(replace(line, text=words, end=line.start + len(words)))
            yield Fact("title", title, line.span)
        elif found:
            title = document.passage(line.start + found.start("title"), line.start + found.end("title"))
            yield Fact("title", title, title.span)
        if section.heading is None and (kind := _kind(line, found, vocabulary)):
            yield from _kind_and_number(kind, document.source)
    if section.heading is None and section.lines:
        yield from _issuer(section, document, vocabulary)
    yield from policy_labels(section, document)


def _kind_and_number(kind: Passage, source: str) -> Iterator[Reading]:
    """What kind of document it is, and the number behind it, where the head has none behind a label."""
    start = kind.span[0]
    number = _BANNER_NUMBER.search(kind.text)
    if number:
        span = (start + number.start("number"), start + number.end("number"))
        if not _has_number(source):
            yield Fact("policy.number", Passage(text=number["number"], span=span), span)
        kind = Passage(text=kind.text[: number.start()], span=(start, start + number.start()))
    yield Fact("policy.type", kind, kind.span)


def _has_number(source: str) -> bool:
    return any(
        found["colon"] and fold(found["label"]) in NUMBER_LABELS and _NUMBER.match(source, found.end())
        for found in _LABEL.finditer(source, 0, _TOP)
    )


def _kind(line: Line, titled: re.Match[str] | None, vocabulary: Vocabulary) -> Passage | None:
    if titled and "banner" in titled.groupdict():
        return Passage(text=titled["banner"], span=(line.start, line.start + titled.end("banner")))
    return heading_words(line) if banner(line.text, vocabulary) else None


def _issuer(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    """The payer whose policy it is: a line of the head that names it and is no sentence."""
    for line in section.lines:
        if not section.title and len(line.text) <= 80 and not line.text.endswith("."):
            found = list(listed_payers(document.source, line.span, vocabulary))
            if found:
                yield found[0]
                return


def labels_in(lines: Sequence[Line]) -> frozenset[str]:
    """Return the labels of numbers and dates that stand in some lines, folded."""
    found = (match for line in lines for match in _LABEL.finditer(line.text))
    return frozenset(fold(match["label"]) for match in found if match["colon"] or match.start() == 0)


def policy_labels(section: Section, document: Document, *, opening: bool = False) -> Iterator[Reading]:
    """Read number and dates behind their labels: in a line, run together, below, or in a row below.

    A date may lack its day (``09/2016``); several may follow one label. With ``opening`` only labels that
    open a line count: in a policy's history the others belong to its entries.
    """
    openings = {line.body for line in section.lines}
    rows: list[Span] = []
    for line, below in pairwise(line for line in section.lines if not _RULE.fullmatch(line.text)):
        values = list(_columns(line, below, document))
        rows += [(line.start, below.end)] if values else []
        yield from values
    span = (section.lines[0].start, section.end) if section.lines else (0, 0)
    for found in _LABEL.finditer(document.source, *span):
        at = bisect_right(rows, (found.start(), span[1]))
        if at and found.start() < rows[at - 1][1]:
            continue
        before = document.source[max(0, found.start() - 6) : found.start()].rstrip(" *_")
        at_line = found.start() in openings or (not opening and before[-1:] in ("|", "\t"))
        alone = " " not in found["label"] and not found["colon"]
        if not (at_line or (not opening and not alone)):
            continue
        key = fold(found["label"])
        colon = bool(found["colon"]) or (key in TYPE_LABELS and not found.group().isprintable())
        yield from _value(key, (found.end(), span[1]), document, colon=colon)


def _columns(line: Line, below: Line, document: Document) -> Iterator[Reading]:
    """A row of labels with a row of values below it."""
    labels, values = cells_of(line), cells_of(below)
    if len(labels) != len(values):
        return
    if line.text.startswith("|") and below.text.startswith("|"):
        labels, values = labels[1:], values[1:]
    if len(labels) < 2:
        return
    keys = [fold(document.source[slice(*cell)]).rstrip(":") for cell in labels]
    if all(map(_KNOWN.__contains__, keys)):
        for key, cell in zip(keys, values, strict=True):
            yield from _value(key, cell, document, colon=True)


def _value(key: str, span: Span, document: Document, *, colon: bool) -> Iterator[Reading]:
    if key in DATE_LABELS:
        yield from _dates(DATE_LABELS[key], span, document)
    elif key in TYPE_LABELS and colon:
        line = re.split(r"[\n\t|]", document.source[span[0] : min(span[1], span[0] + 120)], maxsplit=1)[0]
        value = document.passage(span[0], span[0] + len(line))
        if value.text and not _LABEL.match(value.text):
            yield Fact("policy.type", value, value.span)
    elif key in NUMBER_LABELS and (colon or " " in key):
        found = _NUMBER.match(document.source, *span)
        dated = DATE.match(document.source, *span) and not _DOTTED.match(document.source, *span)
        if found and not dated:
            value = Passage(text=found.group(), span=found.span())
            yield Fact("policy.number", value, value.span)


def _dates(kind: DateKind, span: Span, document: Document) -> Iterator[Reading]:
    at = span[0]
    while found := _PERIOD.match(document.source, at, span[1]):
        value = PolicyDate(text=found.group(), span=found.span(), kind=kind, date=iso_date(found.group()))
        yield Fact("policy.dates", value, value.span)
        another = _ANOTHER.match(document.source, found.end(), span[1])
        if not another:
            return
        at = another.end()
