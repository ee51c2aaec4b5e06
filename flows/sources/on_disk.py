"""A document that is a file of its own."""

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import unquote_to_bytes, urlsplit

from flows.sources.locator import Opened

_SETTLED_NS = 2_000_000_000  # the coarsest clock of a common file system (FAT) ticks every 2 s


class OnDisk(NamedTuple):
    """A file, by its path; see `flows.sources.locator.Locator`."""

    path: str

    @classmethod
    def at(cls, place: str) -> Self:
        """Return the file that a URI names.

        >>> OnDisk.at("file:///raw/a%20b.txt")
        OnDisk(path='/raw/a b.txt')
        """
        return cls(os.fsdecode(unquote_to_bytes(urlsplit(place).path)))

    @property
    def place(self) -> str:
        """The URI of the file."""
        return Path(self.path).absolute().as_uri()

    @contextmanager
    def open(self) -> Iterator[Opened]:
        """Open a regular file, and refuse what has taken its place since it was listed."""
        # O_NONBLOCK: a pipe put in the place of a file must not stop the batch.
        handle = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode):
                raise OSError(errno.EINVAL, "is no regular file any more")
            settled = time.time_ns() - max(facts.st_mtime_ns, facts.st_ctime_ns) > _SETTLED_NS
            yield Opened(file, facts.st_size, stamp(facts) if settled else "")

    def __str__(self) -> str:
        return self.path


def stamp(facts: os.stat_result) -> str:
    """Return what changes when a file does.

    The time of the last status change is part of it: unlike the time of modification no program sets it.
    """
    return f"{facts.st_size}-{facts.st_mtime_ns}-{facts.st_ctime_ns}"
