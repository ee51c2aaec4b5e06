"""An output folder looked at, and put right, without reading a document."""

import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from flows.account import Damage
from flows.options import Options
from flows.runs.provenance import new_run
from flows.runs.steps import begin
from flows.store.doctor import examination


def examine(output: Path) -> Sequence[Damage]:
    """Say what is damaged in an output folder; see `flows.store.doctor.examination.examine`."""
    return examination.examine(output, new_run(datetime.now(UTC)))


def repair(output: Path) -> Sequence[Damage]:
    """Put right what is damaged in an output folder.

    Returns:
        What was damaged, each with what was done. What was there instead lies in ``damaged/``.

    Raises:
        UsageError: the folder is no output folder.
        OutputError: it cannot be used.
    """
    examination.refuse_others(output)
    again = shlex.join(["code-articles", "quarantine", "replay", "--all", "--output", str(output.absolute())])
    with begin(output, again, Options(force=True), workers=1) as run:
        run.store.publish()
        return run.store.damages
