"""Ctrl-C reaches every process of a terminal; those that work for us must leave it to us."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Let processes that this thread starts inside never see an interrupt of the terminal.

    A blocked signal stays blocked in a child, even in one that sets a handler of its own.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
