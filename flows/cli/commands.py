"""The command ``code-articles``, put together from the groups of its commands.

What a command needs is imported when it runs, so that help comes at once.
"""

from typing import Annotated

import typer

from flows.cli import doctor, documents, evaluation, history, quarantine, runs
from flows.cli.output import write

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
