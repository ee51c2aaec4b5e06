"""Exceptions of the flow.

    FlowError
    ├── NotFetched   a URL could not be fetched
    ├── UsageError   the command was given something that it cannot work with
    ├── OutputError  the output folder cannot be used or written
    │   ├── DamagedManifest  its manifest is no database any more
    │   └── Held     another run is writing it
    ├── RunFailed    a run came to its end, but documents failed (flows.account)
    ├── ServerError  Prefect's server does not start or answer
    └── WorkerDied   the process that read a batch ended before its time

Each carries one sentence for people. What is wrong with one document is no exception: it is a result.
"""

from pathlib import Path


class FlowError(Exception):
    """Base of everything that `flows` raises on purpose."""


class UsageError(FlowError):
    """Arguments that cannot be worked with; nothing was read or written."""


class NotFetched(FlowError):  # noqa: N818 (it says what became of the URL)
    """A URL that could not be fetched, for a reason that trying again would not help."""


class OutputError(FlowError):
    """An output folder that cannot be opened or written."""


class DamagedManifest(OutputError):  # noqa: N818 (the next run makes a new one)
    """A manifest that is no database, or a damaged one.

    Attributes:
        fault: what SQLite says of it.
    """

    def __init__(self, path: Path, fault: str) -> None:
        super().__init__(f"{path} is damaged ({fault}); code-articles doctor --repair makes it anew")
        self.fault = fault


class Held(OutputError):  # noqa: N818 (no error of anybody: the run is skipped)
    """An output folder that another run is writing.

    Attributes:
        folder: the folder.
        owner: who holds it and since when, in words.
    """

    def __init__(self, folder: Path, owner: str) -> None:
        super().__init__(f"{folder} is being written by {owner}")
        self.folder = folder
        self.owner = owner


class ServerError(FlowError):
    """A Prefect server that does not start or answer."""


class WorkerDied(FlowError):  # noqa: N818 (it names what happened; nobody raises it as an error of theirs)
    """A worker process ended while it read a batch.

    Attributes:
        status: its exit status, or minus the number of the signal that ended it; None where it had none.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status
