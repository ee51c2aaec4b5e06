"""The change feed ``changes.jsonl``: append-only, and always a copy of what the manifest holds."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flows.errors import OutputError
from flows.manifest import Manifest

_LAST_LINE = 65536  # bytes; far more than a line has


def catch_up(path: Path, manifest: Manifest) -> None:
    """Append the changes that the file lacks; first drop a last line that a crash has cut.

    Raises:
        OutputError: the file holds something else.
    """
    last, length = last_cursor(path)
    lines = b"".join(map(_line, manifest.changes(last)))
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
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        start = file.seek(max(0, size - _LAST_LINE))
        lines = file.read().splitlines(keepends=True)
    if lines and not lines[-1].endswith(b"\n"):
        lines.pop()
    if not lines and not start:
        return 0, 0
    try:
        return int(json.loads(lines[-1])["cursor"]), start + sum(map(len, lines))
    except (ValueError, LookupError, TypeError) as error:
        message = f"{path} is no change feed; move it away, or choose another output folder"
        raise OutputError(message) from error


def _line(change: Mapping[str, Any]) -> bytes:
    return json.dumps(dict(change), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
