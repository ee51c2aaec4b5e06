"""The command ``code-articles``, put together from the groups of its commands.

What a command needs is imported when it runs, so that help comes at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from flows.cli import doctor, documents, evaluation, history, quarantine, runs
from flows.cli.output import write
from flows.printable import printable_lines


class _Commands(TyperGroup):
    """The commands; what is wrong with their arguments steers no terminal."""

    def make_context(self, *given: Any, **more: Any) -> Any:
        with _printable():
            return super().make_context(*given, **more)

    def invoke(self, ctx: Any) -> Any:
        with _printable():
            return super().invoke(ctx)


@contextmanager
def _printable() -> Iterator[None]:
    try:
        yield
    except typer.TyperException as error:
        error.message = printable_lines(error.message)
        raise


app = typer.Typer(
    cls=_Commands,
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

        write(f"code-articles {EXTRACTOR} (record schema {SCHEMA_VERSION})\n".encode())
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


for command in (
    runs.ingest,
    runs.schedule,
    documents.extract,
    documents.schema,
    evaluation.evaluate,
    history.changes,
    history.history,
    history.show,
    history.find,
    doctor.doctor,
    doctor.verify,
):
    app.command()(command)
app.add_typer(
    quarantine.commands, name="quarantine", help="Documents that could not be read: list, show, replay."
)
