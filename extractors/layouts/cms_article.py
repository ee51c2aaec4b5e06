"""Medicare Coverage Database: billing-and-coding articles and local coverage determinations (LCDs)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, zip_longest

from extractors.code_lists.facts import field_of
from extractors.code_lists.lists import coded_lists
from extractors.readers.policy.facts import (
    DATE_LABELS,
    NUMBER_LABELS,
    TYPE_LABELS,
    contractors,
    labelled_fact,
    related_documents,
    revisions,
)
from extractors.readers.policy.positions import positions
from extractors.record.model import Diagnosis, ListedCode, Passage, SectionKind
from extractors.record.readings import Fact, Gap, Reading
from extractors.structure.document import Document, Section
from extractors.structure.layout import Layout, Stage
from extractors.structure.listing import Listing
from extractors.structure.sections import Heading, heading_words, split
from extractors.text.folding import fold
from extractors.text.reading_text import Line, Mark, Text
from extractors.vocabulary.vocabulary import Vocabulary

_MAIN: dict[str, SectionKind] = {
    "contractor information": "document_info",
    "article information": "document_info",
    "lcd information": "document_info",
    "document information": "document_info",
    "article guidance": "guidance",
    "coverage guidance": "guidance",
    "coding information": "codes",
    "coding table information": "codes",
    "revision history information": "revision_history",
    "public versions": "revision_history",
    "associated documents": "references",
    "response to comments": "other",
    "keywords": "other",
}
_PARTS: dict[str, tuple[SectionKind, Listing | None]] = {
    "cpt/hcpcs codes": ("codes", Listing("procedures")),
    "hcpcs codes": ("codes", Listing("procedures")),
    "cpt/hcpcs modifiers": ("modifiers", Listing("modifiers")),
    "hcpcs modifiers": ("modifiers", Listing("modifiers")),
    "icd-10-cm codes that support medical necessity": ("diagnoses", Listing("diagnoses")),
    "icd-10 codes that support medical necessity": ("diagnoses", Listing("diagnoses")),
    "covered icd-10 codes": ("diagnoses", Listing("diagnoses")),
    "icd-10-cm codes that do not support medical necessity": ("codes", Listing("diagnoses", "not_covered")),
    "icd-10 codes that do not support medical necessity": ("codes", Listing("diagnoses", "not_covered")),
    "non-covered icd-10 codes": ("codes", Listing("diagnoses", "not_covered")),
    "bill type codes": ("codes", Listing("bill_types")),
    "revenue codes": ("codes", Listing("revenue_codes")),
    "icd-10-pcs codes": ("codes", Listing("icd_10_pcs")),
    "additional icd-10 information": ("codes", None),
    "other coding information": ("codes", None),
    "excluded cpt/hcpcs codes - table format": ("codes", None),
    "non-excluded cpt/hcpcs ended codes - table format": ("codes", None),
    "cms national coverage policy": ("references", None),
    "related local coverage documents": ("references", None),
    "related national coverage documents": ("references", None),
    "sources of information": ("references", None),
    "bibliography": ("references", None),
    "article text": ("guidance", None),
    "coverage indications, limitations, and/or medical necessity": ("guidance", None),
    "documentation requirements": ("guidance", None),
    "summary of evidence": ("guidance", None),
    "analysis of evidence (rationale for determination)": ("guidance", None),
    "revision history": ("revision_history", None),
}
HEADINGS = {
    **{name: Heading(kind, 1) for name, kind in _MAIN.items()},
    **{name: Heading(kind, 2) for name, (kind, _) in _PARTS.items()},
}
_LABELS = {
    *DATE_LABELS,
    *NUMBER_LABELS,
    *TYPE_LABELS,
    "article title",
    "lcd title",
    "source article id",
    "proposed lcd",
}
_TITLES = frozenset({"article title", "lcd title"})
_BANNER = re.compile(
    r"(?:(?:proposed |draft )?local coverage (?:determination|article)\b.*|lcd|billing and coding article)$"
)
_BANNER_LINE = re.compile(
    r"(?P<type>(?i:(?:proposed |draft )?local coverage (?:determination|article)(?: \((?:lcd|lca)\))?|"
    r"billing and coding article)):?\s{1,3}(?P<title>\S.{2,160}?)\s\((?P<number>D?[LA]\d{4,6})\)"
)
_HEAD = 8  # lines on top among which the banner stands
_NUMBER = re.compile(r"(?:L|A|DL|DA)\d{4,6}$")
_GROUP = re.compile(r"group (?P<number>\d+)(?:\s+(?P<part>paragraph|codes))?(?:\s*\(.*\))?$")
_LICENSE = re.compile(r"please accept the licen[sc]e", re.IGNORECASE)
_NONE = frozenset({"n/a", "code", "description", "expand all |", "collapse all", "expand all | collapse all"})


def _split(text: Text, vocabulary: Vocabulary) -> Document:
    lines = text.body_lines()
    values = {below.start for line, below in pairwise(lines) if line.key in _LABELS}

    def recognize(line: Line, within: Heading | None) -> Heading | None:
        key = line.key
        if line.piped or line.bulleted or key in _LABELS or line.start in values:
            return None
        if key == "general information":
            informed = within is not None and within.kind == "document_info"
            return Heading("document_info" if informed else "guidance", 2)
        if key in HEADINGS:
            return HEADINGS[key]
        if line.mark is Mark.HEADING and not _GROUP.match(key) and line.level > 1:
            return Heading(vocabulary.headings.get(key, "other"), line.level)
        return None

    return replace(split(text, recognize, "document_info"), procedures="procedures")


def _score(text: Text) -> float:
    """A quarter for each heading of the database that no other site has; four make it certain."""
    keys = {line.key for line in text.body_lines() if len(line.text) < 90}
    banner = any(_BANNER.match(key) for key in keys)
    return min(1.0, 0.25 * (len(keys & HEADINGS.keys() - _COMMON) + banner))


_COMMON = frozenset(
    {
        "keywords",
        "bibliography",
        "revenue codes",
        "hcpcs codes",
        "revision history",
        "documentation requirements",
    }
)


def _information(section: Section, document: Document, _vocabulary: Vocabulary) -> Iterator[Reading]:
    """Label and value, one below the other or side by side; titles and the number of the page's top."""
    if section.heading is None:
        yield from _top(section)
    for line, below in zip_longest(section.lines, section.lines[1:]):
        label, value = line.text, heading_words(below) if below else None
        if len(line.cells) == 2:
            label, value = document.source[slice(*line.cells[0])], document.passage(*line.cells[1])
        key = fold(label).rstrip(":")
        if key not in _LABELS or value is None or fold(value.text) in {*_NONE, *_LABELS, "not applicable"}:
            continue
        if key in _TITLES:
            yield Fact("title", value, value.span)
        yield from labelled_fact(label, value)
    yield from contractors(section, document)


def _top(section: Section) -> Iterator[Reading]:
    """The head of a page: a banner that says what it is, the title, the number."""
    heads = [line for line in section.lines if line.mark is Mark.HEADING]
    titles = [line for line in heads if not _BANNER.match(line.key)]
    for line in section.lines[:_HEAD]:
        if found := _BANNER_LINE.fullmatch(line.text):
            for field, group in (("title", "title"), ("policy.type", "type"), ("policy.number", "number")):
                span = (line.start + found.start(group), line.start + found.end(group))
                yield Fact(field, Passage(text=found[group], span=span), span)
            break
    for line in titles[:1]:
        yield Fact("title", heading_words(line), line.span)
    for line in [line for line in heads if "determination" in line.key][:1]:
        yield Fact("policy.type", heading_words(line), line.span)
    for line in [line for line in section.lines if _NUMBER.match(line.text)][:1]:
        yield Fact("policy.number", heading_words(line), line.span)


def _codes(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    """The codes of a section, group by group. What stands in a group's paragraph is no code."""
    part = _PARTS.get(section.under.key) if section.under else None
    listing = part[1] if part else None
    if listing is None:
        yield from coded_lists(replace(section, listing=None), document, vocabulary)
        return
    for number, group in _groups(replace(section, listing=listing)):
        for line in group.lines:
            if _LICENSE.match(line.text):
                yield Gap(field_of(listing, document), "placeholder", line.span)
        for reading in coded_lists(group, document, vocabulary):
            numbered = isinstance(reading, Fact) and isinstance(reading.value, Diagnosis | ListedCode)
            yield _with_group(reading, number) if numbered else reading


def _with_group(reading: Reading, number: int | None) -> Reading:
    if isinstance(reading, Fact) and number is not None:
        return Fact(reading.field, reading.value.model_copy(update={"group": number}), reading.span)
    return reading


def _groups(section: Section) -> Iterator[tuple[int | None, Section]]:
    """The lines that list codes, by the number of their group."""
    gathered: dict[int | None, list[Line]] = {}
    number: int | None = None
    listing = True
    for line in section.lines:
        found = _GROUP.match(line.key)
        if found:
            number, listing = int(found["number"]), found["part"] != "paragraph"
        elif listing and fold(line.text) not in _NONE:
            gathered.setdefault(number, []).append(line)
    for group, lines in gathered.items():
        yield (
            group,
            replace(section, lines=tuple(lines)),
        )


_STAGES: tuple[tuple[SectionKind, tuple[str, ...]], ...] = (
    ("document_info", ()),
    ("guidance", ()),
    ("codes", ("procedures",)),
    ("modifiers", ("modifiers",)),
    ("diagnoses", ("diagnoses",)),
    ("revision_history", ()),
)
_DOCUMENTS = (lambda section, document, _vocabulary: related_documents(section),)
LAYOUT = Layout(
    name="cms-article",
    revision=1,
    score=_score,
    split=_split,
    stages=tuple(Stage(kind, fields) for kind, fields in _STAGES),
    ends_anywhere=False,
    readers={
        "document_info": (_information,),
        "guidance": (lambda section, document, _: positions(section, document),),
        "indications": (lambda section, document, _: positions(section, document),),
        "codes": (_codes,),
        "modifiers": (_codes,),
        "diagnoses": (_codes,),
        "other": (coded_lists,),
        "references": _DOCUMENTS,
        "revision_history": (lambda section, document, _: revisions(section, document),),
    },
)
