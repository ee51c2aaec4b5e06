import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from extractors import Record
from extractors.ledger.balance import Balance, balance
from flows.errors import OutputError
from flows.reading.batch import Item, read_batch
from flows.reading.packing import pack, unpack
from flows.reading.versions import current_versions
from flows.sources.folder import discover
from flows.sources.on_disk import OnDisk
from flows.store.output_folder import Store

if TYPE_CHECKING:
    from tests.flows.conftest import Reader

Contents = Callable[[Path], dict[str, bytes]]
VARYING = ("runs/", "manifest.sqlite", ".lock", "changes.jsonl")


def changes(output: Path) -> list[tuple[str, str, str]]:
    lines = map(json.loads, (output / "changes.jsonl").read_text().splitlines())
    return [(line["id"], line["change"], line["cause"]) for line in lines]


def test_the_output_is_what_the_contract_says(raw: Path, output: Path, read: "Reader") -> None:
    done = read(raw, output)
    assert done.tally.counts == {"written": 3, "unchanged": 0, "duplicate": 0, "quarantined": 0, "failed": 0}
    ids = ["b.txt", "c.txt", "knee/29881.txt"]
    lines = (output / "records.jsonl").read_text().splitlines()
    assert [json.loads(line)["id"] for line in lines] == ids
    for document, line in zip(ids, lines, strict=True):
        content = (output / "records" / f"{document}.json").read_bytes()
        record = Record.model_validate_json(content)
        assert record.to_json() == content
        assert record.model_dump_json() == line
        assert record.source.uri == f"raw/{document}"
        text = (output / "text" / f"{document}.txt").read_bytes().decode()
        assert len(text) == record.source.characters
        assert record.title is not None
        assert text[slice(*record.title.span)] == record.title.text
    assert changes(output) == [(document, "added", "source") for document in ids]
    assert json.loads((output / "schema" / "record.schema.json").read_text())["$id"]
    assert done.summary.layouts == {"billing-report": 3}
    assert done.summary.statuses["code"] == {"present": 3}
    counted = [balance(Record.model_validate_json(line)) for line in lines]
    assert done.summary.codes == sum(counted, Balance())
    assert done.summary.codes.held > 10


def test_the_same_input_gives_the_same_bytes_wherever_it_lies(
    raw: Path, output: Path, read: "Reader", contents: Contents, tmp_path: Path
) -> None:
    (raw / "bad.txt").write_bytes(b"")
    read(raw, output)
    moved = tmp_path / "elsewhere" / "raw"
    moved.parent.mkdir()
    raw.rename(moved)
    read(moved, tmp_path / "other", run="another run")
    here, there = (
        {
            path: content
            for path, content in contents(folder).items()
            if not path.startswith((*VARYING, "quarantine"))
        }
        for folder in (output, tmp_path / "other")
    )
    assert here == there


def test_a_second_run_writes_nothing(raw: Path, output: Path, read: "Reader", contents: Contents) -> None:
    read(raw, output)
    before = {path: (output / path).stat().st_mtime_ns for path in contents(output)}
    done = read(raw, output, run="second")
    assert (done.tally.unchanged, sum(done.tally.counts.values())) == (3, 3)
    assert {
        path
        for path, modified in before.items()
        if modified != (output / path).stat().st_mtime_ns and not path.startswith((".lock", "manifest"))
    } == set()


def test_files_known_by_size_and_times_are_not_opened(raw: Path, output: Path, read: "Reader") -> None:
    time.sleep(2.1)  # until the files are old enough for their times to be trusted
    read(raw, output)
    with Store(output, run="second", versions=current_versions(), replay="") as store:
        assert store.plan(discover([raw]).documents).items == ()
        (raw / "b.txt").touch()
        [item] = store.plan(discover([raw]).documents).items
    assert item.known is not None


def test_changed_bytes_change_the_record(raw: Path, output: Path, read: "Reader", article: bytes) -> None:
    read(raw, output)
    (raw / "b.txt").write_bytes(article + b"\nNew words.\n")
    done = read(raw, output)
    assert (done.tally.written, done.tally.unchanged) == (1, 2)
    assert changes(output)[3:] == [("b.txt", "changed", "source")]
    assert "New words." in (output / "text" / "b.txt.txt").read_text()


def test_another_name_of_the_raw_folder_changes_the_records(raw: Path, output: Path, read: "Reader") -> None:
    read(raw, output)
    done = read(raw.rename(raw.with_name("articles")), output)
    assert done.tally.written == 3
    assert changes(output)[3:] == [(id_, "changed", "source") for id_ in ("b.txt", "c.txt", "knee/29881.txt")]


@pytest.mark.parametrize(
    ("field", "cause"),
    [("schema", "schema"), ("code", "extractor"), ("libraries", "extractor"), ("data", "rules")],
)
def test_other_versions_read_again_and_name_the_cause(
    raw: Path, output: Path, read: "Reader", field: str, cause: str
) -> None:
    read(raw, output, versions=current_versions()._replace(**{field: "older"}))
    # The older version had made another record of b.txt, and the same ones of the others.
    with closing(sqlite3.connect(output / "manifest.sqlite")) as manifest, manifest:
        manifest.execute("UPDATE records SET record_sha256 = 'older' WHERE id = 'b.txt'")
        changed = manifest.execute("SELECT cursor, packed FROM versions WHERE cursor = 1").fetchone()
        now = unpack(changed[1])
        assert now
        packed = pack(now.record.replace(b'"29881"', b'"29880"'), now.text)
        manifest.execute("UPDATE versions SET packed = ? WHERE cursor = 1", [packed])
    done = read(raw, output)
    assert (done.tally.written, done.tally.unchanged) == (1, 2)
    assert changes(output)[3:] == [("b.txt", "changed", cause)]


def test_same_bytes_under_two_names_are_counted_and_both_have_a_record(
    raw: Path, output: Path, read: "Reader", article: bytes
) -> None:
    (raw / "twin.txt").write_bytes(article)
    first = read(raw, output)
    assert (first.tally.written, first.tally.duplicate) == (3, 1)
    (raw / "third.txt").write_bytes(article)
    second = read(raw, output)
    assert (second.tally.unchanged, second.tally.duplicate) == (4, 1)
    third = read(raw.rename(raw.with_name("renamed")), output)
    assert (third.tally.written, third.tally.duplicate) == (3, 2)
    assert (output / "records" / "third.txt.json").exists()


def test_a_document_in_quarantine_says_why_and_how_to_go_on(raw: Path, output: Path, read: "Reader") -> None:
    (raw / "bad.txt").write_bytes(b"CPT \x00\x01")
    done = read(raw, output)
    assert (done.tally.written, len(done.tally.quarantined)) == (3, 1)
    entry = json.loads((output / "quarantine" / "bad.txt.json").read_text())
    assert {
        key: entry[key] for key in ("id", "uri", "reason", "offset", "size", "earlier_record", "replay")
    } == {
        "id": "bad.txt",
        "uri": "raw/bad.txt",
        "reason": "binary",
        "offset": 4,
        "size": 6,
        "earlier_record": None,
        "replay": "again",
    }
    assert entry["raw"] == str(raw / "bad.txt")
    assert len(entry["sha256"]) == 64
    assert read(raw, output).tally.quarantined == done.tally.quarantined


def test_a_document_gone_bad_keeps_its_record_and_a_healed_one_leaves_the_quarantine(
    raw: Path, output: Path, read: "Reader", article: bytes
) -> None:
    read(raw, output)
    good = (output / "records" / "knee" / "29881.txt.json").read_bytes()
    (raw / "knee" / "29881.txt").write_bytes(b"")
    done = read(raw, output)
    assert [trouble.reason for trouble in done.tally.quarantined] == ["empty"]
    entry = json.loads((output / "quarantine" / "knee" / "29881.txt.json").read_text())
    assert entry["earlier_record"] == "records/knee/29881.txt.json"
    assert (output / entry["earlier_record"]).read_bytes() == good
    assert (output / "records.jsonl").read_text().count("\n") == 3
    (raw / "knee" / "29881.txt").write_bytes(article)
    done = read(raw, output)
    assert done.tally.counts == {"written": 0, "unchanged": 3, "duplicate": 0, "quarantined": 0, "failed": 0}
    assert not (output / "quarantine" / "knee").exists()
    assert len(changes(output)) == 3


@pytest.mark.parametrize(
    "lost", ["records/b.txt.json", "text/b.txt.txt", "records.jsonl", "schema/record.schema.json"]
)
def test_files_that_were_deleted_come_back(
    raw: Path, output: Path, read: "Reader", contents: Contents, lost: str
) -> None:
    read(raw, output)
    whole = contents(output)
    (output / lost).unlink()
    read(raw, output)
    assert contents(output)[lost] == whole[lost]
    assert len(changes(output)) == 3


def test_a_record_deleted_with_its_source_does_not_stop_the_run(
    raw: Path, output: Path, read: "Reader"
) -> None:
    read(raw, output)
    (output / "records" / "b.txt.json").unlink()
    (raw / "b.txt").unlink()
    (raw / "d.txt").write_bytes((raw / "c.txt").read_bytes())
    read(raw, output)
    ids = [json.loads(line)["id"] for line in (output / "records.jsonl").read_text().splitlines()]
    assert ids == ["c.txt", "d.txt", "knee/29881.txt"]


def test_a_lost_manifest_is_made_anew_and_cursors_go_on(raw: Path, output: Path, read: "Reader") -> None:
    read(raw, output)
    (output / "manifest.sqlite").unlink()
    (raw / "b.txt").write_bytes((raw / "b.txt").read_bytes() + b"\nNew words.\n")
    done = read(raw, output)
    assert (done.tally.written, done.tally.unchanged) == (1, 2)
    cursors = [json.loads(line)["cursor"] for line in (output / "changes.jsonl").read_text().splitlines()]
    assert cursors == [1, 2, 3, 4]


def test_what_a_stopped_run_has_left_is_written_again(
    raw: Path, output: Path, read: "Reader", contents: Contents, tmp_path: Path
) -> None:
    read(raw, tmp_path / "whole")
    (output / "records").mkdir(parents=True)
    (output / "records" / "b.txt.json").write_text("a record that no manifest knows of")
    (output / ".aside" / "stopped").mkdir(parents=True)
    (output / ".aside" / "stopped" / "7").write_text("half a")
    read(raw, output)
    here, there = (
        {path: content for path, content in contents(folder).items() if not path.startswith(VARYING)}
        for folder in (output, tmp_path / "whole")
    )
    assert here == there


def test_a_name_that_the_file_system_cannot_take_fails_alone(raw: Path, output: Path) -> None:
    deep = "/".join(["d" * 200] * 25)
    with Store(output, run="run", versions=current_versions(), replay="") as store:
        items = [
            Item(name, OnDisk(str(raw / "b.txt")), f"raw/{name}", 0, None, None)
            for name in ("b.txt", f"{deep}/x.txt")
        ]
        tally = store.commit(items, read_batch(items))
    assert tally.written == 1
    [failed] = tally.failed
    assert failed.reason == "not_written"
    assert "File name too long" in failed.message


def test_two_runs_do_not_write_one_folder(output: Path) -> None:
    with (
        Store(output, run="first", versions=current_versions(), replay=""),
        pytest.raises(OutputError, match=f"written by run first, process {os.getpid()} "),
    ):
        Store(output, run="second", versions=current_versions(), replay="")
    Store(output, run="third", versions=current_versions(), replay="").__exit__()


def test_a_manifest_of_a_newer_version_is_refused(output: Path) -> None:
    output.mkdir()
    with closing(sqlite3.connect(output / "manifest.sqlite")) as manifest:
        manifest.execute("PRAGMA user_version = 99")
    with pytest.raises(OutputError, match="written by a newer code-articles"):
        Store(output, run="run", versions=current_versions(), replay="")


FULL_DISK = """
import resource, sys
from pathlib import Path
from flows.files import Files
files = Files(Path(sys.argv[1]), Path(sys.argv[1]) / ".aside" / "run")
files.put([("a", b"old"), ("b", b"old")])
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    files.put([("a", b"new"), ("b", b"n" * 5000)])
except OSError as error:
    print(error.strerror)
files.close()
"""


def test_a_file_that_cannot_be_written_leaves_the_old_ones_whole(tmp_path: Path, contents: Contents) -> None:
    line = [sys.executable, "-c", FULL_DISK, str(tmp_path)]
    done = subprocess.run(line, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout == "File too large\n"
    assert contents(tmp_path) == {"a": b"old", "b": b"old"}
