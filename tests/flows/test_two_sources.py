"""Two sources for one output folder, and one source that has moved."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.account import Account, Tally
from flows.errors import UsageError
from flows.options import Options
from flows.reading.batch import read_batch
from flows.runs import steps
from flows.runs.steps import Batch, Request
from flows.store.output_folder import Store

if TYPE_CHECKING:
    from tests.flows.conftest import Reader

Contents = Callable[[Path], dict[str, bytes]]
DERIVED = ("records", "text/", "changes.jsonl", "removed")


def derived(output: Path, contents: Contents) -> dict[str, bytes]:
    return {path: content for path, content in contents(output).items() if path.startswith(DERIVED)}


def told(output: Path, after: int = 3) -> list[tuple[str, str]]:
    lines = map(json.loads, (output / "changes.jsonl").read_text().splitlines()[after:])
    return [(line["id"], line["change"]) for line in lines]


@pytest.fixture
def other(raw: Path, article: bytes) -> Path:
    """Another raw folder, with a document of the same id and one of its own."""
    folder = raw.parent / "elsewhere" / "raw"
    folder.mkdir(parents=True)
    (folder / "b.txt").write_bytes(article + b"\nAnother second article.\n")
    (folder / "x.txt").write_bytes(article + b"\nOf its own.\n")
    return folder


def moved(raw: Path) -> Path:
    place = raw.parent / "new" / "raw"
    place.parent.mkdir()
    return raw.rename(place)


def test_the_same_id_from_a_second_source_is_refused(
    raw: Path, other: Path, output: Path, read: "Reader", contents: Contents
) -> None:
    read(raw, output)
    before = derived(output, contents)
    with pytest.raises(UsageError) as refused:
        read(other, output, run="second")
    assert str(refused.value) == (
        f"{raw} and {other} both hold a document b.txt, and its record would be that of the last one read; "
        "ingest them into two output folders, or their common parent folder into one"
    )
    assert derived(output, contents) == before
    assert read(other, output, run="third", options=Options(only="x*")).tally.written == 1
    (raw / "b.txt").unlink()
    assert read(other, output, run="fourth").tally.written == 1
    assert told(output) == [("x.txt", "added"), ("b.txt", "changed")]


def test_a_link_to_where_a_source_went_is_no_second_source(raw: Path, output: Path, read: "Reader") -> None:
    read(raw, output)
    place = moved(raw)
    raw.symlink_to(place)
    assert read(raw, output, run="second").tally.unchanged == 3
    assert told(output) == []


@pytest.mark.parametrize("left", [False, True])
def test_a_moved_source_is_recognised(
    raw: Path, output: Path, read: "Reader", contents: Contents, left: bool
) -> None:
    read(raw, output)
    before = derived(output, contents)
    place = moved(raw)
    if left:
        raw.mkdir()
    done = read(place, output, run="second")
    assert (done.tally.unchanged, done.removed) == (3, 0)
    assert derived(output, contents) == before
    (place / "c.txt").unlink()
    assert read(place, output, run="third").removed == 1
    assert told(output) == [("c.txt", "removed")]


def test_what_vanished_in_a_move_is_removed(raw: Path, output: Path, read: "Reader", article: bytes) -> None:
    read(raw, output)
    place = moved(raw)
    (place / "c.txt").unlink()
    (place / "d.txt").write_bytes(article + b"\nNew.\n")
    with pytest.MonkeyPatch.context() as patch:  # a run that is stopped once the source was recognised
        patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
        with pytest.raises(OSError, match="full"):
            read(place, output, run="second")
    done = read(place, output, run="third")
    assert (done.tally.written, done.tally.unchanged, done.removed) == (1, 2, 1)
    assert told(output) == [("d.txt", "added"), ("c.txt", "removed")]


def test_a_source_that_is_only_not_mounted_keeps_its_records(
    raw: Path, other: Path, output: Path, read: "Reader"
) -> None:
    read(raw, output)
    away = raw.rename(raw.with_name("unmounted"))
    (other / "b.txt").unlink()
    assert read(other, output, run="second").removed == 0
    away.rename(raw)
    assert read(raw, output, run="third").tally.unchanged == 3
    assert told(output) == [("x.txt", "added")]


def ingest(source: Path, output: Path) -> Account:
    def reader(store: Store, batches: Sequence[Batch]) -> Tally:
        return sum((store.commit(batch, read_batch(batch)) for batch in batches), Tally())

    return steps.ingest(Request((source,), output, 1), reader).account


def test_what_is_left_of_a_source_that_is_gone_is_named(raw: Path, output: Path) -> None:
    ingest(raw, output)
    gone, place = raw, raw.parent / "new"
    place.mkdir()
    raw.rename(place / "below")
    (place / "below" / "c.txt").unlink()
    for _ in range(2):
        account = ingest(place, output)
        assert [(skip.path, skip.reason) for skip in account.skips] == [(str(gone), "lost_source")]
        assert account.skips[0].message.startswith(
            "is not there any more, and 1 documents came from it, first c.txt; their records stay"
        )
        assert (account.summary.records, account.exit_status) == (3, 0)
    assert told(output) == [("below/b.txt", "moved"), ("below/knee/29881.txt", "moved")]
    gone.mkdir()
    request = Request((gone,), output, 1, Options(allow_empty=True))
    assert steps.ingest(request, lambda *_: Tally()).account.removed == 1
    assert ingest(place, output).skips == ()
