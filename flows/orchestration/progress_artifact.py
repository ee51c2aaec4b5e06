"""The progress of a run, as Prefect shows it beside the run."""

import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, cast

import httpx
from prefect.artifacts import create_progress_artifact, update_progress_artifact
from prefect.exceptions import PrefectException

if TYPE_CHECKING:
    from uuid import UUID

NOT_SHOWN = (httpx.HTTPError, PrefectException)  # showing a run must not fail it
_EVERY = 1.0  # seconds between two updates


class ProgressArtifact:
    """The progress of a run as Prefect shows it; called from many threads."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._told = time.monotonic()
        self._lock = threading.Lock()
        self._artifact: UUID | None = None
        with suppress(*NOT_SHOWN):
            made = create_progress_artifact(0.0, key="progress", description=f"{total:,} documents to read")
            self._artifact = cast("UUID", made)

    def advance(self, documents: int) -> None:
        """Count documents as done, and show it now and then."""
        with self._lock:
            self._done += documents
            now = time.monotonic()
            due = self._done == self._total or now - self._told >= _EVERY
            if due:
                self._told = now
        if due and self._artifact:
            with suppress(*NOT_SHOWN):
                update_progress_artifact(self._artifact, progress=100 * self._done / self._total)
