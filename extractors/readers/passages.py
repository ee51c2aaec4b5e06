"""The parts of a guide: list items and paragraphs as passages."""

import re
from collections.abc import Iterator, Mapping

from extractors.record.model import Repair, SectionKind, Span
from extractors.record.readings import Fact, Gap, Reading
from extractors.structure.document import Document, Section
from extractors.structure.placeholders import placeholder
from extractors.text.folding import heading_key
from extractors.text.reading_text import Line

PARTS: Mapping[SectionKind, str] = {
    "name": "article.name",
    "purpose": "article.purpose",
    "indications": "article.indications",
    "preparation": "article.preparation",
    "procedure": "article.steps",
    "equipment": "article.equipment",
    "duration": "article.duration",
    "personnel": "article.personnel",
    "risks": "article.risks",
    "benefits": "article.benefits",
    "recovery": "article.recovery",
    "alternatives": "article.alternatives",
    "patient_experience": "article.patient_experience",
}
_SUB_LABELS = {
    "tools/equipment": "article.equipment",
    "tools and equipment": "article.equipment",
    "equipment": "article.equipment",
    "personnel": "article.personnel",
    "risks": "article.risks",
    "complications": "article.risks",
    "benefits": "article.benefits",
    "duration": "article.duration",
}
_INNER = re.compile(
    r"(?!(?<=\s)\s)\s*+[•●▪■◦‣]\s*+(?=\S)|(?<=[.;!?])\s*+(?P<number>\d{1,2})[.)]\s++(?=[A-Z])"
)
_LABEL = re.compile(r"^[^.!?:]{1,60}:$")


def passages(section: Section, document: Document) -> Iterator[Reading]:
    """Yield each item or paragraph of a guide's section for the part that the section is about.

    A label on a line of its own ("Goals:") is no item; one that names another part ("Tools/Equipment:")
    sends the items below it there.
    """
    field = own = PARTS[section.kind]
    for unit in _units(section):
        words = document.source[slice(*unit)]
        if _LABEL.match(words):
            field = _SUB_LABELS.get(heading_key(words), own)
        elif placeholder(words) is not None:
            yield Gap(field, "placeholder", unit)
        else:
            parts = list(_parted(unit, document.source))
            if len(parts) > 1:
                detail = f"{len(parts)} items share a line"
                yield Repair(kind="items.run_together", span=unit, detail=detail)
            for part in parts:
                passage = document.passage(*part)
                yield Fact(field, passage, passage.span)


def _units(section: Section) -> Iterator[Span]:
    """Items and paragraphs; a line in lower case goes on with the item above it."""
    unit: Span | None = None
    for line in section.lines:
        if line.lone_bullet:
            continue
        if unit and _goes_on(line):
            unit = unit[0], line.end
            continue
        if unit:
            yield unit
        unit = line.body, line.end
    if unit:
        yield unit


def _parted(unit: Span, source: str) -> Iterator[Span]:
    """Part items that run together, at bullets and at numbers that count on: ``First. 2. Second``."""
    at, end = unit
    number = 1
    for found in _INNER.finditer(source, at, end):
        if found["number"] and int(found["number"]) != number + 1:
            continue
        number += 1
        yield at, found.start()
        at = found.end()
    yield at, end


def _goes_on(line: Line) -> bool:
    return not line.bulleted and line.text[:1].islower()


def summary(section: Section, document: Document, field: str, skip: int = 0) -> Iterator[Reading]:
    """Yield a section's body, from its line ``skip`` on, as one passage."""
    lines = section.lines[skip:]
    words = [line for line in lines if not line.lone_bullet]
    if words and all(placeholder(line.words) is not None for line in words):
        yield Gap(field, "placeholder", (words[0].start, words[-1].end))
        return
    passage = document.body(lines)
    if passage:
        yield Fact(field, passage, passage.span)
