import errno
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from prefect.client.orchestration import get_client
from rich.console import Console

from flows import ingest
from flows.batch import Item
from flows.engines import Processes
from flows.errors import OutputError
from flows.report import show
from flows.store import Store
from flows.wishes import Wishes

if TYPE_CHECKING:
    from flows.account import Tally

pytestmark = pytest.mark.usefixtures("prefect_server")
Contents = Callable[[Path], dict[str, bytes]]


@pytest.fixture
def single_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every document is a batch."""

    def one_each(items: Sequence[Item], _workers: int) -> list[tuple[Item, ...]]:
        return [(item,) for item in items]

    monkeypatch.setattr(ingest, "cut", one_each)


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

    monkeypatch.setattr(ingest, "Processes", Dying)
    account = ingest.run([str(raw)], str(output), workers=1)
    assert (account.tally.written, account.exit_status) == (2, 1)
    [failed] = account.tally.failed
    assert (failed.id, failed.reason) == ("c.txt", "worker_died")
    assert "ended with status 9" in failed.message
    monkeypatch.undo()
    assert ingest.run([str(raw)], str(output)).tally.written == 1


def test_a_run_does_what_was_wished_and_accounts_for_what_left(
    raw: Path, output: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest.run([str(raw)], str(output))
    (raw / "b.txt").unlink()
    account = ingest.run([str(raw)], str(output), wishes=Wishes(only="[bc].txt", force=True))
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


def test_an_output_that_cannot_be_finished_is_an_error(
    raw: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def publish(_store: Store) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Store, "publish", publish)
    with pytest.raises(OutputError, match=r"could not be finished: .*No space left on device; repair this"):
        ingest.run([str(raw)], str(output))
