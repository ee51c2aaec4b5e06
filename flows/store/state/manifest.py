"""What is known of every document, in SQLite: which bytes were seen, which versions read them, what came out.

The manifest is the truth; a file that it does not name was left by a run that was stopped, and the next
run writes it again. Whatever varies from run to run is kept here and in ``runs/``, never in a record.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, create_engine, delete, event, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError

from extractors.ledger.balance import Balance
from flows.account import Summary
from flows.errors import DamagedManifest, OutputError
from flows.reading.packing import Version, unpack
from flows.store.state.tables import (
    CHANGES,
    DOCUMENTS,
    METADATA,
    NOTES,
    OPEN,
    RECORDS,
    REMOVED,
    VERSIONS,
    WRITTEN,
)

_FORMAT = 4  # raised when the tables change; kept in SQLite's user_version
#: How the columns with versions were called in format 2; what stands in them is no version of today.
_FORMER_VERSIONS = {"extractor": "code", "layouts": "libraries", "rules": "data"}
_NO_TEXT = "Could not decode"  # as Python says itself of a text that is no UTF-8; SQLite does not look
_AT_ONCE = 500  # SQLite took at most 999 variables in a statement for long


class Manifest:
    """An open manifest. Reading is free to every thread; writing is for one at a time.

    Raises:
        OutputError: the file is no manifest of this program, or a newer one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)
        event.listen(self._engine, "connect", _set_up)
        try:
            with ExitStack() as opened:
                opened.callback(self.close)
                with self._engine.begin() as connection:
                    _prepare(connection, path)
                opened.pop_all()
        except DatabaseError as error:
            if path.is_dir() or _is_damage(error):
                raise DamagedManifest(path, _told(error)) from error
            message = f"{path} cannot be opened as a manifest ({error.orig}); move it away to start a new one"
            raise OutputError(message) from error

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction: all of it is kept, or nothing.

        Raises:
            OutputError: the file cannot be written.
        """
        try:
            with self._engine.begin() as connection:
                yield connection
        except DatabaseError as error:
            if _is_damage(error):
                raise DamagedManifest(self._path, _told(error)) from error
            message = f"{self._path} cannot be written: {error.orig}"
            raise OutputError(message) from error

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Open a connection; raises DamagedManifest where the file turns out to be damaged."""
        try:
            with self._engine.connect() as connection:
                yield connection
        except DatabaseError as error:
            if _is_damage(error):
                raise DamagedManifest(self._path, _told(error)) from error
            raise
        except ValueError as error:
            raise DamagedManifest(self._path, f"it holds what is no JSON: {error}") from error

    def seen(self, first: str, last: str) -> dict[str, Row[Any]]:
        """Return what is known of the documents whose ids lie between two ids, both included."""
        with self._reading() as connection:
            rows = connection.execute(select(DOCUMENTS).where(DOCUMENTS.c.id.between(first, last)))
            return {row.id: row for row in rows}

    def records(self, ids: Sequence[str]) -> dict[str, Row[Any]]:
        """Return the current records of documents, for those that have one."""
        with self._reading() as connection:
            return {row.id: row for row in _in(connection, RECORDS.c.id, ids)}

    def record_ids(self) -> list[str]:
        """Return the ids of all current records, in order."""
        with self._reading() as connection:
            return list(connection.scalars(select(RECORDS.c.id).order_by(RECORDS.c.id)))

    def changes(self, after: int) -> Iterator[Mapping[str, Any]]:
        """Yield the change feed after a cursor, in order."""
        with self._reading() as connection:
            statement = select(CHANGES).where(CHANGES.c.cursor > after).order_by(CHANGES.c.cursor)
            for row in connection.execute(statement).mappings():
                yield dict(row)

    def last_cursor(self) -> int:
        """Return the cursor of the last change; 0 where there is none."""
        with self._reading() as connection:
            return connection.scalar(select(func.max(CHANGES.c.cursor))) or 0

    def fault(self) -> str | None:
        """Say what is wrong with the file itself, all of which is looked at; None where nothing is."""
        try:
            with self._reading() as connection:
                told = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
                for table in (DOCUMENTS, RECORDS, CHANGES):
                    for _ in connection.execute(select(table)):  # each value has to be one
                        pass
            for name in (OPEN, WRITTEN):
                self.noted(name)
        except DamagedManifest as error:
            return error.fault
        return None if told == "ok" else str(told).strip()

    def is_empty(self) -> bool:
        """Whether nothing was ever entered."""
        with self._reading() as connection:
            return not any(
                connection.scalar(select(func.count()).select_from(table)) for table in (DOCUMENTS, CHANGES)
            )

    def first_cursor(self) -> int:
        """Return the cursor of the first change; 0 where there is none."""
        with self._reading() as connection:
            return connection.scalar(select(func.min(CHANGES.c.cursor))) or 0

    def changes_of(self, document: str) -> list[Row[Any]]:
        """Return the changes of one record, in order; also that by which it went on under another id."""
        of = (CHANGES.c.id == document) | (CHANGES.c["from"] == document)
        with self._reading() as connection:
            statement = select(CHANGES).where(of).order_by(CHANGES.c.cursor)
            return list(connection.execute(statement))

    def packed(self, cursor: int) -> bytes | None:
        """Return the version that a change has made; None where it made none."""
        with self._reading() as connection:
            return connection.scalar(select(VERSIONS.c.packed).where(VERSIONS.c.cursor == cursor))

    def latest(self, ids: Sequence[str]) -> dict[str, Version]:
        """Return the last version of each record, for those that have one that is not damaged."""
        last = select(CHANGES.c.id, func.max(CHANGES.c.cursor).label("cursor")).group_by(CHANGES.c.id)
        found: dict[str, Version] = {}
        with self._reading() as connection:
            for start in range(0, len(ids), _AT_ONCE):
                newest = last.where(CHANGES.c.id.in_(ids[start : start + _AT_ONCE])).subquery()
                joined = newest.join(VERSIONS, VERSIONS.c.cursor == newest.c.cursor)
                rows = connection.execute(select(newest.c.id, VERSIONS.c.packed).select_from(joined))
                versions = ((row.id, unpack(row.packed)) for row in rows)
                found |= {document: version for document, version in versions if version}
        return found

    def from_source(self, source: str) -> set[str]:
        """Return the ids of the documents that came from a source and have not left it."""
        here = DOCUMENTS.c.reason.is_distinct_from(REMOVED)
        with self._reading() as connection:
            return set(connection.scalars(select(DOCUMENTS.c.id).where(DOCUMENTS.c.source == source, here)))

    def sources(self) -> set[str]:
        """Return the sources that documents came from and have not left; those that are unknown left out."""
        here = DOCUMENTS.c.reason.is_distinct_from(REMOVED) & (DOCUMENTS.c.source != "")
        with self._reading() as connection:
            return set(connection.scalars(select(DOCUMENTS.c.source).where(here).distinct()))

    def quarantined(self) -> list[Row[Any]]:
        """Return what is known of the documents in quarantine, by id."""
        refused = DOCUMENTS.c.reason.is_not(None) & (DOCUMENTS.c.reason != REMOVED)
        with self._reading() as connection:
            return list(connection.execute(select(DOCUMENTS).where(refused).order_by(DOCUMENTS.c.id)))

    def documents(self, ids: Sequence[str]) -> dict[str, Row[Any]]:
        """Return what is known of documents, for those that were ever seen."""
        with self._reading() as connection:
            return {row.id: row for row in _in(connection, DOCUMENTS.c.id, ids)}

    def damaged_versions(self) -> Iterator[Row[Any]]:
        """Yield the changes whose kept version is damaged, in order."""
        joined = CHANGES.join(VERSIONS, VERSIONS.c.cursor == CHANGES.c.cursor)
        statement = select(CHANGES, VERSIONS.c.packed).select_from(joined).order_by(CHANGES.c.cursor)
        with self._reading() as connection:
            yield from (row for row in connection.execute(statement) if unpack(row.packed) is None)

    def noted(self, name: str) -> list[Any] | None:
        """Return the values of a note that was left as JSON; None where there is none."""
        with self._reading() as connection:
            note = connection.scalar(select(NOTES.c.value).where(NOTES.c.name == name))
            return list(json.loads(note)) if note else None

    def note(self, name: str) -> str | None:
        """Return a note that was left with `keep`."""
        with self._reading() as connection:
            return connection.scalar(select(NOTES.c.value).where(NOTES.c.name == name))

    def summary(self) -> Summary:
        """Count the current records."""
        layouts: Counter[str] = Counter()
        statuses: dict[str, Counter[str]] = {}
        codes = Balance()
        alike = (RECORDS.c.layout, RECORDS.c.status, RECORDS.c.codes)
        with self._reading() as connection:
            grouped = select(*alike, func.count().label("number")).group_by(*alike)
            rows = connection.execute(grouped).all()
        for layout, status, told, records in rows:
            layouts[layout] += records
            for field, value in status.items():
                statuses.setdefault(field, Counter())[value] += records
            codes += Balance(*(records * number for number in json.loads(told or "[]")))
        uncounted = sum(row.number for row in rows if row.codes is None)
        by_field = {field: dict(counts) for field, counts in statuses.items()}
        return Summary(layouts.total(), dict(sorted(layouts.items())), by_field, codes, uncounted)


def keep(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, each in place of the one with its key."""
    if rows:
        connection.execute(insert(table).prefix_with("OR REPLACE"), list(rows))


def take_out(connection: Connection, cursor: int) -> None:
    """Delete the version that a change has made."""
    connection.execute(delete(VERSIONS).where(VERSIONS.c.cursor == cursor))


def mark_removed(connection: Connection, ids: Sequence[str], run: str) -> None:
    """Say of documents that a run has found them to have left their source."""
    for start in range(0, len(ids), _AT_ONCE):
        rows = DOCUMENTS.c.id.in_(ids[start : start + _AT_ONCE])
        connection.execute(update(DOCUMENTS).where(rows).values(reason=REMOVED, message="", run=run))


def read_again(connection: Connection, ids: Sequence[str]) -> None:
    """Have documents read again by the next run, whatever is known of them."""
    for start in range(0, len(ids), _AT_ONCE):
        rows = DOCUMENTS.c.id.in_(ids[start : start + _AT_ONCE])
        connection.execute(update(DOCUMENTS).where(rows).values(stamp="", code=""))


def move_source(connection: Connection, former: str, source: str) -> None:
    """Have the documents of a source come from another one; each is looked at again."""
    rows = DOCUMENTS.c.source == former
    connection.execute(update(DOCUMENTS).where(rows).values(source=source, stamp=""))


def move(connection: Connection, moved: Mapping[str, str], run: str) -> None:
    """Take away the records that go on under new ids, by their old ids; duplicates follow them."""
    drop(connection, RECORDS, list(moved))
    mark_removed(connection, list(moved), run)
    for old, new in moved.items():
        rows = RECORDS.c.duplicate_of == old
        connection.execute(update(RECORDS).where(rows).values(duplicate_of=new))


def same_bytes(connection: Connection, digests: Sequence[str]) -> dict[str, dict[str, str | None]]:
    """Return the current records made from given bytes.

    Returns:
        By SHA-256 of the raw bytes: the ids of the records, each with the id that it is a duplicate of.
    """
    found: dict[str, dict[str, str | None]] = {digest: {} for digest in digests}
    for row in _in(connection, RECORDS.c.sha256, list(found)):
        found[row.sha256][row.id] = row.duplicate_of
    return found


def drop(connection: Connection, table: Table, ids: Sequence[str]) -> None:
    """Delete the rows of documents."""
    for start in range(0, len(ids), _AT_ONCE):
        connection.execute(delete(table).where(table.c.id.in_(ids[start : start + _AT_ONCE])))


def _in(connection: Connection, column: Column[str], values: Sequence[str]) -> Iterator[Row[Any]]:
    for start in range(0, len(values), _AT_ONCE):
        yield from connection.execute(
            select(column.table).where(column.in_(values[start : start + _AT_ONCE]))
        )


def _prepare(connection: Connection, path: Path) -> None:
    found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if found > _FORMAT:
        message = f"{path} was written by a newer code-articles; install that one"
        raise OutputError(message)
    if found == 1:
        message = f"{path} was written before version 1.0.0; move it away, and everything is read again"
        raise OutputError(message)
    if found in {2, 3}:
        _take_over(connection)
    if not found:
        METADATA.create_all(connection)
        connection.exec_driver_sql(f"PRAGMA user_version = {_FORMAT}")


def _take_over(connection: Connection) -> None:
    """Bring a manifest of format 2 or 3 to this one: all of it or, if it is stopped, nothing.

    The documents of format 2 were read by versions of another kind, so that each is read once again.
    """
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # a change of tables begins no transaction by itself
    found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()  # somebody else may have done it
    if found == 2:
        _from_2(connection)
    if found in {2, 3}:
        connection.exec_driver_sql(f"ALTER TABLE {RECORDS.name} ADD COLUMN codes VARCHAR")
        for table in (DOCUMENTS, RECORDS):
            connection.exec_driver_sql(
                f"ALTER TABLE {table.name} ADD COLUMN encoding VARCHAR DEFAULT '' NOT NULL"
            )
        connection.exec_driver_sql(f"PRAGMA user_version = {_FORMAT}")


def _from_2(connection: Connection) -> None:
    for table in (DOCUMENTS, RECORDS):
        for former, name in _FORMER_VERSIONS.items():
            connection.exec_driver_sql(f"ALTER TABLE {table.name} RENAME COLUMN {former} TO {name}")
    connection.exec_driver_sql(f"ALTER TABLE {DOCUMENTS.name} ADD COLUMN tries INTEGER DEFAULT 0 NOT NULL")
    connection.exec_driver_sql(f'ALTER TABLE {CHANGES.name} ADD COLUMN "from" VARCHAR')
    connection.exec_driver_sql(f'CREATE INDEX changes_by_from ON {CHANGES.name} ("from")')


def _is_damage(error: DatabaseError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is None:
        return _NO_TEXT in str(error.orig)
    return code & 0xFF in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}


def _told(error: DatabaseError) -> str:
    """Say what is wrong without the words that stand there, which may be those of a document."""
    return str(error.orig).partition(" with text")[0]


def _set_up(connection: Any, _record: object) -> None:
    with closing(connection.cursor()) as cursor:
        cursor.execute("PRAGMA journal_mode = WAL")
        # The feed is written after the commit and must never run ahead of it, not even when power fails.
        cursor.execute("PRAGMA synchronous = FULL")
