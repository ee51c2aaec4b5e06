"""The commands for a single document and its form: ``extract`` and ``schema``."""

from typing import Annotated

import typer

from flows.cli.errors import FAILED, SET_ASIDE, fail, told
from flows.cli.output import tell, write, write_json, write_text
from flows.cli.parameters import Encoding

_BROKEN = frozenset({"timeout", "memory", "crashed"})  # reasons of a document that its process died of


def extract(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="A document; - for standard input.")],
    text: Annotated[
        bool, typer.Option("--text", help="Print the text that spans count in, instead of the record.")
    ] = False,
    encoding: Encoding = None,
) -> None:
    """Read one document and print its record."""
    with told():
        from flows.options import known_encoding
        from flows.reading.batch import Failed, Read, Refused
        from flows.reading.one_document import read_held

        match read_held(file, encoding=known_encoding(encoding)):
            case Read(text=words) if text:
                write_text(words)
            case Read(record=record):
                write_json(record)
            case Refused(reason=reason, message=message) if reason in _BROKEN:
                message = message.partition(";")[0]
                fail(f"{file} cannot be read: {message}; shorten or split it, or take it out.", SET_ASIDE)
            case Refused(message=message):
                fail(f"{file} cannot be read: {message}.", FAILED)
            case Failed(message=message, trace=trace):
                tell("".join(trace))
                fail(f"{file} shows a bug: {message}; report it with the document.", FAILED)


def schema() -> None:
    """Print the JSON Schema of a record."""
    with told():
        from flows.reading.versions import schema_file

        write(schema_file())
