import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State, StateType
from prefect.states import Completed, Running, Scheduled

from flows.errors import OutputError, ServerError, UsageError
from flows.orchestration import ingest
from flows.orchestration.schedule import _schedule as as_prefect
from flows.orchestration.schedule import drop_lost, drop_missed
from flows.orchestration.server import _await, child
from flows.orchestration.supervision import ScheduleJob, run
from flows.orchestration.timetable import timetable
from flows.store.lock import SCHEDULE, hold

ROOT = Path(__file__).parents[2]
Schedule = Callable[..., "subprocess.Popen[str]"]


def parents() -> dict[int, int]:
    """The parent of every process."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            found[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    return found


def children(process: int) -> list[int]:
    return [child for child, parent in parents().items() if parent == process]


def family(process: int) -> set[int]:
    """A process and all that come from it."""
    above = parents()
    found: set[int] = set()
    further = {process}
    while further:
        found |= further
        further = {child for child, parent in above.items() if parent in further} - found
    return found


def words(process: int) -> str:
    """The command line of a process."""
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_text()
    return ""


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(
    condition: Callable[[], object], seconds: float, process: "subprocess.Popen[str] | None" = None
) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert process is None or process.poll() is None, "the schedule has ended"
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


@pytest.fixture
def schedule(raw: Path, output: Path, tmp_path: Path) -> Iterator[Schedule]:
    """Starts the command in a process of its own; whatever it leaves running is ended."""
    started: list[subprocess.Popen[str]] = []

    def start(*options: str) -> "subprocess.Popen[str]":
        line = [
            sys.executable,
            "-m",
            "flows.cli",
            "schedule",
            str(raw),
            "--output",
            str(output),
            *options,
        ]
        settings = {"PREFECT_HOME": str(tmp_path / "prefect"), "PREFECT_RUNNER_POLL_FREQUENCY": "1"}
        environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
        with (tmp_path / "told.txt").open("w") as told:
            process = subprocess.Popen(line, cwd=ROOT, env=environment | settings, stderr=told, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def runs(output: Path) -> int:
    return len(list((output / "runs").glob("*.json")))


def test_a_schedule_starts_runs_by_itself_and_leaves_nothing_running(
    schedule: Schedule, output: Path, tmp_path: Path
) -> None:
    process = schedule("--every", "5s")
    until(lambda: runs(output) >= 2, 240, process)
    assert (output / "records.jsonl").read_text().count("\n") == 3
    told = (tmp_path / "told.txt").read_text()
    assert " 3 documents in: 3 written, 0 unchanged" in told
    found = re.search(r"http://127\.0\.0\.1:\d+", told)
    assert found
    with httpx.Client(trust_env=False) as client:
        assert client.get(f"{found[0]}/api/admin/version").status_code == 401  # without the password
        assert client.get(f"{found[0]}/api/health").status_code == 200
        preflight = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
        answer = client.options(f"{found[0]}/api/flows/", headers=preflight)
        assert "access-control-allow-origin" not in answer.headers
    processes = family(process.pid)
    assert len(processes) >= 3
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 143
    until(lambda: not any(map(alive, processes)), 20)
    assert "Traceback" not in (tmp_path / "told.txt").read_text()


def test_a_schedule_that_is_killed_takes_all_its_processes_along(schedule: Schedule, output: Path) -> None:
    process = schedule("--cron", "0 6 * * *")
    until(lambda: len(family(process.pid)) >= 3, 240, process)
    processes = family(process.pid)
    process.kill()
    process.wait()
    until(lambda: not any(map(alive, processes)), 20)
    assert json.loads((output / ".schedule.lock").read_text())["pid"] == process.pid


def test_two_schedules_of_one_folder_are_refused_whatever_their_homes_are(
    output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(output)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "another"))
    parameters = {"sources": [], "output": str(tmp_path / "link")}
    output.mkdir()
    with hold(output, "schedule-1a2b", SCHEDULE) as first, pytest.raises(UsageError) as told:
        run(ScheduleJob(parameters, timetable(None, "1h", None)), print)
    assert str(told.value) == (f"{tmp_path / 'link'} is scheduled already ({first}); end that schedule first")
    with hold(output, "a run"), hold(output, "schedule-3c4d", SCHEDULE):
        pass  # a run and a schedule are not in each other's way


def test_a_schedule_of_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    parameters = {"sources": [], "output": str(tmp_path / "file")}
    with pytest.raises(OutputError, match="file cannot be written"):
        run(ScheduleJob(parameters, timetable(None, "1h", None)), print)


@pytest.mark.parametrize(
    ("cron", "every", "zone", "fault"),
    [
        (None, None, None, "say when to run"),
        ("0 6 * * *", "15m", None, "say when to run"),
        (None, "soon", None, "soon is no interval; write one such as 15m"),
        (None, "1s", None, "1s is no interval"),
        ("0 6 * * *", None, "Nowhere/Else", "Nowhere/Else is no time zone"),
        ("0 25 * * *", None, "UTC", "0 25 [*] [*] [*] is no cron line"),
    ],
)
def test_a_timetable_that_cannot_be_is_refused(
    cron: str | None, every: str | None, zone: str | None, fault: str
) -> None:
    with pytest.raises(UsageError, match=fault):
        timetable(cron, every, zone)


def test_a_zone_that_python_does_not_know_is_not_taken_from_the_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    assert timetable("0 6 * * *", None, None).timezone != "CET-1CEST,M3.5.0,M10.5.0/3"
    monkeypatch.setenv("TZ", ":Europe/Berlin")
    assert timetable("0 6 * * *", None, None).timezone == "Europe/Berlin"


def test_a_schedule_whose_server_ends_says_so(
    raw: Path, output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    job = ScheduleJob({"sources": [str(raw)], "output": str(output)}, timetable(None, "1h", None))
    told: list[str] = []
    with ThreadPoolExecutor(1) as threads:  # in this process, where it is measured
        running = threads.submit(run, job, told.append)
        until(lambda: len(told) == 2 or running.done(), 240)
        found = re.search(r"Prefect shows the runs at http://127\.0\.0\.1:(\d+)", "\n".join(told))
        assert found, running.exception()
        [server] = [child for child in children(os.getpid()) if f"--port\0{found[1]}" in words(child)]
        os.kill(server, signal.SIGKILL)
        with pytest.raises(ServerError, match=r"Prefect's server ended by itself; see above"):
            running.result(20)
    home = tmp_path / "prefect" / "code-articles" / job.name
    assert not [path for path in home.iterdir() if path.is_file() and path.stat().st_mode & 0o077]


def test_a_server_that_does_not_start_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    with (
        child("flows.nothing", [], {}, log=log, grace=0.1) as process,
        pytest.raises(ServerError, match=rf"{log}, ends with: (?s:.*)No module named flows\.nothing"),
    ):
        _await(process, "http://127.0.0.1:9/api/health", log)
    assert process.returncode


def test_a_timetable_becomes_a_schedule_of_prefect() -> None:
    cron = as_prefect(timetable("0 6 * * *", None, "Europe/Berlin"))
    interval = as_prefect(timetable(None, "15m", "Europe/Berlin"))
    assert (cron.cron, cron.timezone) == ("0 6 * * *", "Europe/Berlin")
    assert (interval.interval, interval.timezone) == (timedelta(minutes=15), "Europe/Berlin")


def test_a_job_survives_its_way_to_another_process() -> None:
    job = ScheduleJob({"sources": ["/raw"], "output": "/out"}, timetable("0 6 * * *", None, "Europe/Berlin"))
    assert ScheduleJob.from_json(job.to_json()) == job
    assert re.fullmatch(r"out-[0-9a-f]{8}", job.name)


@pytest.mark.usefixtures("prefect_server")
def test_runs_that_came_due_together_are_run_once() -> None:
    now = datetime.now(UTC)
    with get_client(sync_client=True) as client:
        flow = client.create_flow(ingest.ingest)
        deployment = client.create_deployment(flow, name="missed")

        def due(minutes: int) -> UUID:
            scheduled: State[None] = Scheduled(scheduled_time=now + timedelta(minutes=minutes))
            return client.create_flow_run_from_deployment(deployment, state=scheduled).id

        def state(run: UUID) -> str | None:
            return client.read_flow_run(run).state_name

        missed, last, future = [due(-minutes) for minutes in (50, 40, 30, 20)], due(-10), due(10)
        drop_missed(client, deployment, now)
        assert [state(run) for run in missed] == ["Missed"] * 4
        assert [state(run) in {"Scheduled", "Late"} for run in (last, future)] == [True, True]
        assert drop_missed(client, deployment, now) == []
        begun = due(-60)
        client.set_flow_run_state(begun, Running(), force=True)
        drop_missed(client, deployment, now)
        assert [state(run) for run in (begun, last)] == ["Running", "Missed"]
        drop_lost(client, deployment)
        assert state(begun) == "Crashed"
        assert client.read_flow_run(future).state_type == StateType.SCHEDULED
        client.set_flow_run_state(future, Completed(), force=True)


@pytest.mark.usefixtures("prefect_server")
def test_prefect_yaml_makes_a_deployment_of_a_process_work_pool() -> None:
    with get_client(sync_client=True) as client:
        settings = {"PREFECT_API_URL": str(client.api_url).rstrip("/")}
        prefect = [sys.executable, "-m", "prefect", "--no-prompt"]
        for arguments in (["work-pool", "create", "code-articles", "--type", "process"], ["deploy", "--all"]):
            done = subprocess.run(
                [*prefect, *arguments],
                cwd=ROOT,
                env=os.environ | settings | {"PWD": str(ROOT)},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr
        found = client.read_deployment_by_name("ingest/every-morning")
    assert (found.work_pool_name, found.entrypoint) == ("code-articles", "flows.orchestration.ingest.ingest")
    [pull] = found.pull_steps or []
    assert pull["prefect.deployments.steps.set_working_directory"] == {"directory": str(ROOT)}
    assert found.parameters == {"sources": ["raw"], "output": "output"}
    assert [getattr(schedule.schedule, "cron", None) for schedule in found.schedules] == ["0 6 * * *"]
