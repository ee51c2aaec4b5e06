"""A manifest that was lost, is older than the feed, or is damaged: made from what lies in the output folder.

What a record was made from stands in the record, what became of it in the feed. Which versions read a
document stands nowhere else: each is read again once, and is unchanged where its record says the same.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from extractors import SchemaError, load
from extractors.ledger.balance import balance
from flows.account import Damage
from flows.errors import DamagedManifest
from flows.options import Options
from flows.reading.packing import pack
from flows.reading.versions import Versions
from flows.store import feed
from flows.store.doctor.origins import origins
from flows.store.healing import below
from flows.store.sinks.sink import Sink
from flows.store.state.manifest import Manifest, drop, keep
from flows.store.state.tables import CHANGES, DOCUMENTS, NOTES, PUBLISHED, RECORDS, REMOVED, VERSIONS

MANIFEST = "manifest.sqlite"
_UNKNOWN = Versions("", "", "", "")


def open_sound(output: Path, run: str, options: Options) -> tuple[Manifest, Damage | None]:
    """Open the manifest of an output folder; one that is damaged is moved aside, and a new one begun.

    Args:
        output: the output folder.
        run: the id of the run.
        options: what was asked of it; all of the manifest is looked at where everything is read.

    Raises:
        OutputError: it cannot be opened, or is that of another version.
    """
    path = output / MANIFEST
    try:
        manifest = Manifest(path)
        fault = manifest.fault() if options.force else None
        if fault is None:
            return manifest, None
        manifest.close()
    except DamagedManifest as error:
        fault = error.fault
    aside = f"{MANIFEST}.damaged-{run}"
    for end in ("-wal", "-shm", ""):
        with suppress(FileNotFoundError):
            path.with_name(MANIFEST + end).rename(output / (aside + end))
    done = f"it was moved to {aside}, and a new one made from the records and the feed"
    return Manifest(path), Damage(MANIFEST, f"is damaged ({fault})", done)


def rebuild(output: Path, sink: Sink, manifest: Manifest, run: str) -> Damage | None:
    """Enter into a manifest what records, texts and feed say and it does not.

    Returns:
        What was wrong; None where nothing was.
    """
    last = manifest.last_cursor()
    lost = manifest.is_empty()
    if not (
        is_behind(output, manifest)
        or (lost and any((output / room).is_dir() for room in ("records", "quarantine")))
    ):
        return None
    told = _Told()
    with manifest.writing() as connection:
        for change in feed.after(output / "changes.jsonl", last):
            keep(connection, CHANGES, [change])
            told.add(change)
        if lost:
            for added in _untold(output, sink, told, run):
                keep(connection, CHANGES, [added])
                told.add(added)
        sources = origins(output)
        _enter(connection, sink, told, sources, run)
        if lost:
            keep(connection, DOCUMENTS, list(_quarantined(output, sources, run)))
        keep(connection, NOTES, [{"name": PUBLISHED, "value": ""}])
    if lost and not told.current:
        return None
    fault = "is missing, or new" if lost else "is older than the feed"
    return Damage(MANIFEST, fault, "it was made again from the records and the feed")


def is_behind(output: Path, manifest: Manifest) -> bool:
    """Whether the feed has changes that are later than all that a manifest holds, as its older copy."""
    path = output / "changes.jsonl"
    return feed.fault_at_end(path) is None and feed.last_cursor(path)[0] > manifest.last_cursor()


@dataclass(frozen=True, slots=True)
class _Told:
    """What changes say: the last one of each current record, and the documents that have left."""

    current: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    left: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def add(self, change: Mapping[str, Any]) -> None:
        document = change["id"]
        if change["from"]:
            self._leave(change["from"], change)
        if change["change"] == "removed":
            self._leave(document, change)
        else:
            self.current[document] = change
            self.left.pop(document, None)

    def _leave(self, document: str, change: Mapping[str, Any]) -> None:
        self.current.pop(document, None)
        self.left[document] = change


def _untold(output: Path, sink: Sink, told: _Told, run: str) -> Iterator[dict[str, Any]]:
    """Yield a change for each record that no line of the feed tells of."""
    cursor = max((change["cursor"] for change in (*told.current.values(), *told.left.values())), default=0)
    for document in sorted(document for document, _ in below(output / "records", ".json")):
        content = _record(sink, document)
        if document in told.current or document in told.left or content is None:
            continue
        if _text(sink, document, json.loads(content)) is None:
            continue  # a crash has left half of it: nobody was told of it, and its document is read again
        cursor += 1
        yield {
            "cursor": cursor,
            "run": run,
            "id": document,
            "from": None,
            "change": "added",
            "cause": "source",
            "sha256": json.loads(content)["source"]["sha256"],
            "record_sha256": hashlib.sha256(content).hexdigest(),
            "diff": None,
        }


def _enter(connection: Connection, sink: Sink, told: _Told, sources: Mapping[str, str], run: str) -> None:
    drop(connection, RECORDS, list(told.left))
    gone = (
        {**_document(id_, change, run), "reason": REMOVED, "message": ""} for id_, change in told.left.items()
    )
    keep(connection, DOCUMENTS, list(gone))
    first: dict[str, str] = {}
    for document, change in told.current.items():
        content = _record(sink, document)
        sound = content is not None and hashlib.sha256(content).hexdigest() == change["record_sha256"]
        record = json.loads(content) if content is not None and sound else {}
        uri = str(record.get("source", {}).get("uri", ""))
        row = _document(document, change, run)
        keep(connection, DOCUMENTS, [{**row, "uri": uri, "source": sources.get(uri.partition("/")[0], "")}])
        original = first.setdefault(change["sha256"], document)
        keep(connection, RECORDS, [_row(document, change, record, original, run)])
        text = _text(sink, document, record)
        if content is not None and text is not None:
            keep(connection, VERSIONS, [{"cursor": change["cursor"], "packed": pack(content, text)}])


def _document(document: str, change: Mapping[str, Any], run: str) -> dict[str, Any]:
    return {
        "id": document,
        "uri": "",
        "source": "",
        "place": "",
        "stamp": "",
        "sha256": change["sha256"],
        "reason": None,
        "message": None,
        "tries": 0,
        **_UNKNOWN._asdict(),
        "run": run,
    }


def _row(
    document: str, change: Mapping[str, Any], record: Mapping[str, Any], original: str, run: str
) -> dict[str, Any]:
    return {
        "id": document,
        "sha256": change["sha256"],
        "record_sha256": change["record_sha256"],
        "layout": record.get("source", {}).get("layout", ""),
        "status": record.get("status", {}),
        "codes": _codes(record),
        "duplicate_of": None if original == document else original,
        **_UNKNOWN._replace(schema=record.get("schema_version", ""))._asdict(),
        "run": run,
    }


def _codes(record: Mapping[str, Any]) -> str | None:
    """Count the codes of a record; None where it has a schema that is not known here, or is none."""
    try:
        return json.dumps(balance(load(record)))
    except (SchemaError, ValueError, LookupError):
        return None


def _record(sink: Sink, document: str) -> bytes | None:
    """Return the record of a document; None where there is none that says so itself."""
    try:
        content = sink.record(document)
        record = json.loads(content)
        return content if record["id"] == document and record["source"]["sha256"] else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _text(sink: Sink, document: str, record: Mapping[str, Any]) -> bytes | None:
    with suppress(OSError):
        text = sink.text(document)
        if record and hashlib.sha256(text).hexdigest() == record["source"]["text_sha256"]:
            return text
    return None


def _quarantined(output: Path, sources: Mapping[str, str], run: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of documents in quarantine."""
    for document, path in below(output / "quarantine", ".json"):
        with suppress(OSError, ValueError, LookupError, TypeError):
            entry = json.loads(path.read_bytes())
            if entry["id"] == document:
                yield {
                    **_document(document, {"sha256": entry["sha256"] or ""}, run),
                    "uri": entry["uri"],
                    "source": sources.get(entry["uri"].partition("/")[0], ""),
                    "place": Path(entry["raw"]).absolute().as_uri(),
                    "reason": entry["reason"],
                    "message": entry["message"],
                }
