"""The published schema of a record, and its version."""

from typing import Any, Literal

from extractors.record.model import Record

SCHEMA_VERSION: Literal["1.1"] = "1.1"
SCHEMA_ID = f"urn:code-articles:record:{SCHEMA_VERSION}"


def record_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a record, with its ``$id``.

    It allows keys that it does not name: whoever reads records by it can read those of a later 1.x.
    """
    schema = Record.model_json_schema(mode="serialization")
    for each in (schema, *schema["$defs"].values()):
        each.pop("additionalProperties", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **schema,
    }
