import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from extractors import EXTRACTOR, SourceError
from flows.errors import UsageError
from flows.options import Options
from flows.reading import batch
from flows.reading.batch import Refused
from flows.reading.versions import current_versions
from flows.runs.replay import replay
from flows.sources.folder import discover
from flows.store.output_folder import Store
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


def test_a_document_is_replayed_in_the_encoding_that_is_named(
    raw: Path, output: Path, read: "Reader", article: bytes
) -> None:
    (raw / "b.txt").write_bytes(article + b"\nThe caf\xe9 next door.\n")
    read(raw, output)
    assert replay(output, ["b.txt"], Options(encoding="cp1252")).tally.written == 1
    account = json.loads(next((output / "runs").glob("*.json")).read_text())
    assert account["versions"]["encoding"] == "cp1252"


def test_documents_to_replay_have_to_be_named_and_known(refused: Path, command: "Command") -> None:
    with pytest.raises(UsageError, match=r"d\.txt is not in quarantine; code-articles quarantine list"):
        replay(refused, ["d.txt"], Options())
    done = command("quarantine", "replay", "--output", refused)
    assert (done.returncode, "name the documents to replay, or --all" in done.stderr) == (2, True)
    assert command("quarantine", "replay", "--all", "--output", refused).returncode == 0


@pytest.fixture
def unlucky(raw: Path, output: Path) -> Callable[[str, str], list[str]]:
    """A run of whose documents `b.txt` meets some trouble; returns the documents that it reads."""

    def run(name: str, reason: str) -> list[str]:
        with Store(output, run=name, versions=current_versions(), replay="") as store:
            documents = discover([raw]).documents
            items = store.plan(documents).items
            results = list(batch.read_batch(items))
            for place, item in enumerate(items):
                if item.id == "b.txt":
                    [stamp] = [document.stamp for document in documents if document.id == "b.txt"]
                    seen = batch.Raw(hashlib.sha256((raw / "b.txt").read_bytes()).hexdigest(), 1, stamp)
                    results[place] = Refused("b.txt", seen, reason, "bad luck", None)
            store.commit(items, results)
            store.commit(items, results)  # as a task that is tried again does
            return [item.id for item in items if item.known is None]

    return run


@pytest.mark.parametrize("reason", ["timeout", "memory", "crashed", "interrupted"])
def test_trouble_that_may_pass_is_tried_three_times_in_all(
    raw: Path, unlucky: Callable[[str, str], list[str]], reason: str
) -> None:
    tries = [unlucky(f"run {number}", reason) for number in range(5)]
    assert ["b.txt" in documents for documents in tries] == [True, True, True, False, False]
    (raw / "b.txt").write_bytes((raw / "b.txt").read_bytes() + b"\nOther words.\n")
    tries = [unlucky(f"run {number}", reason) for number in range(5, 10)]
    assert ["b.txt" in documents for documents in tries] == [True, True, True, False, False]


def test_trouble_that_has_passed_leaves_the_quarantine(
    raw: Path, output: Path, read: "Reader", unlucky: Callable[[str, str], list[str]]
) -> None:
    unlucky("first", "interrupted")
    assert (output / "quarantine" / "b.txt.json").exists()
    done = read(raw, output, run="second")
    assert (done.tally.written, done.tally.unchanged) == (1, 2)
    assert not (output / "quarantine").exists()


def test_trouble_that_lies_in_the_document_is_not_tried_again(
    unlucky: Callable[[str, str], list[str]],
) -> None:
    assert "b.txt" in unlucky("first", "encrypted")
    assert "b.txt" not in unlucky("second", "encrypted")
