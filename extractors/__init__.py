"""Code articles in, records out: the pure core. No files, network, clock, environment or randomness."""

from extractors.errors import CodeSetError, ExtractionError, SchemaError, SourceError, VocabularyError
from extractors.media.reading import read
from extractors.pipeline import EXTRACTOR, Extraction, extract
from extractors.record.diff import Change, diff
from extractors.record.model import Record
from extractors.record.schema import SCHEMA_VERSION, record_schema
from extractors.record.upgrade import load
from extractors.text.reading_text import Text
from extractors.vocabulary.vocabulary import Vocabulary, parse_vocabulary

__all__ = [
    "EXTRACTOR",
    "SCHEMA_VERSION",
    "Change",
    "CodeSetError",
    "Extraction",
    "ExtractionError",
    "Record",
    "SchemaError",
    "SourceError",
    "Text",
    "Vocabulary",
    "VocabularyError",
    "diff",
    "extract",
    "load",
    "parse_vocabulary",
    "read",
    "record_schema",
]
