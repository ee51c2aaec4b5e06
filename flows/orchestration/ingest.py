"""The Prefect flow ``ingest``: the steps of `flows.runs.steps`, its batches read by tasks."""

import errno
import json
import os
import secrets
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, wait
from contextlib import suppress
from contextvars import copy_context
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from prefect import Flow, flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.runtime import flow_run
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_HOME,
    PREFECT_SERVER_API_AUTH_STRING,
    PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS,
    temporary_settings,
)
from prefect.states import Completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from rich.console import Console

from flows.account import Account, RunFailed, Tally, Trouble
from flows.errors import Held, ServerError, described, unquoted
from flows.options import Options
from flows.orchestration import hooks
from flows.orchestration.child_processes import end_with_parent
from flows.orchestration.progress_artifact import NOT_SHOWN, ProgressArtifact
from flows.printable import printable, printable_lines
from flows.reading.engines import DEFAULT, ENGINES
from flows.reading.engines.engine import Engine
from flows.reading.signals import deaf_to_interrupts
from flows.runs import steps
from flows.runs.steps import Batch, Request
from flows.show.markdown import headline, markdown
from flows.show.progress import Meter
from flows.store.output_folder import Store

if TYPE_CHECKING:
    from prefect.server.api.server import SubprocessASGIServer

SKIPPED = "Skipped"  # the name of the state of a run whose output folder another run was writing
PARENT = "CODE_ARTICLES_PARENT"  # the variable with the process that scheduled runs end with
_PROCESSORS = os.cpu_count() or 1
_LOOK = 0.5  # seconds between two looks at a server that starts
_OTHER_PORT = 3  # the status at which Prefect starts its server again by itself, without end
_MOST_STARTS = 3  # a port that is taken needs one more; what else ends it so will do so for ever
_PASSING = frozenset({errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EIO, errno.ESTALE, errno.ETIMEDOUT})


class Work:
    """What the tasks of a run share. A plain object: Prefect would search other values for futures."""

    def __init__(self, store: Store, engine: Engine, meter: Meter, batches: Sequence[Batch]) -> None:
        self.store = store
        self.engine = engine
        self.meter = meter
        self.batches = batches
        self.artifact = ProgressArtifact(sum(map(len, batches)))


def run(
    sources: Sequence[str],
    output: str,
    workers: int | None = None,
    *,
    on_failure: str | None = None,
    options: Options | None = None,
) -> Account:
    """Run the flow in this process.

    Args:
        sources: raw folders, files, patterns and lists of URLs.
        output: the output folder.
        workers: processes that read; by default one a processor.
        on_failure: the function to call if the run fails, as ``module:function``.
        options: what else was asked of the run.

    Raises:
        UsageError: the sources and the output folder cannot be worked with.
        Held: another run writes the output folder.
        OutputError: the output folder cannot be used.
        ServerError: Prefect has no server.
    """
    processes = workers or _PROCESSORS
    # The thread that sends heartbeats takes a second to end, and nothing here listens to it.
    settings: dict[Any, Any] = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
    if not PREFECT_API_URL.value():
        settings |= _settings_of_own_server()
    asked = (options or Options()).as_parameters()
    with temporary_settings(settings):
        _start_prefect()
        state: State[Any] = ingest.with_options(task_runner=_runner(processes))(
            list(sources), output, processes, on_failure, asked, return_state=True
        )
    result = state.result(raise_on_failure=False)
    if isinstance(result, RunFailed):
        return result.account
    if isinstance(result, BaseException):
        raise result
    return cast("Account", result)


def _runner(processes: int) -> TaskRunner[Any]:
    # Twice the threads: while some commit, and wait for the disk, others keep the processes busy.
    return ThreadPoolTaskRunner(max_workers=2 * processes)


def _settings_of_own_server() -> dict[Any, Any]:
    """Return the settings of Prefect's own server, and of us, who work with it and alone may do so."""
    theirs = PREFECT_SERVER_API_AUTH_STRING.value()
    secret = theirs.get_secret_value() if theirs else f"code-articles:{secrets.token_urlsafe(24)}"
    return {
        PREFECT_SERVER_API_AUTH_STRING: secret,
        PREFECT_API_AUTH_STRING: secret,
        PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS: "http://127.0.0.1",  # it has no pages; no other may ask it
        # A signal to all of a terminal's processes ends this server too; it will not come back.
        PREFECT_CLIENT_MAX_RETRIES: 1,
    }


def _start_prefect() -> None:
    """Let Prefect start the server that it makes for itself where the user has none.

    In a thread and deaf to interrupts: at Ctrl-C the server must outlive the flow, which reports its end
    to it (and would try for a minute), while the main thread must hear it at once.
    """
    ready: Future[Exception | None] = Future()

    def start() -> None:
        try:
            with deaf_to_interrupts(), get_client(sync_client=True) as client:
                ready.set_result(client.api_healthcheck())
        except Exception as error:  # whatever it is, it is told where the answer is awaited
            ready.set_result(error)

    theirs, home = PREFECT_API_URL.value(), PREFECT_HOME.value()
    server = None if theirs else _own_server()
    # Settings belong to a context, and a thread has one of its own.
    started = threading.Thread(target=copy_context().run, args=(start,), name="start of prefect", daemon=True)
    started.start()
    error = _answer(ready, server)
    if error is not None:
        own = f"Prefect's own server does not start ({error}); make sure that {home} can be written"
        other = f"no Prefect server answers at {theirs} ({error}); start it, or unset PREFECT_API_URL"
        raise ServerError(other if theirs else own) from error


def _own_server() -> "SubprocessASGIServer":
    """Return the server that the client will start: there is one in a process."""
    from prefect.server.api.server import SubprocessASGIServer  # noqa: PLC0415 (takes seconds)

    return SubprocessASGIServer()


def _answer(ready: Future[Exception | None], server: "SubprocessASGIServer | None") -> Exception | None:
    """Wait for Prefect, but not for a server of its own that has ended: its client would go on asking."""
    starts = set()
    while not ready.done():
        wait([ready], _LOOK)
        process = server.server_process if server else None
        if process:
            starts.add(process.pid)
            status = process.poll()
            if status not in {None, _OTHER_PORT} or len(starts) > _MOST_STARTS:
                return ServerError(f"it ended with status {status or _OTHER_PORT}")
    return ready.result()


def _title() -> str:
    given = flow_run.parameters
    return printable(f"{', '.join(given['sources'])} into {given['output']}")


def _notify(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Call the function that the user has named for failed runs."""
    name = flow_run.parameters.get("on_failure")
    if not name:
        return
    error = state.result(raise_on_failure=False)
    failure = {
        "flow_run": flow_run.name,
        "flow_run_id": str(flow_run.id),
        "state": state.name,
        "error": type(error).__name__,
        "message": str(error),
        "sources": flow_run.parameters["sources"],
        "output": flow_run.parameters["output"],
        "account": json.loads(error.account.to_json()) if isinstance(error, RunFailed) else None,
    }
    fault = hooks.call(name, failure)
    if fault:
        sys.stderr.write(printable_lines(f"code-articles: {fault}.\n"))


@flow(
    name="ingest",
    flow_run_name=_title,
    task_runner=_runner(_PROCESSORS),
    persist_result=False,
    validate_parameters=False,
    on_failure=[_notify],
)
def ingest(
    sources: list[str],
    output: str,
    workers: int | None = None,
    on_failure: str | None = None,
    options: dict[str, Any] | None = None,
) -> Account | State[Any]:
    """Turn documents into records in an output folder; see `run`.

    A run whose output folder another one is writing ends as completed, by the name of "Skipped".
    """
    parent = os.environ.get(PARENT)
    if parent:
        end_with_parent(int(parent))
    asked = Options(**(options or {}))
    request = Request(tuple(map(Path, sources)), Path(output), workers or _PROCESSORS, asked)
    try:
        with unquoted(*NOT_SHOWN):
            account, changes = steps.ingest(request, partial(read_all, workers=request.workers))
    except Held as held:
        _tell(f"Skipped: {held}")
        return Completed(name=SKIPPED, message=str(held), data=held)
    with suppress(*NOT_SHOWN):
        told = markdown(account, changes)
        create_markdown_artifact(told, key="account", description=f"Run {account.run}")
    _tell(headline(account))
    if account.tally.failed:
        raise RunFailed(account)
    return account


def _tell(words: str) -> None:
    """Tell who looks at a schedule what a run did; the command ingest tells more, when the run has ended."""
    if os.environ.get(PARENT):
        sys.stderr.write(printable_lines(f"{datetime.now(UTC).isoformat(timespec='seconds')} {words}\n"))


def read_all(store: Store, batches: Sequence[Batch], *, workers: int) -> Tally:
    """Read batches side by side and commit each as it comes. One that fails leaves the others alone."""
    meter = Meter(sum(map(len, batches)), Console(stderr=True))
    with ENGINES[DEFAULT](min(workers, len(batches))) as engine, meter:
        work = Work(store, engine, meter, batches)
        futures = [read.submit(work, number) for number in range(len(batches))]
        results = [future.result(raise_on_failure=False) for future in futures]
    return sum((_tally(result, batch) for result, batch in zip(results, batches, strict=True)), Tally())


def _retry(_task: object, _run: object, state: State[Any]) -> bool:
    """Whether a batch failed in a way that passes, in writing; pure work would fail the same way twice."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, OSError) and error.errno in _PASSING


@task(
    name="read",
    task_run_name="batch {number}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=2,
    retry_delay_seconds=1,
    retry_condition_fn=_retry,
)
def read(work: Work, number: int) -> Tally:
    """Read one batch elsewhere and commit what became of it."""
    batch = work.batches[number]
    with unquoted(CancelledError):
        tally = steps.read_batch(work.store, work.engine, batch)
    work.meter.advance(len(batch))
    work.artifact.advance(len(batch))
    return tally


def _tally(result: Tally | Exception, batch: Batch) -> Tally:
    """Count the documents of a batch that could not be committed as failed."""
    if isinstance(result, Tally):
        return result
    message = f"its batch could not be written ({described(result)})"
    return Tally(failed=tuple(Trouble(item.id, "not_written", message) for item in batch))
