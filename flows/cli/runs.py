"""The commands that run: ``ingest``, once, and ``schedule``, again and again."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.errors import terminate, told
from flows.cli.output import tell
from flows.cli.parameters import Encoding
from flows.errors import Held

Raw = Annotated[
    list[Path],
    typer.Argument(
        metavar="RAW...",
        help="Folders and files of documents, patterns such as 'raw/**/*.html', and lists of URLs (*.toml).",
    ),
]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Where the records go.")]
Workers = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Processes that read; by default one a processor.")
]
OnFailure = Annotated[
    str | None,
    typer.Option(metavar="MODULE:FUNCTION", help="A Python function to call when a run has failed."),
]
AllowPrivate = Annotated[
    bool, typer.Option("--allow-private", help="Fetch from hosts of this network too, if a list names them.")
]
Offline = Annotated[bool, typer.Option("--offline", help="Fetch no URLs; read what they gave last.")]


def ingest(
    raw: Raw,
    output: Output,
    workers: Workers = None,
    only: Annotated[
        str | None, typer.Option(metavar="GLOB", help="Only documents whose ids match, such as 'knee/*'.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Read every document, changed or not.")] = False,
    allow_empty: Annotated[
        bool, typer.Option("--allow-empty", help="Remove the records of a source that is empty now.")
    ] = False,
    accept_shrunk: Annotated[
        bool, typer.Option("--accept-shrunk", help="Take records that lost more than half of their fields.")
    ] = False,
    on_failure: OnFailure = None,
    offline: Offline = False,
    allow_private: AllowPrivate = False,
    encoding: Encoding = None,
) -> None:
    """Read documents into a folder of records; what has not changed since the last run is not read again."""
    signal.signal(signal.SIGTERM, terminate)  # which Prefect hands on, once it has told its server
    with told():
        from flows.options import Options
        from flows.store.lock import refuse_if_held

        # Before Prefect's start, so that wrong use and a run at work are told at once.
        options = Options(only, force, allow_empty, accept_shrunk, offline, allow_private, encoding or "")
        _check(raw, output, on_failure, allow_empty=allow_empty)
        with _skipped():
            refuse_if_held(output)
        tell("Starting Prefect; this takes some 10 seconds, the first time 20 ...")
        clock = time.monotonic()
        from rich.console import Console

        from flows.orchestration import preflight

        preflight.check(os.environ)
        preflight.load()
        from flows.orchestration.ingest import run
        from flows.show.terminal import show

        sources = [str(path) for path in raw]
        with _skipped():
            account = run(sources, str(output), workers, on_failure=on_failure, options=options)
        show(account, Console(), overhead=time.monotonic() - clock - account.seconds)
        sys.stdout.flush()
    raise typer.Exit(account.exit_status)


def schedule(
    raw: Raw,
    output: Output,
    cron: Annotated[
        str | None, typer.Option(metavar='"0 6 * * *"', help="Run at these times, as cron writes them.")
    ] = None,
    every: Annotated[
        str | None, typer.Option(metavar="15m", help="Run again after this time: 30s, 15m, 6h, 1d.")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Of --cron; by default the one of this machine.")
    ] = None,
    workers: Workers = None,
    on_failure: OnFailure = None,
    encoding: Encoding = None,
) -> None:
    """Ingest again and again until stopped; what came due while the machine slept is run once.

    Starts a Prefect server of its own on this machine, unless PREFECT_API_URL names one.
    """
    signal.signal(signal.SIGTERM, terminate)
    with told():
        from flows.options import Options
        from flows.orchestration.supervision import ScheduleJob, run
        from flows.orchestration.timetable import timetable

        _check(raw, output, on_failure)
        when = timetable(cron, every, timezone)
        parameters = {
            "sources": [str(path.absolute()) for path in raw],
            "output": str(output.absolute()),
            "workers": workers,
            "on_failure": on_failure,
            "options": Options(encoding=encoding or "").as_parameters(),
        }
        run(ScheduleJob(parameters, when), tell)


def _check(raw: list[Path], output: Path, on_failure: str | None, *, allow_empty: bool = False) -> None:
    """Refuse what a run could not work with."""
    from flows.orchestration import hooks
    from flows.runs import steps

    steps.check(raw, output, allow_empty=allow_empty)
    if on_failure:
        hooks.load(on_failure)


@contextmanager
def _skipped() -> Iterator[None]:
    """Skip a run whose output folder another one is writing."""
    try:
        yield
    except Held as held:
        tell(f"code-articles: skipped: {held}; nothing was read or written.")
        raise typer.Exit from held
