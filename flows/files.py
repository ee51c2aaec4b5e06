"""Writing so that a reader finds a file whole or not at all, whatever happens: aside, synced, renamed."""

import errno
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

_AT_ONCE = 256  # files held open together; far below the 1,024 that a process is often allowed
_SYNCS = 8  # in flight; 0.08 ms a file instead of 0.17 one after the other (5 KB files, ext4)
_NAME_ERRORS = frozenset(
    {errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.EILSEQ, errno.EINVAL}
)
_ABSENT = _NAME_ERRORS | {errno.ENOENT}


class Files:
    """The files of an output folder, written through a folder aside on the same file system.

    Args:
        root: the output folder.
        aside: a folder below it for this run alone; emptied and removed by `close`.
    """

    def __init__(self, root: Path, aside: Path) -> None:
        self._root = root
        self._aside = aside
        self._numbers = count()
        shutil.rmtree(aside.parent, ignore_errors=True)  # what a run left that was stopped
        aside.mkdir(parents=True)
        self._pool = ThreadPoolExecutor(_SYNCS, "sync")

    def close(self) -> None:
        """Remove the folder aside."""
        self._pool.shutdown()
        shutil.rmtree(self._aside.parent, ignore_errors=True)

    @property
    def folds_case(self) -> bool:
        """Whether the file system takes upper for lower case."""
        probe = self._aside / "case"
        probe.touch()
        return probe.with_name("CASE").exists()

    def put(self, contents: Sequence[tuple[str, bytes]]) -> dict[str, OSError]:
        """Write files in place of the old ones; they are on disk when this returns.

        Args:
            contents: the path of each file below the output folder, and its bytes. Their order is that in
                which they appear.

        Returns:
            The files whose path the file system cannot take, with the reason.

        Raises:
            OSError: writing failed otherwise, and of which file; old files are whole, and some may be new
                already.
        """
        refused: dict[str, OSError] = {}
        folders: set[Path] = set()
        for start in range(0, len(contents), _AT_ONCE):
            some = contents[start : start + _AT_ONCE]
            written = self._write_aside(some)
            for (name, _), aside in zip(some, written, strict=True):
                place = self._root / name
                try:
                    if place.parent not in folders:
                        place.parent.mkdir(parents=True, exist_ok=True)
                    aside.replace(place)
                    folders.update(self._root / folder for folder in Path(name).parents)
                except OSError as error:
                    if error.errno not in _NAME_ERRORS:
                        raise
                    refused[name] = error
        list(self._pool.map(_sync_folder, folders))
        return refused

    def put_lines(self, name: str, lines: Iterable[bytes]) -> None:
        """Write a file of any length in place of the old one."""
        aside = self._aside / str(next(self._numbers))
        with aside.open("wb") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._root / name)
        _sync_folder(self._root)

    def put_if_changed(self, name: str, content: bytes) -> None:
        """Write a file unless it already holds these bytes."""
        try:
            same = (self._root / name).read_bytes() == content
        except FileNotFoundError:
            same = False
        if not same:
            for error in self.put([(name, content)]).values():
                raise error

    def set_aside(self, name: str) -> None:
        """Move a file or folder below ``damaged/``, to this run's folder there, if it is there."""
        place = self._root / "damaged" / self._aside.name / name
        if os.path.lexists(self._root / name):
            place.parent.mkdir(parents=True, exist_ok=True)
            (self._root / name).rename(place)

    @staticmethod
    def refuses(error: OSError) -> bool:
        """Whether an error means that the file system cannot take a path, and others it can."""
        return error.errno in _NAME_ERRORS

    def remove(self, name: str) -> None:
        """Remove a file if it is there."""
        try:
            (self._root / name).unlink()
        except OSError as error:
            if error.errno not in _ABSENT:
                raise

    def prune(self, name: str) -> None:
        """Remove empty folders, the one named included; not while files are put below it."""
        for folder, _, _ in os.walk(self._root / name, topdown=False):
            with suppress(OSError):  # it is not empty
                Path(folder).rmdir()

    def _write_aside(self, contents: Sequence[tuple[str, bytes]]) -> list[Path]:
        paths = [self._aside / str(next(self._numbers)) for _ in contents]
        handles: list[int] = []
        try:
            for path, (name, content) in zip(paths, contents, strict=True):
                with _of(name):
                    handles.append(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644))
                    _write(handles[-1], content)
            list(self._pool.map(_sync, handles, [name for name, _ in contents]))
        finally:
            for handle in handles:
                os.close(handle)
        return paths


@contextmanager
def _of(name: str) -> Iterator[None]:
    """Have an error of the file system say which file of the output it is about."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, name) from error


def _sync(handle: int, name: str) -> None:
    with _of(name):
        os.fsync(handle)


def _write(handle: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
