"""Every folder of ``tests/cases/<layout>/<case>``: the record that the raw document must give."""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from extractors import Extraction, Record, Vocabulary, extract, record_schema
from extractors.layouts import LAYOUTS, choose
from extractors.record.findings import CATALOGUE

CASES = Path(__file__).parent / "cases"
FOLDERS = sorted(path.parent for path in CASES.rglob("raw.*"))
SCHEMA = Draft202012Validator(record_schema())


def read(folder: Path, vocabulary: Vocabulary) -> Extraction:
    name = folder.relative_to(CASES).as_posix()
    raw = next(folder.glob("raw.*"))
    return extract(
        raw.read_bytes(),
        document=f"{name}{raw.suffix}",
        uri=f"cases/{name}{raw.suffix}",
        vocabulary=vocabulary,
    )


def spans(node: Any) -> Iterator[tuple[list[int], str | None]]:
    """Every span of a record as JSON, with the text beside it."""
    if isinstance(node, dict):
        if node.get("span"):
            yield node["span"], node.get("text")
        for value in node.values():
            yield from spans(value)
    elif isinstance(node, list):
        for value in node:
            yield from spans(value)


@pytest.fixture(params=FOLDERS, ids=[folder.relative_to(CASES).as_posix() for folder in FOLDERS])
def folder(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_the_record_is_the_expected_one(
    folder: Path, vocabulary: Vocabulary, pytestconfig: pytest.Config
) -> None:
    got = read(folder, vocabulary).record.to_json()
    expected = folder / "expected.json"
    if pytestconfig.getoption("accept"):
        expected.write_bytes(got)
    assert expected.exists(), f"{expected} is missing: run pytest -k {folder.name} --accept and read it"
    assert json.loads(got) == json.loads(expected.read_bytes())
    assert got == expected.read_bytes()


def test_only_its_own_layout_matches(folder: Path, vocabulary: Vocabulary) -> None:
    text = read(folder, vocabulary).text
    own = folder.relative_to(CASES).parts[0]
    assert choose(text)[0].name == own
    others = [layout.name for layout in LAYOUTS if layout.name != own and layout.score(text) >= 0.5]
    assert others == []


def test_spans_hold_their_text_and_rows_their_code(folder: Path, vocabulary: Vocabulary) -> None:
    record, text = read(folder, vocabulary)
    for (start, end), words in spans(json.loads(record.to_json())):
        assert 0 <= start <= end <= len(text.text)
        assert words is None or text.text[start:end] == words
    values = json.loads(record.to_json())
    for field in ("modifiers", "taxonomies", "diagnoses", "related_codes"):
        for row in values[field]:
            assert row["code"] in text.text[slice(*row["span"])]


def test_every_character_is_accounted_for(folder: Path, vocabulary: Vocabulary) -> None:
    record, text = read(folder, vocabulary)
    whole = "".join(text.text.split())
    leftover = "".join("".join(text.text[start:end].split()) for start, end in record.coverage.leftover)
    assert record.coverage.accounted + len(leftover) == len(whole)
    ends = [section.span for section in record.sections]
    assert all(before[1] <= after[0] for before, after in pairwise(ends))


def test_the_record_fits_the_schema_and_comes_back_from_json(folder: Path, vocabulary: Vocabulary) -> None:
    record = read(folder, vocabulary).record
    SCHEMA.validate(json.loads(record.to_json()))
    assert Record.model_validate_json(record.to_json()) == record
    assert read(folder, vocabulary).record.to_json() == record.to_json()


def test_every_layout_has_cases() -> None:
    assert {folder.relative_to(CASES).parts[0] for folder in FOLDERS} == {layout.name for layout in LAYOUTS}


def test_every_finding_has_a_case_and_every_kind_of_repair_is_documented() -> None:
    records = [json.loads((folder / "expected.json").read_bytes()) for folder in FOLDERS]
    found = {finding["rule"] for record in records for finding in record["findings"]}
    assert found == set(CATALOGUE)
    documented = (Path(__file__).parent.parent / "docs" / "findings.md").read_text("utf-8")
    repaired = {repair["kind"] for record in records for repair in record["repairs"]}
    assert [code for code in sorted(found | repaired) if f"`{code}`" not in documented] == []
