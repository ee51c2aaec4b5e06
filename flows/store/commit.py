"""What a batch commits, as values: what became of its documents, rows of the manifest, quarantine entries."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Row

from extractors import EXTRACTOR
from flows.account import Damage, Tally, Trouble
from flows.printable import printable
from flows.reading.batch import Failed, Item, Read, Refused, Result
from flows.reading.versions import Versions
from flows.store.history import Difference
from flows.store.paths import record_path

SHRUNK = "shrunk"  # the reason of a record that was kept back
#: Reasons that may lie in the machine as well as in a document: later runs try again, a few times.
PASSING = frozenset({"timeout", "memory", "crashed", "interrupted"})
TRIES = 3  # in all; what fails a third time, in another run, lies in the document


class Outcome(NamedTuple):
    """What became of one document.

    Attributes:
        item: the document.
        result: what reading it gave.
        old: its row among the current records, None for a document that has none.
        digest: SHA-256 of the record that was made; empty where none was.
        fresh: whether that record has to be written.
        differs: where the record is another than before, how.
        origin: the id that the record had before; None where it had no other.
        damages: what is wrong with the files of its record so far.
    """

    item: Item
    result: Result
    old: Row[Any] | None
    digest: str = ""
    fresh: bool = False
    differs: Difference = None
    origin: str | None = None
    damages: tuple[Damage, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the record is another than before."""
        return isinstance(self.result, Read) and (self.old is None or self.old.record_sha256 != self.digest)


@dataclass(frozen=True, slots=True)
class Scribe:
    """Writes the rows of one run.

    Attributes:
        run: the id of the run.
        versions: what read the documents.
        replay: the command that reads quarantined documents again.
    """

    run: str
    versions: Versions
    replay: str

    def document(self, outcome: Outcome, before: Row[Any] | None) -> dict[str, Any]:
        """Return the row that says what was last seen of a document, in place of the one before."""
        item, result = outcome.item, outcome.result
        refused = result if isinstance(result, Refused) else None
        raw = None if isinstance(result, Failed) else result.raw
        return {
            "id": item.id,
            "uri": item.uri,
            "source": item.source,
            "place": item.locator.place,
            "stamp": raw.stamp if raw else "",
            "sha256": raw.sha256 if raw else "",
            "reason": refused.reason if refused else None,
            "message": refused.message if refused else None,
            "tries": self._tries(refused, before) if refused else 0,
            **self.versions._asdict(),
            "run": self.run,
        }

    def _tries(self, refused: Refused, before: Row[Any] | None) -> int:
        """Count the runs that a document was tried in, since its bytes or what reads them changed."""
        if refused.reason not in PASSING:
            return 0
        read_by = before and Versions(*(getattr(before, name) for name in Versions._fields))
        digest = refused.raw.sha256 if refused.raw else ""
        if before is None or (before.sha256, read_by) != (digest, self.versions):
            return 1
        return int(before.tries + (before.run != self.run))

    def record(self, outcome: Outcome, read: Read, duplicate_of: str | None) -> dict[str, Any]:
        """Return the row of a current record."""
        return {
            "id": outcome.item.id,
            "sha256": read.raw.sha256,
            "record_sha256": outcome.digest,
            "layout": read.layout,
            "status": dict(read.status),
            "codes": json.dumps(read.codes),
            "duplicate_of": duplicate_of,
            **self.versions._asdict(),
            "run": self.run,
        }

    def change(self, outcome: Outcome, read: Read, cursor: int) -> dict[str, Any]:
        """Return the row of the change feed for a record that was added, changed or moved."""
        return {
            "cursor": cursor,
            "run": self.run,
            "id": outcome.item.id,
            "from": outcome.origin,
            "change": "changed" if outcome.old else "moved" if outcome.origin else "added",
            "cause": self._cause(outcome.old, read.raw.sha256),
            "sha256": read.raw.sha256,
            "record_sha256": outcome.digest,
            "diff": outcome.differs,
        }

    def removal(self, record: Row[Any], cursor: int) -> dict[str, Any]:
        """Return the row of the change feed for a record whose document has left its source."""
        return {
            "cursor": cursor,
            "run": self.run,
            "id": record.id,
            "from": None,
            "change": "removed",
            "cause": "source",
            "sha256": record.sha256,
            "record_sha256": record.record_sha256,
            "diff": None,
        }

    def quarantine(self, outcome: Outcome, refused: Refused) -> bytes:
        """Return the quarantine entry of a document as the bytes of its file."""
        raw = refused.raw
        entry = {
            "id": outcome.item.id,
            "uri": outcome.item.uri,
            "reason": refused.reason,
            "message": refused.message,
            "offset": refused.offset,
            "sha256": raw.sha256 or None if raw else None,
            "size": raw.size if raw else None,
            "raw": printable(str(outcome.item.locator)),
            "earlier_record": record_path(outcome.item.id) if outcome.old else None,
            "replay": self.replay,
            "versions": {"extractor": EXTRACTOR, **self.versions._asdict()},
        }
        return json.dumps(entry, indent=2, ensure_ascii=False).encode() + b"\n"

    def _cause(self, old: Row[Any] | None, digest: str) -> str:
        """Say why a record is another one: the first that differs, from the bytes to the data files."""
        if old is None or old.sha256 != digest:
            return "source"
        before, now = (old.schema, old.code, old.libraries, old.data), self.versions
        after = (now.schema, now.code, now.libraries, now.data)
        causes = ("schema", "extractor", "extractor", "rules")
        # The same bytes and versions give another record only where the raw folder has another name, or
        # people another one for the encoding.
        return next((cause for cause, a, b in zip(causes, before, after, strict=True) if a != b), "source")


def shrunk(read: Read, old: Row[Any]) -> Refused | None:
    """Refuse a record that lost more than half of the fields that its last version had."""
    before = [field for field, status in old.status.items() if status == "present"]
    lost = [field for field in before if read.status.get(field) != "present"]
    if 2 * len(lost) <= len(before):
        return None
    message = (
        f"its record would lose {len(lost)} of {len(before)} fields ({', '.join(lost)}); the one before "
        "was kept: repair the source, or take the new record with --accept-shrunk"
    )
    return Refused(read.id, read.raw, SHRUNK, message, None)


def originals(reads: Iterable[Read], known: Mapping[str, Mapping[str, str | None]]) -> dict[str, str | None]:
    """Find out which documents hold the bytes of another one.

    Args:
        reads: documents that were read, in the order in which they are entered.
        known: by SHA-256 of the raw bytes, the documents that have a record of them, each with the one
            that it is a duplicate of.

    Returns:
        For each document the one that it is a duplicate of, or None. A duplicate never points at its own
        duplicate, so that of documents with the same bytes one is always counted as the original.
    """
    same = {digest: dict(documents) for digest, documents in known.items()}
    found: dict[str, str | None] = {}
    for read in reads:
        alike = same.setdefault(read.raw.sha256, {})
        others = ((of is not None, other) for other, of in alike.items() if read.id not in {other, of})
        found[read.id] = alike[read.id] = min(others, default=(False, None))[1]
    return found


def tally(outcomes: Sequence[Outcome], duplicates: Mapping[str, str | None]) -> Tally:
    """Count what became of documents."""
    read = [outcome for outcome in outcomes if isinstance(outcome.result, Read)]
    fresh = [outcome for outcome in read if outcome.fresh]
    duplicate = sum(duplicates[outcome.item.id] is not None for outcome in fresh)
    quarantined = tuple(
        Trouble(result.id, result.reason, result.message)
        for _, result, *_ in outcomes
        if isinstance(result, Refused)
    )
    failed = tuple(
        Trouble(result.id, result.reason, result.message, result.trace)
        for _, result, *_ in outcomes
        if isinstance(result, Failed)
    )
    unchanged = len(outcomes) - len(fresh) - len(quarantined) - len(failed)
    return Tally(len(fresh) - duplicate, unchanged, duplicate, quarantined, failed)
