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

Each carries one sentence for people, which steers no terminal and quotes no document. What is wrong with one
document is no exception: it is a result.
"""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.printable import printable


class FlowError(Exception):
    """Base of everything that `flows` raises on purpose."""

    def __init__(self, message: str) -> None:
        super().__init__(printable(message))


class Unforeseen(Exception):  # noqa: N818 (a bug, which is left to crash)
    """An error that nobody has foreseen, without its words; see `unquoted`."""


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


def described(error: BaseException) -> str:
    """Return what may be told of an error: of one that is not ours its type and place, never its words.

    They may be those of a document, and those of a patient then. What the system says of a file names it.
    """
    if isinstance(error, FlowError | Unforeseen):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        files = " -> ".join(repr(file) for file in (error.filename, error.filename2) if file is not None)
        return f"{error.strerror}: {printable(files)}" if files else error.strerror
    return f"{type(error).__name__} at {_place(error)}"


def frames(error: BaseException, most: int = 4) -> tuple[str, ...]:
    """Return where an error came from: the last places in the code, as Python prints them."""
    return tuple(traceback.format_list(traceback.extract_tb(error.__traceback__)[-most:]))


@contextmanager
def unquoted(*spared: type[Exception]) -> Iterator[None]:
    """Let an error that nobody has foreseen go on without its words; whoever logs it shows all of it.

    Args:
        spared: errors that go on as they are, besides ours and those of the system.

    Raises:
        Unforeseen: in its place, and from where it was.
    """
    try:
        yield
    except (FlowError, OSError):
        raise
    except spared:
        raise
    except Exception as error:
        raise Unforeseen(described(error)).with_traceback(error.__traceback__) from None


def _place(error: BaseException) -> str:
    """The last line that an error came through outside of libraries, or else the last."""
    found = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    own = [place for place in found if not _is_library(place[0])]
    name, line = (own or found or [("nowhere", 0)])[-1]
    return f"{'/'.join(Path(name).parts[-2:])}:{line}"


def _is_library(file: str) -> bool:
    path = Path(file)
    inside = any(path.is_relative_to(prefix) for prefix in (sys.prefix, sys.base_prefix))
    return inside and not {"extractors", "flows"}.intersection(path.parts)
