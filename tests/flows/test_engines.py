import os
import signal
import subprocess
import sys
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from pathlib import Path

import pytest

from flows.errors import WorkerDied
from flows.reading.engines.processes import Processes

ORPHANS = """
import multiprocessing, time
from concurrent.futures import ThreadPoolExecutor
from flows.reading.engines.processes import Processes

if __name__ == "__main__":
    engine = Processes(2)
    with ThreadPoolExecutor(2) as threads:
        print(*threads.map(lambda _: engine.run(abs, -1), range(2)), flush=True)
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        list(threads.map(lambda _: engine.run(time.sleep, 600), range(2)))
"""


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_threads_share_the_processes() -> None:
    with Processes(2) as engine, ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda number: engine.run(abs, number), range(-8, 0))) == [
            8,
            7,
            6,
            5,
            4,
            3,
            2,
            1,
        ]


def test_a_worker_that_dies_says_how_and_is_replaced() -> None:
    with Processes(1) as engine:
        with pytest.raises(WorkerDied, match="ended with status 7"):
            engine.run(os._exit, 7)
        with pytest.raises(WorkerDied, match="ended by SIGKILL, as the system does when memory runs out"):
            engine.run(signal.raise_signal, signal.SIGKILL)
        assert engine.run(abs, -1) == 1


def test_stopping_ends_what_runs() -> None:
    with Processes(1) as engine, ThreadPoolExecutor(1) as threads:
        assert engine.run(abs, -1) == 1
        waiting = threads.submit(engine.run, time.sleep, 600)
        time.sleep(0.2)
        engine.stop()
        with pytest.raises(CancelledError):
            waiting.result(timeout=10)
        with pytest.raises(CancelledError):
            engine.run(abs, -1)


def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(ORPHANS)
    parent = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert parent.stdout is not None
    with parent.stdout:
        assert parent.stdout.readline() == "1 1\n"
        workers = [int(word) for word in parent.stdout.readline().split()]
        parent.kill()
        parent.wait()
    assert len(workers) == 2
    deadline = time.monotonic() + 10
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, workers))
