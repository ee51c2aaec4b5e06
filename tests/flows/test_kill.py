import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_runs_that_are_killed_lose_nothing_and_the_next_run_heals() -> None:
    """The short form of `python -m benchmarks.kill`, which kills 200 runs."""
    line = [sys.executable, "-m", "benchmarks.kill", "--points", "12"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    print(done.stdout)  # noqa: T201 (the figures, for the log)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "partial files 0, lost 0, duplicated 0, files or rows that differ 0" in done.stdout
