"""The clinical vignette of an article as one value: its text, patient and clinical terms."""

from collections.abc import Iterator
from itertools import takewhile

from extractors.readers.mentions import mentions
from extractors.readers.patient import patient
from extractors.record.model import ClinicalContext
from extractors.record.readings import Fact, Gap, Reading
from extractors.structure.document import Document, Section
from extractors.structure.placeholders import placeholder
from extractors.vocabulary.vocabulary import Vocabulary


def clinical_context(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    """Read the vignette that a section holds, up to a table that lost its heading."""
    prose = tuple(takewhile(lambda line: not line.piped, section.lines))
    lines = [line for line in prose if placeholder(line.words) is None]
    if prose and not lines:
        yield Gap("clinical_context", "placeholder", prose[0].span)
    if not lines:
        return
    passage = document.passage(lines[0].start, lines[-1].end)
    who, notes = patient(document.source, passage.span, last=document.ends_at(section.end))
    yield from notes
    value = ClinicalContext(
        text=passage.text,
        span=passage.span,
        patient=who,
        mentions=tuple(mentions(document.source, passage.span, vocabulary)),
    )
    yield Fact("clinical_context", value, passage.span)
