import json
import os
import platform
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from flows.errors import Held, OutputError
from flows.store import lock
from flows.store.lock import hold, owner, refuse_if_held

ROOT = Path(__file__).parents[2]
HOLDER = """
import sys, time
from pathlib import Path
from flows.store.lock import hold
with hold(Path(sys.argv[1]), "first"):
    print("held", flush=True)
    time.sleep(600)
"""


def elsewhere(folder: Path, *, seconds_ago: float) -> None:
    """Write the lock file of a run on another machine, whose system's lock does not reach here."""
    file = folder / ".lock"
    file.write_text(json.dumps({"pid": 7, "host": "elsewhere", "run": "first", "since": "2026-11-01T06:00Z"}))
    then = time.time() - seconds_ago
    os.utime(file, (then, then))


def test_the_second_is_told_who_holds_it_and_since_when(tmp_path: Path) -> None:
    with hold(tmp_path, "first") as first:
        assert (first.pid, first.host, first.run) == (os.getpid(), platform.node(), "first")
        assert owner(tmp_path) == first
        told = (
            f"is being written by run first, process {os.getpid()} on {platform.node()}, since {first.since}"
        )
        with pytest.raises(Held, match=re.escape(told)), hold(tmp_path, "second"):
            pass
        assert owner(tmp_path) == first
    assert owner(tmp_path) is None
    with hold(tmp_path, "third") as third:
        assert third.run == "third"


def test_a_killed_owner_on_this_machine_frees_it_at_once(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        assert process.stdout.readline() == "held\n"
        with pytest.raises(Held, match=f"process {process.pid} "), hold(tmp_path, "second"):
            pass
        process.kill()
        process.wait()
    left = owner(tmp_path)
    assert left is not None
    assert left.pid == process.pid
    with hold(tmp_path, "second") as second:
        assert owner(tmp_path) == second


def test_an_owner_on_another_machine_is_heard_by_its_heartbeat(tmp_path: Path) -> None:
    elsewhere(tmp_path, seconds_ago=20)
    with pytest.raises(Held, match="run first, process 7 on elsewhere, since 2026-11-01T06:00Z"):
        hold(tmp_path, "second").__enter__()


def test_an_owner_on_another_machine_that_fell_silent_frees_it_within_a_minute(tmp_path: Path) -> None:
    elsewhere(tmp_path, seconds_ago=46)
    with hold(tmp_path, "second") as second:
        assert owner(tmp_path) == second


def test_a_holder_gives_signs_of_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_BEAT", 0.02)
    with hold(tmp_path, "first"):
        os.utime(tmp_path / ".lock", (1, 1))
        deadline = time.monotonic() + 10
        while (tmp_path / ".lock").stat().st_mtime == 1 and time.monotonic() < deadline:
            time.sleep(0.01)
        assert (tmp_path / ".lock").stat().st_mtime > 1


@pytest.mark.parametrize("content", ["", "123\n", "{}", "[1]", '{"pid": "x"}', "\0\0"])
def test_a_lock_file_of_anything_else_is_free(tmp_path: Path, content: str) -> None:
    (tmp_path / ".lock").write_text(content)
    with hold(tmp_path, "first") as first:
        assert owner(tmp_path) == first


def test_a_file_system_without_locks_is_served_by_the_heartbeat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", none)
    with hold(tmp_path, "first"), pytest.raises(Held, match="run first"):
        hold(tmp_path, "second").__enter__()
    with hold(tmp_path, "third"):
        pass


def test_asking_tells_who_holds_it_and_takes_nothing(tmp_path: Path) -> None:
    refuse_if_held(tmp_path / "nothing")
    refuse_if_held(tmp_path)
    assert not list(tmp_path.iterdir())
    with hold(tmp_path, "first"), pytest.raises(Held, match="is being written by run first, "):
        refuse_if_held(tmp_path)
    refuse_if_held(tmp_path)
    elsewhere(tmp_path, seconds_ago=20)
    with pytest.raises(Held, match="process 7 on elsewhere"):
        refuse_if_held(tmp_path)
    elsewhere(tmp_path, seconds_ago=46)
    refuse_if_held(tmp_path)
    with hold(tmp_path, "second"):
        pass


def test_an_owner_whose_clock_is_ahead_is_judged_by_its_heartbeat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lock, "_DEAD_AFTER", 0.5)
    elsewhere(tmp_path, seconds_ago=-86400)
    waited = time.monotonic()
    with hold(tmp_path, "second") as second:
        assert owner(tmp_path) == second
    assert time.monotonic() - waited >= 0.5

    elsewhere(tmp_path, seconds_ago=-86400)
    beat = threading.Timer(0.1, elsewhere, (tmp_path,), {"seconds_ago": -86410})
    beat.start()
    with pytest.raises(Held, match="process 7 on elsewhere"):
        hold(tmp_path, "third").__enter__()
    beat.join()


@pytest.mark.parametrize("kind", ["link", "dangling", "pipe", "folder"])
def test_what_is_no_file_is_no_lock(tmp_path: Path, kind: str) -> None:
    precious, folder = tmp_path / "precious.txt", tmp_path / "output"
    folder.mkdir()
    if kind == "pipe":
        os.mkfifo(folder / ".lock")
    elif kind == "folder":
        (folder / ".lock").mkdir()
    else:
        (folder / ".lock").symlink_to(precious)
    if kind != "dangling":
        precious.write_text("all of it")
    for use in (hold(folder, "first").__enter__, lambda: refuse_if_held(folder)):
        with pytest.raises(OutputError, match=r"/\.lock is no plain file, as a lock has to be; remove it"):
            use()
    assert kind == "dangling" or precious.read_text() == "all of it"
    assert kind != "dangling" or not precious.exists()
