"""A deadline over a whole exchange: httpx bounds each operation, and a server may answer a byte at a time."""

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

import httpcore

from flows.errors import NotFetched

_T = TypeVar("_T")

_SLICE = 0.5  # seconds after which a wait looks whether it is over
_CONNECT = 5.0


class OutOfTime(NotFetched):
    """The time of an exchange has run out, or the run ends."""


class Deadline(threading.local):
    """The end of the exchange of this thread, and of all of them by `stop`."""

    def __init__(self, stopped: threading.Event) -> None:
        self.stopped = stopped
        self._end = float("inf")
        self._seconds = 0.0

    def start(self, seconds: float) -> None:
        """Begin an exchange."""
        self._end, self._seconds = time.monotonic() + seconds, seconds

    def pause(self, seconds: float) -> None:
        """Wait out of good manners, which takes nothing of the exchange's time."""
        began = time.monotonic()
        self.stopped.wait(seconds)
        self._end += time.monotonic() - began  # which is more than was asked for on a busy machine
        self.left()

    def left(self) -> float:
        """Return the seconds that are left.

        Raises:
            OutOfTime: there are none.
        """
        left = self._end - time.monotonic()
        if self.stopped.is_set():
            message = "the run was ended"
            raise OutOfTime(message)
        if left <= 0:
            message = f"it was not there after {self._seconds:.3g} s"
            raise OutOfTime(message)
        return left


def within(deadline: Deadline, function: Callable[[], _T]) -> _T:
    """Return what a function gives that cannot be told when to end; its thread is left behind then.

    Raises:
        OutOfTime: the exchange is over before it.
        Exception: what the function raises.
    """
    given: Future[_T] = Future()

    def call() -> None:
        try:
            given.set_result(function())
        except Exception as error:  # it is raised where the result is awaited
            given.set_exception(error)

    threading.Thread(target=call, name="fetch: bounded call", daemon=True).start()
    while True:
        with suppress(TimeoutError):
            return given.result(min(_SLICE, deadline.left()))


class Backend(httpcore.SyncBackend):
    """Connections that keep a deadline."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect."""
        left = min(_CONNECT, self._deadline.left())
        stream = super().connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        while True:
            try:
                return self._stream.read(max_bytes, min(_SLICE, self._deadline.left()))
            except httpcore.ReadTimeout:
                continue

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, min(_CONNECT, self._deadline.left()))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: Any,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = min(_CONNECT, self._deadline.left())
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
