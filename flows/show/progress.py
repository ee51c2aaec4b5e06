"""What a person sees while a run works, on standard error: a bar on a terminal, else a line now and then."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_EVERY = 3.0  # seconds between lines


class Meter:
    """Counts documents up to a total; a context manager. Any thread may advance it.

    Args:
        total: the documents to come.
        console: where to show them.
    """

    def __init__(self, total: int, console: Console) -> None:
        self._total = total
        self._done = 0
        self._console = console
        self._told = time.monotonic()
        columns = (TextColumn("Reading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._task = self._bar.add_task("Reading", total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def advance(self, documents: int) -> None:
        """Count documents as done."""
        self._done += documents
        self._bar.advance(self._task, documents)
        now = time.monotonic()
        if not self._console.is_terminal and now - self._told >= _EVERY:
            self._told = now
            self._console.print(f"{self._done:,} of {self._total:,} documents read", highlight=False)
