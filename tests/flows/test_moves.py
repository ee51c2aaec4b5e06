"""A renamed file: same bytes, a new id, one line of the feed."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flows.reading.batch import read_batch
from flows.reading.versions import current_versions
from flows.sources.folder import discover
from flows.store.history import history, open_manifest, version
from flows.store.output_folder import Store

if TYPE_CHECKING:
    from tests.flows.conftest import Command, Reader


def feed(output: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (output / "changes.jsonl").read_text().splitlines()]


def told(output: Path, after: int = 3) -> list[tuple[str, str | None, str]]:
    return [(line["id"], line["from"], line["change"]) for line in feed(output)[after:]]


def versions(output: Path, document: str) -> list[tuple[int | None, str, str]]:
    with closing(open_manifest(output)) as manifest:
        return [
            (entry.version, entry.change.change, entry.change.id) for entry in history(manifest, document)
        ]


def test_a_renamed_file_is_one_line_of_the_feed(
    raw: Path, output: Path, read: "Reader", contents: Callable[[Path], dict[str, bytes]]
) -> None:
    read(raw, output)
    (raw / "b.txt").rename(raw / "knee" / "z.txt")
    done = read(raw, output, run="second")
    assert done.tally.counts == {"written": 1, "unchanged": 2, "duplicate": 0, "quarantined": 0, "failed": 0}
    assert done.removed == 0
    [line] = feed(output)[3:]
    assert (line["change"], line["id"], line["from"], line["cause"]) == (
        *("moved", "knee/z.txt", "b.txt"),
        "source",
    )
    assert [(change["field"], change["before"], change["after"]) for change in line["diff"]] == [
        ("source.uri", "raw/b.txt", "raw/knee/z.txt")
    ]
    files = contents(output)
    assert not [path for path in files if "b.txt" in path]
    assert {"records/knee/z.txt.json", "text/knee/z.txt.txt"} <= files.keys()
    assert [json.loads(line)["id"] for line in files["records.jsonl"].splitlines()] == [
        *("c.txt", "knee/29881.txt", "knee/z.txt")
    ]
    assert read(raw, output, run="third").tally.unchanged == 3
    assert len(feed(output)) == 4


def test_history_follows_a_record_through_its_ids(
    raw: Path, output: Path, read: "Reader", article: bytes, command: "Command"
) -> None:
    read(raw, output)
    (raw / "b.txt").write_bytes(article + b"\nNew words.\n")
    read(raw, output, run="20261102T060000Z-0000")
    (raw / "b.txt").rename(raw / "d.txt")
    read(raw, output, run="20261103T060000Z-0000")
    assert versions(output, "d.txt") == [
        (1, "added", "b.txt"),
        (2, "changed", "b.txt"),
        (3, "moved", "d.txt"),
    ]
    assert versions(output, "b.txt") == [
        (1, "added", "b.txt"),
        (2, "changed", "b.txt"),
        (None, "moved", "d.txt"),
    ]
    with closing(open_manifest(output)) as manifest:
        first = json.loads(version(manifest, "d.txt", 1).record)
        last = json.loads(version(manifest, "b.txt").record)
    assert (first["id"], last["id"]) == ("b.txt", "b.txt")
    assert "moved from b.txt" in command("history", "d.txt", "--output", output).stdout
    assert "moved to d.txt" in command("history", "b.txt", "--output", output).stdout
    assert "b.txt → d.txt" in command("changes", "--since", 4, "--output", output).stdout
    (raw / "d.txt").rename(raw / "b.txt")
    read(raw, output, run="20261104T060000Z-0000")
    assert [number for number, *_ in versions(output, "b.txt")] == [1, 2, 3, 4]


def test_the_same_bytes_under_both_ids_are_a_duplicate(raw: Path, output: Path, read: "Reader") -> None:
    read(raw, output)
    (raw / "d.txt").write_bytes((raw / "b.txt").read_bytes())
    done = read(raw, output, run="second")
    assert (done.tally.written, done.tally.duplicate) == (0, 1)
    assert told(output) == [("d.txt", None, "added")]


def test_each_record_moves_once(raw: Path, output: Path, read: "Reader") -> None:
    words = (raw / "b.txt").read_bytes()
    (raw / "c.txt").write_bytes(words)
    read(raw, output)
    for name in ("b.txt", "c.txt"):
        (raw / name).unlink()
    (raw / "x.txt").write_bytes(words)
    done = read(raw, output, run="second")
    assert told(output) == [("x.txt", "b.txt", "moved"), ("c.txt", None, "removed")]
    assert (done.tally.written, done.tally.duplicate, done.removed) == (1, 0, 1)
    (raw / "x.txt").unlink()
    for name in ("y.txt", "z.txt"):
        (raw / name).write_bytes(words)
    done = read(raw, output, run="third")
    assert told(output, 5) == [("y.txt", "x.txt", "moved"), ("z.txt", None, "added")]
    assert (done.tally.written, done.tally.duplicate) == (1, 1)


def test_duplicates_follow_the_record_that_moved(raw: Path, output: Path, read: "Reader") -> None:
    (raw / "d.txt").write_bytes((raw / "b.txt").read_bytes())
    read(raw, output)
    (raw / "b.txt").rename(raw / "a.txt")
    done = read(raw, output, run="second")
    assert (done.tally.written, done.tally.duplicate) == (1, 0)
    with closing(open_manifest(output)) as manifest:
        rows = manifest.records(["a.txt", "d.txt"])
    assert {name: row.duplicate_of for name, row in rows.items()} == {"a.txt": None, "d.txt": "a.txt"}


def test_a_file_that_was_renamed_and_edited_is_another_one(
    raw: Path, output: Path, read: "Reader", article: bytes
) -> None:
    read(raw, output)
    (raw / "b.txt").unlink()
    (raw / "d.txt").write_bytes(article + b"\nMoved and edited.\n")
    read(raw, output, run="second")
    assert told(output) == [("d.txt", None, "added"), ("b.txt", None, "removed")]


def test_a_move_whose_writing_failed_is_made_by_the_next_try(
    raw: Path, output: Path, read: "Reader", monkeypatch: pytest.MonkeyPatch
) -> None:
    read(raw, output)
    (raw / "b.txt").rename(raw / "d.txt")
    with Store(output, run="second", versions=current_versions(), replay="") as store:
        listing = discover([raw])
        gone = store.gone(listing)
        items = store.plan(listing.documents, gone).items
        results = read_batch(items)
        with monkeypatch.context() as patch:
            patch.setattr(store._files, "put", lambda _contents: (_ for _ in ()).throw(OSError(28, "full")))
            with pytest.raises(OSError, match="full"):
                store.commit(items, results)
        assert store.commit(items, results).written == 1
        assert store.commit(items, results).written == 0
        assert store.remove(gone) == 0
        store.publish()
    assert told(output) == [("d.txt", "b.txt", "moved")]
    assert not (output / "records" / "b.txt.json").exists()


def test_files_that_a_stopped_move_has_left_are_put_right(
    raw: Path, output: Path, read: "Reader", monkeypatch: pytest.MonkeyPatch
) -> None:
    read(raw, output)
    (raw / "b.txt").rename(raw / "d.txt")
    with monkeypatch.context() as patch:
        patch.setattr(Store, "_clear", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            read(raw, output, run="second")
    assert (output / "records" / "b.txt.json").exists()
    read(raw, output, run="third")
    assert not (output / "records" / "b.txt.json").exists()
    assert not (output / "text" / "b.txt.txt").exists()
    assert not (output / "removed").exists()
    assert told(output) == [("d.txt", "b.txt", "moved")]
