"""What lies in the output folder is compared with what was written: named, put right, never copied on."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from flows.errors import DamagedManifest, OutputError
from flows.options import Options
from flows.reading.versions import current_versions
from flows.runs import doctor
from flows.runs.replay import replay
from flows.show.markdown import markdown
from flows.show.terminal import show
from flows.store.history import open_manifest, version
from flows.store.output_folder import Store

if TYPE_CHECKING:
    from tests.flows.conftest import Command, Reader

Contents = Callable[[Path], dict[str, bytes]]
DERIVED = ("records", "text/", "changes.jsonl")


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def edited(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"29881", b"29882", 1))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def garbled(path: Path) -> None:
    content = path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(content[:middle] + b"\x00\xff}{" + content[middle + 4 :])


def replaced_by_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "inside").write_text("somebody's")


def missing(path: Path) -> None:
    path.unlink()


DEEDS = [emptied, edited, cut, garbled, replaced_by_a_folder, missing]
FILES = ["records/b.txt.json", "text/b.txt.txt", "records.jsonl", "changes.jsonl"]


def derived(output: Path, contents: Contents) -> dict[str, bytes]:
    return {path: content for path, content in contents(output).items() if path.startswith(DERIVED)}


def published(output: Path, run: str = "forced") -> list[str]:
    """What a run that publishes all finds damaged."""
    options = Options(force=True)
    with Store(output, run=run, versions=current_versions(), replay="", options=options) as store:
        store.publish()
        return [str(damage) for damage in store.damages]


@pytest.mark.parametrize("damage", [(deed, file) for deed in DEEDS for file in FILES])
def test_a_damaged_file_is_named_and_mended(
    raw: Path, output: Path, read: "Reader", contents: Contents, damage: tuple[Callable[[Path], None], str]
) -> None:
    deed, damaged = damage
    read(raw, output)
    before = derived(output, contents)
    assert doctor.examine(output) == []
    deed(output / damaged)
    after = contents(output)
    [found] = doctor.examine(output)
    assert (found.place, found.repair) == (damaged, "")
    assert contents(output).keys() == after.keys()
    mended = doctor.repair(output)
    if damaged != "changes.jsonl" or deed not in {
        emptied,
        cut,
        missing,
    }:  # ends of the feed come back by themselves
        assert [(one.place, one.mended) for one in mended] == [(damaged, True)]
    assert derived(output, contents) == before
    assert doctor.examine(output) == []
    assert read(raw, output, run="after").tally.unchanged == 3


@pytest.mark.parametrize("damage", [(deed, file) for deed in DEEDS for file in FILES[:2]])
def test_a_damaged_file_is_never_copied_on(
    raw: Path,
    output: Path,
    read: "Reader",
    contents: Contents,
    damage: tuple[Callable[[Path], None], str],
) -> None:
    deed, damaged = damage
    read(raw, output)
    before = derived(output, contents)
    deed(output / damaged)
    (raw / "d.txt").write_bytes((raw / "b.txt").read_bytes() + b"\nFourth article.\n")
    read(raw, output, run="second")
    after = derived(output, contents)
    assert {path: after[path] for path in before if path.startswith(("records/", "text/"))} == {
        path: before[path] for path in before if path.startswith(("records/", "text/"))
    }
    assert after["records.jsonl"].startswith(before["records.jsonl"].splitlines()[0])
    assert after["records.jsonl"].count(b"\n") == 4


@pytest.mark.parametrize("deed", DEEDS)
def test_reading_by_force_compares_what_it_made_with_what_is_there(
    raw: Path, output: Path, read: "Reader", contents: Contents, deed: Callable[[Path], None]
) -> None:
    read(raw, output)
    before = derived(output, contents)
    deed(output / "records" / "b.txt.json")
    done = read(raw, output, run="second", options=Options(force=True))
    assert (done.tally.written, done.tally.unchanged) == (1, 2)
    assert derived(output, contents) == before


def test_what_was_there_instead_is_kept(raw: Path, output: Path, read: "Reader") -> None:
    read(raw, output)
    (output / "records" / "b.txt.json").write_bytes(b"notes of mine")
    assert published(output) == [
        "records/b.txt.json holds other bytes than were written; it was written again"
    ]
    assert (output / "damaged" / "forced" / "records" / "b.txt.json").read_bytes() == b"notes of mine"


def test_a_record_of_which_no_sound_version_was_kept_is_read_again(
    raw: Path, output: Path, read: "Reader", contents: Contents
) -> None:
    read(raw, output)
    before = derived(output, contents)
    with closing(sqlite3.connect(output / "manifest.sqlite")) as manifest, manifest:
        manifest.execute("UPDATE versions SET packed = x'00' WHERE cursor = 1")
    emptied(output / "records" / "b.txt.json")
    garbled(output / "text" / "b.txt.txt")
    version, damage = doctor.repair(output)
    assert str(version).endswith("nobody has it any more, and it was taken out")
    assert str(damage).endswith(
        "is empty; no sound version was kept: the next ingest reads its document again"
    )
    assert (output / "records.jsonl").read_bytes().count(b"\n") == 2
    read(raw, output, run="second")
    assert derived(output, contents) == before


def test_a_garbled_end_of_the_feed_does_not_stop_a_run(
    raw: Path, output: Path, read: "Reader", contents: Contents
) -> None:
    read(raw, output)
    before = derived(output, contents)
    feed = output / "changes.jsonl"
    feed.write_bytes(feed.read_bytes()[:-20] + b"garbled\n")
    read(raw, output, run="second")
    assert derived(output, contents) == before


def test_a_schema_that_is_a_folder_is_written_again(raw: Path, output: Path, read: "Reader") -> None:
    read(raw, output)
    schema = output / "schema" / "record.schema.json"
    replaced_by_a_folder(schema)
    read(raw, output, run="second")
    assert schema.is_file()


def test_a_copy_of_an_output_folder_is_sound(raw: Path, output: Path, read: "Reader", tmp_path: Path) -> None:
    read(raw, output)
    shutil.copytree(output, tmp_path / "copy")
    assert doctor.examine(tmp_path / "copy") == []
    assert published(tmp_path / "copy") == []


def test_lines_of_a_manifest_that_was_lost_stay_in_the_feed(raw: Path, output: Path, read: "Reader") -> None:
    read(raw, output)
    with closing(sqlite3.connect(output / "manifest.sqlite")) as manifest, manifest:
        manifest.execute("DELETE FROM changes WHERE cursor = 1")
    before = (output / "changes.jsonl").read_bytes()
    assert doctor.examine(output) == []
    edited = before.replace(b'"id":"knee/29881.txt"', b'"id":"knee/29882.txt"')
    (output / "changes.jsonl").write_bytes(edited)
    assert published(output) == [
        "changes.jsonl has a line 3 that is not what was written; it was written again"
    ]
    assert (output / "changes.jsonl").read_bytes() == before


def test_the_account_names_what_was_damaged(raw: Path, output: Path, read: "Reader") -> None:
    read(raw, output)
    cut(output / "text" / "b.txt.txt")
    account = replay(output, None, Options(force=True))
    assert json.loads(account.to_json())["damaged"] == [
        {
            "place": "text/b.txt.txt",
            "fault": "holds other bytes than were written",
            "repair": "it was written again",
        }
    ]
    with StringIO() as told:
        show(account, Console(file=told))
        assert "text/b.txt.txt holds other bytes" in told.getvalue()
    assert "| text/b.txt.txt | holds other bytes" in markdown(account, {})


def test_the_command_says_what_is_wrong(raw: Path, output: Path, read: "Reader", command: "Command") -> None:
    read(raw, output)
    assert (command("doctor", output).returncode, command("doctor", output).stdout) == (0, "")
    emptied(output / "records" / "b.txt.json")
    done = command("doctor", output)
    assert (done.returncode, done.stdout) == (1, "records/b.txt.json is empty\n")
    done = command("doctor", output, "--repair")
    assert (done.returncode, done.stdout) == (0, "records/b.txt.json is empty; it was written again\n")
    assert command("doctor", output).returncode == 0
    assert command("doctor", raw).returncode == 2


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE documents SET place = CAST(x'80ff' AS TEXT)",
        "UPDATE records SET status = CAST(x'80ff' AS TEXT)",
        "UPDATE records SET status = '{'",
        "UPDATE changes SET diff = '{' WHERE cursor = 2",
        "UPDATE notes SET value = '{' WHERE name = 'records.jsonl'",
    ],
)
def test_a_manifest_that_holds_garbage_is_named_and_made_again(
    raw: Path, output: Path, read: "Reader", damage: str
) -> None:
    read(raw, output)
    spoil(output, damage)
    (raw / "b.txt").write_bytes((raw / "b.txt").read_bytes() + b"\nMore.\n")
    with pytest.raises(DamagedManifest, match=r"doctor --repair makes it anew"):
        read(raw, output, run="second")
    [found] = doctor.examine(output)
    assert found.place == "manifest.sqlite"
    assert "with text" not in found.fault  # it may be that of a document
    assert "a new one made from the records and the feed" in str(*doctor.repair(output))
    read(raw, output, run="third")
    assert doctor.examine(output) == []
    told = map(json.loads, (output / "changes.jsonl").read_text().splitlines())
    assert [line["change"] for line in told] == ["added"] * 3 + ["changed"]


def test_a_kept_version_that_is_damaged_is_named_and_costs_no_record(
    raw: Path, output: Path, read: "Reader", contents: Contents
) -> None:
    read(raw, output)
    for number in range(2):
        (raw / "b.txt").write_bytes((raw / "b.txt").read_bytes() + b"\nMore.\n")
        read(raw, output, run=f"more-{number}")
    sound = contents(output)
    spoil(output, "UPDATE versions SET packed = x'00' WHERE cursor IN (1, 2, 4)")
    told = [
        f"manifest.sqlite holds a damaged version of {one}"
        for one in ("b.txt (change 1)", "c.txt (change 2)")
    ]
    assert [str(found) for found in doctor.examine(output)][:2] == told
    with closing(open_manifest(output)) as manifest, pytest.raises(OutputError, match="is not kept any more"):
        version(manifest, "b.txt", 1)
    (raw / "c.txt").unlink()
    (raw / "knee" / "29881.txt").write_bytes((raw / "b.txt").read_bytes())
    assert read(raw, output, run="later").removed == 1
    assert contents(output / "removed" / "records")["c.txt.json"] == sound["records/c.txt.json"]
    assert [found.mended for found in doctor.repair(output)] == [False, False, False]
    assert doctor.examine(output) == []


def test_the_kept_version_of_a_current_record_is_packed_again(
    raw: Path, output: Path, read: "Reader"
) -> None:
    read(raw, output)
    spoil(output, "UPDATE versions SET packed = x'00'")
    assert [found.mended for found in doctor.repair(output)] == [True] * 3
    assert doctor.examine(output) == []
    with closing(open_manifest(output)) as manifest:
        assert version(manifest, "b.txt").record == (output / "records" / "b.txt.json").read_bytes()


def test_a_feed_that_is_a_link_to_nowhere_is_written_again(raw: Path, output: Path, read: "Reader") -> None:
    read(raw, output)
    feed = output / "changes.jsonl"
    before = feed.read_bytes()
    feed.unlink()
    feed.symlink_to(output / "nowhere")
    assert str(*doctor.examine(output)).startswith("changes.jsonl is a link that leads nowhere")
    assert str(*doctor.repair(output)).startswith(
        "changes.jsonl is a link that leads nowhere; it was written"
    )
    assert not feed.is_symlink()
    assert feed.read_bytes() == before


def spoil(output: Path, statement: str) -> None:
    with closing(sqlite3.connect(output / "manifest.sqlite")) as manifest, manifest:
        manifest.execute(statement)
