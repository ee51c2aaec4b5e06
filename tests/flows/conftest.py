"""What the tests of the flow share."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import pytest

from flows.account import Summary, Tally
from flows.options import Options
from flows.reading.batch import read_batch
from flows.reading.versions import Versions, current_versions
from flows.sources.folder import discover
from flows.store.output_folder import Store
from flows.verifier.folder import verify

ROOT = Path(__file__).parents[2]
Command = Callable[..., subprocess.CompletedProcess[str]]


class Done(NamedTuple):
    """What a run without Prefect did."""

    tally: Tally
    summary: Summary
    removed: int


class Reader(Protocol):
    """Reads a raw folder into an output folder, without Prefect."""

    def __call__(
        self,
        raw: Path,
        output: Path,
        *,
        run: str = ...,
        versions: Versions | None = ...,
        options: Options | None = ...,
        verified: bool = ...,
    ) -> Done: ...


@pytest.fixture(scope="session")
def article() -> bytes:
    return (ROOT / "raw" / "29881.txt").read_bytes()


@pytest.fixture
def raw(tmp_path: Path, article: bytes) -> Path:
    """A raw folder of three articles."""
    folder = tmp_path / "raw"
    (folder / "knee").mkdir(parents=True)
    (folder / "knee" / "29881.txt").write_bytes(article)
    (folder / "b.txt").write_bytes(article + b"\nSecond article.\n")
    (folder / "c.txt").write_bytes(article + b"\nThird article.\n")
    return folder


@pytest.fixture
def contents() -> Callable[[Path], dict[str, bytes]]:
    """Returns the files below a folder, by path."""

    def found(folder: Path) -> dict[str, bytes]:
        paths = (path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}

    return found


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "output"


@pytest.fixture(scope="session")
def read() -> Reader:
    """The steps of the flow in this process: plan, read, commit, publish; what they leave is verified."""

    def steps(
        raw: Path,
        output: Path,
        *,
        run: str = "run",
        versions: Versions | None = None,
        options: Options | None = None,
        verified: bool = True,
    ) -> Done:
        asked = options or Options()
        with Store(
            output, run=run, versions=versions or current_versions(), replay="again", options=asked
        ) as store:
            listing = discover([raw], folds_case=store.folds_case, allow_empty=asked.allow_empty)
            gone = store.gone(listing)
            plan = store.plan(listing.documents, gone)
            tally = plan.settled + store.commit(plan.items, read_batch(plan.items))
            removed = store.remove(gone)
            done = Done(tally, store.publish(), removed)
        assert not verified or [*verify(output)] == []
        return done

    return steps


@pytest.fixture(scope="session")
def command() -> Command:
    """The command, in a process of its own."""

    def run(
        *arguments: object, stdin: bytes | None = None, prefix: Sequence[str] = ()
    ) -> subprocess.CompletedProcess[str]:
        line = [*prefix, sys.executable, "-m", "flows.cli", *map(str, arguments)]
        done = subprocess.run(line, cwd=ROOT, input=stdin, capture_output=True, check=False)
        return subprocess.CompletedProcess(line, done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """One Prefect server for all flows that run in this process."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=60):
        yield
