"""Footnote marks, struck-out and hidden words: what a page says of its words beside them."""

import re
from collections.abc import Iterator, Mapping, Sequence

from extractors.record.model import Repair, Span
from extractors.text.reading_text import trim

MARK_SPACE = "\u202f"  # a narrow no-break space, put in between a word and the mark raised above it
STRUCK, UNSTRUCK = "\ufdd0", "\ufdd1"  # no characters: they stand around struck-out words on their way
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_ENDS = re.compile(f"{MARK_SPACE}([^{MARK_SPACE}]+)$")
_MARK = re.compile(r"(?:[^\w\s]|\d{1,3}+|(?<![a-z])[a-z]{1,2}(?![a-z])|\s){1,12}+")
_SIGN = re.compile(r"[®™©]|(?:TM|SM)$")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
_UNIT = re.compile(r"(?:^|[^A-Za-z])[cdkm]?m$")


def parted(before: str, raised: str) -> bool:
    """Whether raised words must be kept apart from the word before them.

    Signs, the endings of ordinal numbers and the exponents of lengths belong to it.

    >>> parted("M17.12", "2"), parted("CPT", "®"), parted("the 1", "st"), parted("10 cm", "2")
    (True, False, False, False)
    """
    if _SIGN.match(raised) or (_ORDINAL.match(raised) and before[-1:].isdecimal()):
        return False
    return not (raised in ("2", "3") and _UNIT.search(before))


def unmarked(words: str, start: int, end: int, marks: Mapping[int, int]) -> Span:
    """Return the span of a cell without the mark of a footnote at its end, unless it is all of the cell.

    Characters that print nothing are no part of a cell's edges.

    Args:
        words: of the line.
        start: of the cell.
        end: one past its last character.
        marks: where raised words begin, by where they end.
    """
    at = marks.get(end, end)
    if start < at < end and _MARK.fullmatch(words, at, end):
        start, end = trim(words, start, at)
    body = words[start:end].strip(_INVISIBLE)
    left = words.index(body, start, end) if body else start
    return (left, left + len(body)) if body else (start, end)


def marked_cell(words: str) -> Span:
    """Return the span of a cell of which the space before a mark is put in, without the mark at its end."""
    start, end = trim(words, 0, len(words))
    found = _ENDS.search(words, start, end)
    return unmarked(words, start, end, {end: found.start(1)} if found else {})


def unstruck(words: str) -> tuple[str, list[Span]]:
    """Return words without the signs around those that are struck out, and the spans of these.

    >>> unstruck(f"{STRUCK}M17.9{UNSTRUCK} knee")
    ('M17.9 knee', [(0, 5)])
    """
    runs = re.split(f"[{STRUCK}{UNSTRUCK}]", words)
    spans: list[Span] = []
    at = 0
    for index, run in enumerate(runs):  # every second one is struck out
        if index % 2 and run and spans and spans[-1][1] == at:
            spans[-1] = (spans[-1][0], at + len(run))
        elif index % 2 and run:
            spans.append((at, at + len(run)))
        at += len(run)
    return "".join(runs), spans


def struck(spans: Sequence[Span]) -> Iterator[Repair]:
    """Yield a repair for each run of struck-out words: they are read, and no value is taken from them."""
    for span in spans:
        yield Repair(kind="text.struck", span=span, detail="struck-out words give no value")


def hidden(characters: int) -> Iterator[Repair]:
    """Yield a repair that tells how much was left out that no reader sees."""
    if characters:
        detail = f"{characters:,} characters that no reader sees were left out"
        yield Repair(kind="text.hidden", span=(0, 0), detail=detail)
