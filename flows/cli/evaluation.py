"""The command ``evaluate``."""

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.errors import FAILED, told
from flows.cli.output import tell, write_lines
from flows.printable import printable


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
    misses: Annotated[
        bool, typer.Option("--misses", help="List every wrong or missing fact, and code.")
    ] = False,
) -> None:
    """Measure the reading against gold facts, beside a naive baseline."""
    with told():
        from flows.evaluation import evaluation

        result = evaluation.evaluate(evaluation.cases(gold, raw or gold.parent / "raw"))
        tables = evaluation.report(result)
        lines = [printable(miss) for miss in evaluation.misses(result)] if misses else []
        write_lines("\n".join([tables, *lines]))
        if report:
            report.write_text(f"# Accuracy\n\n{tables}", "utf-8")
        dropped = evaluation.drops(result, history) if history else []
        if history:
            evaluation.append(result, history)
        for line in dropped:
            tell(f"dropped: {line}")
    raise typer.Exit(FAILED if dropped else 0)
