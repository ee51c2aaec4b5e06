"""The command ``code-articles``. What a command needs is imported when it runs: help comes at once."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from flows.errors import FlowError, Held, UsageError

FAILED, MISUSED, INTERRUPTED, TERMINATED = 1, 2, 130, 143  # besides 0, and 3 for documents in quarantine

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
Offline = Annotated[bool, typer.Option("--offline", help="Fetch no URLs; read what they gave last.")]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich takes longer to load than the help takes to print
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command."""
    app(prog_name="code-articles")


def _version(wanted: bool) -> None:
    if wanted:
        from extractors import EXTRACTOR, SCHEMA_VERSION

        _write(f"code-articles {EXTRACTOR} (record schema {SCHEMA_VERSION})\n".encode())
        raise typer.Exit


@app.callback()
def code_articles(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Turn raw articles about medical billing codes into JSON records.

    \b
    Exit status: 0 all good, 3 finished with documents in quarantine, 2 wrong use, 1 failed.
    A run whose output folder another run is writing is skipped, with status 0.
    """


@app.command()
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
) -> None:
    """Read documents into a folder of records; what has not changed since the last run is not read again."""
    signal.signal(signal.SIGTERM, _terminate)  # which Prefect hands on, once it has told its server
    with _told():
        from flows.options import Options

        # Before Prefect's start, so that wrong use is told at once.
        _check(raw, output, on_failure, allow_empty=allow_empty)
        options = Options(only, force, allow_empty, accept_shrunk, offline)
        typer.echo("Starting Prefect; this takes some 10 seconds, the first time 20 ...", err=True)
        clock = time.monotonic()
        from rich.console import Console

        from flows.orchestration.ingest import run
        from flows.show.terminal import show

        sources = [str(path) for path in raw]
        try:
            account = run(sources, str(output), workers, on_failure=on_failure, options=options)
        except Held as held:
            typer.echo(f"code-articles: skipped: {held}; nothing was read or written.", err=True)
            raise typer.Exit from held
        show(account, Console(), overhead=time.monotonic() - clock - account.seconds)
        sys.stdout.flush()
    raise typer.Exit(account.exit_status)


@app.command()
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
) -> None:
    """Ingest again and again until stopped; what came due while the machine slept is run once.

    Starts a Prefect server of its own on this machine, unless PREFECT_API_URL names one.
    """
    signal.signal(signal.SIGTERM, _terminate)
    with _told():
        from flows.orchestration.supervision import Job, run
        from flows.orchestration.timetable import timetable

        _check(raw, output, on_failure)
        when = timetable(cron, every, timezone)
        parameters = {
            "sources": [str(path.absolute()) for path in raw],
            "output": str(output.absolute()),
            "workers": workers,
            "on_failure": on_failure,
        }
        run(Job(parameters, when), lambda words: typer.echo(words, err=True))


@app.command()
def extract(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="A document; - for standard input.")],
    text: Annotated[
        bool, typer.Option("--text", help="Print the text that spans count in, instead of the record.")
    ] = False,
) -> None:
    """Read one document and print its record."""
    with _told():
        from extractors import SourceError
        from flows.reading.one_document import read

        try:
            extraction = read(file)
        except SourceError as error:
            _fail(f"{file} cannot be read: {error.message}.", FAILED)
        _write(extraction.text.text.encode() if text else extraction.record.to_json())


@app.command()
def schema() -> None:
    """Print the JSON Schema of a record."""
    with _told():
        from flows.reading.versions import schema_file

        _write(schema_file())


@app.command()
def evaluate(
    gold: Annotated[Path, typer.Option("--gold", metavar="DIR", help="Folder of *.gold.json files.")],
    raw: Annotated[
        Path | None, typer.Option("--raw", metavar="DIR", help="Their documents; by default raw beside gold.")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Also write the tables to a file.")
    ] = None,
    history: Annotated[
        Path | None,
        typer.Option("--history", metavar="FILE", help="Append the figures, and tell what dropped."),
    ] = None,
    misses: Annotated[bool, typer.Option("--misses", help="List every wrong or missing fact.")] = False,
) -> None:
    """Measure the reading against gold facts, beside a naive baseline."""
    with _told():
        from flows.evaluation import evaluation

        result = evaluation.evaluate(evaluation.cases(gold, raw or gold.parent / "raw"))
        tables = evaluation.report(result)
        lines = [miss for score in result.soft for miss in score.misses] if misses else []
        _write("\n".join([tables, *lines]).encode())
        if report:
            report.write_text(f"# Accuracy\n\n{tables}", "utf-8")
        dropped = evaluation.drops(result, history) if history else []
        if history:
            evaluation.append(result, history)
        for line in dropped:
            typer.echo(f"dropped: {line}", err=True)
    raise typer.Exit(FAILED if dropped else 0)


Folder = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The output folder of ingest.")]
Json = Annotated[bool, typer.Option("--json", help="JSON, one value a line, for programs.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The id of a document: its path below the raw folder.")]
_OUTPUT = Path("output")


@app.command()
def changes(
    since: Annotated[int, typer.Option(min=0, metavar="CURSOR", help="Only changes after this one.")] = 0,
    output: Folder = _OUTPUT,
    json: Json = False,
) -> None:
    """Tell which records were added, changed and removed, how, and why."""
    with _told():
        from flows.store.feed import to_line
        from flows.store.history import open_manifest

        with closing(open_manifest(output)) as manifest:
            if json:
                for change in manifest.changes(since):
                    _write(to_line(change))
                return
            from rich.console import Console

            from flows.show.listings import show_changes

            show_changes(manifest.changes(since), Console())


@app.command()
def history(document: Id, output: Folder = _OUTPUT, json: Json = False) -> None:
    """Tell the versions of one record, from the first to the last."""
    with _told():
        from flows.store import history as past
        from flows.store.feed import to_line

        with closing(past.open_manifest(output)) as manifest:
            entries = past.history(manifest, document)
            if json:
                for entry in entries:
                    _write(to_line(entry.as_values()))
                return
            from rich.console import Console

            from flows.show.listings import show_history

            show_history(entries, Console())


@app.command()
def show(
    document: Id,
    version: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Which version; by default the last.")
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="The text that spans count in, instead.")] = False,
    output: Folder = _OUTPUT,
) -> None:
    """Print a record, or an earlier version of it, to the byte as it was written."""
    with _told():
        from flows.store import history as past

        with closing(past.open_manifest(output)) as manifest:
            found = past.version(manifest, document, version)
        _write(found.text if text else found.record)


quarantine = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
app.add_typer(quarantine, name="quarantine", help="Documents that could not be read: list, show, replay.")


@quarantine.command("list")
def quarantine_list(output: Folder = _OUTPUT, json: Json = False) -> None:
    """List the documents in quarantine, with their reasons."""
    with _told():
        from flows.store.feed import to_line
        from flows.store.history import open_manifest

        with closing(open_manifest(output)) as manifest:
            rows = manifest.quarantined()
        if json:
            for row in rows:
                _write(to_line(row._asdict()))
            return
        from rich.console import Console

        from flows.show.listings import show_quarantine

        show_quarantine(rows, Console())


@quarantine.command("show")
def quarantine_show(document: Id, output: Folder = _OUTPUT) -> None:
    """Print the entry of one document: reason, message, sha256, where its bytes are, versions."""
    with _told():
        from flows.store.quarantine import entry

        _write(entry(output, document))


@quarantine.command("replay")
def quarantine_replay(
    documents: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Documents in quarantine.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All documents in quarantine.")] = False,
    accept_shrunk: Annotated[
        bool, typer.Option("--accept-shrunk", help="Take records that lost more than half of their fields.")
    ] = False,
    output: Folder = _OUTPUT,
) -> None:
    """Read documents in quarantine again, such as after an update."""
    with _told():
        if everything == bool(documents):
            message = "name the documents to replay, or --all; code-articles quarantine list shows them"
            raise UsageError(message)
        from rich.console import Console

        from flows.options import Options
        from flows.runs.replay import replay
        from flows.show.terminal import show as show_account

        account = replay(output, documents or None, Options(accept_shrunk=accept_shrunk))
        show_account(account, Console())
        sys.stdout.flush()
    raise typer.Exit(account.exit_status)


def _check(raw: list[Path], output: Path, on_failure: str | None, *, allow_empty: bool = False) -> None:
    """Refuse what a run could not work with."""
    from flows.orchestration import hooks
    from flows.sources.folder import check, discover, url_lists
    from flows.sources.web import url_lists as urls

    check(raw, output)
    if not urls.read(url_lists(raw)):
        discover(raw, allow_empty=allow_empty)
    if on_failure:
        hooks.load(on_failure)


class _Terminated(KeyboardInterrupt):
    """An interrupt by SIGTERM: Python's default would leave Prefect's server running."""


def _terminate(*_: object) -> None:
    raise _Terminated


@contextmanager
def _told() -> Iterator[None]:
    """Turn errors into one sentence and the exit status that goes with it."""
    try:
        yield
    except KeyboardInterrupt as error:
        status = TERMINATED if isinstance(error, _Terminated) else INTERRUPTED
        _fail("stopped; records that were finished are kept, and a new run goes on from there.", status)
    except BrokenPipeError:
        # Whoever reads our output has seen enough. Python flushes it again at its end, which must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except UsageError as error:
        _fail(f"{error}.", MISUSED)
    except FlowError as error:
        _fail(f"{error}.", FAILED)
    except OSError as error:
        _fail(f"{error.filename or 'The output'}: {error.strerror}.", FAILED)


def _fail(message: str, status: int) -> None:
    typer.echo(f"code-articles: {message}", err=True)
    raise typer.Exit(status)


def _write(content: bytes) -> None:
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
