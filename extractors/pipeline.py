"""The order of the steps: bytes → text → layout → sections → readings → record."""

from typing import NamedTuple

from extractors.assemble.assembly import Parsed, assemble, source_of
from extractors.assemble.struck import standing
from extractors.layouts import choose
from extractors.media.reading import read
from extractors.record.model import Producer, Record
from extractors.structure.sections import unglue
from extractors.text.reading_text import Text
from extractors.vocabulary.vocabulary import POS_EDITION, Rules

EXTRACTOR = "1.0.0"


class Extraction(NamedTuple):
    """A record, and the reading text that its spans count in."""

    record: Record
    text: Text


def extract(
    raw: bytes, *, document: str, uri: str, rules: Rules, media_type: str | None = None
) -> Extraction:
    """Read one document.

    Args:
        raw: its bytes.
        document: its id, the name of its record file without ``.json``.
        uri: where it came from, for people.
        rules: the vocabularies.
        media_type: what the source says the bytes are; None to look.

    Raises:
        SourceError: the bytes cannot be read as a document.
    """
    text = read(raw, media_type)
    layout, score = choose(text)
    text = unglue(text, layout.headings) if layout.headings else text
    sections = layout.split(text, rules)
    readings = [
        *text.notes,
        *(
            reading
            for section in sections
            for reader in layout.readers.get(section.kind, ())
            for reading in reader(section, rules)
        ),
    ]
    producer = Producer(extractor=EXTRACTOR, rules=rules.edition, code_sets={"CMS-POS": POS_EDITION})
    source = source_of(raw, text, uri, layout, score)
    parsed = Parsed(text, layout, sections, list(standing(readings, text.text)))
    return Extraction(assemble(document, source, producer, parsed), text)
