"""A function is called side by side in threads that nobody waits for once the run is to end.

Those of `concurrent.futures` are joined before a process ends, however long a server lets them wait.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from contextlib import suppress
from typing import TypeVar

_A = TypeVar("_A")
_R = TypeVar("_R")


_GRACE = 1.0  # seconds in which threads that were told to stop may still do so


def side_by_side(
    function: Callable[[_A], _R], arguments: Sequence[_A], threads: int, stop: Callable[[], None]
) -> list[_R]:
    """Call a function for each argument.

    Args:
        function: what is called.
        arguments: what it is called with.
        threads: how many calls there may be at a time.
        stop: tells those that are under way to end.

    Returns:
        What the function gave, in the order of the arguments.

    Raises:
        Exception: the first that a call raised, or an interrupt; at once, and what has not ended then is
            left behind.
    """
    waiting: queue.SimpleQueue[tuple[_A, Future[_R]]] = queue.SimpleQueue()
    given: list[Future[_R]] = [Future() for _ in arguments]
    for pair in zip(arguments, given, strict=True):
        waiting.put(pair)

    def work() -> None:
        with suppress(queue.Empty):
            while True:
                _call(function, *waiting.get_nowait())

    for _ in range(min(threads, len(given))):
        threading.Thread(target=work, name="fetch", daemon=True).start()
    try:
        ended, _ = wait(given, return_when=FIRST_EXCEPTION)
        for future in ended:
            future.result()
    except BaseException:
        stop()
        wait([future for future in given if not future.cancel()], _GRACE)
        raise
    return [future.result() for future in given]


def _call(function: Callable[[_A], _R], argument: _A, given: Future[_R]) -> None:
    if not given.set_running_or_notify_cancel():
        return
    try:
        given.set_result(function(argument))
    except BaseException as error:  # it is raised where the result is awaited
        given.set_exception(error)
