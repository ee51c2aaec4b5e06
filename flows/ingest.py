"""The Prefect flow ``ingest``: plan → batches → publish. What it does lies in the modules that it calls."""

import errno
import os
import shlex
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_FLOWS_HEARTBEAT_FREQUENCY,
    PREFECT_HOME,
    temporary_settings,
)
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from rich.console import Console

from flows import host
from flows.account import Account, Tally, Trouble
from flows.batch import Item, cut
from flows.engines import Engine, Processes
from flows.errors import OutputError, ServerError
from flows.isolation import read_apart
from flows.names import printable
from flows.progress import Meter
from flows.rulebook import current_versions
from flows.signals import deaf_to_interrupts
from flows.sources import check, discover
from flows.store import Store
from flows.wishes import Wishes

_PASSING = frozenset({errno.EAGAIN, errno.EBUSY, errno.EINTR, errno.EIO, errno.ESTALE, errno.ETIMEDOUT})


class Work:
    """What the tasks of a run share. A plain object: Prefect would search other values for futures."""

    def __init__(self, store: Store, engine: Engine, meter: Meter, batches: Sequence[Sequence[Item]]) -> None:
        self.store = store
        self.engine = engine
        self.meter = meter
        self.batches = batches


def run(
    sources: Sequence[str], output: str, workers: int | None = None, wishes: Wishes | None = None
) -> Account:
    """Run the flow in this process.

    Args:
        sources: raw folders and files.
        output: the output folder.
        workers: processes that read; by default one a processor.
        wishes: what else was asked of the run.

    Raises:
        UsageError: the sources and the output folder cannot be worked with.
        OutputError: the output folder cannot be used.
        ServerError: Prefect has no server.
    """
    _start_prefect()
    processes = workers or os.cpu_count() or 1
    # Twice the threads: while some commit, and wait for the disk, others keep the processes busy.
    runner: TaskRunner[Any] = ThreadPoolTaskRunner(max_workers=2 * processes)
    # The thread that sends heartbeats takes a second to end, and nothing here listens to it.
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        asked = (wishes or Wishes()).as_parameters()
        return ingest.with_options(task_runner=runner)(list(sources), output, processes, asked)


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


@flow(name="ingest", flow_run_name=_title, persist_result=False, validate_parameters=False)
def ingest(sources: list[str], output: str, workers: int, wishes: dict[str, Any] | None = None) -> Account:
    """Turn the documents in raw folders and files into records in an output folder; see `run`."""
    started, clock = datetime.now(UTC), time.monotonic()
    raws, target, name = [Path(source) for source in sources], Path(output), host.new_run(started)
    check(raws, target)
    places = [printable(str(path.absolute())) for path in (*raws, target)]
    replay = shlex.join(["code-articles", "ingest", *places[:-1], "--output", places[-1]])
    asked = Wishes(**(wishes or {}))
    with Store(target, run=name, versions=current_versions(), replay=replay, wishes=asked) as store:
        listing = discover(raws, folds_case=store.folds_case, allow_empty=asked.allow_empty)
        gone = store.gone(listing.documents, listing.whole)
        plan = store.plan(listing.documents)
        tally = plan.settled + read_all(store, cut(plan.items, workers), workers)
        try:
            removed = store.remove(gone)
            summary = store.publish()
            account = Account(
                run=name,
                started=started.isoformat(timespec="seconds"),
                ended=datetime.now(UTC).isoformat(timespec="seconds"),
                seconds=round(time.monotonic() - clock, 3),
                sources=tuple(sources),
                output=output,
                host=host.facts(workers),
                versions=host.versions(),
                tally=tally,
                skips=listing.skips,
                summary=summary,
                removed=removed,
            )
            store.conclude(account)
        except (OSError, OutputError) as error:
            raise OutputError(_unfinished(error, tally)) from error
    return account


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
    return tally


def _tally(result: Tally | Exception, batch: Sequence[Item]) -> Tally:
    """Count the documents of a batch that could not be committed as failed."""
    if isinstance(result, Tally):
        return result
    message = f"its batch could not be written ({type(result).__name__}: {result})"
    return Tally(failed=tuple(Trouble(item.id, "not_written", message) for item in batch))
