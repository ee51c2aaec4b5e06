"""One run at a time for an output folder. The lock goes with its process, however that ends."""

import fcntl
import os
from pathlib import Path

from flows.errors import OutputError


def hold(output: Path) -> int:
    """Take the lock of an output folder.

    Returns:
        A file descriptor; closing it gives the lock back.

    Raises:
        OutputError: another process has it.
    """
    handle = os.open(output / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        owner = os.read(handle, 32).decode(errors="replace").strip()
        os.close(handle)
        message = f"{output} is being written by another run (process {owner}); wait until it has ended"
        raise OutputError(message) from error
    os.ftruncate(handle, 0)
    os.write(handle, f"{os.getpid()}\n".encode())
    return handle
