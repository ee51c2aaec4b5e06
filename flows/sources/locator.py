"""Where the bytes of a document are, as a value that a worker in another process can open.

A file on disk is one kind (`flows.sources.on_disk`); an entry of a container would be another. The manifest
keeps a locator as a URI, and `flows.sources.places` leads back from there.
"""

from contextlib import AbstractContextManager
from io import BufferedIOBase
from typing import NamedTuple, Protocol


class Opened(NamedTuple):
    """A document that was opened.

    Attributes:
        file: its bytes, from the first on; closed with the block that opened it.
        size: how many there are.
        stamp: changes when they do; empty where they were written so lately that they may change unseen.
    """

    file: BufferedIOBase
    size: int
    stamp: str


class Locator(Protocol):
    """Finds the bytes of a document; pickled, and as a string what people are shown."""

    @property
    def place(self) -> str:
        """The URI that the manifest keeps; its scheme is that of this kind alone."""
        ...

    def open(self) -> AbstractContextManager[Opened]:
        """Open the document.

        Raises:
            OSError: it cannot be read, or something else has taken its place.
        """
        ...
