"""What all tests share."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from extractors import Vocabulary
from extractors.resources import shipped_vocabulary
from flows.verifier.folder import verify

ROOT = Path(__file__).parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="write expected.json of the cases; read the diff")


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return shipped_vocabulary()


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verified output folder of the main job, run once on the samples by the command, as a user would."""
    folder = tmp_path_factory.mktemp("ingested")
    done = subprocess.run(
        [
            Path(sys.executable).with_name("code-articles"),
            "ingest",
            ROOT / "raw",
            "--output",
            folder / "output",
        ],
        env={**os.environ, "PREFECT_HOME": str(folder / "prefect")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [*verify(folder / "output")] == []
    return folder / "output"
