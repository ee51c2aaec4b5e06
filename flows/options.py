"""What a person asked of a run beyond its sources and its output, as a value."""

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any


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
    """

    only: str | None = None
    force: bool = False
    allow_empty: bool = False
    accept_shrunk: bool = False
    offline: bool = False
    allow_private: bool = False

    def concerns(self, document: str) -> bool:
        """Whether a document is among those that were asked for.

        >>> Options(only="knee/*").concerns("knee/left/29881.txt")
        True
        """
        return self.only is None or fnmatchcase(document, self.only)

    def as_parameters(self) -> dict[str, Any]:
        """Return the options as plain values, such as a flow's parameters have to be."""
        return asdict(self)
