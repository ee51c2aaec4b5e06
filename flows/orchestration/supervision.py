"""The command ``schedule``: a process of Prefect that starts runs, and a server for it where there is none.

This process imports no Prefect. It holds the schedule's lock, and ends the others whatever happens to them.
"""

import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from flows.errors import Held, OutputError, ServerError, UsageError
from flows.orchestration import preflight
from flows.orchestration.server import Server, child, serve
from flows.orchestration.timetable import Timetable
from flows.store.lock import SCHEDULE, hold

_EVERY = 0.2  # seconds between two looks at the processes


class ScheduleJob(NamedTuple):
    """What is run, and when.

    Attributes:
        parameters: of the flow ``ingest``.
        timetable: when.
    """

    parameters: dict[str, Any]
    timetable: Timetable

    def to_json(self) -> str:
        """Return the job as JSON."""
        return json.dumps({"parameters": self.parameters, "timetable": self.timetable._asdict()})

    @classmethod
    def from_json(cls, content: str) -> "ScheduleJob":
        """Return the job that JSON holds."""
        found = json.loads(content)
        return cls(found["parameters"], Timetable(**found["timetable"]))

    @property
    def name(self) -> str:
        """The name of its deployment: the same for the same output folder."""
        output = Path(self.parameters["output"])
        return f"{output.name}-{hashlib.sha256(str(output).encode()).hexdigest()[:8]}"


def run(job: ScheduleJob, tell: Callable[[str], None]) -> None:
    """Run a schedule until this process is interrupted.

    Args:
        job: what to run, and when; its paths are absolute.
        tell: shows a sentence to the user.

    Raises:
        UsageError: the output folder is scheduled already.
        OutputError: the output folder cannot be written.
        ServerError: the server cannot start or does not, or one of the processes ended.
    """
    home = preflight.home(os.environ) / "code-articles" / job.name
    with ExitStack() as opened:
        opened.enter_context(_alone(Path(job.parameters["output"])))
        preflight.check(os.environ)
        preflight.check_home(home)
        home.chmod(0o700)
        server = opened.enter_context(_server(home, tell))
        settings = server.settings if server else {}
        # It is killed in the end, and a run at work with it: Prefect's own way to stop takes longer and tells
        # of faults that are none, and what a run has not committed is read again by the next one.
        process = opened.enter_context(
            child("flows.orchestration.schedule", [job.to_json()], settings, log=None, grace=0)
        )
        if server:
            tell(f"Prefect shows the runs at {server.pages} (see docs/scheduling.md for the password)")
        while process.poll() is None and (server is None or server.process.poll() is None):
            time.sleep(_EVERY)
        ended = "the process that starts runs" if process.poll() is not None else "Prefect's server"
    message = f"{ended} ended by itself; see above and in {home} for the reason, and start the schedule again"
    raise ServerError(message)


@contextmanager
def _alone(output: Path) -> Iterator[None]:
    """Hold the schedule of an output folder; it lies there, for all to find, whatever their home is."""
    with ExitStack() as opened:
        try:
            output.mkdir(parents=True, exist_ok=True)
            opened.enter_context(hold(output, f"schedule-{secrets.token_hex(2)}", SCHEDULE))
        except Held as held:
            message = f"{output} is scheduled already ({held.owner}); end that schedule first"
            raise UsageError(message) from held
        except OSError as error:
            message = f"{output} cannot be written ({error.strerror}); choose another output folder"
            raise OutputError(message) from error
        yield


@contextmanager
def _server(home: Path, tell: Callable[[str], None]) -> Iterator[Server | None]:
    """Run a server, unless the user has one."""
    if os.environ.get("PREFECT_API_URL"):
        yield None
    else:
        tell("Starting a Prefect server on this machine; this takes some 10 seconds, the first time 30 ...")
        with serve(home) as server:
            yield server
