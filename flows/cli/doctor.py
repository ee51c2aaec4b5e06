"""What looks at an output folder: ``doctor``, is it what was written? ``verify``, do the files agree?"""

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


def verify(
    output: Annotated[Path, typer.Argument(metavar="OUTPUT", help="The output folder of ingest.")],
) -> None:
    """Hold records against their texts, and the feed against records: one line for each fault.

    What is compared stands in the files alone; no code that wrote them is used.
    """
    with told():
        from flows.store.doctor.examination import refuse_others
        from flows.verifier.folder import verify as faults

        refuse_others(output)
        found = False
        for fault in faults(output):
            found = True
            write_lines(f"{printable(str(fault))}\n")
    if found:
        raise typer.Exit(FAILED)
