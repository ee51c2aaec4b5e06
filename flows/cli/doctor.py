"""The command ``doctor``: is what lies in an output folder what was written there?"""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.errors import FAILED, told
from flows.cli.output import write_lines
from flows.printable import printable


def doctor(
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", help="The output folder of ingest.")],
    repair: Annotated[
        bool, typer.Option("--repair", help="Put right what is wrong; what was there goes to damaged/.")
    ] = False,
) -> None:
    """Compare the files of an output folder with what was written; one line for each that differs."""
    with told():
        from flows.runs import doctor as runs

        damages = runs.repair(output) if repair else runs.examine(output)
        write_lines("".join(f"{printable(str(damage))}\n" for damage in damages))
        left = [damage for damage in damages if not damage.mended]
    if left:
        raise typer.Exit(FAILED)
