"""Procedure guides: "Name of the Procedure" … "Similar Codes", a page for patients about one code."""

import re
from collections.abc import Iterator
from functools import partial

from extractors.code_lists.lists import coded_lists
from extractors.readers.passages import PARTS, passages, summary
from extractors.readers.service import told_sites
from extractors.readers.sites import is_place, sites
from extractors.record.model import RelatedCode, SectionKind
from extractors.record.readings import Fact, Reading
from extractors.structure.document import Document, Section
from extractors.structure.layout import Layout, Stage
from extractors.structure.placeholder_lines import placeholder_lines
from extractors.structure.printed_codes import bracketed_codes, labelled_code, named_codes
from extractors.structure.sections import Heading, cut_heading, heading_words, known_headings, split
from extractors.text.reading_text import Line, Mark, Text
from extractors.vocabulary.vocabulary import Vocabulary

_ALIASES: dict[SectionKind, tuple[str, ...]] = {
    "name": ("name of the procedure", "name of procedure", "procedure name"),
    "summary": ("summary",),
    "purpose": ("purpose",),
    "indications": ("indications",),
    "preparation": ("preparation",),
    "procedure": ("procedure description", "description of the procedure"),
    "equipment": ("tools and equipment", "tools & equipment"),
    "duration": ("duration",),
    "setting": ("setting",),
    "personnel": ("personnel",),
    "risks": ("risks and complications", "risks & complications"),
    "benefits": ("benefits",),
    "recovery": ("recovery",),
    "alternatives": ("alternatives",),
    "patient_experience": ("patient experience",),
    "related_codes": ("similar codes", "related codes"),
}
HEADINGS = {alias: Heading(kind, 1) for kind, aliases in _ALIASES.items() for alias in aliases}
_LISTS: tuple[SectionKind, ...] = ("modifiers", "taxonomies", "diagnoses", "codes", "other")
_HEADING = known_headings(HEADINGS)
_SEARCH = re.compile(r"search\b", re.IGNORECASE)


def _split(text: Text, vocabulary: Vocabulary) -> Document:
    lines = text.body_lines()
    final = lines[-1] if lines else None

    def recognize(line: Line, within: Heading | None) -> Heading | None:
        heading = _HEADING(line, within)
        if heading or within is None:
            return heading
        if line.mark is Mark.HEADING:
            kind = vocabulary.headings.get(line.key, "other")
            return Heading(kind if kind in _LISTS else "other", line.level)
        return cut_heading(line, HEADINGS) if line is final else None

    return split(text, recognize, "name")


def _score(text: Text) -> float:
    """Half for the name heading, a quarter for the line with the kind of code, a quarter for the rest."""
    lines = text.body_lines()
    found = {HEADINGS[key].kind for line in lines if (key := line.key) in HEADINGS}
    order = list(_ALIASES)
    if not found:
        return 0.0
    reached = order[: max(map(order.index, found)) + 1]
    labelled = any(labelled_code(line) for line in lines[:6])
    return (
        0.5 * ("name" in found)
        + 0.25 * labelled
        + 0.25 * len(found) / len(reached) * min(1.0, len(found) / 3)
    )


def _head(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    """The top of the page: title and kind of code. Below its heading, the names, and the code if printed."""
    if section.heading is not None:
        yield from passages(section, document)
        for code in [*bracketed_codes(section.lines), *named_codes(document, *section.span)][:1]:
            yield Fact("code", code, code.span)
        return
    labels = ((index, labelled_code(line)) for index, line in enumerate(section.lines))
    label = next(((index, code) for index, code in labels if code is not None), None)
    title = _title_line(section, label[0] if label else None)
    if title:
        passage = heading_words(title)
        yield Fact("title", passage, passage.span)
    if label is not None:
        yield Fact("code", label[1], label[1].span)


def _title_line(section: Section, label: int | None) -> Line | None:
    headed = next(
        (line for line in section.lines if line.mark is Mark.HEADING and not labelled_code(line)), None
    )
    before = section.lines[label - 1] if label else None
    plain = [line for line in section.lines if not _SEARCH.match(line.text) and not labelled_code(line)]
    return headed or before or (plain[0] if plain else None)


def _setting(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    for line in section.lines:
        span = (line.body, line.end)
        told = list(told_sites(document, span, vocabulary))
        if told:
            yield from told
        elif line.bulleted or is_place(line.words.rstrip("."), vocabulary):
            yield from sites(document.source, span, vocabulary)


def _similar(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    for reading in coded_lists(section, document, vocabulary):
        if isinstance(reading, Fact) and isinstance(reading.value, RelatedCode):
            similar = reading.value.model_copy(update={"relation": "similar"})
            yield Fact(reading.field, similar, reading.span)
        else:
            yield reading


_FIELDS: dict[SectionKind, tuple[str, ...]] = {
    **{kind: (field,) for kind, field in PARTS.items()},
    "name": ("code", "title", "article.name"),
    "summary": ("summary",),
    "setting": ("sites_of_service",),
    "related_codes": ("related_codes",),
}
LAYOUT = Layout(
    name="procedure-guide",
    revision=1,
    score=_score,
    split=_split,
    readers={
        **{kind: (lambda section, document, _: passages(section, document),) for kind in PARTS},
        "name": (_head,),
        "summary": (lambda section, document, _: summary(section, document, "summary"),),
        "setting": (
            _setting,
            partial(
                lambda section, document, _vocabulary, field: placeholder_lines(section, (field,)),
                field="sites_of_service",
            ),
        ),
        "related_codes": (_similar,),
        **dict.fromkeys(_LISTS, (coded_lists,)),
    },
    headings=HEADINGS,
    stages=tuple(Stage(kind, _FIELDS[kind]) for kind in _ALIASES),
)
