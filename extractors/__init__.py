"""Code articles in, records out: the pure core. No files, network, clock, environment or randomness."""

from extractors.errors import ExtractionError, RulesError, SchemaError, SourceError
from extractors.media.reading import read
from extractors.pipeline import EXTRACTOR, Extraction, extract
from extractors.record.diff import Change, diff
from extractors.record.model import Record
from extractors.record.schema import SCHEMA_VERSION, record_schema
from extractors.record.upgrade import load
from extractors.text.reading_text import Text
from extractors.vocabulary.vocabulary import Rules, parse_rules

__all__ = [
    "EXTRACTOR",
    "SCHEMA_VERSION",
    "Change",
    "Extraction",
    "ExtractionError",
    "Record",
    "Rules",
    "RulesError",
    "SchemaError",
    "SourceError",
    "Text",
    "diff",
    "extract",
    "load",
    "parse_rules",
    "read",
    "record_schema",
]
