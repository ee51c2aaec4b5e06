"""From the URI that the manifest keeps back to the document: each kind of locator, by its scheme."""

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from flows.sources.locator import Locator
from flows.sources.on_disk import OnDisk

KINDS: Mapping[str, Callable[[str], Locator]] = {"file": OnDisk.at}


def locate(place: str) -> Locator:
    """Return the locator whose `place` this is."""
    return KINDS[urlsplit(place).scheme](place)
