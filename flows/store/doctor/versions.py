"""Kept versions that are damaged inside a manifest which is otherwise sound."""

from collections.abc import Iterator

from flows.account import MENDED, Damage
from flows.reading.packing import pack
from flows.store.doctor.records import on_disk
from flows.store.sinks.sink import Sink
from flows.store.state.manifest import Manifest, keep, take_out
from flows.store.state.tables import VERSIONS

_PLACE = "manifest.sqlite"
_TAKEN_OUT = "nobody has it any more, and it was taken out"


def check_versions(manifest: Manifest) -> Iterator[Damage]:
    """Name the versions that are damaged."""
    for change in manifest.damaged_versions():
        yield _damage(change.cursor, change.id)


def mend_versions(manifest: Manifest, sink: Sink) -> Iterator[Damage]:
    """Pack damaged versions again from the files of current records, and take out the others.

    Yields:
        The damages, each with what was done.
    """
    for change in list(manifest.damaged_versions()):
        row = manifest.records([change.id]).get(change.id)
        same = row is not None and row.record_sha256 == change.record_sha256
        found = on_disk(sink, row) if row is not None and same else None
        with manifest.writing() as connection:
            if found:
                keep(connection, VERSIONS, [{"cursor": change.cursor, "packed": pack(*found)}])
            else:
                take_out(connection, change.cursor)
        yield _damage(change.cursor, change.id)._replace(repair=MENDED if found else _TAKEN_OUT)


def _damage(cursor: int, document: str) -> Damage:
    return Damage(_PLACE, f"holds a damaged version of {document} (change {cursor})")
