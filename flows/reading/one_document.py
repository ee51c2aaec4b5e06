"""One document by itself, as the command ``extract`` reads it: the record that a run would write."""

import sys
from pathlib import Path

from extractors import Extraction, extract
from extractors.resources import shipped_vocabulary
from flows.errors import UsageError
from flows.reading.batch import too_large
from flows.sources.folder import SIZE_LIMIT, single
from flows.sources.ids import printable, to_id

_STANDARD_INPUT = "-"


def read(source: str) -> Extraction:
    """Read a document.

    Args:
        source: a file, or ``-`` for standard input, whose record has the id ``-``. The first folder of a
            relative path is taken for the raw folder, so that ``raw/knee/a.txt`` has the id and URI that
            a run on ``raw`` gives; for any other path nobody can say, and the id is the file's name.

    Raises:
        UsageError: there is no such file, or it is a folder.
        OSError: it cannot be read.
        SourceError: it holds no document.
    """
    if source == _STANDARD_INPUT:
        content = sys.stdin.buffer.read(SIZE_LIMIT + 1)
        name, uri, media_type = _STANDARD_INPUT, _STANDARD_INPUT, None
    else:
        path = Path(source)
        if path.is_dir():
            message = f"{printable(source)} is a folder; name a file, or use code-articles ingest for folders"
            raise UsageError(message)
        if not path.exists():
            message = f"{printable(source)} does not exist; name a file, or - for standard input"
            raise UsageError(message)
        document = single(path)
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
        media_type = document.media_type
        name, uri = _below_first_folder(path) or (document.id, document.uri)
    if len(content) > SIZE_LIMIT:
        raise too_large(len(content))
    return extract(content, document=name, uri=uri, vocabulary=shipped_vocabulary(), media_type=media_type)


def _below_first_folder(path: Path) -> tuple[str, str] | None:
    """Return the id and URI of a document whose raw folder is the first of its path; None where none is."""
    folder, *below = path.parts
    if not below or path.is_absolute() or ".." in path.parts:
        return None
    document = to_id("/".join(below))
    return document, f"{to_id(folder)}/{document}"
