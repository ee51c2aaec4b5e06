"""One run at a time for an output folder. The lock goes with its process, however that ends.

The system's own lock (``flock``) keeps runs on one machine apart and is freed at once when its owner dies.
Some network file systems do not carry it to other machines: for them the file also says who holds it, and
its owner touches it every few seconds. One that was left untouched for 60 s is free. Clocks that are wrong
count for nothing: a touch that lies in the future is watched until the next one is due.
"""

import errno
import fcntl
import json
import os
import platform
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from flows.errors import Held, OutputError

RUN = ".lock"  # the file of who writes a folder
SCHEDULE = ".schedule.lock"  # the file of who starts runs on it again and again

_NO_FILE = frozenset({errno.ELOOP, errno.EISDIR, errno.ENXIO})
_BEAT = 10.0  # seconds between two signs of life
_DEAD_AFTER = 45.0  # seconds without one; with the beat before it, freed within 60 s of the owner's end
_AT_MOST = 4096  # bytes; an owner has 150
_NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})  # of this file system
# A link would let others have a file of ours emptied; a pipe would keep us waiting for its other end.
_OPENED = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class Owner(NamedTuple):
    """Who holds a lock: process, machine, id of the run, and since when (ISO 8601, UTC)."""

    pid: int
    host: str
    run: str
    since: str

    def __str__(self) -> str:
        return f"run {self.run}, process {self.pid} on {self.host}, since {self.since}"


@contextmanager
def hold(folder: Path, run: str, name: str = RUN) -> Iterator[Owner]:
    """Hold a lock of a folder.

    Args:
        folder: the folder.
        run: who holds it, for people.
        name: of the lock's file.

    Raises:
        Held: another run holds it.
        OutputError: what bears the name of the lock's file is no file.
        OSError: the lock file cannot be made.
    """
    with _opened(folder / name, os.O_RDWR | os.O_CREAT) as handle:
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


def owner(folder: Path) -> Owner | None:
    """Return who holds the lock of a folder, or held it last without giving it back; None where nobody."""
    try:
        with _opened(folder / RUN, os.O_RDONLY) as handle:
            return _owner(handle)
    except FileNotFoundError:
        return None


def refuse_if_held(folder: Path) -> None:
    """Refuse a folder that another run is writing; its lock is not taken, only looked at.

    Raises:
        Held: another run holds the lock.
        OutputError: what bears the name of the lock's file is no file.
    """
    with suppress(OSError):  # no lock, or no access; who opens the folder is told
        if owner(folder):
            with _opened(folder / RUN, os.O_RDONLY) as handle:
                _take(handle, folder, fcntl.LOCK_SH)  # shared: those who ask are not in each other's way


@contextmanager
def _opened(file: Path, how: int) -> Iterator[int]:
    """Open a lock's file, which must be one itself: no link, pipe or folder."""
    message = f"{file} is no plain file, as a lock has to be; remove it, and see who has put it there"
    try:
        handle = os.open(file, how | _OPENED, 0o644)
    except OSError as error:
        if error.errno in _NO_FILE:
            raise OutputError(message) from error
        raise
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OutputError(message)
        yield handle
    finally:
        os.close(handle)


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
    if _is_alive(handle, folder):
        raise Held(folder, _told(other))


def _is_alive(handle: int, folder: Path) -> bool:
    """Whether the last sign of life is fresh; where the clock cannot tell, wait for the next one."""
    silence = _silence(handle, folder)
    if silence > -_BEAT:
        return silence < _DEAD_AFTER
    last, deadline = os.fstat(handle).st_mtime, time.monotonic() + _DEAD_AFTER
    while time.monotonic() < deadline:
        time.sleep(_DEAD_AFTER / 100)
        if os.fstat(handle).st_mtime != last:
            return True
    return False


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
