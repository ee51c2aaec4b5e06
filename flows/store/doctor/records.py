"""Records and texts on disk against the digests that the manifest holds, and put right from kept versions."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pydantic_core import from_json
from sqlalchemy import Row

from flows.account import MENDED, MISSING, Damage
from flows.files import Files
from flows.reading.packing import Version
from flows.store.sinks.sink import Sink
from flows.store.state.manifest import Manifest, read_again

_AT_ONCE = 1000  # documents looked up together
_READ_AGAIN = "no sound version was kept: the next ingest reads its document again"


class Checked(NamedTuple):
    """A current record that was looked at.

    Attributes:
        document: its id.
        record: its bytes as they were written; None where nobody has them any more.
        kept: the version in the manifest, where something is damaged and that is sound.
        damages: what is wrong with its files.
    """

    document: str
    record: bytes | None
    kept: Version | None = None
    damages: tuple[Damage, ...] = ()


def check_all(sink: Sink, manifest: Manifest) -> Iterator[Checked]:
    """Look at every current record and its text, by document id."""
    ids = manifest.record_ids()
    for start in range(0, len(ids), _AT_ONCE):
        rows = manifest.records(ids[start : start + _AT_ONCE])
        yield from (check(sink, manifest, rows[document]) for document in sorted(rows))


def check(sink: Sink, manifest: Manifest, row: Row[Any]) -> Checked:
    """Look at a current record and its text.

    Args:
        sink: where they are.
        manifest: what holds their kept versions.
        row: the record's row.
    """
    record_place, text_place = sink.places(row.id)
    record, fault = _read(sink.record, row.id, row.record_sha256)
    kept = _kept(manifest, row) if fault else None
    true = record if fault is None else kept.record if kept else None
    _, text_fault = _read(sink.text, row.id, _text_digest(true))
    found = ((record_place, fault), (text_place, text_fault))
    damages = tuple(Damage(place, what) for place, what in found if what)
    if text_fault and kept is None:
        kept = _kept(manifest, row)
    return Checked(row.id, true, kept, damages)


def on_disk(sink: Sink, row: Row[Any]) -> Version | None:
    """Return a current record and its text from their files; None where these are not what was written."""
    record, _ = _read(sink.record, row.id, row.record_sha256)
    text, _ = _read(sink.text, row.id, _text_digest(record))
    return Version(record, text) if record is not None and text is not None else None


def mend(checked: Checked, sink: Sink, files: Files, manifest: Manifest) -> tuple[Damage, ...]:
    """Put damaged files right from the kept version, or have their document read again.

    Returns:
        The damages, each with what was done.
    """
    if not checked.damages:
        return ()
    for damage in checked.damages:
        files.set_aside(damage.place)
    if checked.kept and not sink.put([(checked.document, checked.kept)]):
        return tuple(damage._replace(repair=MENDED) for damage in checked.damages)
    with manifest.writing() as connection:
        read_again(connection, [checked.document])
    return tuple(damage._replace(repair=_READ_AGAIN) for damage in checked.damages)


def _read(
    content: Callable[[str], bytes], document: str, digest: str | None
) -> tuple[bytes | None, str | None]:
    """Return what is there, and what is wrong with it; a digest that nobody knows is none to differ from."""
    try:
        found = content(document)
    except (FileNotFoundError, NotADirectoryError):
        return None, MISSING
    except IsADirectoryError:
        return None, "is a folder"
    except OSError as error:
        return None, f"cannot be read ({error.strerror})"
    if digest is None or hashlib.sha256(found).hexdigest() == digest:
        return found, None
    return None, "holds other bytes than were written" if found else "is empty"


def _text_digest(record: bytes | None) -> str | None:
    return str(from_json(record)["source"]["text_sha256"]) if record else None


def _kept(manifest: Manifest, row: Row[Any]) -> Version | None:
    """Return the kept version of a current record; None where there is none, or it is damaged itself."""
    kept = manifest.latest([row.id]).get(row.id)
    return kept if kept and hashlib.sha256(kept.record).hexdigest() == row.record_sha256 else None
