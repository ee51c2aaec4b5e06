"""After a run that was stopped: files that the manifest does not know are put right before anything else.

A run writes files first and enters them into the manifest last, and removes files after that. What a
stopped run leaves is therefore newer than its start and not entered, or older and entered as gone. Where
the clock has stepped back meanwhile, it seems older: a record that says itself which it is, and is not
entered, was left all the same, and current ones are compared with their digests when this run publishes.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Row

from flows.files import Files
from flows.store.paths import entry_path, record_path, removed_record_path, removed_text_path, text_path
from flows.store.state.manifest import Manifest
from flows.store.state.tables import REMOVED

_AT_ONCE = 1000  # documents looked up together


class Stopped(NamedTuple):
    """A run that did not come to its end: its id, and the time of the file system when it began, in ns."""

    run: str
    began: int


class _Kind(NamedTuple):
    """A folder of files that are named after documents."""

    folder: str
    suffix: str
    place: Callable[[str], str]


_KINDS = (
    _Kind("records", ".json", record_path),
    _Kind("text", ".txt", text_path),
    _Kind("removed/records", ".json", removed_record_path),
    _Kind("removed/text", ".txt", removed_text_path),
    _Kind("quarantine", ".json", entry_path),
)


def heal(output: Path, files: Files, manifest: Manifest, stopped: Stopped) -> None:
    """Make the files of an output folder what its manifest says."""
    for kind in _KINDS:
        found = below(output / kind.folder, kind.suffix)
        while some := list(islice(found, _AT_ONCE)):
            _heal(files, manifest, stopped, kind, some)


def below(root: Path, suffix: str) -> Iterator[tuple[str, Path]]:
    """Yield each document that has a file in a folder, and that file."""
    for folder, _, names in os.walk(root):
        for name in names:
            path = Path(folder, name)
            if name.endswith(suffix):
                yield path.relative_to(root).as_posix().removesuffix(suffix), path


def _heal(
    files: Files, manifest: Manifest, stopped: Stopped, kind: _Kind, found: Sequence[tuple[str, Path]]
) -> None:
    ids = [document for document, _ in found]
    seen, records = manifest.documents(ids), manifest.records(ids)
    restored: list[str] = []
    for document, path in found:
        row, record = seen.get(document), records.get(document)
        new = path.stat().st_mtime_ns >= stopped.began and (row is None or row.run != stopped.run)
        current = kind.place in {record_path, text_path}
        if not _belongs(kind, row, record):
            # An older file that the manifest says nothing of is somebody's: it stays.
            if new or (row is not None and (row.reason == REMOVED or not current)):
                files.remove(kind.place(document))
            elif kind.place is record_path and row is None and _says(path, document):
                files.remove(record_path(document))
                files.remove(text_path(document))
        elif new and current:
            restored.append(document)
    versions = manifest.latest(restored)
    files.put([(text_path(document), version.text) for document, version in versions.items()])
    files.put([(record_path(document), version.record) for document, version in versions.items()])


def _says(path: Path, document: str) -> bool:
    """Whether a file says that it is the record of a document."""
    try:
        record = json.loads(path.read_bytes())
        return bool(record["id"] == document and record["schema_version"])
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _belongs(kind: _Kind, row: Row[Any] | None, record: Row[Any] | None) -> bool:
    """Whether the manifest says that a document has a file of a kind."""
    if kind.place is entry_path:
        return row is not None and row.reason not in {None, REMOVED}
    if kind.place in {record_path, text_path}:
        return record is not None
    return record is None and row is not None and row.reason == REMOVED
