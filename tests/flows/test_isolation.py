import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.reading.batch import Failed, Item, Read, Refused, Result, Same
from flows.reading.engines.processes import Processes
from flows.reading.isolation import read_apart
from flows.reading.versions import current_versions
from flows.sources.folder import discover
from flows.sources.on_disk import OnDisk
from flows.store.output_folder import Store
from tests.flows import misbehaving

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.flows.conftest import Reader

BAD = {
    "crash": ("crashed", "ended by SIGSEGV while this document was read"),
    "exit": ("crashed", "ended with status 3 while this document was read"),
    "hang": ("timeout", "more than 10 s of processor time"),
    "killed": ("interrupted", "ended by SIGKILL"),
    "memory": ("memory", "more than 512 MB"),
    "recursion": ("crashed", "recursed without end"),
    "regex": ("timeout", "more than 10 s of processor time"),
}


@pytest.fixture
def items(raw: Path, article: bytes) -> tuple[Item, ...]:
    """Documents that misbehave, each between two good ones."""
    names = [part for name in sorted(BAD) for part in (f"{name}.txt", f"{name}-good.txt")]
    for name in names:
        (raw / name).write_bytes(article)
    return tuple(Item(name, OnDisk(str(raw / name)), f"raw/{name}", 0, None, None) for name in names)


def reasons(results: "Sequence[Result]") -> dict[str, str]:
    return {result.id.partition(".")[0]: result.reason for result in results if isinstance(result, Refused)}


def test_what_breaks_its_process_is_quarantined_in_time_and_its_neighbours_are_read(
    items: tuple[Item, ...], output: Path
) -> None:
    clock = time.monotonic()
    with (
        Store(output, run="run", versions=current_versions(), replay="again") as store,
        Processes(2) as engine,
    ):
        results = read_apart(engine, items, store.aside, misbehaving.work)
        seconds = time.monotonic() - clock
        tally = store.commit(items, results)
        assert list(store.aside.iterdir()) == []
    assert [result.id for result in results] == [item.id for item in items]
    assert reasons(results) == {name: reason for name, (reason, _) in BAD.items()}
    assert (tally.written + tally.duplicate, len(tally.quarantined)) == (len(BAD), len(BAD))
    assert seconds < 2 * 22 + 10 * 8  # two wait for their limit; ten processes start, on a busy machine
    for name, (reason, message) in BAD.items():
        entry = json.loads((output / "quarantine" / f"{name}.txt.json").read_text())
        assert (entry["reason"], message in entry["message"]) == (reason, True)
        assert len(entry["sha256"]) == 64
        assert entry["versions"]["extractor"]


def test_what_breaks_its_process_is_tried_three_times_and_then_left_until_something_changes(
    raw: Path, output: Path, article: bytes, read: "Reader"
) -> None:
    (raw / "crash.txt").write_bytes(article)
    time.sleep(2.1)  # until the files are old enough for their times to be trusted
    planned = []
    for run in ("1", "2", "3"):
        with Store(output, run=run, versions=current_versions(), replay="") as store, Processes(1) as engine:
            items = store.plan(discover([raw]).documents).items
            store.commit(items, read_apart(engine, items, store.aside, misbehaving.work))
        planned.append([item.id for item in items])
    assert "crash.txt" in planned[0]
    assert planned[1:] == [["crash.txt"]] * 2
    done = read(raw, output)
    assert [(trouble.id, trouble.reason) for trouble in done.tally.quarantined] == [("crash.txt", "crashed")]
    assert done.tally.unchanged == 3


@pytest.mark.parametrize("name", ["unlucky", "shaken"])
def test_a_document_that_died_with_its_process_is_read_once_more_alone(
    tmp_path: Path, article: bytes, name: str
) -> None:
    (tmp_path / name).write_bytes(article)
    item = Item(f"{name}.txt", OnDisk(str(tmp_path / name)), str(tmp_path / "mark"), 0, None, None)
    with Processes(1) as engine:
        [result] = read_apart(engine, [item], tmp_path, misbehaving.work)
    assert isinstance(result, Read)
    assert (tmp_path / "mark").exists()


def test_a_process_that_was_stopped_for_a_while_costs_no_document_its_place(
    tmp_path: Path, article: bytes
) -> None:
    (tmp_path / "a").write_bytes(article)
    item = Item("stopped.txt", OnDisk(str(tmp_path / "a")), "a", 0, None, None)
    with Processes(1) as engine:
        [result] = read_apart(engine, [item], tmp_path, misbehaving.work)
    assert isinstance(result, Read)


def test_what_waits_instead_of_working_is_quarantined_by_the_clock(tmp_path: Path, article: bytes) -> None:
    (tmp_path / "a").write_bytes(article)
    item = Item("wait.txt", OnDisk(str(tmp_path / "a")), "a", 0, None, None)
    with Processes(1) as engine:
        [result] = read_apart(engine, [item], tmp_path, misbehaving.work_briefly)
    assert isinstance(result, Refused)
    assert result.reason == "timeout"
    assert ", twice; " in result.message


def test_workers_that_die_before_they_begin_fail_the_batch(tmp_path: Path, items: tuple[Item, ...]) -> None:
    with Processes(1) as engine:
        results = read_apart(engine, items[:2], tmp_path, misbehaving.die)
    assert [result.reason for result in results if isinstance(result, Failed)] == ["worker_died"] * 2


def test_known_bytes_come_back_as_such(tmp_path: Path, items: tuple[Item, ...]) -> None:
    with Processes(1) as engine:
        [first] = read_apart(engine, items[:1], tmp_path)
        assert isinstance(first, Read)
        [second] = read_apart(engine, [items[0]._replace(known=first.raw.sha256)], tmp_path)
    assert isinstance(second, Same)
    assert not list(tmp_path.glob("*.journal"))
