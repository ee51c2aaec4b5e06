"""Arguments and options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The output folder of ingest.")]
Json = Annotated[bool, typer.Option("--json", help="JSON, one value a line, for programs.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The id of a document: its path below the raw folder.")]
Encoding = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Of documents that are not UTF-8 and declare nothing, such as cp1252."),
]
OUTPUT = Path("output")
