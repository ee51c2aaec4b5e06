"""All of an output folder looked at, and nothing changed."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

from flows.account import MISSING, Damage
from flows.errors import DamagedManifest, UsageError
from flows.files import Files
from flows.store import feed
from flows.store.doctor.rebuilding import MANIFEST, is_behind
from flows.store.doctor.records import check_all
from flows.store.doctor.versions import check_versions
from flows.store.lock import hold
from flows.store.publishing import FEED, LINES, lines_fault
from flows.store.sinks import DEFAULT, SINKS
from flows.store.state.manifest import Manifest


def examine(output: Path, run: str) -> list[Damage]:
    """Compare records, texts, ``records.jsonl`` and the feed with what the manifest says was written.

    Args:
        output: an output folder.
        run: a name for the time of looking; no run may write meanwhile.

    Raises:
        UsageError: the folder is no output folder.
        Held: a run is writing it.
        OutputError: its manifest cannot be opened, or is that of another version.
    """
    refuse_others(output)
    if not (output / MANIFEST).exists():
        return [Damage(MANIFEST, MISSING)]
    try:
        return list(_examine(output, run))
    except DamagedManifest as error:
        return [Damage(MANIFEST, f"is damaged ({error.fault})")]


def refuse_others(output: Path) -> None:
    """Refuse what is no output folder.

    Raises:
        UsageError: it is none.
    """
    if not any((output / place).exists() for place in (MANIFEST, FEED, "records")):
        message = f"{output} is no output folder; name that of code-articles ingest"
        raise UsageError(message)


def _examine(output: Path, run: str) -> Iterator[Damage]:
    with ExitStack() as opened:
        opened.enter_context(hold(output, run))
        manifest = opened.enter_context(closing(Manifest(output / MANIFEST)))
        files = opened.enter_context(closing(Files(output, output / ".aside" / run)))
        sink = SINKS[DEFAULT](files, output, "")
        fault = manifest.fault()
        if fault:
            raise DamagedManifest(output / MANIFEST, fault)
        if is_behind(output, manifest):
            yield Damage(MANIFEST, "is older than the feed")
        yield from check_versions(manifest)
        for checked in check_all(sink, manifest):
            yield from checked.damages
        lost = MISSING if manifest.last_cursor() and not (output / LINES).exists() else None
        others = (
            (LINES, lines_fault(output / LINES, manifest) or lost),
            (FEED, feed.fault(output / FEED, manifest)),
        )
        yield from (Damage(place, fault) for place, fault in others if fault)
