"""The change feed ``changes.jsonl``: append-only, and always a copy of what the manifest holds."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flows.errors import OutputError
from flows.store.state.manifest import Manifest

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
