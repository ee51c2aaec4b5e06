import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from extractors import EXTRACTOR, SourceError
from flows.errors import UsageError
from flows.options import Options
from flows.reading import batch
from flows.reading.versions import current_versions
from flows.runs.replay import replay
from flows.store.quarantine import entry

if TYPE_CHECKING:
    from tests.flows.conftest import Command, Reader


def refuse_all(_size: int) -> Exception:
    return SourceError("broken", "this version cannot read it")


@pytest.fixture
def refused(raw: Path, output: Path, read: "Reader", monkeypatch: pytest.MonkeyPatch) -> Path:
    """An output folder that a broken version has written: all documents are in quarantine."""
    with monkeypatch.context() as broken:
        broken.setattr(batch, "SIZE_LIMIT", 1)
        broken.setattr(batch, "too_large", refuse_all)
        read(raw, output)
    return output


def test_entries_are_listed_and_shown(refused: Path, raw: Path, command: "Command") -> None:
    shown = command("quarantine", "list", "--output", refused).stdout
    assert shown.count("this version cannot read it") == 3
    lines = command("quarantine", "list", "--json", "--output", refused).stdout.splitlines()
    ids = ["b.txt", "c.txt", "knee/29881.txt"]
    assert [(line["id"], line["reason"]) for line in map(json.loads, lines)] == [(i, "broken") for i in ids]
    told = json.loads(command("quarantine", "show", "b.txt", "--output", refused).stdout)
    assert told["raw"] == str(raw / "b.txt")
    assert told["versions"] == {"extractor": EXTRACTOR, **current_versions()._asdict()}
    done = command("quarantine", "show", "d.txt", "--output", refused)
    assert (done.returncode, "d.txt is not in quarantine" in done.stderr) == (2, True)


def test_replay_with_a_fixed_version_heals_and_writes_the_feed(
    refused: Path, raw: Path, read: "Reader", contents: Callable[[Path], dict[str, bytes]], tmp_path: Path
) -> None:
    one = replay(refused, ["knee/29881.txt"], Options())
    assert (one.documents["in"], one.tally.written, one.exit_status) == (1, 1, 0)
    assert replay(refused, None, Options()).tally.written == 2
    assert not (refused / "quarantine").exists()
    lines = [json.loads(line) for line in (refused / "changes.jsonl").read_text().splitlines()]
    assert [(line["id"], line["change"]) for line in lines] == [
        ("knee/29881.txt", "added"),
        ("b.txt", "added"),
        ("c.txt", "added"),
    ]
    read(raw, tmp_path / "whole")
    here, there = (contents(folder) for folder in (refused, tmp_path / "whole"))
    assert all(here[path] == there[path] for path in there if path.startswith(("records", "text")))
    assert read(raw, refused).tally.unchanged == 3


def test_what_still_cannot_be_read_stays(raw: Path, output: Path, read: "Reader") -> None:
    (raw / "bad.txt").write_bytes(b"")
    read(raw, output)
    account = replay(output, ["bad.txt"], Options())
    assert (account.exit_status, len(account.tally.quarantined)) == (3, 1)
    assert "quarantine replay --all" in json.loads(entry(output, "bad.txt"))["replay"]


def test_a_name_of_any_bytes_is_found_again(raw: Path, output: Path, read: "Reader") -> None:
    name = b"bad\xff\n%41.txt"
    (Path(raw) / name.decode(errors="surrogateescape")).write_bytes(b"")
    read(raw, output)
    [trouble] = replay(output, None, Options()).tally.quarantined
    assert (trouble.id, trouble.reason) == ("bad%FF%0A%2541.txt", "empty")


def test_documents_to_replay_have_to_be_named_and_known(refused: Path, command: "Command") -> None:
    with pytest.raises(UsageError, match=r"d\.txt is not in quarantine; code-articles quarantine list"):
        replay(refused, ["d.txt"], Options())
    done = command("quarantine", "replay", "--output", refused)
    assert (done.returncode, "name the documents to replay, or --all" in done.stderr) == (2, True)
    assert command("quarantine", "replay", "--all", "--output", refused).returncode == 0
