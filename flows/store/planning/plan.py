"""Which documents have to be read, and which are settled by what the manifest knows of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Row

from flows.account import Tally, Trouble
from flows.errors import UsageError
from flows.options import Options
from flows.reading.batch import Item
from flows.reading.versions import Versions
from flows.sources.folder import SourceDocument, media_type
from flows.sources.places import locate
from flows.store.commit import PASSING, SHRUNK, TRIES
from flows.store.paths import entry_path
from flows.store.planning.sources import refuse_second
from flows.store.sinks.sink import Sink
from flows.store.state.manifest import Manifest
from flows.store.state.tables import REMOVED

_AT_ONCE = 1000  # documents looked up together
_TRY_AGAIN = frozenset({"unreadable"})  # reasons that lie around a document, not in its bytes


class Plan(NamedTuple):
    """What a run has to do: documents to read, and those settled by what the manifest knows."""

    items: tuple[Item, ...]
    settled: Tally


@dataclass(frozen=True, slots=True)
class Planner:
    """Makes the plans of one run.

    Attributes:
        output: the output folder.
        manifest: what is known of documents.
        sink: where their records are.
        versions: what reads the documents.
        options: what was asked of the run.
    """

    output: Path
    manifest: Manifest
    sink: Sink
    versions: Versions
    options: Options

    def plan(self, documents: Sequence[SourceDocument]) -> Plan:
        """Find out which documents have to be read.

        A file with the size and times that it had, read by the same versions, is settled unopened. One
        that differs in these alone is read up to its hash, and further where that differs.

        Args:
            documents: the documents, by id.

        Raises:
            UsageError: another source that is still there holds a document of the same id.
        """
        items: list[Item] = []
        unchanged, quarantined = 0, []
        wanted = [document for document in documents if self.options.concerns(document.id)]
        for document, row in self._with_rows(wanted):
            if row is not None:
                refuse_second(document, row)
            if row is None or self.options.force or not self._current(document, row):
                items.append(_item(document, self.versions.encoding, known=None))
            elif (row.stamp, row.source) != (document.stamp, document.source) or _may_pass(row):
                known = row.sha256 if row.reason is None else None
                items.append(_item(document, self.versions.encoding, known=known))
            elif row.reason is None:
                unchanged += 1
            else:
                quarantined.append(Trouble(row.id, row.reason, row.message))
        return Plan(tuple(items), Tally(unchanged=unchanged, quarantined=tuple(quarantined)))

    def quarantined(self, ids: Sequence[str] | None) -> tuple[Item, ...]:
        """Find the documents in quarantine, to be read again whatever is known of them.

        Args:
            ids: which of them; None for all.

        Raises:
            UsageError: one of them is not in quarantine.
        """
        rows = {row.id: row for row in self.manifest.quarantined()}
        strange = [document for document in ids or () if document not in rows]
        if strange:
            message = f"{strange[0]} is not in quarantine; code-articles quarantine list shows what is"
            raise UsageError(message)
        wanted = rows if ids is None else ids
        return tuple(_item_again(rows[document], self.versions.encoding) for document in wanted)

    def _with_rows(
        self, documents: Sequence[SourceDocument]
    ) -> Iterator[tuple[SourceDocument, Row[Any] | None]]:
        for start in range(0, len(documents), _AT_ONCE):
            some = documents[start : start + _AT_ONCE]
            rows = self.manifest.seen(some[0].id, some[-1].id)
            for document in some:
                yield document, rows.get(document.id)

    def _current(self, document: SourceDocument, row: Row[Any]) -> bool:
        """Whether these versions would make of the same bytes what is already there, and it is there."""
        versions = Versions(*(getattr(row, name) for name in Versions._fields))
        if row.uri != document.uri or versions != self.versions or row.reason == REMOVED:
            return False
        if row.reason == SHRUNK and self.options.accept_shrunk:
            return False
        if row.reason is None:
            return self.sink.has(document.id)
        return (self.output / entry_path(document.id)).is_file()


def _may_pass(row: Row[Any]) -> bool:
    """Whether a document may be read by now whose bytes are as they were."""
    return row.reason in _TRY_AGAIN or (row.reason in PASSING and row.tries < TRIES)


def _item(document: SourceDocument, encoding: str, *, known: str | None) -> Item:
    return Item(
        document.id,
        document.locator,
        document.uri,
        document.size,
        document.media_type,
        known,
        document.source,
        encoding,
    )


def _item_again(row: Row[Any], encoding: str) -> Item:
    locator = locate(row.place)
    return Item(row.id, locator, row.uri, 0, media_type(str(locator)), None, row.source, encoding)
