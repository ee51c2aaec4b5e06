"""The published schema is valid draft 2020-12; records conform to it and survive a round trip."""

import json
from collections.abc import Callable

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from extractors import SCHEMA_VERSION, Extraction, Record, record_schema
from extractors.record.fields import STATED
from extractors.record.model import Passage

DOCUMENTS = [
    pytest.param("Knee", id="a word"),
    pytest.param(
        "Summary & Overview\nCPT 20610: x\nPayers are Aetna.\nBilling Code Overview\nIn an office.",
        id="report",
    ),
    pytest.param("T\nCPT4 code\nName of the Procedure:\nP\nSummary\ns\nPurpose\n- a", id="guide"),
    pytest.param("<h1>A</h1><h2>Clinical Context</h2><p>A 3-month-old boy has asthma (J45).</p>", id="page"),
    pytest.param(
        "Modifiers\n| Modifier | Description |\n|---|---|\n| 22 | a |\n| soon | b |\n| 59", id="damaged table"
    ),
]


def test_the_schema_is_a_schema() -> None:
    schema = record_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].endswith(SCHEMA_VERSION)
    assert set(schema["properties"]) == set(Record.model_fields)
    assert set(schema["properties"]) - set(schema["required"]) == {"other_codes", "decisions"}


@pytest.mark.parametrize("words", DOCUMENTS)
def test_records_conform_to_the_schema_and_survive_a_round_trip(
    extracted: Callable[..., Extraction], words: str
) -> None:
    record = extracted(words).record
    raw = record.to_json()
    Draft202012Validator(record_schema()).validate(json.loads(raw))
    again = Record.model_validate_json(raw)
    assert again == record
    assert again.to_json() == raw


@pytest.mark.parametrize("words", DOCUMENTS)
def test_the_file_has_fixed_keys_two_spaces_and_one_final_newline(
    extracted: Callable[..., Extraction], words: str
) -> None:
    raw = extracted(words).record.to_json()
    assert raw.startswith(b'{\n  "schema_version": "1.1",\n  "id": ')
    assert raw.endswith(b"}\n")
    assert not raw.endswith(b"\n\n")
    loaded = json.loads(raw)
    assert list(loaded) == list(Record.model_fields)
    assert tuple(loaded["status"]) == STATED


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"schema_version": "9.9"}, id="another version"),
        pytest.param({"rights": {"cpt_text": "perhaps"}}, id="an unknown value"),
        pytest.param({"title": {"text": "x", "span": [-1, 0]}}, id="a negative offset"),
        pytest.param({"status": {"code": "fine"}}, id="an unknown status"),
    ],
)
def test_what_is_no_record_is_refused(
    extracted: Callable[..., Extraction], change: dict[str, object]
) -> None:
    loaded = {**json.loads(extracted("Knee").record.to_json()), **change}
    with pytest.raises(ValidationError):
        Record.model_validate(loaded)
    assert not Draft202012Validator(record_schema()).is_valid(loaded)


def test_a_reader_of_this_version_can_read_keys_that_come_later(
    extracted: Callable[..., Extraction],
) -> None:
    loaded = json.loads(extracted("Knee").record.to_json())
    later = {**loaded, "more": 1, "title": {**loaded["title"], "more": [1]}}
    Draft202012Validator(record_schema()).validate(later)
    with pytest.raises(ValidationError, match="more"):  # the program itself writes nothing that has no name
        Record.model_validate(later)


def test_values_are_frozen() -> None:
    passage = Passage(text="x", span=(0, 1))
    with pytest.raises(ValidationError):
        passage.text = "y"  # type: ignore[misc]
