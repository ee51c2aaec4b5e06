"""All of an output folder looked at, and nothing changed."""

from contextlib import ExitStack, closing
from pathlib import Path

from flows.account import MISSING, Damage
from flows.files import Files
from flows.store import feed
from flows.store.doctor.records import check_all
from flows.store.history import open_manifest
from flows.store.lock import hold
from flows.store.publishing import FEED, LINES, lines_fault
from flows.store.sinks import DEFAULT, SINKS


def examine(output: Path, run: str) -> list[Damage]:
    """Compare records, texts, ``records.jsonl`` and the feed with what the manifest says was written.

    Args:
        output: an output folder.
        run: a name for the time of looking; no run may write meanwhile.

    Raises:
        UsageError: the folder is no output folder.
        Held: a run is writing it.
        OutputError: its manifest cannot be read.
    """
    with ExitStack() as opened:
        manifest = opened.enter_context(closing(open_manifest(output)))
        opened.enter_context(hold(output, run))
        files = opened.enter_context(closing(Files(output, output / ".aside" / run)))
        sink = SINKS[DEFAULT](files, output, "")
        damages = [damage for checked in check_all(sink, manifest) for damage in checked.damages]
        lost = MISSING if manifest.last_cursor() and not (output / LINES).exists() else None
        others = (
            (LINES, lines_fault(output / LINES, manifest) or lost),
            (FEED, feed.fault(output / FEED, manifest)),
        )
        return damages + [Damage(place, fault) for place, fault in others if fault]
