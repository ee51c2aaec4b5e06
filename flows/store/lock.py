"""One run at a time for an output folder. The lock goes with its process, however that ends.

The system's own lock (``flock``) keeps runs on one machine apart and is freed at once when its owner dies.
Some network file systems do not carry it to other machines: for them the file also says who holds it, and
its owner touches it every few seconds. One that was left untouched for 60 s is free.
"""

import errno
import fcntl
import json
import os
import platform
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from flows.errors import Held

_BEAT = 10.0  # seconds between two signs of life
_DEAD_AFTER = 45.0  # seconds without one; with the beat before it, freed within 60 s of the owner's end
_AT_MOST = 4096  # bytes; an owner has 150
_NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})  # of this file system


class Owner(NamedTuple):
    """Who holds a lock: process, machine, id of the run, and since when (ISO 8601, UTC)."""

    pid: int
    host: str
    run: str
    since: str

    def __str__(self) -> str:
        return f"run {self.run}, process {self.pid} on {self.host}, since {self.since}"


@contextmanager
def hold(folder: Path, run: str) -> Iterator[Owner]:
    """Hold the lock of a folder.

    Raises:
        Held: another run holds it.
        OSError: the lock file cannot be made.
    """
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _take(handle, folder)
        owner = Owner(os.getpid(), platform.node(), run, datetime.now(UTC).isoformat(timespec="seconds"))
        _write(handle, json.dumps(owner._asdict()))
        ended = threading.Event()
        beating = threading.Thread(target=_beat, args=(handle, ended), name="heartbeat", daemon=True)
        beating.start()
        try:
            yield owner
        finally:
            ended.set()
            beating.join()
            with suppress(OSError):  # a disk that is gone keeps no lock either
                _write(handle, "")
    finally:
        os.close(handle)


def owner(folder: Path) -> Owner | None:
    """Return who holds the lock of a folder, or held it last without giving it back; None where nobody."""
    try:
        with (folder / ".lock").open("rb") as file:
            return _owner(file.fileno())
    except FileNotFoundError:
        return None


def refuse_if_held(folder: Path) -> None:
    """Refuse a folder that another run is writing; its lock is not taken, only looked at.

    Raises:
        Held: another run holds the lock.
    """
    with suppress(OSError):  # no lock, or no access; who opens the folder is told
        if owner(folder):
            with (folder / ".lock").open("rb") as file:
                _take(
                    file.fileno(), folder, fcntl.LOCK_SH
                )  # shared: those who ask are not in each other's way


def _take(handle: int, folder: Path, kind: int = fcntl.LOCK_EX) -> None:
    shared = True  # with whoever else is asked by this machine
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Held(folder, _told(_owner(handle))) from error
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        shared = False
    other = _owner(handle)
    if other is None or (shared and other.host == platform.node()):
        return  # nobody, or one of this machine, who would have the system's lock if it were alive
    if _silence(handle, folder) < _DEAD_AFTER:
        raise Held(folder, _told(other))


def _silence(handle: int, folder: Path) -> float:
    """Return the seconds since the last sign of life, by the clock of the file system."""
    with tempfile.TemporaryFile(dir=folder) as probe:
        return os.fstat(probe.fileno()).st_mtime - os.fstat(handle).st_mtime


def _beat(handle: int, ended: threading.Event) -> None:
    while not ended.wait(_BEAT):
        with suppress(OSError):  # it may pass; if not, writing fails as well, and says so
            os.utime(handle)


def _owner(handle: int) -> Owner | None:
    try:
        known = json.loads(os.pread(handle, _AT_MOST, 0))
        return Owner(int(known["pid"]), str(known["host"]), str(known["run"]), str(known["since"]))
    except (ValueError, LookupError, TypeError):
        return None


def _told(other: Owner | None) -> str:
    return str(other) if other else "a run that has just begun"


def _write(handle: int, content: str) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, content.encode(), 0)
