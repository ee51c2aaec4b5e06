"""The process that starts scheduled runs: a Prefect deployment of the flow ``ingest``, served.

One run at a time. What came due while one was at work, or while the machine slept, is run once.
"""

import asyncio
import os
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import httpx
from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import PrefectException
from prefect.runner import Runner
from prefect.states import Cancelled, Crashed
from prefect.types import DateTime
from prefect.types.entrypoint import EntrypointType

from flows.orchestration import ingest
from flows.orchestration.supervision import ScheduleJob
from flows.orchestration.timetable import Timetable

_EVERY = 2.0  # seconds between two looks for runs that came due together
_GOING = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


def main() -> None:
    """Serve the job that the first argument describes."""
    asyncio.run(_serve(ScheduleJob.from_json(sys.argv[1])))


async def _serve(job: ScheduleJob) -> None:
    os.environ[ingest.PARENT] = str(os.getpid())  # for the runs, which end with this process
    runner = Runner(name="code-articles", limit=1, pause_on_shutdown=False)
    deployment = await ingest.ingest.ato_deployment(
        name=job.name,
        schedules=[_schedule(job.timetable)],
        parameters=job.parameters,
        entrypoint_type=EntrypointType.MODULE_PATH,
        description="Reads what is new or changed; made by code-articles schedule.",
    )
    identity: UUID = await runner.aadd_deployment(deployment)
    threading.Thread(target=_tidy, args=(identity,), name="tidy", daemon=True).start()
    await runner.start()


def _schedule(timetable: Timetable) -> Any:
    if timetable.cron is not None:
        return CronSchedule(cron=timetable.cron, timezone=timetable.timezone)
    return IntervalSchedule(interval=timedelta(seconds=timetable.every or 0), timezone=timetable.timezone)


def _tidy(deployment: UUID) -> None:
    with get_client(sync_client=True) as client:
        with suppress(httpx.HTTPError, PrefectException):
            drop_lost(client, deployment)
        while True:
            with suppress(httpx.HTTPError, PrefectException):  # the next look repairs it
                drop_missed(client, deployment, datetime.now(UTC))
            time.sleep(_EVERY)


def drop_lost(client: SyncPrefectClient, deployment: UUID) -> None:
    """Mark the runs as crashed that a schedule left which was killed: they show as running for ever."""
    for run in _runs(client, deployment, _GOING):
        client.set_flow_run_state(run.id, Crashed(message="the schedule that ran it was ended"), force=True)


def drop_missed(client: SyncPrefectClient, deployment: UUID, now: datetime) -> list[UUID]:
    """Cancel the runs that came due and were not started, but for the last; that one too if a later one ran.

    Returns:
        The runs that were cancelled.
    """
    due = _runs(client, deployment, [StateType.SCHEDULED], before=now)
    if not due:
        return []
    begun = _last_start(client, deployment)
    last_is_done = begun is not None and _due(due[-1]) <= begun
    missed = due if last_is_done else due[:-1]
    for run in missed:
        client.set_flow_run_state(run.id, Cancelled(name="Missed", message="a later run did its work"))
    return [run.id for run in missed]


def _last_start(client: SyncPrefectClient, deployment: UUID) -> datetime | None:
    done = [StateType.COMPLETED, StateType.FAILED, StateType.CRASHED]
    starts = (
        run.start_time or (run.state.timestamp if run.state else None)
        for run in _runs(client, deployment, [*_GOING, *done])
    )
    return max((start for start in starts if start), default=None)


def _runs(
    client: SyncPrefectClient,
    deployment: UUID,
    states: Sequence[StateType],
    *,
    before: datetime | None = None,
) -> list[FlowRun]:
    """Return the runs of a deployment in some states, by the time that they are due; the latest 200."""
    latest = client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[deployment]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states))),
            expected_start_time=FlowRunFilterExpectedStartTime(before_=_theirs(before)) if before else None,
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_DESC,
    )
    return sorted(latest, key=_due)


def _theirs(time: datetime) -> DateTime:
    return cast("DateTime", time)


def _due(run: FlowRun) -> datetime:
    return run.expected_start_time or datetime.min.replace(tzinfo=UTC)


if __name__ == "__main__":
    main()
