"""How long a host is waited for: its requests are kept apart, and what it may ask for on top is bounded."""

import threading
import time

from flows.errors import NotFetched


class Impatient(NotFetched):
    """A host asks to be waited for longer than one run waits for it."""


class Pace:
    """The turns of requests, and the patience with each host; shared by threads.

    Args:
        patience: seconds that a host may have a run wait for it, beyond the interval that the user chose.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}
        self._waited: dict[str, float] = {}

    def until(self, host: str, interval: float, chosen: float) -> float:
        """Return the seconds until the turn of a request, of which the host is charged with its share.

        Args:
            host: which is asked.
            interval: seconds between two requests to it.
            chosen: those of them that the user asked for.

        Raises:
            Impatient: the host's share is more than it may still ask for.
        """
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next.get(host, now))
            if interval > chosen:
                self._charge(host, (turn - now) * (interval - chosen) / interval)
            self._next[host] = turn + interval
        return turn - now

    def answered(self, host: str, interval: float) -> None:
        """Count the interval from an answer: when it was due says nothing of when the request was sent."""
        with self._lock:
            self._next[host] = max(self._next.get(host, 0.0), time.monotonic() + interval)

    def charge(self, host: str, seconds: float) -> None:
        """Take a pause from what a host may ask for.

        Raises:
            Impatient: it is more than is left.
        """
        with self._lock:
            self._charge(host, seconds)

    def _charge(self, host: str, seconds: float) -> None:
        waited = self._waited.get(host, 0.0) + seconds
        if waited > self._patience:
            message = f"{host} wants to be waited for more than {self._patience:.3g} s in one run"
            raise Impatient(message)
        self._waited[host] = waited
