"""Sources that are known already: one that has moved or is lost, and two that hold a document of one id."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from flows.errors import UsageError
from flows.reading.batch import raw_of
from flows.sources.folder import SourceDocument, SourceListing
from flows.sources.locator import Locator
from flows.sources.on_disk import OnDisk
from flows.sources.places import locate
from flows.store.state.manifest import Manifest, move_source
from flows.store.state.tables import REMOVED

_AT_ONCE = 500  # documents looked up together; of a source that is there, the first ones say so


def take_over_moved(manifest: Manifest, listing: SourceListing) -> None:
    """Have documents come from where their source lies now.

    A source has moved where none of its documents is there any more, and more than half of them lie, by id
    and bytes, below a source that was listed whole. Those that do not have vanished on the way.
    """
    for source in listing.whole:
        here = {document.id: document for document in listing.documents if document.source == source}
        for former in manifest.sources() - {source}:
            known = _all_gone(manifest, sorted(manifest.from_source(former)))
            if _are_same(known, here):
                with manifest.writing() as connection:
                    move_source(connection, former, source)


def lost(manifest: Manifest, listing: SourceListing) -> Mapping[str, Sequence[str]]:
    """Find the sources of earlier runs that are there no more, and nothing of them.

    Returns:
        The ids of their documents, by source.
    """
    absent = {source for source in manifest.sources() - set(listing.whole) if not Path(source).exists()}
    ids = {source: sorted(manifest.from_source(source)) for source in sorted(absent)}
    return {source: known for source, known in ids.items() if _all_gone(manifest, known)}


def refuse_second(document: SourceDocument, row: Row[Any]) -> None:
    """Refuse a document whose id is that of another one, from another source, that is still there.

    Raises:
        UsageError: it is so.
    """
    if row.reason == REMOVED or row.source in {"", document.source} or not _is_there(row):
        return
    if _is_same_place(locate(row.place), document.locator):
        return
    message = (
        f"{row.source} and {document.source} both hold a document {document.id}, and its record would be "
        "that of the last one read; ingest them into two output folders, or their common parent folder "
        "into one"
    )
    raise UsageError(message)


def _is_there(row: Row[Any]) -> bool:
    if not row.place:
        return False  # of a manifest that was made again: nobody knows
    try:
        with locate(row.place).open():
            return True
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def _all_gone(manifest: Manifest, ids: list[str]) -> dict[str, Row[Any]]:
    """Return what is known of documents if none of them is there, else nothing."""
    known: dict[str, Row[Any]] = {}
    for start in range(0, len(ids), _AT_ONCE):
        some = manifest.documents(ids[start : start + _AT_ONCE])
        if any(map(_is_there, some.values())):
            return {}
        known |= some
    return known


def _are_same(known: dict[str, Row[Any]], here: dict[str, SourceDocument]) -> bool:
    """Whether more than half of the known documents are here, by id and bytes."""
    shared = [document for document in known if document in here]
    if 2 * len(shared) <= len(known):
        return False
    raws = ((known[document].sha256, raw_of(here[document].locator)) for document in shared)
    same = [raw for digest, raw in raws if raw is not None and raw.sha256 == digest]
    return 2 * len(same) > len(known)


def _is_same_place(one: Locator, other: Locator) -> bool:
    if isinstance(one, OnDisk) and isinstance(other, OnDisk):
        return Path(one.path).resolve() == Path(other.path).resolve()
    return one == other
