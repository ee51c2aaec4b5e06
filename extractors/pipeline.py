"""The order of the steps: bytes → text → layout → sections → readings → record."""

from typing import NamedTuple

from extractors.assemble.assembly import Parsed, assemble, source_of
from extractors.assemble.struck import standing
from extractors.layouts import choose
from extractors.media.reading import read
from extractors.record.model import Producer, Record
from extractors.resources import shipped_vocabulary
from extractors.text.reading_text import Text
from extractors.vocabulary.vocabulary import POS_EDITION, Vocabulary

EXTRACTOR = "1.0.0"


class Extraction(NamedTuple):
    """A record, and the reading text that its spans count in."""

    record: Record
    text: Text


def extract(  # noqa: PLR0913 (each names one thing that a document does not say itself)
    raw: bytes | str,
    *,
    document: str = "document",
    uri: str | None = None,
    media_type: str | None = None,
    encoding: str | None = None,
    vocabulary: Vocabulary | None = None,
) -> Extraction:
    r"""Read one document.

    Args:
        raw: its bytes, or the characters of a text or an HTML page, whatever charset that declares.
        document: its id, the name of its record file without ``.json``.
        uri: where it came from, for people; None for its id.
        media_type: what the source says it is; None to look.
        encoding: of bytes that are not UTF-8 and declare none, as Python names it; None for UTF-8 alone.
        vocabulary: the words that its readers know; None for those of the package.

    Returns:
        The record, and the reading text that its spans count in.

    Raises:
        SourceError: it cannot be read as a document.
        LookupError: there is no such encoding.

    >>> record, text = extract("Summary & Overview\nCPT 20610: A Joint\n")
    >>> record.code.value, text.text[slice(*record.code.span)]
    ('20610', '20610')
    """
    vocabulary = vocabulary or shipped_vocabulary()
    layout, score, text = choose(read(raw, media_type, encoding))
    parted = layout.split(text, vocabulary)
    readings = [
        *text.notes,
        *(layout.about(parted, vocabulary) if layout.about else ()),
        *(
            reading
            for section in parted.sections
            for reader in layout.readers.get(section.kind, ())
            for reading in reader(section, parted, vocabulary)
        ),
    ]
    producer = Producer(extractor=EXTRACTOR, rules=vocabulary.edition, code_sets={"CMS-POS": POS_EDITION})
    content = raw.encode() if isinstance(raw, str) else raw
    source = source_of(content, text, document if uri is None else uri, layout, score)
    parsed = Parsed(parted, layout, list(standing(readings, text.text)))
    return Extraction(assemble(document, source, producer, parsed), text)
