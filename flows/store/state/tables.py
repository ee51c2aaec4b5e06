"""The tables of the manifest."""

import json
from typing import Any

from sqlalchemy import Column, Dialect, Index, Integer, LargeBinary, MetaData, String, Table, TypeDecorator

from flows.reading.versions import Versions

REMOVED = "removed"  # the reason of a document that has left its source

METADATA = MetaData()


class Json(TypeDecorator[Any]):
    """A value as JSON; reading what is none raises ValueError."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        """Write a value."""
        return json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Read a value."""
        return json.loads(value or "")


def _versions() -> list[Column[str]]:
    return [Column(name, String, nullable=False) for name in Versions._fields]


#: What was last seen of a document, whatever came of it. ``reason`` and ``message`` are those of a
#: quarantined one, or say that it was removed, else null; ``sha256`` is null where no bytes could be read.
#: ``source`` is the folder that it came from, ``place`` the URI of its file. ``tries`` counts the runs that
#: one after the other met trouble with the same bytes that may pass (see `flows.store.commit.PASSING`).
DOCUMENTS = Table(
    "documents",
    METADATA,
    Column("id", String, primary_key=True),
    Column("uri", String, nullable=False),
    Column("source", String, nullable=False),
    Column("place", String, nullable=False),
    Column("stamp", String, nullable=False),
    Column("sha256", String),
    Column("reason", String),
    Column("message", String),
    Column("tries", Integer, nullable=False, server_default="0"),
    *_versions(),
    Column("run", String, nullable=False),
    Index("documents_by_reason", "reason"),
)

#: The current record of a document: the bytes that it was made from and the bytes that were made. ``codes``
#: is JSON, the numbers of its codes (see `extractors.ledger.balance.Balance`); null where nobody counted.
RECORDS = Table(
    "records",
    METADATA,
    Column("id", String, primary_key=True),
    Column("sha256", String, nullable=False),
    Column("record_sha256", String, nullable=False),
    Column("layout", String, nullable=False),
    Column("status", Json, nullable=False),
    Column("codes", String),
    Column("duplicate_of", String),
    *_versions(),
    Column("run", String, nullable=False),
    Index("records_by_bytes", "sha256"),
)

#: The change feed; ``changes.jsonl`` is written from it. ``diff`` has the differences field by field,
#: None where a record was added or removed. ``from`` is the id that a moved record had before, else null.
CHANGES = Table(
    "changes",
    METADATA,
    Column("cursor", Integer, primary_key=True),
    Column("run", String, nullable=False),
    Column("id", String, nullable=False),
    Column("from", String),
    Column("change", String, nullable=False),
    Column("cause", String, nullable=False),
    Column("sha256", String, nullable=False),
    Column("record_sha256", String, nullable=False),
    Column("diff", Json, nullable=False),
    Index("changes_by_id", "id"),
    Index("changes_by_from", "from"),
)

#: What a change has made, packed (see `flows.reading.packing`): every version of every record and its text.
VERSIONS = Table(
    "versions",
    METADATA,
    Column("cursor", Integer, primary_key=True),
    Column("packed", LargeBinary, nullable=False),
)

RUNS = Table(
    "runs", METADATA, Column("run", String, primary_key=True), Column("account", String, nullable=False)
)
#: What a run leaves for the next one, by name.
NOTES = Table(
    "notes", METADATA, Column("name", String, primary_key=True), Column("value", String, nullable=False)
)
OPEN = "open"  # of the run that has the folder open, as JSON; empty where the last one came to its end
WRITTEN = "records.jsonl"  # of that file's stamp and SHA-256, as JSON; empty while it is written
PUBLISHED = "published"  # of the run that brought that file up to date; empty where it is not
