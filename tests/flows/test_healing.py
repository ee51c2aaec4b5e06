import json
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.reading.versions import current_versions
from flows.sources.folder import discover
from flows.store.output_folder import Store

if TYPE_CHECKING:
    from tests.flows.conftest import Reader

Contents = Callable[[Path], dict[str, bytes]]


@pytest.fixture
def stopped(raw: Path, output: Path, read: "Reader") -> Path:
    """An output folder whose last run says that it did not come to its end."""
    read(raw, output, run="whole")
    with closing(sqlite3.connect(output / "manifest.sqlite")) as manifest, manifest:
        note = json.dumps(["stopped", time.time_ns() - 10**9])
        manifest.execute("UPDATE notes SET value = ? WHERE name = 'open'", (note,))
    for name in ("records", "text"):
        for path in (output / name).rglob("*.*"):
            os.utime(path, (0, 0))
    return output


def opened(output: Path) -> None:
    with Store(output, run="next", versions=current_versions(), replay=""):
        pass


def test_what_was_written_and_not_entered_is_put_back(stopped: Path, contents: Contents) -> None:
    before = contents(stopped)
    (stopped / "records" / "b.txt.json").write_text("a newer record")
    (stopped / "text" / "c.txt.txt").write_text("a newer text")
    (stopped / "records" / "new.txt.json").write_text("a record of a new document")
    (stopped / "quarantine").mkdir()
    (stopped / "quarantine" / "b.txt.json").write_text("an entry")
    (stopped / "removed" / "records").mkdir(parents=True)
    (stopped / "removed" / "records" / "b.txt.json").write_text("a record that has come back")
    opened(stopped)
    after = contents(stopped)
    assert {path for path in after if path.startswith(("records", "text", "quarantine", "removed"))} == {
        path for path in before if path.startswith(("records", "text"))
    }
    assert all(after[path] == before[path] for path in before if path.startswith(("records", "text")))


def test_an_old_file_that_the_manifest_does_not_know_is_somebodys(stopped: Path) -> None:
    other = stopped / "records" / "other.json"
    other.write_text("{}")
    os.utime(other, (0, 0))
    opened(stopped)
    assert other.exists()


def test_a_run_that_came_to_its_end_has_nothing_to_heal(raw: Path, output: Path, read: "Reader") -> None:
    read(raw, output)
    (output / "records" / "new.txt.json").write_text("somebody's")
    opened(output)
    assert (output / "records" / "new.txt.json").exists()


def test_a_run_that_failed_is_healed_as_one_that_was_killed(
    raw: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    versions = current_versions()
    with Store(output, run="first", versions=versions, replay="") as store:
        monkeypatch.setattr(store, "_outcomes", broken)
        with pytest.raises(OSError, match="No space"):
            store.commit((), ())
    (output / "records").mkdir()
    (output / "records" / "b.txt.json").write_text("written and not entered")
    with Store(output, run="second", versions=versions, replay="") as store:
        assert not (output / "records" / "b.txt.json").exists()
        assert len(store.plan(discover([raw]).documents).items) == 3
