"""A file for each record, and one for each text, in folders that mirror the raw ones."""

import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from flows.files import Files
from flows.reading.packing import Version
from flows.store.paths import record_path, text_path


class FilePerRecord:
    """See `flows.store.sinks.sink.Sink`.

    Args:
        files: of the output folder.
        output: the output folder.
        below: the folder in it that takes all, with ``/`` at its end; the output folder itself by default.
    """

    def __init__(self, files: Files, output: Path, below: str = "") -> None:
        self._files = files
        self._output = output
        self._below = below

    def put(self, versions: Sequence[tuple[str, Version]]) -> Mapping[str, OSError]:
        """Write records and texts; a text before its record, so that no record stands without it."""
        refused = self._files.put(
            [
                content
                for document, version in versions
                for content in zip(
                    reversed(self.places(document)), (version.text, version.record), strict=True
                )
            ]
        )
        return {
            document: OSError(refused[place].errno, refused[place].strerror, place)
            for document, _ in versions
            for place in self.places(document)
            if place in refused
        }

    def has(self, document: str) -> bool:
        """Whether both are files that hold anything."""
        return all(_holds(self._output / place) for place in self.places(document))

    def record(self, document: str) -> bytes:
        """Return a record as the bytes of its file."""
        return (self._output / self._below / record_path(document)).read_bytes()

    def text(self, document: str) -> bytes:
        """Return a text as the bytes of its file."""
        return (self._output / self._below / text_path(document)).read_bytes()

    def remove(self, document: str) -> None:
        """Remove both files, the record first."""
        for place in self.places(document):
            self._files.remove(place)

    def places(self, document: str) -> tuple[str, str]:
        """Return the paths of the two files below the output folder."""
        return self._below + record_path(document), self._below + text_path(document)


def _holds(path: Path) -> bool:
    try:
        facts = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return stat.S_ISREG(facts.st_mode) and facts.st_size > 0
