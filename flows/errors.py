"""Exceptions of the flow.

    FlowError
    ├── UsageError   the command was given something that it cannot work with
    ├── OutputError  the output folder cannot be used or written
    ├── ServerError  Prefect's server does not start or answer
    └── WorkerDied   the process that read a batch ended before its time

Each carries one sentence for people. What is wrong with one document is no exception: it is a result.
"""


class FlowError(Exception):
    """Base of everything that `flows` raises on purpose."""


class UsageError(FlowError):
    """Arguments that cannot be worked with; nothing was read or written."""


class OutputError(FlowError):
    """An output folder that cannot be opened or written."""


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
