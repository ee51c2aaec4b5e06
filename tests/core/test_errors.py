"""Exceptions carry fields, not only words, and survive the way back from a worker process."""

import pickle

import pytest

from extractors import ExtractionError, SchemaError, SourceError, VocabularyError, read


@pytest.mark.parametrize("raw", [b"", b"caf\xe9", b"%PDF-1.4", b"a\x00b"])
def test_a_source_error_survives_pickling(raw: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        read(raw)
    error = caught.value
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(again) is SourceError
    assert (again.reason, again.message, again.offset, str(again)) == (
        error.reason,
        error.message,
        error.offset,
        str(error),
    )


def test_an_undecodable_byte_is_the_cause() -> None:
    with pytest.raises(SourceError) as caught:
        read(b"\xff")
    assert isinstance(caught.value.__cause__, UnicodeDecodeError)


def test_a_rules_error_names_file_and_line() -> None:
    error = VocabularyError("payers.tsv", 7, "no tab")
    assert (error.file, error.line, str(error)) == ("payers.tsv", 7, "payers.tsv:7: no tab")


def test_a_schema_error_names_the_version() -> None:
    error = SchemaError("9.9")
    assert error.version == "9.9"
    assert "'9.9'" in str(error)


@pytest.mark.parametrize("kind", [SourceError, VocabularyError, SchemaError])
def test_all_have_one_base(kind: type[Exception]) -> None:
    assert issubclass(kind, ExtractionError)
