"""What a sink is."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from flows.reading.packing import Version


class Sink(Protocol):
    """Takes records and the texts that their spans count in, by the ids of their documents.

    The manifest says what is current: what a stopped run has left in a sink is put right from there.
    """

    def put(self, versions: Sequence[tuple[str, Version]]) -> Mapping[str, OSError]:
        """Write records and texts in place of the old ones; they are on disk when this returns.

        Returns:
            The documents that the sink cannot take, each with the reason and the file that it is about.

        Raises:
            OSError: writing failed otherwise; what was there before is whole.
        """
        ...

    def has(self, document: str) -> bool:
        """Whether a document's record and text are there; not what they hold."""
        ...

    def record(self, document: str) -> bytes:
        """Return a record.

        Raises:
            FileNotFoundError: it is not there.
            OSError: it cannot be read.
        """
        ...

    def text(self, document: str) -> bytes:
        """Return a text; raises as `record` does."""
        ...

    def places(self, document: str) -> tuple[str, str]:
        """Return where a record and its text are, as people are told: below the output folder."""
        ...

    def remove(self, document: str) -> None:
        """Remove a document's record and text if they are there."""
        ...
