"""Every version that was ever published loads; an unknown one says what to do."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from extractors import SCHEMA_VERSION, SchemaError, load
from extractors.record import upgrade

SAVED = Path(__file__).parents[1] / "schemas"


@pytest.mark.parametrize("version", [*upgrade.UPGRADES, SCHEMA_VERSION])
def test_a_saved_record_of_each_version_loads(version: str) -> None:
    stored = (SAVED / f"record-{version}.json").read_bytes()
    assert json.loads(stored)["schema_version"] == version
    record = load(stored)
    assert record.schema_version == SCHEMA_VERSION
    assert load(record.to_json()) == load(json.loads(stored)) == record


def test_a_record_of_this_version_keeps_its_bytes() -> None:
    stored = (SAVED / f"record-{SCHEMA_VERSION}.json").read_bytes()
    assert load(stored).to_json() == stored


@pytest.mark.parametrize("version", ["0.9", "2.0", None, 1.0])
def test_an_unknown_version_is_named_with_what_to_do(version: object) -> None:
    with pytest.raises(SchemaError, match="install a newer code-articles, or ingest again") as caught:
        load({"schema_version": version})
    assert caught.value.version == version
    assert repr(version) in str(caught.value)


@pytest.mark.parametrize("stored", [b"[]", b"7", b"{}", '{"id": "a"}'])
def test_what_names_no_version_is_unknown(stored: bytes | str) -> None:
    with pytest.raises(SchemaError, match="schema_version None"):
        load(stored)


def test_what_is_no_record_of_its_version_is_refused() -> None:
    with pytest.raises(ValidationError):
        load({"schema_version": SCHEMA_VERSION})
    with pytest.raises(ValueError, match="EOF"):
        load(b'{"schema_version"')


def test_upgrades_follow_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    now = json.loads((SAVED / f"record-{SCHEMA_VERSION}.json").read_bytes())
    old = {key: value for key, value in now.items() if key not in {"rights", "coverage"}}
    steps = {
        "0.8": lambda values: {**values, "coverage": now["coverage"], "schema_version": "0.9"},
        "0.9": lambda values: {**values, "rights": now["rights"], "schema_version": SCHEMA_VERSION},
    }
    monkeypatch.setattr(upgrade, "UPGRADES", steps)
    assert load({**old, "schema_version": "0.8"}) == load(now)


def test_a_record_of_1_0_says_that_its_other_codes_were_not_read() -> None:
    record = load((SAVED / "record-1.0.json").read_bytes())
    assert (record.other_codes, record.decisions, record.producer.rule_pack) == ((), (), None)
    assert record.status["other_codes"] == "unparsed"
