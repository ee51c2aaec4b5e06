"""The short form of `python -m benchmarks.crash_states`, and that it can fail."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.crash_states import check
from benchmarks.kill import Figures, scenes
from flows import files

ROOT = Path(__file__).parents[2]


def test_every_prefix_of_a_run_is_put_right_by_the_next_one() -> None:
    line = [sys.executable, "-m", "benchmarks.crash_states", "--states", "300", "--documents", "4"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    print(done.stdout)  # noqa: T201 (the figures, for the log)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "partial files 0, lost 0, duplicated 0, files or rows that differ 0" in done.stdout


def test_files_that_are_renamed_before_they_are_synced_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_sync", lambda _handle, _name: None)
    figures = Figures()
    check(next(scenes(tmp_path, 3)), tmp_path, 0, random.Random(0), figures)  # noqa: S311 (a seed, no secret)
    assert figures.partial
