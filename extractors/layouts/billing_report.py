"""Billing reports: "Summary & Overview" … "Coding Specifications", and the older "CPT Code Overview"."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from extractors.code_lists.lists import coded_lists
from extractors.readers.passages import summary
from extractors.readers.payers import payers
from extractors.readers.service import LABELS, service_facts
from extractors.readers.vignette import clinical_context
from extractors.record.readings import Fact, Reading
from extractors.structure.document import Document, Section
from extractors.structure.labels import first_label
from extractors.structure.layout import Layout, Stage
from extractors.structure.placeholder_lines import placeholder_lines
from extractors.structure.printed_codes import as_facts, conflicts, named_codes, titled_code
from extractors.structure.sections import (
    Heading,
    Recognizer,
    cut_heading,
    known_headings,
    labelled_block,
    split,
)
from extractors.text.reading_text import Line, Mark, Text
from extractors.vocabulary.vocabulary import Vocabulary

HEADINGS = {
    "summary & overview": Heading("summary", 1),
    "summary and overview": Heading("summary", 1),
    "billing code overview": Heading("overview", 1),
    "cpt code overview": Heading("overview", 1),
    "hcpcs code overview": Heading("overview", 1),
    "clinical & coding specifications": Heading("specifications", 1),
    "clinical and coding specifications": Heading("specifications", 1),
    "clinical context": Heading("clinical_context", 2),
    "coding specifications": Heading("coding_specifications", 2),
}
BLOCK_KINDS = frozenset(
    {
        "modifiers",
        "taxonomies",
        "diagnoses",
        "related_codes",
        "rates",
        "guidance",
        "references",
        "revision_history",
    }
)
_HEADING = known_headings(HEADINGS)
_TITLE_AT = 4  # lines into a section in which its title line can stand


@lru_cache(maxsize=2)
def _blocks(vocabulary: Vocabulary) -> Recognizer:
    """The labels that open a block of the coding specifications."""
    return known_headings(
        {name: Heading(kind, 3) for name, kind in vocabulary.headings.items() if kind in BLOCK_KINDS}
    )


def _split(text: Text, vocabulary: Vocabulary) -> Document:
    block = _blocks(vocabulary)
    lines = text.body_lines()
    final = lines[-1] if lines else None

    def recognize(line: Line, within: Heading | None) -> Heading | None:
        heading = _HEADING(line, within)
        if heading or within is None:
            return heading
        coding = within.kind == "coding_specifications" or within.level == 3
        if line.mark is Mark.HEADING and not titled_code(line, text.text):
            return block(line, within) or Heading(vocabulary.headings.get(line.key, "other"), line.level)
        if coding and (opened := block(line, within) or labelled_block(line)):
            return opened
        if line is final:
            return cut_heading(line, {**HEADINGS, **(_CUT_BLOCKS if coding else {})})
        return None

    headed = any(_HEADING(line, None) == HEADINGS["summary & overview"] for line in lines)
    return split(text, recognize, "boilerplate" if headed else "summary")


_CUT_BLOCKS = {
    "modifiers": Heading("modifiers", 3),
    "provider taxonomies": Heading("taxonomies", 3),
    "icd-10 diagnoses": Heading("diagnoses", 3),
    "related codes": Heading("related_codes", 3),
}


def _score(text: Text) -> float:
    """Half for the first two headings, a quarter for the title line, a quarter for the headings reached."""
    keys = [line.key for line in text.body_lines() if line.end - line.start < 60]
    found = [HEADINGS[key].kind for key in dict.fromkeys(keys) if key in HEADINGS]
    if not found:
        return 0.0
    order = ("summary", "overview", "specifications", "clinical_context", "coding_specifications")
    reached = order[: max(map(order.index, found)) + 1]
    titled = any(titled_code(line, text.text) for line in text.body_lines()[:8])
    opening = 0.35 * ("summary" in found) + 0.15 * ("overview" in found or len(reached) == 1)
    return opening + 0.25 * titled + 0.25 * len(set(found)) / len(reached)


def _title(section: Section, document: Document, _vocabulary: Vocabulary) -> Iterator[Reading]:
    for line in section.lines[:_TITLE_AT]:
        printed = titled_code(line, document.source) if line.mark is not Mark.CHROME else None
        if printed:
            yield from as_facts(printed)
            yield from conflicts(printed.code, section)
            return


def _title_index(section: Section, document: Document) -> int | None:
    found = (i for i, line in enumerate(section.lines[:_TITLE_AT]) if titled_code(line, document.source))
    return next(found, None)


def _summary(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    at = _title_index(section, document)
    yield from _title(section, document, vocabulary)
    if at is None and section.lines:
        for code in list(named_codes(document, *section.span))[:1]:
            yield Fact("code", code, code.span)
    yield from summary(section, document, "summary", 0 if at is None else at + 1)


def _overview(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    yield from _title(section, document, vocabulary)
    at = _title_index(section, document)
    lines = section.lines[: first_label(section, document, LABELS)]
    prose = replace(section, lines=lines or section.lines)
    if section.lines:
        yield from summary(prose, document, "overview", 0 if at is None else at + 1)
    yield from service_facts(section, document, vocabulary)


LAYOUT = Layout(
    name="billing-report",
    revision=1,
    score=_score,
    split=_split,
    readers={
        "boilerplate": (_title,),
        "summary": (_summary, payers),
        "overview": (
            _overview,
            lambda section, document, vocabulary: placeholder_lines(
                section, ("service_type", "sites_of_service")
            ),
        ),
        "specifications": (coded_lists,),
        "clinical_context": (clinical_context, coded_lists),
        "coding_specifications": (
            coded_lists,
            lambda section, document, vocabulary: placeholder_lines(section),
        ),
        "modifiers": (coded_lists,),
        "taxonomies": (coded_lists,),
        "diagnoses": (coded_lists,),
        "related_codes": (coded_lists,),
        "codes": (coded_lists,),
        "other": (coded_lists,),
    },
    headings=HEADINGS,
    stages=(
        Stage("summary", ("code", "title", "summary", "payers")),
        Stage("overview", ("overview", "service_type", "sites_of_service")),
        Stage("specifications", ()),
        Stage("clinical_context", ("clinical_context",)),
        Stage("coding_specifications", ()),
        Stage("modifiers", ("modifiers",)),
        Stage("taxonomies", ("taxonomies",)),
        Stage("diagnoses", ("diagnoses",)),
        Stage("related_codes", ("related_codes",)),
    ),
)
