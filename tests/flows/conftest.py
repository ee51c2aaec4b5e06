"""What the tests of the flow share."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple, Protocol

import pytest
from typer.testing import CliRunner

from flows.account import Summary, Tally
from flows.files import Files
from flows.options import Options
from flows.reading.batch import read_batch
from flows.reading.versions import Versions, current_versions
from flows.sources.folder import Fetched, discover, url_lists
from flows.sources.web import client
from flows.sources.web.client import Limits
from flows.sources.web.fetch import LIMITS, Terms, fetch
from flows.sources.web.url_lists import read as read_lists
from flows.store.output_folder import Store
from flows.verifier.folder import verify
from tests.flows.web import Fetch, Site, serve

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
        read_by = versions or current_versions()._replace(encoding=asked.encoding)
        with Store(output, run=run, versions=read_by, replay="again", options=asked) as store:
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
    """The command, in this process, where what it runs is measured."""
    from flows.cli.commands import app

    def run(*arguments: object, stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
        line = list(map(str, arguments))
        handler = signal.getsignal(signal.SIGTERM)
        try:
            with contextlib.chdir(ROOT):
                done = CliRunner().invoke(
                    app, line, input=stdin, prog_name="code-articles", catch_exceptions=False
                )
        finally:
            signal.signal(signal.SIGTERM, handler)
        return subprocess.CompletedProcess(line, done.exit_code, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def process() -> Command:
    """The command, in a process of its own."""

    def run(*arguments: object, prefix: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        line = [*prefix, sys.executable, "-m", "flows.cli", *map(str, arguments)]
        return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)

    return run


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """One Prefect server for all flows that run in this process."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=240):
        yield


@pytest.fixture
def site() -> Iterator[Site]:
    """A web site on loopback."""
    with serve() as site:
        yield site


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A raw folder for a list of URLs, and nothing beside it."""
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def get(site: Site, listed: Path, output: Path, monkeypatch: pytest.MonkeyPatch) -> Fetch:
    """Fetches paths of the site into the output folder, as the flow does, but for its patience."""
    monkeypatch.setattr(client, "_PAUSE", 0.05)

    def get(
        *paths: str,
        interval: float = 0,
        private: bool = True,
        offline: bool = False,
        limits: Limits = LIMITS,
        also: tuple[str, ...] = (),
    ) -> Fetched:
        urls = [*(site.url + path for path in paths), *also]
        entries = [f'[[source]]\nurl = "{url}"\n' for url in urls]
        (listed / "sources.toml").write_text(f"interval = {interval}\n" + "".join(entries))
        output.mkdir(exist_ok=True)
        with closing(Files(output, output / ".aside" / "run")) as files:
            return fetch(read_lists(url_lists([listed])), files, output, Terms(offline, private, limits))

    return get
