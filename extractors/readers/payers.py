"""Payers: the names in the sentence that lists them."""

import re
from collections.abc import Iterator
from itertools import chain, pairwise

from extractors.record.model import Payer, Span
from extractors.record.readings import Fact, Gap, Reading
from extractors.structure.document import Document, Section
from extractors.text.folding import fold
from extractors.text.reading_text import trim
from extractors.vocabulary.vocabulary import Vocabulary

_TRIGGER = re.compile(r"\bpayers?\b|\binsurers?\b|\bhealth plans?\b|\bcarriers?\b", re.IGNORECASE)
_LIST = re.compile(
    r"\b(?:includ(?:es?|ing)|are|such as|like|to|namely|across|among|of|by|with)\b\s*:?\s*|:\s*",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[a-z)\]][.!?])\s*+(?=[A-Z])")
_SEPARATOR = re.compile(
    r"(?!(?<=\s)\s)(?:\s*+(?:,\s*+(?:and|or|&)\s++|[,;]\s*+)|\s++(?:and|or|&|as well as)\s++)", re.IGNORECASE
)
_NAME = re.compile(r"(?:[A-Z][\w&'’.-]*|of|the|and|for)(?:\s+(?:[A-Z][\w&'’.-]*|of|the|for|and))*")
_LONGEST_NAME = 60


def payers(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    """Read the payers of a section, each once, in text order.

    Names are looked for in sentences that speak of payers; where none does, in sentences that list two
    known names or more. A capitalised name between known ones is a payer too, with no id.
    """
    told = [sentence for sentence in _sentences(section) if _TRIGGER.search(document.source, *sentence)]
    lists = [list(_listed(document.source, *sentence, vocabulary)) for sentence in told]
    if not any(lists):
        every = (list(_listed(document.source, *sentence, vocabulary)) for sentence in _sentences(section))
        lists = [found for found in every if len({payer.payer for payer in found}) > 1]
    seen: set[str] = set()
    for payer in chain.from_iterable(lists):
        key = payer.payer or fold(payer.text)
        if key not in seen:
            seen.add(key)
            yield Fact("payers", payer, payer.span)
    last = next((found[-1] for found in reversed(lists) if found), None)
    if (
        last
        and document.may_break_at(section.end)
        and not document.source[last.span[1] : section.end].strip(" ,;")
    ):
        yield Gap("payers", "truncated", last.span)


def listed_payers(source: str, span: Span, vocabulary: Vocabulary) -> Iterator[Reading]:
    """Read the payers of a list that a label opens."""
    for payer in _listed(source, *span, vocabulary):
        yield Fact("payers", payer, payer.span)


def _sentences(section: Section) -> Iterator[Span]:
    for line in section.lines:
        edges = [0, *(found.end() for found in _SENTENCE.finditer(line.text)), len(line.text)]
        yield from ((line.start + start, line.start + end) for start, end in pairwise(edges) if start < end)


def _listed(source: str, start: int, end: int, vocabulary: Vocabulary) -> Iterator[Payer]:
    """The payers of one list: known names, and the capitalised names between them."""
    known = list(vocabulary.payer_name.finditer(source, start, end))
    if not known:
        return
    opening = _opening(source, start, known[0].start())
    for before, name in zip([None, *known[:-1]], known, strict=True):
        yield from _unknown(source, before.end() if before else opening, name.start())
        yield Payer(text=name.group(), span=name.span(), payer=vocabulary.payers[fold(name.group())])


def _opening(source: str, start: int, first: int) -> int:
    """Where the list begins that leads to the first known name: behind the word that opens it."""
    lead = list(_LIST.finditer(source, max(start, first - 2 * _LONGEST_NAME), first))
    return lead[-1].end() if lead else first


def _unknown(source: str, start: int, stop: int) -> Iterator[Payer]:
    """Names between two known ones, or before the first, parted as in a list."""
    at = start
    for found in _SEPARATOR.finditer(source, start, stop):
        name = trim(source, at, found.start())
        at = found.end()
        if 0 < name[1] - name[0] <= _LONGEST_NAME and _NAME.fullmatch(source, *name):
            yield Payer(text=source[slice(*name)], span=name, payer=None)
