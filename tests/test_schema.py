"""The published schema: current, valid, and never changed under the same version."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from extractors import SCHEMA_VERSION, record_schema

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "extractors" / "record" / "record.schema.json"
PUBLISHED = ROOT / "tests" / "schemas"


def test_the_shipped_schema_is_the_models() -> None:
    assert json.loads(SHIPPED.read_text("utf-8")) == record_schema(), (
        "run: code-articles schema > extractors/record/record.schema.json"
    )


def test_a_changed_schema_has_a_new_version() -> None:
    published = PUBLISHED / f"{SCHEMA_VERSION}.json"
    assert published.exists(), f"publish version {SCHEMA_VERSION}: copy the schema to {published}"
    assert json.loads(published.read_text("utf-8")) == record_schema(), (
        f"the schema differs from the published {SCHEMA_VERSION}; raise SCHEMA_VERSION and keep the old file"
    )


def test_the_schema_is_valid_and_names_its_version() -> None:
    schema = record_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].endswith(f":{SCHEMA_VERSION}")
    assert schema["properties"]["schema_version"]["const"] == SCHEMA_VERSION


def test_keys_stand_in_the_order_of_the_contract() -> None:
    assert list(record_schema()["properties"]) == [
        *("schema_version", "id", "source", "producer", "code", "title", "sections", "summary", "overview"),
        *("service_type", "sites_of_service", "payers", "clinical_context", "modifiers", "taxonomies"),
        *("diagnoses", "related_codes"),
        *(
            "procedures",
            "excluded_diagnoses",
            "bill_types",
            "revenue_codes",
            "policy",
        ),  # added to the contract
        *("article", "status", "repairs", "other_codes", "decisions", "findings", "coverage", "rights"),
    ]
