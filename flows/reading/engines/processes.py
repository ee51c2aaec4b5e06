"""Processes of our own, behind the threads of whoever hands out the work."""

import contextlib
import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from flows.errors import WorkerDied
from flows.reading.signals import deaf_to_interrupts

_T = TypeVar("_T")
_A = TypeVar("_A")
_BROKEN = "worker processes cannot be started"
_TASKS = 20  # for a process, before a fresh one takes its place; a leak in a library ends there
_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


class Processes:
    """A pool of processes; a context manager. A worker that dies, or has done its share, is replaced.

    Fresh interpreters, not forks: the parent has threads and a database open. They start at once, from
    the thread that makes the pool, and end with it.
    """

    def __init__(self, workers: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPool(
            max_workers=workers, max_tasks=_TASKS, initializer=_end_with_parent, context=context
        )
        self._running: set[Future[Any]] = set()
        self._stopped = False
        with deaf_to_interrupts():
            started = self._pool.active  # asking starts it
        if not started:
            raise WorkerDied(_BROKEN)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, function: Callable[[_A], _T], argument: _A) -> _T:
        """Run a function in one of the processes; see `flows.reading.engines.engine.Engine`."""
        if self._stopped:
            raise CancelledError
        try:
            future = self._pool.schedule(function, args=(argument,))
        except RuntimeError as error:
            raise WorkerDied(_BROKEN) from error
        self._running.add(future)
        try:
            return future.result()
        except ProcessExpired as error:
            raise WorkerDied(_told(error.exitcode), error.exitcode) from error
        except BrokenProcessPool as error:
            raise WorkerDied(_BROKEN) from error
        finally:
            self._running.discard(future)

    def stop(self) -> None:
        """End the processes at once; calls of `run` under way raise."""
        self._stopped = True
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble has types, but none here
        for future in tuple(self._running):
            future.cancel()
        self._pool.join()


def _told(status: int | None) -> str:
    """Say how a process ended, from its exit status."""
    if status is not None and status < 0:
        with contextlib.suppress(ValueError):
            name = signal.Signals(-status).name
            hint = ", as the system does when memory runs out" if name == "SIGKILL" else ""
            return f"the worker process was ended by {name}{hint}"
    return f"the worker process ended with status {status}"


def _end_with_parent() -> None:
    """Let this process end as soon as its parent has, however that ended."""
    if sys.platform == "linux":
        # By the kernel: a regular expression at work would never let a thread of ours run.
        ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_after, args=(parent,), name="parent watch", daemon=True).start()


def _leave_after(parent: Any) -> None:
    parent.join()
    os._exit(1)
