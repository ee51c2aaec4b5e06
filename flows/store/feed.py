"""The change feed ``changes.jsonl``: append-only, and always a copy of what the manifest holds."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from flows.account import MISSING
from flows.errors import OutputError
from flows.store.state.manifest import Manifest
from flows.store.state.tables import CHANGES

_LAST_LINE = 65536  # bytes; more than most lines have


def catch_up(path: Path, manifest: Manifest) -> None:
    """Append the changes that the file lacks; first drop a last line that a crash has cut.

    Raises:
        OutputError: the file holds something else.
    """
    last, length = last_cursor(path)
    lines = b"".join(map(to_line, manifest.changes(last)))
    if not lines and (not path.exists() or path.stat().st_size == length):
        return
    with path.open("r+b" if path.exists() else "wb") as file:
        file.truncate(length)
        file.seek(length)
        file.write(lines)
        file.flush()
        os.fsync(file.fileno())


def last_cursor(path: Path) -> tuple[int, int]:
    """Return the cursor of the last whole line (0 where there is none), and where that line ends, in bytes.

    Raises:
        OutputError: that line is no change.
    """
    if not path.exists():
        return 0, 0
    lines, start = _last_lines(path)
    if not lines:
        return 0, 0
    try:
        return int(json.loads(lines[-1])["cursor"]), start + sum(map(len, lines))
    except (ValueError, LookupError, TypeError) as error:
        message = f"{path} is no change feed; move it away, or choose another output folder"
        raise OutputError(message) from error


def fault_at_end(path: Path) -> str | None:
    """Say why the file cannot be written on: it is none, or its last line is no change."""
    if fault := _no_file(path):
        return fault
    try:
        last_cursor(path)
    except OutputError:
        return "has a last line that is no change"
    return None


def fault(path: Path, manifest: Manifest) -> str | None:
    """Say what is wrong with the file: the first line that is not what the manifest holds; None where none.

    Lines from before the manifest's first change are of a manifest that was lost: they need only be changes.
    """
    if other := _no_file(path):
        return other
    if not path.exists():
        return MISSING if manifest.last_cursor() else None
    first, changes = manifest.first_cursor(), manifest.changes(0)
    expected = next(changes, None)
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not (expected and line == to_line(expected)):
                change = _change(line)
                if change is None:
                    return f"has a line {number} that is no change"
                if change["cursor"] < first:
                    continue
                # Lines of before 1.0.0 lack a key that the manifest has by now.
                if not (expected and change.items() <= expected.items()):
                    return f"has a line {number} that is not what was written"
            expected = next(changes, None)
    return f"ends before change {expected['cursor']}" if expected else None


def _no_file(path: Path) -> str | None:
    if path.is_dir():
        return "is a folder"
    return "is a link that leads nowhere" if path.is_symlink() and not path.exists() else None


def after(path: Path, cursor: int) -> Iterator[dict[str, Any]]:
    """Yield the changes of the file after a cursor; what is no change is passed over."""
    if path.is_file():
        with path.open("rb") as file:
            for line in file:
                change = _change(line)
                if change and change["cursor"] > cursor and change.keys() | {"from"} == set(CHANGES.c.keys()):
                    yield {"from": None, **change}


def older_lines(path: Path, manifest: Manifest) -> list[bytes]:
    """Return the changes of the file that are older than all that the manifest holds."""
    if not path.is_file():
        return []
    first = manifest.first_cursor()
    with path.open("rb") as file:
        changes = ((line, _change(line)) for line in file)
        return [line for line, change in changes if change and change["cursor"] < first]


def _change(line: bytes) -> dict[str, Any] | None:
    """Return the change that a line holds; None where it holds none."""
    try:
        change = json.loads(line)
        return {**change, "cursor": int(change["cursor"])} if line.endswith(b"\n") else None
    except (ValueError, LookupError, TypeError):
        return None


def to_line(change: Mapping[str, Any]) -> bytes:
    """Return values as one line of JSON."""
    return json.dumps(dict(change), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _last_lines(path: Path) -> tuple[list[bytes], int]:
    """Return the whole lines at the end of a file, one at least if there is one, and where they start."""
    with path.open("rb") as file:
        start = size = file.seek(0, os.SEEK_END)
        while start:
            start = max(0, size - max(_LAST_LINE, 2 * (size - start)))
            file.seek(start)
            # What stands before the first line end may be half a line; what stands behind the last one is.
            whole = file.read().splitlines(keepends=True)
            cut = len(whole.pop(0)) if start else 0
            if whole and not whole[-1].endswith(b"\n"):
                whole.pop()
            if whole:
                return whole, start + cut
    return [], 0
