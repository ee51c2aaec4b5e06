"""The commands that tell of records: ``changes``, ``history``, ``show``, and ``find``, which has a code."""

from contextlib import closing
from typing import Annotated

import typer

from flows.cli.errors import FAILED, fail, told
from flows.cli.output import write_json, write_text
from flows.cli.parameters import OUTPUT, Folder, Id, Json


def changes(
    since: Annotated[int, typer.Option(min=0, metavar="CURSOR", help="Only changes after this one.")] = 0,
    output: Folder = OUTPUT,
    json: Json = False,
) -> None:
    """Tell which records were added, changed, moved and removed, how, and why."""
    with told():
        from flows.store.feed import to_line
        from flows.store.history import open_manifest

        with closing(open_manifest(output)) as manifest:
            if json:
                for change in manifest.changes(since):
                    write_json(to_line(change))
                return
            from rich.console import Console

            from flows.show.listings import show_changes

            show_changes(manifest.changes(since), Console())


def history(document: Id, output: Folder = OUTPUT, json: Json = False) -> None:
    """Tell the versions of one record, from the first to the last."""
    with told():
        from flows.store import history as past
        from flows.store.feed import to_line

        with closing(past.open_manifest(output)) as manifest:
            entries = past.history(manifest, document)
            if json:
                for entry in entries:
                    write_json(to_line(entry.as_values()))
                return
            from rich.console import Console

            from flows.show.listings import show_history

            show_history(entries, Console())


def show(
    document: Id,
    version: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Which version; by default the last.")
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="The text that spans count in, instead.")] = False,
    output: Folder = OUTPUT,
) -> None:
    """Print a record, or an earlier version of it, as it was written.

    Signs that would steer a terminal are printed as JSON escapes, in a text as U+FFFD; the files have them.
    """
    with told():
        from flows.store import history as past

        with closing(past.open_manifest(output)) as manifest:
            found = past.version(manifest, document, version)
        if text:
            write_text(found.text)
        else:
            write_json(found.record)


def find(
    code: Annotated[str, typer.Argument(metavar="CODE", help="A code, with its point or without: m5450.")],
    output: Folder = OUTPUT,
    json: Json = False,
) -> None:
    """Tell which pages print a code: in which field or role, and the line; also within a printed range."""
    with told():
        from flows.store.code_search import find as sightings
        from flows.store.feed import to_line
        from flows.store.history import open_manifest

        with closing(open_manifest(output)) as manifest:
            found = list(sightings(manifest, code.strip()))
        if not found:
            fail(f"no page in {output} prints {code}.", FAILED)
        if json:
            write_json(b"".join(to_line(each._asdict()) for each in found))
            return
        from rich.console import Console

        from flows.show.listings import show_sightings

        show_sightings(found, Console())
