"""One document by itself, as the command ``extract`` reads it: the record that a run would write."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from extractors import Extraction, extract
from extractors.resources import shipped_vocabulary
from flows.errors import UsageError
from flows.printable import printable
from flows.reading.batch import Item, Result, too_large
from flows.reading.engines import DEFAULT, ENGINES
from flows.reading.isolation import Job, read_apart
from flows.sources.folder import SIZE_LIMIT, single
from flows.sources.ids import to_id
from flows.sources.locator import Opened

_STANDARD_INPUT = "-"


class _Taken(NamedTuple):
    """Bytes that were read already, from what may be read once; see `flows.sources.locator.Locator`."""

    content: bytes
    place: str

    @contextmanager
    def open(self) -> Iterator[Opened]:
        yield Opened(BytesIO(self.content), len(self.content), "")


def read(source: str) -> Extraction:
    """Read a document in this process.

    Args:
        source: a file, or ``-`` for standard input, whose record has the id ``-``. The first folder of a
            relative path is taken for the raw folder, so that ``raw/knee/a.txt`` has the id and URI that
            a run on ``raw`` gives; for any other path nobody can say, and the id is the file's name.

    Raises:
        UsageError: there is no such file, or it is a folder.
        OSError: it cannot be read.
        SourceError: it holds no document.
    """
    document = _taken(source)
    if document.size > SIZE_LIMIT:
        raise too_large(document.size)
    with document.locator.open() as opened:
        content = opened.file.read()
    return extract(
        content,
        document=document.id,
        uri=document.uri,
        vocabulary=shipped_vocabulary(),
        media_type=document.media_type,
    )


def read_held(source: str, work: Callable[[Job], None] | None = None, encoding: str = "") -> Result:
    """Read a document in a process that is held to the limits of a run.

    Args:
        source: see `read`.
        work: what the process does; see `flows.reading.isolation.read_apart`.
        encoding: of a document that does not declare it itself, as Python names it.

    Raises:
        UsageError: there is no such file, or it is a folder.
        OSError: it cannot be read.
        WorkerDied: the process cannot be started.
    """
    document = _taken(source)._replace(encoding=encoding)
    with TemporaryDirectory() as folder, ENGINES[DEFAULT](1) as engine:
        return read_apart(engine, [document], Path(folder), work)[0]


def _taken(source: str) -> Item:
    if source == _STANDARD_INPUT:
        content = sys.stdin.buffer.read(SIZE_LIMIT + 1)
        return Item(source, _Taken(content, source), source, len(content), None, None)
    path = Path(source)
    if path.is_dir():
        message = f"{printable(source)} is a folder; name a file, or use code-articles ingest for folders"
        raise UsageError(message)
    if not path.exists():
        message = f"{printable(source)} does not exist; name a file, or - for standard input"
        raise UsageError(message)
    found = single(path)
    with path.open("rb") as file:
        content = file.read(SIZE_LIMIT + 1)
    name, uri = _below_first_folder(path) or (found.id, found.uri)
    return Item(name, _Taken(content, uri), uri, len(content), found.media_type, None)


def _below_first_folder(path: Path) -> tuple[str, str] | None:
    """Return the id and URI of a document whose raw folder is the first of its path; None where none is."""
    folder, *below = path.parts
    if not below or path.is_absolute() or ".." in path.parts:
        return None
    document = to_id("/".join(below))
    return document, f"{to_id(folder)}/{document}"
