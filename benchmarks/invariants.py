"""What holds for any document: spans quote, coverage adds up, the map leads back. Tests and fuzzer ask it."""

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from extractors import Extraction, Text
from extractors.ledger.ledger import key
from extractors.ledger.plain import plain
from extractors.ledger.prints import prints
from extractors.text.reading_text import DOCX, PDF, nonspace
from flows.verifier.record import check


def every(value: Any) -> Iterator[dict[str, Any]]:
    """All objects inside a record, itself included."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from every(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from every(each)


def holds(extraction: Extraction) -> None:
    """Assert what the contract promises of any record; the verifier is asked too, which shares no code.

    Raises:
        AssertionError: it does not hold.
    """
    record, text = extraction
    source = text.text
    for each in every(record.model_dump()):
        span = each.get("span")
        if span is not None:
            assert 0 <= span[0] <= span[1] <= len(source)
            if "text" in each:
                assert source[slice(*span)] == each["text"]
    for part in record.sections:
        if part.heading:
            assert part.span[0] <= part.heading.span[0] <= part.heading.span[1] <= part.span[1]
    for before, after in pairwise(record.sections):
        assert before.span[1] <= after.span[0]
    covered(extraction)
    accounted(extraction)
    assert [*check(json.loads(record.to_json()), source)] == []
    if text.media_type not in (PDF, DOCX):
        mapped(text)


def covered(extraction: Extraction) -> None:
    """Assert that every character lies in the title, a section or what is left over."""
    record, text = extraction
    coverage = record.coverage
    assert coverage.characters == record.source.characters == len(text.text)
    assert coverage.accounted + nonspace(text.text, coverage.leftover) == nonspace(
        text.text, [(0, len(text.text))]
    )
    seen = [part.span for part in record.sections] + ([record.title.span] if record.title else [])
    inside = {at for start, end in [*seen, *coverage.leftover] for at in range(start, end)}
    assert all(at in inside or character.isspace() for at, character in enumerate(text.text))


def accounted(extraction: Extraction) -> None:
    """Assert that every printed code is in a field or in the ledger, and that none of them is passed over."""
    record, text = extraction
    found = plain(text.text)
    codes = {key(code) for each in every(record.model_dump()) for code in _codes(each)}
    surely = [each for each in prints(found.words) if each.sure]
    assert {key(found.words[slice(*each.value)]) for each in surely} <= codes
    for other in record.other_codes:
        words = plain(text.text[slice(*other.span)]).words
        assert words.startswith(other.value)
        assert words.endswith(other.last or other.value)
        if other.role == "unassigned":
            fields = LISTED[other.system]
            assert any(record.status[field] != "absent" for field in fields), (other, record.source.layout)


def _codes(value: dict[str, Any]) -> Iterator[str]:
    return (value[name] for name in ("code", "value", "last") if isinstance(value.get(name), str))


#: The fields that a listed code of a system may belong in.
LISTED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("CPT", "HCPCS", "CDT", "ICD-10-PCS", "MS-DRG"), ("procedures", "related_codes")),
    "ICD-10-CM": ("diagnoses",),
    "NUCC": ("taxonomies",),
    "REVENUE": ("revenue_codes",),
    "TOB": ("bill_types",),
    "MODIFIER": ("modifiers",),
}


def mapped(text: Text) -> None:
    """The way back is inside the raw input, and keeps the order."""
    before = (0, 0)
    for line in text.lines:
        assert text.text[slice(*line.span)] == line.text
        assert "\n" not in line.text
        here = text.raw(line.span)
        assert before[0] <= here[0] <= here[1]
        before = here
    edges = [text.raw((at, at))[0] for at in range(len(text.text) + 1)]
    assert edges == sorted(edges)
