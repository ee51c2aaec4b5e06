"""The output folder: records, texts, quarantine, change feed, account, and the manifest behind them.

One process writes. A batch is committed in this order: files on disk, then one transaction of the
manifest, then the feed, then files that are not needed any more are removed. What a run stopped in
between has left is put right when the folder is next opened; see `flows.store.healing`.
"""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Row

from flows.account import MENDED, Account, Damage, Summary, Tally
from flows.errors import OutputError
from flows.files import Files
from flows.options import Options
from flows.reading.batch import Failed, Item, Read, Refused, Result
from flows.reading.packing import Version, pack
from flows.reading.versions import Versions
from flows.sources.folder import SourceDocument, SourceListing
from flows.store import feed
from flows.store.commit import Outcome, Scribe, originals, shrunk, tally
from flows.store.doctor.rebuilding import open_sound, rebuild
from flows.store.doctor.records import check, on_disk
from flows.store.healing import Stopped, heal
from flows.store.history import difference, says_the_same
from flows.store.lock import hold
from flows.store.paths import entry_path
from flows.store.planning.moves import Moves
from flows.store.planning.plan import Plan, Planner
from flows.store.planning.removal import gone
from flows.store.planning.sources import lost, take_over_moved
from flows.store.publishing import FEED, Publisher
from flows.store.sinks import DEFAULT, SINKS
from flows.store.state.manifest import drop, keep, mark_removed, move, same_bytes
from flows.store.state.tables import CHANGES, DOCUMENTS, NOTES, OPEN, PUBLISHED, RECORDS, RUNS, VERSIONS

_AT_ONCE = 1000  # documents looked up together


_NO_OPTIONS = Options()


class Store:
    """An output folder, open for one run; a context manager.

    Args:
        output: the folder; made if it is not there.
        run: the id of the run.
        versions: what reads the documents.
        replay: the command that reads quarantined documents again.
        options: what was asked of the run.

    Raises:
        OutputError: the folder cannot be made or written, or holds something else.
        Held: another run writes it.
    """

    def __init__(
        self, output: Path, *, run: str, versions: Versions, replay: str, options: Options = _NO_OPTIONS
    ) -> None:
        self._output = output
        self._options = options
        self._whole = True
        self._moves = Moves()
        self._scribe = Scribe(run, versions, replay)
        self._writing = threading.Lock()
        self._feed = output / FEED
        try:
            with ExitStack() as opened:
                output.mkdir(parents=True, exist_ok=True)
                opened.enter_context(hold(output, run))
                self._files = opened.enter_context(closing(Files(output, output / ".aside" / run)))
                self._sink = SINKS[DEFAULT](self._files, output, "")
                self._removed = SINKS[DEFAULT](self._files, output, "removed/")
                self._manifest, damaged = open_sound(output, run, options)
                opened.callback(self._manifest.close)
                self._publisher = Publisher(output, self._files, self._manifest, self._sink, run)
                found = (damaged, rebuild(output, self._sink, self._manifest, run))
                self._publisher.note(*(damage for damage in reversed(found) if damage))
                self._planner = Planner(output, self._manifest, self._sink, versions, options)
                self._begin(output / ".aside" / run)
                self._publisher.catch_up()
                self._cursor = max(self._manifest.last_cursor(), feed.last_cursor(self._feed)[0])
                self._opened = opened.pop_all()
        except OSError as error:
            message = f"{output} cannot be written ({error.strerror}); choose another output folder"
            raise OutputError(message) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        try:
            if self._whole and not any(error):
                self._note(OPEN, "")
        finally:
            self._opened.close()

    def _begin(self, aside: Path) -> None:
        """Put right what the last run has left if it was stopped; say that this one has the folder open."""
        self.aside = aside
        note = self._manifest.noted(OPEN)
        if note:
            heal(self._output, self._files, self._manifest, Stopped(*note))
            self._note(PUBLISHED, "")  # so that every record is compared with its digest
        self._note(OPEN, json.dumps([self._scribe.run, aside.stat().st_mtime_ns]))

    @property
    def files(self) -> Files:
        """The files of the folder."""
        return self._files

    @property
    def folds_case(self) -> bool:
        """Whether the file system of the folder takes upper for lower case."""
        return self._files.folds_case

    def plan(self, documents: Sequence[SourceDocument], left: Sequence[str] = ()) -> Plan:
        """Find out which documents have to be read; see `flows.store.planning.plan.Planner.plan`.

        Args:
            documents: the documents, by id.
            left: the ids of those that have left their source; a new document that holds the bytes of one is
                that one, moved.
        """
        self._moves = Moves(self._manifest.records(left).values())
        return self._planner.plan(documents)

    def quarantined(self, ids: Sequence[str] | None) -> tuple[Item, ...]:
        """Find the documents in quarantine; see `flows.store.planning.plan.Planner.quarantined`."""
        return self._planner.quarantined(ids)

    def gone(self, listing: SourceListing) -> tuple[str, ...]:
        """Find the documents that have left their source; see `flows.store.planning.removal.gone`.

        A source that has moved is recognised first; see `flows.store.planning.sources`.
        """
        take_over_moved(self._manifest, listing)
        return gone(self._manifest, listing, self._options)

    def lost(self, listing: SourceListing) -> Mapping[str, Sequence[str]]:
        """Find the sources that are there no more; see `flows.store.planning.sources.lost`."""
        return lost(self._manifest, listing)

    def remove(self, ids: Sequence[str]) -> int:
        """Move the records of documents that have left their source to ``removed/``.

        Returns:
            How many records that were.

        Raises:
            OSError: writing failed; what was not done is done by the next run.
        """
        with self._torn_if_it_fails():
            return sum(self._remove(ids[start : start + _AT_ONCE]) for start in range(0, len(ids), _AT_ONCE))

    def _remove(self, ids: Sequence[str]) -> int:
        records = self._manifest.records(ids)
        last = self._manifest.latest(list(records))
        others = ((id_, on_disk(self._sink, row)) for id_, row in records.items() if id_ not in last)
        last |= {id_: version for id_, version in others if version}  # those that are damaged where kept
        for error in self._removed.put(list(last.items())).values():
            raise error
        changes = [
            self._scribe.removal(record, cursor)
            for cursor, record in enumerate(records.values(), self._cursor + 1)
        ]
        with self._writing:
            with self._manifest.writing() as connection:
                drop(connection, RECORDS, ids)
                mark_removed(connection, ids, self._scribe.run)
                keep(connection, CHANGES, changes)
                keep(connection, NOTES, [{"name": PUBLISHED, "value": ""}])
            self._cursor += len(changes)
            feed.catch_up(self._feed, self._manifest)
        for document in ids:
            self._sink.remove(document)
            self._files.remove(entry_path(document))
        return len(changes)

    def commit(self, batch: Sequence[Item], results: Sequence[Result]) -> Tally:
        """Write what became of a batch; may be called from several threads, and again with the same results.

        Raises:
            OSError: writing failed; what was not committed is read again by the next run.
        """
        with self._torn_if_it_fails():
            outcomes = self._outcomes(batch, results)
            refused = self._write(outcomes)
            outcomes = [_placed(outcome, refused) for outcome in outcomes]
            with self._writing:
                with self._manifest.writing() as connection:
                    tally, cursor = self._keep(connection, outcomes)
                self._cursor = cursor
                feed.catch_up(self._feed, self._manifest)
            for outcome in outcomes:
                self._clear(outcome)
        return tally

    def publish(self) -> Summary:
        """Bring ``records.jsonl`` and the schema up to date, and count the current records."""
        for folder in ("quarantine", "removed"):
            self._files.prune(folder)
        if self._options.force:
            self._note(PUBLISHED, "")
        self._publisher.publish()
        if self._options.force:
            self._publisher.note_versions()
        return self._manifest.summary()

    @property
    def damages(self) -> tuple[Damage, ...]:
        """What was found damaged so far, and what was done about it."""
        return tuple(sorted(self._publisher.damages.values()))

    def conclude(self, account: Account) -> None:
        """Write the account of the run."""
        content = account.to_json()
        self._files.put([(f"runs/{account.run}.json", content)])
        with self._manifest.writing() as connection:
            keep(connection, RUNS, [{"run": account.run, "account": content.decode()}])

    def _note(self, name: str, value: str) -> None:
        with self._manifest.writing() as connection:
            keep(connection, NOTES, [{"name": name, "value": value}])

    @contextmanager
    def _torn_if_it_fails(self) -> Iterator[None]:
        """Have files and manifest compared by the next run where they may differ now."""
        try:
            yield
        except BaseException:
            self._whole = False
            raise

    def _outcomes(self, batch: Sequence[Item], results: Sequence[Result]) -> list[Outcome]:
        known = self._manifest.records([item.id for item in batch])
        outcomes = [
            self._outcome(item, result, known.get(item.id))
            for item, result in zip(batch, results, strict=True)
        ]
        before = {outcome.item.id: _before(outcome) for outcome in outcomes if outcome.changed}
        latest = self._manifest.latest([document for document in before.values() if document])
        return [
            self._compared(outcome, latest.get(before.get(outcome.item.id) or "")) for outcome in outcomes
        ]

    def _outcome(self, item: Item, result: Result, old: Row[Any] | None) -> Outcome:
        if not isinstance(result, Read):
            return Outcome(item, result, old)
        kept_back = shrunk(result, old) if old and not self._options.accept_shrunk else None
        if kept_back:
            return Outcome(item, kept_back, old)
        digest = hashlib.sha256(result.record).hexdigest()
        damages = check(self._sink, self._manifest, old).damages if old else ()
        fresh = old is None or old.record_sha256 != digest or bool(damages)
        origin = None if old else self._moves.origin(item.id, result.raw.sha256)
        return Outcome(item, result, old, digest, fresh, origin=origin, damages=damages)

    def _compared(self, outcome: Outcome, last: Version | None) -> Outcome:
        """Say how a record differs from its last version, which stays where it says the same."""
        if last is None or not isinstance(outcome.result, Read):
            return outcome
        result = outcome.result
        now = Version(result.record, result.text)
        if says_the_same(last, now):
            kept = result._replace(record=last.record, text=last.text, packed=pack(*last))
            digest = hashlib.sha256(last.record).hexdigest()
            fresh = outcome.old is None or bool(outcome.damages)
            return outcome._replace(result=kept, digest=digest, fresh=fresh)
        return outcome._replace(differs=difference(last, now))

    def _clear(self, outcome: Outcome) -> None:
        """Remove what a document leaves behind that was read, has moved, or has come back to its source."""
        if not isinstance(outcome.result, Failed | Refused):
            self._files.remove(entry_path(outcome.item.id))
        if isinstance(outcome.result, Read) and outcome.old is None:
            self._removed.remove(outcome.item.id)
        if isinstance(outcome.result, Read) and outcome.origin:
            self._sink.remove(outcome.origin)
            self._files.remove(entry_path(outcome.origin))

    def _write(self, outcomes: Sequence[Outcome]) -> dict[str, OSError]:
        """Write the records, texts and quarantine entries of a batch; return the documents that cannot be."""
        results = [(outcome, outcome.result) for outcome in outcomes]
        read = [
            (result.id, Version(result.record, result.text))
            for outcome, result in results
            if isinstance(result, Read) and outcome.fresh
        ]
        entries = {
            result.id: self._scribe.quarantine(outcome, result)
            for outcome, result in results
            if isinstance(result, Refused)
        }
        for damage in (damage for outcome in outcomes if outcome.fresh for damage in outcome.damages):
            self._files.set_aside(damage.place)
            self._publisher.note(damage._replace(repair=MENDED))
        refused = self._files.put([(entry_path(document), entry) for document, entry in entries.items()])
        faults = {document: refused.get(entry_path(document)) for document in entries}
        unwritten = {document: error for document, error in faults.items() if error}
        return {**self._sink.put(read), **unwritten}

    def _keep(self, connection: Connection, outcomes: Sequence[Outcome]) -> tuple[Tally, int]:
        """Enter a batch into the manifest; return its tally and the cursor of its last change."""
        read = [(outcome, outcome.result) for outcome in outcomes if isinstance(outcome.result, Read)]
        moved = {outcome.origin: outcome.item.id for outcome, _ in read if outcome.origin}
        move(connection, moved, self._scribe.run)
        known = same_bytes(connection, [result.raw.sha256 for _, result in read])
        duplicates = originals((result for _, result in read), known)
        changed = list(enumerate((pair for pair in read if pair[0].changed), self._cursor + 1))
        changes = [self._scribe.change(outcome, result, cursor) for cursor, (outcome, result) in changed]
        versions = [{"cursor": cursor, "packed": result.packed} for cursor, (_, result) in changed]
        before = self._manifest.documents([outcome.item.id for outcome in outcomes])
        seen = [
            self._scribe.document(outcome, before.get(outcome.item.id))
            for outcome in outcomes
            if not isinstance(outcome.result, Failed)
        ]
        keep(connection, DOCUMENTS, seen)
        keep(connection, RECORDS, [self._scribe.record(*pair, duplicates[pair[1].id]) for pair in read])
        keep(connection, CHANGES, changes)
        keep(connection, VERSIONS, versions)
        if any(outcome.fresh for outcome in outcomes):
            keep(connection, NOTES, [{"name": PUBLISHED, "value": ""}])
        return tally(outcomes, duplicates), self._cursor + len(changes)


def _before(outcome: Outcome) -> str | None:
    """Return the id that a record had before it changed; None where there was none."""
    return outcome.item.id if outcome.old else outcome.origin


def _placed(outcome: Outcome, refused: Mapping[str, OSError]) -> Outcome:
    """Turn a document whose files the file system cannot take into a failed one."""
    error = refused.get(outcome.item.id)
    if not error:
        return outcome
    message = f"{error.filename} cannot be written: {error.strerror}; rename the document"
    return outcome._replace(result=Failed(outcome.item.id, "not_written", message))
