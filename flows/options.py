"""What a person asked of a run beyond its sources and its output, as a value."""

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

from extractors.media.charset import codec
from flows.errors import UsageError
from flows.printable import printable


def known_encoding(name: str | None) -> str:
    """Return the name that Python has for an encoding, empty for none.

    Raises:
        UsageError: Python knows no encoding of text by this name.
    """
    try:
        return codec(name) if name else ""
    except LookupError as error:
        message = f"{printable(str(name))} is no encoding of text that Python knows; name one, such as cp1252"
        raise UsageError(message) from error


@dataclass(frozen=True, slots=True)
class Options:
    """How a run departs from reading what is new or changed.

    Attributes:
        only: a glob over ids; ``*`` matches ``/`` as well. Other documents are left as they are.
        force: read every document, whatever is known of it.
        allow_empty: take a source without documents for one that was emptied on purpose.
        accept_shrunk: take records that lost more than half of their fields.
        offline: fetch no URLs, and read what they gave last.
        allow_private: let the hosts of listed URLs have addresses that are not public.
        encoding: of documents that are not UTF-8 and declare none, as Python names it; empty where none is
            named.

    Raises:
        UsageError: there is no such encoding.
    """

    only: str | None = None
    force: bool = False
    allow_empty: bool = False
    accept_shrunk: bool = False
    offline: bool = False
    allow_private: bool = False
    encoding: str = ""

    def __post_init__(self) -> None:
        """Take the encoding by the one name that Python has for it."""
        object.__setattr__(self, "encoding", known_encoding(self.encoding))

    def concerns(self, document: str) -> bool:
        """Whether a document is among those that were asked for.

        >>> Options(only="knee/*").concerns("knee/left/29881.txt")
        True
        """
        return self.only is None or fnmatchcase(document, self.only)

    def as_parameters(self) -> dict[str, Any]:
        """Return the options as plain values, such as a flow's parameters have to be."""
        return asdict(self)
