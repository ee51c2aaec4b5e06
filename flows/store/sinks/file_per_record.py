"""A file for each record, and one for each text, in folders that mirror the raw ones."""

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
                for content in zip(self._places(document), (version.text, version.record), strict=True)
            ]
        )
        return {
            document: OSError(refused[place].errno, refused[place].strerror, place)
            for document, _ in versions
            for place in reversed(self._places(document))
            if place in refused
        }

    def has(self, document: str) -> bool:
        """Whether both files are there."""
        return all((self._output / place).exists() for place in self._places(document))

    def record(self, document: str) -> bytes:
        """Return a record as the bytes of its file."""
        return (self._output / self._below / record_path(document)).read_bytes()

    def remove(self, document: str) -> None:
        """Remove both files, the record first."""
        for place in reversed(self._places(document)):
            self._files.remove(place)

    def _places(self, document: str) -> tuple[str, str]:
        return self._below + text_path(document), self._below + record_path(document)
