"""The output folder: records, texts, quarantine, change feed, account, and the manifest behind them.

One process writes. A batch is committed in this order: files on disk, then one transaction of the
manifest, then the feed. A run stopped in between leaves documents that the manifest does not know yet;
the next run reads them again and writes the same bytes.
"""

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any, NamedTuple, Self

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, Row

from flows import feed
from flows.account import Account, Tally, Trouble
from flows.batch import Failed, Item, Read, Refused, Result
from flows.errors import OutputError
from flows.files import Files
from flows.lock import hold
from flows.manifest import CHANGES, DOCUMENTS, NOTES, RECORDS, RUNS, Manifest, Summary, keep, same_bytes
from flows.outcomes import Outcome, Scribe, entry_path, originals, record_path, tally, text_path
from flows.rulebook import Versions, schema_file
from flows.sources import Document

_AT_ONCE = 1000  # documents looked up together
_PUBLISHED = "published"  # the note of the run that brought records.jsonl up to date; empty where it is not
_TRY_AGAIN = frozenset({"unreadable"})  # reasons that lie around a document, not in its bytes


class Plan(NamedTuple):
    """What a run has to do: documents to read, and those settled by what the manifest knows."""

    items: tuple[Item, ...]
    settled: Tally


class Store:
    """An output folder, open for one run; a context manager.

    Args:
        output: the folder; made if it is not there.
        run: the id of the run.
        versions: what reads the documents.
        replay: the command that reads quarantined documents again.

    Raises:
        OutputError: the folder cannot be made or written, or holds something else.
        Held: another run writes it.
    """

    def __init__(self, output: Path, *, run: str, versions: Versions, replay: str) -> None:
        self._output = output
        self._scribe = Scribe(run, versions, replay)
        self._writing = threading.Lock()
        self._feed = output / "changes.jsonl"
        try:
            with ExitStack() as opened:
                output.mkdir(parents=True, exist_ok=True)
                opened.enter_context(hold(output, run))
                self._files = opened.enter_context(closing(Files(output, output / ".aside" / run)))
                self._manifest = opened.enter_context(closing(Manifest(output / "manifest.sqlite")))
                feed.catch_up(self._feed, self._manifest)
                self._cursor = max(self._manifest.last_cursor(), feed.last_cursor(self._feed)[0])
                self._opened = opened.pop_all()
        except OSError as error:
            message = f"{output} cannot be written ({error.strerror}); choose another output folder"
            raise OutputError(message) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    @property
    def files(self) -> Files:
        """The files of the folder."""
        return self._files

    @property
    def folds_case(self) -> bool:
        """Whether the file system of the folder takes upper for lower case."""
        return self._files.folds_case

    def plan(self, documents: Sequence[Document]) -> Plan:
        """Find out which documents have to be read.

        A file with the size and times that it had, read by the same versions, is settled unopened. One
        that differs in these alone is read up to its hash, and further where that differs.

        Args:
            documents: the documents, by id.
        """
        items: list[Item] = []
        unchanged, quarantined = 0, []
        for document, row in self._with_rows(documents):
            if row is None or not self._current(document, row):
                items.append(_item(document, known=None))
            elif row.stamp != document.stamp or row.reason in _TRY_AGAIN:
                items.append(_item(document, known=row.sha256 if row.reason is None else None))
            elif row.reason is None:
                unchanged += 1
            else:
                quarantined.append(Trouble(row.id, row.reason, row.message))
        return Plan(tuple(items), Tally(unchanged=unchanged, quarantined=tuple(quarantined)))

    def commit(self, batch: Sequence[Item], results: Sequence[Result]) -> Tally:
        """Write what became of a batch; may be called from several threads, and again with the same results.

        Raises:
            OSError: writing failed; what was not committed is read again by the next run.
        """
        known = self._manifest.records([item.id for item in batch])
        outcomes = [
            self._outcome(item, result, known.get(item.id))
            for item, result in zip(batch, results, strict=True)
        ]
        refused = self._files.put([*self._contents(outcomes)])
        outcomes = [_placed(outcome, refused) for outcome in outcomes]
        for outcome in outcomes:
            if not isinstance(outcome.result, Failed | Refused):
                self._files.remove(entry_path(outcome.item.id))
        with self._writing:
            with self._manifest.writing() as connection:
                tally, cursor = self._keep(connection, outcomes)
            self._cursor = cursor
            feed.catch_up(self._feed, self._manifest)
        return tally

    def publish(self) -> Summary:
        """Bring ``records.jsonl`` and the schema up to date, and count the current records."""
        self._files.put_if_changed("schema/record.schema.json", schema_file())
        self._files.prune("quarantine")
        if not (self._manifest.note(_PUBLISHED) and self._there("records.jsonl")):
            self._files.put_lines("records.jsonl", self._lines())
            with self._manifest.writing() as connection:
                keep(connection, NOTES, [{"name": _PUBLISHED, "value": self._scribe.run}])
        return self._manifest.summary()

    def conclude(self, account: Account) -> None:
        """Write the account of the run."""
        content = account.to_json()
        self._files.put([(f"runs/{account.run}.json", content)])
        with self._manifest.writing() as connection:
            keep(connection, RUNS, [{"run": account.run, "account": content.decode()}])

    def _with_rows(self, documents: Sequence[Document]) -> Iterator[tuple[Document, Row[Any] | None]]:
        for start in range(0, len(documents), _AT_ONCE):
            some = documents[start : start + _AT_ONCE]
            rows = self._manifest.seen(some[0].id, some[-1].id)
            for document in some:
                yield document, rows.get(document.id)

    def _current(self, document: Document, row: Row[Any]) -> bool:
        """Whether these versions would make of the same bytes what is already there, and it is there."""
        versions = Versions(*(getattr(row, name) for name in Versions._fields))
        if row.uri != document.uri or versions != self._scribe.versions:
            return False
        places = (record_path, text_path) if row.reason is None else (entry_path,)
        return self._there(*(place(document.id) for place in places))

    def _there(self, *names: str) -> bool:
        return all((self._output / name).exists() for name in names)

    def _outcome(self, item: Item, result: Result, old: Row[Any] | None) -> Outcome:
        if not isinstance(result, Read):
            return Outcome(item, result, old)
        digest = hashlib.sha256(result.record).hexdigest()
        same = old is not None and old.record_sha256 == digest
        fresh = not (same and self._there(record_path(item.id), text_path(item.id)))
        return Outcome(item, result, old, digest, fresh)

    def _contents(self, outcomes: Sequence[Outcome]) -> Iterator[tuple[str, bytes]]:
        """Yield the files of a batch; a text before its record, so that no record stands without it."""
        for outcome in outcomes:
            result = outcome.result
            if isinstance(result, Read) and outcome.fresh:
                yield text_path(result.id), result.text
                yield record_path(result.id), result.record
            elif isinstance(result, Refused):
                yield entry_path(result.id), self._scribe.quarantine(outcome, result)

    def _keep(self, connection: Connection, outcomes: Sequence[Outcome]) -> tuple[Tally, int]:
        """Enter a batch into the manifest; return its tally and the cursor of its last change."""
        read = [(outcome, outcome.result) for outcome in outcomes if isinstance(outcome.result, Read)]
        known = same_bytes(connection, [result.raw.sha256 for _, result in read])
        duplicates = originals((result for _, result in read), known)
        changed = enumerate((pair for pair in read if pair[0].changed), self._cursor + 1)
        changes = [self._scribe.change(outcome, result, cursor) for cursor, (outcome, result) in changed]
        seen = [
            self._scribe.document(outcome) for outcome in outcomes if not isinstance(outcome.result, Failed)
        ]
        keep(connection, DOCUMENTS, seen)
        keep(connection, RECORDS, [self._scribe.record(*pair, duplicates[pair[1].id]) for pair in read])
        keep(connection, CHANGES, changes)
        if any(outcome.fresh for outcome in outcomes):
            keep(connection, NOTES, [{"name": _PUBLISHED, "value": ""}])
        return tally(outcomes, duplicates), self._cursor + len(changes)

    def _lines(self) -> Iterator[bytes]:
        """Yield every current record on a line of its own."""
        for document in self._manifest.record_ids():
            # A record that somebody has deleted is written again when its source is next ingested.
            with suppress(FileNotFoundError):
                record = (self._output / record_path(document)).read_bytes()
                yield to_json(from_json(record)) + b"\n"


def _item(document: Document, *, known: str | None) -> Item:
    return Item(document.id, document.path, document.uri, document.size, document.media_type, known)


def _placed(outcome: Outcome, refused: Mapping[str, OSError]) -> Outcome:
    """Turn a document whose files the file system cannot take into a failed one."""
    for place in (text_path, record_path, entry_path):
        error = refused.get(place(outcome.item.id))
        if error:
            message = f"{place(outcome.item.id)} cannot be written: {error.strerror}; rename the document"
            return outcome._replace(result=Failed(outcome.item.id, "not_written", message))
    return outcome
