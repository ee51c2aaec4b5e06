"""The tables of the manifest."""

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table

from flows.reading.versions import Versions

REMOVED = "removed"  # the reason of a document that has left its source

METADATA = MetaData()


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
    Column("status", String, nullable=False),
    Column("codes", String),
    Column("duplicate_of", String),
    *_versions(),
    Column("run", String, nullable=False),
    Index("records_by_bytes", "sha256"),
)

#: The change feed; ``changes.jsonl`` is written from it. ``diff`` is JSON: the differences field by field,
#: null where a record was added or removed. ``from`` is the id that a moved record had before, else null.
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
    Column("diff", String, nullable=False),
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
NOTES = Table(
    "notes", METADATA, Column("name", String, primary_key=True), Column("value", String, nullable=False)
)
