import errno
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort
from rich.console import Console

from flows.errors import Held, OutputError, Unforeseen, UsageError
from flows.options import Options
from flows.orchestration import ingest
from flows.reading.batch import Item
from flows.reading.engines import ENGINES
from flows.reading.engines.processes import Processes
from flows.runs import steps
from flows.show.terminal import show
from flows.store.lock import hold
from flows.store.output_folder import Store
from tests.flows.web import Page, serve

if TYPE_CHECKING:
    from flows.account import Tally
    from tests.flows.conftest import Command

pytestmark = pytest.mark.usefixtures("prefect_server")
NOTIFIER = """
import json

def tell(failure):
    with open("told.jsonl", "a") as file:
        file.write(json.dumps(failure) + chr(10))
"""
Contents = Callable[[Path], dict[str, bytes]]


@pytest.fixture
def single_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every document is a batch."""

    def one_each(items: Sequence[Item], _workers: int) -> list[tuple[Item, ...]]:
        return [(item,) for item in items]

    monkeypatch.setattr(steps, "cut", one_each)


def test_the_flow_reads_a_folder_and_a_second_run_changes_nothing(
    raw: Path, output: Path, article: bytes, contents: Contents
) -> None:
    (raw / "twin.txt").write_bytes(article)
    (raw / "empty.txt").write_bytes(b"")
    (raw / "link.txt").symlink_to(output)
    first = ingest.run([str(raw)], str(output))
    assert first.documents == {
        "in": 5,
        "written": 3,
        "unchanged": 0,
        "duplicate": 1,
        "quarantined": 1,
        "failed": 0,
    }
    assert first.exit_status == 3
    account = json.loads((output / "runs" / f"{first.run}.json").read_text())
    assert account["documents"] == first.documents
    assert account["skipped"] == {"link_outside": 1}
    assert account["layouts"] == {"billing-report": 4}
    with get_client(sync_client=True) as client:
        assert [found.name for found in client.read_flow_runs()].count(f"{raw} into {output}") == 1
    before = contents(output)
    second = ingest.run([str(raw)], str(output))
    assert second.documents == {**first.documents, "written": 0, "unchanged": 4, "duplicate": 0}
    after = contents(output)
    assert {path: after[path] for path in before if not path.startswith((".lock", "manifest"))} == {
        path: content for path, content in before.items() if not path.startswith((".lock", "manifest"))
    }


@pytest.mark.usefixtures("single_batches")
def test_a_worker_that_dies_fails_its_batch_and_no_other(
    raw: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dying(Processes):
        def run(self, function: Callable[..., Any], argument: Any) -> Any:
            if argument.items[0].id == "c.txt":
                return super().run(os._exit, 9)
            return super().run(function, argument)

    monkeypatch.setitem(ENGINES, "processes", Dying)
    account = ingest.run([str(raw)], str(output), workers=1)
    assert (account.tally.written, account.exit_status) == (2, 1)
    [failed] = account.tally.failed
    assert (failed.id, failed.reason) == ("c.txt", "worker_died")
    assert "ended with status 9" in failed.message
    monkeypatch.undo()
    assert ingest.run([str(raw)], str(output)).tally.written == 1


def test_a_run_does_what_was_asked_and_accounts_for_what_left(
    raw: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest.run([str(raw)], str(output))
    (raw / "b.txt").unlink()
    account = ingest.run([str(raw)], str(output), options=Options(only="[bc].txt", force=True))
    assert (account.documents["in"], account.tally.unchanged, account.removed) == (1, 1, 1)
    assert json.loads((output / "runs" / f"{account.run}.json").read_text())["removed"] == 1
    show(account, Console())
    assert "Removed: 1, which have left their source; see removed/" in capsys.readouterr().out


@pytest.mark.usefixtures("single_batches")
@pytest.mark.parametrize(("code", "written"), [(errno.EIO, 3), (errno.ENOSPC, 2)])
def test_writing_is_tried_again_where_that_helps(
    raw: Path, output: Path, monkeypatch: pytest.MonkeyPatch, code: int, written: int
) -> None:
    real, faults = Store.commit, [OSError(code, os.strerror(code))]

    def commit(store: Store, batch: Sequence[Item], results: Any) -> "Tally":
        if batch[0].id == "b.txt" and faults:
            raise faults.pop()
        return real(store, batch, results)

    monkeypatch.setattr(Store, "commit", commit)
    account = ingest.run([str(raw)], str(output), workers=1)
    assert account.tally.written == written
    assert [(trouble.id, trouble.reason) for trouble in account.tally.failed] == [("b.txt", "not_written")][
        written - 2 :
    ]


def test_a_run_is_shown_in_prefect(raw: Path, output: Path) -> None:
    (raw / "empty|`x`.txt").write_bytes(b"")
    account = ingest.run([str(raw)], str(output))
    with get_client(sync_client=True) as client:
        [flow_run] = client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC, limit=1)
        artifacts = client.read_artifacts(
            artifact_filter=ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[flow_run.id]))
        )
    shown = {artifact.key: artifact for artifact in artifacts}
    markdown = str(shown["account"].data)
    assert markdown.startswith(
        "# 4 documents in: 3 written, 0 unchanged, 0 duplicate, 1 quarantined, 0 failed"
    )
    assert f"Run {account.run}" in markdown
    for row in (
        "| added | source | 3 |",
        "| empty&#124;&#96;x&#96;.txt | empty | the document holds no characters",
        "| billing-report | 3 |",
        "| code | 3 | 0 | 0 | 0 | 0 |",
    ):
        assert row in markdown
    assert shown["progress"].data == 100.0


@pytest.mark.usefixtures("single_batches")
def test_a_failed_run_is_told_once_to_the_function_that_the_user_named(
    raw: Path, output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notifier.py").write_text(NOTIFIER)
    monkeypatch.chdir(tmp_path)

    def commit(_store: Store, _batch: Sequence[Item], _results: Any) -> "Tally":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Store, "commit", commit)
    account = ingest.run([str(raw)], str(output), on_failure="notifier:tell")
    assert account.exit_status == 1
    [failure] = [json.loads(line) for line in (tmp_path / "told.jsonl").read_text().splitlines()]
    assert (failure["state"], failure["error"]) == ("Failed", "RunFailed")
    assert failure["message"].startswith("3 documents failed, first b.txt: ")
    assert failure["account"]["documents"]["failed"] == 3
    with get_client(sync_client=True) as client:
        assert client.read_flow_run(failure["flow_run_id"]).state_name == "Failed"
    with pytest.raises(UsageError, match="no documents in"):
        ingest.run([str(raw / "*.pdf")], str(output), on_failure="notifier:tell")
    assert (tmp_path / "told.jsonl").read_text().count("\n") == 2


def test_a_hook_that_fails_hides_nothing(
    raw: Path, output: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Store, "publish", lambda _: 1 // 0)
    with pytest.raises(Unforeseen, match="ZeroDivisionError at flows/test_ingest"):
        ingest.run([str(raw)], str(output), on_failure="nothing:here")
    assert "the hook nothing:here failed itself (nothing:here names no function" in capsys.readouterr().err


def test_a_run_beside_another_is_skipped(raw: Path, output: Path, contents: Contents) -> None:
    output.mkdir()
    with hold(output, "first") as owner:
        before = contents(output)
        with pytest.raises(Held, match=f"written by run first, process {os.getpid()} "):
            ingest.run([str(raw)], str(output))
        assert contents(output) == before
    with get_client(sync_client=True) as client:
        [flow_run] = client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC, limit=1)
    assert (flow_run.state_type, flow_run.state_name) == (StateType.COMPLETED, "Skipped")
    assert flow_run.state is not None
    assert f"since {owner.since}" in str(flow_run.state.message)


def test_urls_are_read_and_what_cannot_be_fetched_stays(tmp_path: Path, output: Path, article: bytes) -> None:
    with serve() as site:
        site.pages["/29881.html"] = Page(article, headers=(("Content-Type", "text/plain"),))
        (tmp_path / "web.toml").write_text(f'interval = 0\n[[source]]\nurl = "{site.url}/29881.html"')
        first = ingest.run([str(tmp_path / "web.toml")], str(output), options=Options(allow_private=True))
    record = json.loads((output / "records" / f"{site.id}/29881.html.json").read_text())
    assert record["source"]["uri"] == f"{site.url}/29881.html"
    second = ingest.run(
        [str(tmp_path / "web.toml")], str(output), options=Options(allow_private=True)
    )  # the server is gone
    offline = ingest.run([str(tmp_path / "web.toml")], str(output), options=Options(offline=True))
    assert [account.exit_status for account in (first, second, offline)] == [0, 3, 0]
    assert [account.tally.unchanged for account in (first, second, offline)] == [0, 1, 1]
    [skip] = second.skips
    assert skip.message.endswith("its bytes of the last fetch are read")


def test_a_url_is_removed_when_its_list_names_it_no_more_and_not_before(
    tmp_path: Path, output: Path, article: bytes
) -> None:
    urls = tmp_path / "web.toml"
    entry = '[[source]]\nurl = "{}/{}.txt"\n'
    with serve() as site:
        site.pages |= {f"/{name}.txt": Page(article) for name in "ab"}
        urls.write_text("interval = 0\n" + entry.format(site.url, "a") + entry.format(site.url, "b"))
        first = ingest.run([str(urls)], str(output), options=Options(allow_private=True))
        site.pages["/b.txt"] = Page(status=404)
        second = ingest.run([str(urls)], str(output), options=Options(allow_private=True))
        urls.write_text("interval = 0\n" + entry.format(site.url, "a"))
        third = ingest.run([str(urls)], str(output), options=Options(allow_private=True))
    assert [account.removed for account in (first, second, third)] == [0, 0, 1]
    assert [account.summary.records for account in (first, second, third)] == [2, 2, 1]


def test_an_output_that_cannot_be_finished_is_an_error(
    raw: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def publish(_store: Store) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Store, "publish", publish)
    with pytest.raises(OutputError, match=r"could not be finished: .*No space left on device; repair this"):
        ingest.run([str(raw)], str(output))


class Ending:
    """A server of Prefect that ends as soon as it starts; Prefect starts it again for one status."""

    def __init__(self, status: int) -> None:
        self.status = status
        self.pid = 0

    @property
    def server_process(self) -> "Ending":
        self.pid += self.status == 3
        return self

    def poll(self) -> int:
        return self.status


@pytest.mark.parametrize("status", [1, 3])
def test_a_server_of_prefect_that_ends_at_its_start_is_not_waited_for(
    status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "_LOOK", 0.01)
    error = ingest._answer(Future(), Ending(status))  # type: ignore[arg-type]
    assert str(error) == f"it ended with status {status}"


def test_the_command_runs_and_tells_what_it_did(
    raw: Path, output: Path, tmp_path: Path, command: "Command", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    (raw / "empty.txt").write_bytes(b"")
    done = command("ingest", raw, "--output", output, "--workers", 1)
    assert done.returncode == 3, done.stderr
    assert done.stderr.startswith("Starting Prefect; this takes some 10 seconds, the first time 20 ...\n")
    assert "4 documents in: 3 written, 0 unchanged, 0 duplicate, 1 quarantined, 0 failed" in done.stdout
