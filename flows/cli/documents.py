"""The commands for a single document and its form: ``extract`` and ``schema``."""

from typing import Annotated

import typer

from flows.cli.errors import FAILED, fail, told
from flows.cli.output import write


def extract(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="A document; - for standard input.")],
    text: Annotated[
        bool, typer.Option("--text", help="Print the text that spans count in, instead of the record.")
    ] = False,
) -> None:
    """Read one document and print its record."""
    with told():
        from extractors import SourceError
        from flows.reading.one_document import read

        try:
            extraction = read(file)
        except SourceError as error:
            fail(f"{file} cannot be read: {error.message}.", FAILED)
        write(extraction.text.text.encode() if text else extraction.record.to_json())


def schema() -> None:
    """Print the JSON Schema of a record."""
    with told():
        from flows.reading.versions import schema_file

        write(schema_file())
