"""What an engine is."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

_T = TypeVar("_T")
_A = TypeVar("_A")


class Engine(AbstractContextManager["Engine"], Protocol):
    """Runs a function on one argument somewhere else; called from many threads.

    At the end of its block whatever still runs is ended at once.
    """

    def run(self, function: Callable[[_A], _T], argument: _A) -> _T:
        """Return what the function returns.

        Raises:
            WorkerDied: the process that ran it ended before its time.
            CancelledError: the engine was stopped.
        """
        ...
