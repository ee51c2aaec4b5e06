"""Any other page about a billing code: headings and tables by their form, fields by their labels."""

from collections.abc import Iterator

from extractors.code_lists.lists import coded_lists
from extractors.layouts.generic.about import about
from extractors.readers.passages import PARTS, passages, summary
from extractors.readers.payers import listed_payers
from extractors.readers.service import LABELS, labelled_service
from extractors.readers.vignette import clinical_context
from extractors.record.model import SectionKind
from extractors.record.readings import Fact, Gap, Reading
from extractors.structure.document import Document, Section
from extractors.structure.labels import Labelled, labelled
from extractors.structure.layout import Layout, Reader
from extractors.structure.outline import outline
from extractors.structure.placeholders import placeholder
from extractors.structure.printed_codes import is_code, opened_title, titled_code
from extractors.structure.sections import heading_words
from extractors.vocabulary.vocabulary import Vocabulary

_PAYERS = ("payers", "payer", "key payers", "key payers covered", "major payers", "insurers")
_LABELS = {**LABELS, **dict.fromkeys(_PAYERS, "payers")}


def _fields(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    """Fields by their labels, wherever they stand, and codes that the words name."""
    pairs, notes = labelled(section, document, _LABELS)
    yield from notes
    for pair in pairs:
        yield from _labelled(pair, document, vocabulary)
    field = _LABELS.get(section.heading.key) if section.heading else None
    if field and section.lines:
        items = [line for line in section.lines if not line.text.endswith(".")] or section.lines
        spans = [(line.body, line.end) for line in items]
        for span in {"payers": [(spans[0][0], section.end)], "service_type": spans[:1]}.get(field, spans):
            yield from _labelled(Labelled(field, span, span), document, vocabulary)


def _labelled(pair: Labelled, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    words = document.source[slice(*pair.value)]
    if pair.field == "payers" and placeholder(words) is not None and words:
        yield Gap("payers", "placeholder", pair.span)
    elif pair.field == "payers":
        yield from listed_payers(document.source, pair.value, vocabulary)
    else:
        yield from labelled_service(pair, document, vocabulary)


def _title(section: Section, document: Document, _vocabulary: Vocabulary) -> Iterator[Reading]:
    if section.title:
        line, *below = section.lines
        printed = titled_code(line, document.source)
        passage = (printed.title if printed else None) or opened_title(line)
        if passage is None and is_code(line.text) and below:
            passage = heading_words(below[0])
        passage = passage or heading_words(line)
        yield Fact("title", passage, passage.span)


def _readers() -> dict[SectionKind, tuple[Reader, ...]]:
    kinds: tuple[SectionKind, ...] = (
        *(
            "specifications",
            "coding_specifications",
            "rates",
            "setting",
            "codes",
            "guidance",
            "document_info",
        ),
        *("references", "name"),
    )
    lists: tuple[SectionKind, ...] = ("modifiers", "taxonomies", "diagnoses", "related_codes")
    every: tuple[Reader, ...] = (_fields, coded_lists)
    return {
        **dict.fromkeys(kinds, (_title, *every)),
        **{kind: (*every, lambda section, document, _: passages(section, document)) for kind in PARTS},
        "other": (_title, *every),
        "summary": (*every, lambda section, document, _: summary(section, document, "summary")),
        "overview": (*every, lambda section, document, _: summary(section, document, "overview")),
        "clinical_context": (clinical_context,),
        **dict.fromkeys(lists, (coded_lists,)),
    }


LAYOUT = Layout(
    name="generic", revision=1, score=lambda _text: 0.0, split=outline, readers=_readers(), about=about
)
