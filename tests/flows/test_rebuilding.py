"""A manifest that was lost, damaged or put back from an older copy: made again, and nothing is doubled."""

import json
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from flows.options import Options
from flows.reading.batch import read_batch
from flows.reading.versions import current_versions
from flows.runs import doctor
from flows.runs.replay import replay
from flows.show.markdown import markdown
from flows.show.terminal import show
from flows.sources.folder import discover
from flows.store.history import history, open_manifest, version
from flows.store.output_folder import Store

if TYPE_CHECKING:
    from tests.flows.conftest import Reader

Contents = Callable[[Path], dict[str, bytes]]
VARYING = (".lock", "manifest.sqlite", "damaged/", "runs/")


def lost(path: Path) -> None:
    path.unlink()


def garbage(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:8192])


def cut_to_nothing(path: Path) -> None:
    path.write_bytes(b"")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DEEDS = [lost, garbage, truncated, cut_to_nothing, a_folder]


def whole(output: Path, contents: Contents) -> dict[str, bytes]:
    return {path: content for path, content in contents(output).items() if not path.startswith(VARYING)}


def told(output: Path) -> list[tuple[int, str, str]]:
    lines: list[dict[str, Any]] = list(map(json.loads, (output / "changes.jsonl").read_text().splitlines()))
    return [(line["cursor"], line["id"], line["change"]) for line in lines]


def account(raw: Path, output: Path, run: str = "20261101T060000Z-0000") -> None:
    (output / "runs").mkdir(exist_ok=True)
    (output / "runs" / f"{run}.json").write_text(json.dumps({"run": run, "sources": [str(raw)]}))


def damages(output: Path) -> list[str]:
    with Store(output, run="looking", versions=current_versions(), replay="") as store:
        return [str(damage) for damage in store.damages]


@pytest.fixture
def grown(raw: Path, output: Path, read: "Reader", article: bytes) -> Path:
    """An output folder with a past: added, changed, moved, removed, a duplicate, and quarantine."""
    (raw / "e.txt").write_bytes(article + b"\nFifth article.\n")
    (raw / "twin.txt").write_bytes((raw / "b.txt").read_bytes())
    (raw / "bad.txt").write_bytes(b"")
    read(raw, output)
    (raw / "c.txt").write_bytes(article + b"\nOther words.\n")
    (raw / "e.txt").unlink()
    (raw / "b.txt").rename(raw / "d.txt")
    read(raw, output, run="second")
    account(raw, output)
    return output


@pytest.mark.parametrize("deed", DEEDS)
def test_what_was_read_is_unchanged(
    raw: Path, grown: Path, read: "Reader", contents: Contents, deed: Callable[[Path], None]
) -> None:
    before = whole(grown, contents)
    deed(grown / "manifest.sqlite")
    done = read(raw, grown, run="third")
    assert done.tally.counts == {"written": 0, "unchanged": 4, "duplicate": 0, "quarantined": 1, "failed": 0}
    assert done.removed == 0
    assert whole(grown, contents) == before
    kept = list(grown.glob("manifest.sqlite.damaged-third"))
    assert len(kept) == (deed in {garbage, truncated, a_folder})
    assert read(raw, grown, run="fourth").tally.unchanged == 4
    assert doctor.examine(grown) == []


def test_what_happened_meanwhile_is_told(raw: Path, grown: Path, read: "Reader", article: bytes) -> None:
    before = told(grown)
    lost(grown / "manifest.sqlite")
    (raw / "c.txt").write_bytes(article + b"\nWords after the loss.\n")
    (raw / "twin.txt").unlink()
    (raw / "bad.txt").unlink()
    (raw / "d.txt").rename(raw / "f.txt")
    (raw / "e.txt").write_bytes(article + b"\nFifth article.\n")
    read(raw, grown, run="third")
    after = told(grown)
    assert after[: len(before)] == before
    assert sorted((document, change) for _, document, change in after[len(before) :]) == [
        ("c.txt", "changed"),
        ("e.txt", "added"),
        ("f.txt", "moved"),
        ("twin.txt", "removed"),
    ]
    assert [cursor for cursor, *_ in after] == list(range(1, len(after) + 1))
    assert not (grown / "records" / "twin.txt.json").exists()
    assert not (grown / "quarantine").exists()
    with closing(open_manifest(grown)) as manifest:
        assert len(history(manifest, "c.txt")) == 3
        assert b"after the loss" in version(manifest, "c.txt").text


def test_it_is_said(grown: Path) -> None:
    lost(grown / "manifest.sqlite")
    assert [str(damage) for damage in doctor.examine(grown)] == ["manifest.sqlite is missing"]
    assert damages(grown) == [
        "manifest.sqlite is missing, or new; it was made again from the records and the feed"
    ]
    garbage(grown / "manifest.sqlite")
    assert [str(damage) for damage in doctor.examine(grown)] == [
        "manifest.sqlite is damaged (file is not a database)"
    ]
    assert damages(grown) == [
        "manifest.sqlite is damaged (file is not a database); it was moved to "
        "manifest.sqlite.damaged-looking, and a new one made from the records and the feed"
    ]


def test_a_page_that_was_garbled_is_seen_by_force_and_doctor(
    raw: Path, grown: Path, read: "Reader", contents: Contents
) -> None:
    before = whole(grown, contents)
    path = grown / "manifest.sqlite"
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 8192) + content[-4096:])
    [damage] = doctor.examine(grown)
    assert damage.place == "manifest.sqlite"
    doctor.repair(grown)
    assert doctor.examine(grown) == []
    assert read(raw, grown, run="third", options=Options(force=True)).tally.unchanged == 4
    assert whole(grown, contents) == before


def test_an_older_copy_catches_up_with_the_feed(
    raw: Path, output: Path, read: "Reader", contents: Contents, article: bytes
) -> None:
    read(raw, output)
    tmp_path = raw.parent
    shutil.copy(output / "manifest.sqlite", tmp_path / "older")
    (raw / "c.txt").write_bytes(article + b"\nOther words.\n")
    (raw / "b.txt").rename(raw / "d.txt")
    (raw / "knee" / "29881.txt").unlink()
    (raw / "new.txt").write_bytes(article + b"\nNew.\n")
    read(raw, output, run="second")
    account(raw, output)
    before = whole(output, contents)
    for end in ("-wal", "-shm"):
        (output / f"manifest.sqlite{end}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "older", output / "manifest.sqlite")
    assert str(doctor.examine(output)[0]) == "manifest.sqlite is older than the feed"
    done = read(raw, output, run="third")
    assert (done.tally.written, done.tally.unchanged, done.removed) == (0, 3, 0)
    assert whole(output, contents) == before


def test_records_without_manifest_and_feed_are_taken_over(
    raw: Path, output: Path, read: "Reader", contents: Contents
) -> None:
    read(raw, output)
    before = whole(output, contents)
    lost(output / "manifest.sqlite")
    lost(output / "changes.jsonl")
    (output / "records" / "other.json").write_text("somebody's")
    assert read(raw, output, run="second", verified=False).tally.unchanged == 3
    assert whole(output, contents).keys() - before.keys() == {"records/other.json"}
    assert [(document, change) for _, document, change in told(output)] == [
        (document, "added") for document in ("b.txt", "c.txt", "knee/29881.txt")
    ]


def test_codes_are_counted_of_the_records_that_are_taken_over(
    raw: Path, output: Path, read: "Reader"
) -> None:
    before = read(raw, output).summary
    lost(output / "manifest.sqlite")
    assert doctor.repair(output)
    account = replay(output, None, Options())
    assert (account.summary.codes, account.summary.uncounted) == (before.codes, 0)
    printed = json.loads(account.to_json())["codes"]
    assert printed == {"printed": before.codes.printed, **before.codes._asdict(), "uncounted_records": 0}
    told = f"Codes: {before.codes.printed} printed: {before.codes.held} in fields, "
    assert told in markdown(account, {})
    with StringIO() as shown:
        show(account, Console(file=shown))
        assert told in shown.getvalue()


def test_a_record_that_was_damaged_as_well_is_read_again(
    raw: Path, grown: Path, read: "Reader", contents: Contents
) -> None:
    before = whole(grown, contents)
    lost(grown / "manifest.sqlite")
    (grown / "records" / "c.txt.json").write_bytes(b"garbled")
    (grown / "text" / "d.txt.txt").unlink()
    done = read(raw, grown, run="third")
    assert (done.tally.written + done.tally.duplicate, done.tally.unchanged) == (2, 2)
    assert whole(grown, contents) == before


def test_a_clock_that_steps_back_changes_nothing(
    raw: Path, output: Path, read: "Reader", contents: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(raw, output, run="20991231T235959Z-0000")
    before = whole(output, contents)
    for path in output.rglob("*.*"):
        os.utime(path, (4e9, 4e9))
    assert read(raw, output, run="20260101T000000Z-0000").tally.unchanged == 3
    assert whole(output, contents) == before
    # A run that is stopped after it has written files, whose clock then went back behind its start.
    (raw / "d.txt").write_bytes((raw / "b.txt").read_bytes() + b"\nFourth article.\n")
    (raw / "c.txt").write_bytes((raw / "b.txt").read_bytes() + b"\nOther words.\n")
    with monkeypatch.context() as patch:
        patch.setattr(Store, "_keep", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            read(raw, output, run="20260102T000000Z-0000")
    assert (output / "records" / "d.txt.json").exists()
    for path in output.rglob("*.*"):
        os.utime(path, (0, 0))
    (raw / "d.txt").unlink()
    (raw / "c.txt").write_bytes((raw / "b.txt").read_bytes().replace(b"Second", b"Third"))
    assert read(raw, output, run="20260101T000000Z-0001").tally.unchanged == 3
    assert whole(output, contents) == before


def test_a_new_folder_says_nothing(raw: Path, output: Path) -> None:
    with Store(output, run="first", versions=current_versions(), replay="") as store:
        items = store.plan(discover([raw]).documents).items
        store.commit(items, read_batch(items))
        store.publish()
        assert store.damages == ()
