"""Records of older schema versions, made records of this one.

What a record was is kept in files and manifests for years. Each version that was ever published has one saved
record in ``tests/schemas``, and loads.
"""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import from_json

from extractors.errors import SchemaError
from extractors.record.model import Record
from extractors.record.schema import SCHEMA_VERSION

Upgrade = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def _from_1_0(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keys that came with 1.1 have their defaults; codes that stand in no field had not been read."""
    status = {**values["status"], "other_codes": "unparsed"}
    return {**values, "schema_version": "1.1", "status": status}


#: By the version that they read: what makes the values of a record those of the next version.
UPGRADES: Mapping[str, Upgrade] = {"1.0": _from_1_0}


def load(stored: bytes | str | Mapping[str, Any]) -> Record:
    """Return a stored record, whatever version of the schema it was written by.

    Args:
        stored: a record's file, or the values in it.

    Raises:
        SchemaError: its version is not known here.
        ValueError: it is no JSON, or no record of the version that it names.
    """
    values = from_json(stored) if isinstance(stored, bytes | str) else stored
    while (version := _version(values)) != SCHEMA_VERSION:
        if version not in UPGRADES:
            raise SchemaError(version)
        values = UPGRADES[version](values)
    return Record.model_validate(values)


def _version(values: object) -> Any:
    return values.get("schema_version") if isinstance(values, Mapping) else None
