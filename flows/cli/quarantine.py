"""The commands of ``quarantine``: ``list``, ``show`` and ``replay``."""

import sys
from contextlib import closing
from typing import Annotated

import typer

from flows.cli.errors import told
from flows.cli.output import write_json
from flows.cli.parameters import OUTPUT, Encoding, Folder, Id, Json
from flows.errors import UsageError

commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@commands.command("list")
def quarantine_list(output: Folder = OUTPUT, json: Json = False) -> None:
    """List the documents in quarantine, with their reasons."""
    with told():
        from flows.store.feed import to_line
        from flows.store.history import open_manifest

        with closing(open_manifest(output)) as manifest:
            rows = manifest.quarantined()
        if json:
            for row in rows:
                write_json(to_line(row._asdict()))
            return
        from rich.console import Console

        from flows.show.listings import show_quarantine

        show_quarantine(rows, Console())


@commands.command("show")
def quarantine_show(document: Id, output: Folder = OUTPUT) -> None:
    """Print the entry of one document: reason, message, sha256, where its bytes are, versions."""
    with told():
        from flows.store.quarantine import entry

        write_json(entry(output, document))


@commands.command("replay")
def quarantine_replay(
    documents: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Documents in quarantine.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All documents in quarantine.")] = False,
    accept_shrunk: Annotated[
        bool, typer.Option("--accept-shrunk", help="Take records that lost more than half of their fields.")
    ] = False,
    output: Folder = OUTPUT,
    encoding: Encoding = None,
) -> None:
    """Read documents in quarantine again, such as after an update."""
    with told():
        if everything == bool(documents):
            message = "name the documents to replay, or --all; code-articles quarantine list shows them"
            raise UsageError(message)
        from rich.console import Console

        from flows.options import Options
        from flows.runs.replay import replay
        from flows.show.terminal import show as show_account

        asked = Options(accept_shrunk=accept_shrunk, encoding=encoding or "")
        account = replay(output, documents or None, asked)
        show_account(account, Console())
        sys.stdout.flush()
    raise typer.Exit(account.exit_status)
