"""The Prefect flow ``ingest``: plan → batches → publish. What it does lies in the modules that it calls."""

import errno
import json
import os
import shlex
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import httpx
from prefect import Flow, flow, task
from prefect.artifacts import create_markdown_artifact, create_progress_artifact, update_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.exceptions import PrefectException
from prefect.runtime import flow_run
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_HOME,
    temporary_settings,
)
from prefect.states import Completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from rich.console import Console

from flows.account import Account, RunFailed, Tally, Trouble
from flows.errors import Held, OutputError, ServerError
from flows.options import Wishes
from flows.orchestration import hooks
from flows.orchestration.child_processes import end_with_parent
from flows.reading.batch import Item, cut
from flows.reading.engines import Engine, Processes
from flows.reading.isolation import read_apart
from flows.reading.signals import deaf_to_interrupts
from flows.reading.versions import current_versions
from flows.runs import environment as host
from flows.show import markdown as summary
from flows.show.progress import Meter
from flows.sources.folder import Fetched, check, discover, url_lists
from flows.sources.ids import printable
from flows.sources.web import url_lists as urls
from flows.sources.web.fetch import fetch
from flows.store.output_folder import Store

if TYPE_CHECKING:
    from uuid import UUID

SKIPPED = "Skipped"  # the name of the state of a run whose output folder another run was writing
PARENT = "CODE_ARTICLES_PARENT"  # the variable with the process that scheduled runs end with
_PROCESSORS = os.cpu_count() or 1
_EVERY = 1.0  # seconds between two updates of the progress that Prefect shows
_NOT_SHOWN = (httpx.HTTPError, PrefectException)  # showing a run must not fail it
_PASSING = frozenset({errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EIO, errno.ESTALE, errno.ETIMEDOUT})


class Gauge:
    """The progress of a run as Prefect shows it; called from many threads."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._told = time.monotonic()
        self._lock = threading.Lock()
        self._artifact: UUID | None = None
        with suppress(*_NOT_SHOWN):
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
            with suppress(*_NOT_SHOWN):
                update_progress_artifact(self._artifact, progress=100 * self._done / self._total)


class Work:
    """What the tasks of a run share. A plain object: Prefect would search other values for futures."""

    def __init__(self, store: Store, engine: Engine, meter: Meter, batches: Sequence[Sequence[Item]]) -> None:
        self.store = store
        self.engine = engine
        self.meter = meter
        self.batches = batches
        self.gauge = Gauge(sum(map(len, batches)))


def run(
    sources: Sequence[str],
    output: str,
    workers: int | None = None,
    *,
    on_failure: str | None = None,
    wishes: Wishes | None = None,
) -> Account:
    """Run the flow in this process.

    Args:
        sources: raw folders, files, patterns and lists of URLs.
        output: the output folder.
        workers: processes that read; by default one a processor.
        on_failure: the function to call if the run fails, as ``module:function``.
        wishes: what else was asked of the run.

    Raises:
        UsageError: the sources and the output folder cannot be worked with.
        Held: another run writes the output folder.
        OutputError: the output folder cannot be used.
        ServerError: Prefect has no server.
    """
    _start_prefect()
    processes = workers or _PROCESSORS
    # The thread that sends heartbeats takes a second to end, and nothing here listens to it.
    settings: dict[Any, Any] = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
    if not PREFECT_API_URL.value():
        # A signal to all of a terminal's processes ends Prefect's own server too; it will not come back.
        settings[PREFECT_CLIENT_MAX_RETRIES] = 1
    asked = (wishes or Wishes()).as_parameters()
    with temporary_settings(settings):
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

    threading.Thread(target=start, name="start of prefect", daemon=True).start()
    error = ready.result()
    if error is not None:
        theirs, home = PREFECT_API_URL.value(), PREFECT_HOME.value()
        own = f"Prefect's own server does not start ({error}); make sure that {home} can be written"
        other = f"no Prefect server answers at {theirs} ({error}); start it, or unset PREFECT_API_URL"
        raise ServerError(other if theirs else own) from error


def _title() -> str:
    given = flow_run.parameters
    return f"{', '.join(given['sources'])} into {given['output']}"


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
        sys.stderr.write(f"code-articles: {fault}.\n")


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
    wishes: dict[str, Any] | None = None,
) -> Account | State[Any]:
    """Turn documents into records in an output folder; see `run`.

    A run whose output folder another one is writing ends as completed, by the name of "Skipped".
    """
    parent = os.environ.get(PARENT)
    if parent:
        end_with_parent(int(parent))
    raws, asked = [Path(source) for source in sources], Wishes(**(wishes or {}))
    try:
        account = _ingest(raws, Path(output), workers or _PROCESSORS, asked)
    except Held as held:
        _tell(f"Skipped: {held}")
        return Completed(name=SKIPPED, message=str(held), data=held)
    _tell(summary.headline(account))
    if account.tally.failed:
        raise RunFailed(account)
    return account


def _tell(words: str) -> None:
    """Tell who looks at a schedule what a run did; the command ingest tells more, when the run has ended."""
    if os.environ.get(PARENT):
        sys.stderr.write(f"{datetime.now(UTC).isoformat(timespec='seconds')} {words}\n")


def _ingest(raws: Sequence[Path], target: Path, workers: int, wishes: Wishes) -> Account:
    started, clock = datetime.now(UTC), time.monotonic()
    check(raws, target)
    name, feed = host.new_run(started), target / "changes.jsonl"
    replay = _replay(raws, target)
    with Store(target, run=name, versions=current_versions(), replay=replay, wishes=wishes) as store:
        before = feed.stat().st_size if feed.exists() else 0
        fetched = _fetch(raws, target, store, offline=wishes.offline)
        listing = discover(raws, folds_case=store.folds_case, allow_empty=wishes.allow_empty, fetched=fetched)
        gone = store.gone(listing)
        plan = store.plan(listing.documents, gone)
        tally = plan.settled + read_all(store, cut(plan.items, workers), workers)
        with _finishing(tally):
            removed = store.remove(gone)
            summed = store.publish()
            account = Account(
                run=name,
                started=started.isoformat(timespec="seconds"),
                ended=datetime.now(UTC).isoformat(timespec="seconds"),
                seconds=round(time.monotonic() - clock, 3),
                sources=tuple(map(str, raws)),
                output=str(target),
                host=host.facts(workers),
                versions=host.versions(),
                tally=tally,
                skips=listing.skips,
                summary=summed,
                removed=removed,
            )
            store.conclude(account)
        changed = summary.changes(feed, before)
    with suppress(*_NOT_SHOWN):
        create_markdown_artifact(summary.markdown(account, changed), key="account", description=f"Run {name}")
    return account


def _fetch(raws: Sequence[Path], target: Path, store: Store, *, offline: bool) -> Fetched:
    lists = url_lists(raws)
    source = ", ".join(printable(str(path.resolve())) for path in lists)
    return fetch(urls.read(lists), store.files, target, offline=offline).of(source)


def _replay(raws: Sequence[Path], target: Path) -> str:
    places = [printable(str(path.absolute())) for path in (*raws, target)]
    return shlex.join(["code-articles", "ingest", *places[:-1], "--output", places[-1]])


@contextmanager
def _finishing(tally: Tally) -> Iterator[None]:
    """Say what was lost where the output cannot be finished."""
    try:
        yield
    except (OSError, OutputError) as error:
        raise OutputError(_unfinished(error, tally)) from error


def read_all(store: Store, batches: Sequence[Sequence[Item]], workers: int) -> Tally:
    """Read batches side by side and commit each as it comes. One that fails leaves the others alone."""
    if not batches:
        return Tally()
    meter = Meter(sum(map(len, batches)), Console(stderr=True))
    with Processes(min(workers, len(batches))) as engine, meter:
        work = Work(store, engine, meter, batches)
        futures = [read.submit(work, number) for number in range(len(batches))]
        results = [future.result(raise_on_failure=False) for future in futures]
    return sum((_tally(result, batch) for result, batch in zip(results, batches, strict=True)), Tally())


def _unfinished(error: Exception, tally: Tally) -> str:
    lost = f"; {len(tally.failed):,} documents failed, first {tally.failed[0].id}" if tally.failed else ""
    return (
        f"the output could not be finished: {error}{lost}; repair this and run again, what was done is kept"
    )


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
    results = read_apart(work.engine, batch, work.store.aside)
    tally = work.store.commit(batch, results)
    work.meter.advance(len(batch))
    work.gauge.advance(len(batch))
    return tally


def _tally(result: Tally | Exception, batch: Sequence[Item]) -> Tally:
    """Count the documents of a batch that could not be committed as failed."""
    if isinstance(result, Tally):
        return result
    message = f"its batch could not be written ({type(result).__name__}: {result})"
    return Tally(failed=tuple(Trouble(item.id, "not_written", message) for item in batch))
