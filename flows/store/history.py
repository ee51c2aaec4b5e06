"""What became of a record over time: its versions, and what differs between two of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import from_json
from sqlalchemy import Row

from extractors import SchemaError, diff, load
from flows.errors import OutputError, UsageError
from flows.reading.packing import Version, unpack
from flows.store.state.manifest import Manifest

Difference = list[dict[str, Any]] | None


class PastVersion(NamedTuple):
    """A change of one record, and the number of the version that it made; None where it made none."""

    change: Row[Any]
    version: int | None

    def as_values(self) -> dict[str, Any]:
        """Return the entry as values for JSON."""
        return {"version": self.version, **self.change._asdict()}


def difference(old: Version, new: Version) -> Difference:
    """Return what changed between two versions of a record, the words of its sections included.

    Returns:
        The changes as JSON values; None where one of the two has a schema that is not known here.
    """
    try:
        before, after = ((load(version.record), version.text.decode()) for version in (old, new))
    except (SchemaError, ValidationError):
        return None
    return [change.model_dump(mode="json") for change in diff(before, after)]


def says_the_same(old: Version, new: Version) -> bool:
    """Whether a record and its text are the same but for the numbers of the versions that made them."""
    return old.text == new.text and _said(old.record) == _said(new.record)


def _said(record: bytes) -> dict[str, Any]:
    values: dict[str, Any] = from_json(record)
    values.pop("producer", None)
    values.get("source", {}).pop("layout_revision", None)
    return values


def open_manifest(output: Path) -> Manifest:
    """Open the manifest of an output folder that is there already.

    Raises:
        UsageError: the folder holds none.
        OutputError: it cannot be opened.
    """
    path = output / "manifest.sqlite"
    if not path.exists():
        message = f"{output} holds no manifest.sqlite; name the output folder of code-articles ingest"
        raise UsageError(message)
    return Manifest(path)


def history(manifest: Manifest, document: str) -> list[PastVersion]:
    """Return all changes of a record, the oldest first; those from before it was moved are among them.

    Raises:
        UsageError: there never was such a record.
    """
    changes = {change.cursor: change for change in manifest.changes_of(document)}
    own = [change for change in changes.values() if change.id == document]
    before = {earlier.cursor: earlier for change in own for earlier in _earlier(manifest, change)}
    entries: list[PastVersion] = []
    number = 0
    for cursor, change in sorted({**changes, **before}.items()):
        made = change.change != "removed" and (change.id == document or cursor in before)
        number += made
        entries.append(PastVersion(change, number if made else None))
    if not entries:
        message = f"there never was a record {document}; code-articles changes lists the records"
        raise UsageError(message)
    return entries


def _earlier(manifest: Manifest, change: Row[Any]) -> Iterator[Row[Any]]:
    """Yield what became of a record before it was moved, back to where it was added."""
    while change.change == "moved":
        old = getattr(change, "from")
        changes = manifest.changes_of(old)
        for earlier in reversed([row for row in changes if row.id == old and row.cursor < change.cursor]):
            yield earlier
            change = earlier
            if change.change in {"added", "moved"}:
                break


def version(manifest: Manifest, document: str, number: int | None = None) -> Version:
    """Return a version of a record; without a number the last one.

    Raises:
        UsageError: there never was such a record, or it has no such version.
        OutputError: the version is lost.
    """
    cursors = {entry.version: entry.change.cursor for entry in history(manifest, document) if entry.version}
    wanted = len(cursors) if number is None else number
    if wanted not in cursors:
        message = f"{document} has versions 1 to {len(cursors)}, and no {wanted}"
        raise UsageError(message)
    packed = manifest.packed(cursors[wanted])
    found = unpack(packed) if packed else None
    if found is None:
        message = f"version {wanted} of {document} is not kept any more: the manifest was damaged or lost"
        raise OutputError(message)
    return found
