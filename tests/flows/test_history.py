import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flows.options import Options
from flows.reading.packing import Version
from flows.store.history import difference

if TYPE_CHECKING:
    from tests.flows.conftest import Command, Reader


def feed(output: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (output / "changes.jsonl").read_text().splitlines()]


@pytest.fixture
def changed(raw: Path, output: Path, read: "Reader", article: bytes) -> Path:
    """An output folder with a record in two versions, and one that was removed."""
    read(raw, output, run="20261101T060000Z-0000")
    assert b"Aetna" in article
    (raw / "b.txt").write_bytes(article.replace(b"Aetna", b"Humana") + b"\nSecond article.\n")
    (raw / "c.txt").unlink()
    read(raw, output, run="20261102T060000Z-0000")
    return output


def test_the_feed_tells_what_changed_in_a_record(changed: Path) -> None:
    *_, last, removed = feed(changed)
    assert (last["id"], last["change"], last["cause"]) == ("b.txt", "changed", "source")
    payers = [(one["change"], one["key"]) for one in last["diff"] if one["field"] == "payers"]
    assert payers == [("removed", "Aetna"), ("added", "Humana")]
    assert (removed["id"], removed["change"], removed["diff"]) == ("c.txt", "removed", None)
    assert [line["cursor"] for line in feed(changed)] == [1, 2, 3, 4, 5]


def test_words_that_no_field_holds_are_told_by_their_section(
    raw: Path, output: Path, read: "Reader", article: bytes
) -> None:
    read(raw, output)
    (raw / "b.txt").write_bytes(article + b"\nSecond article.\nThis is no longer covered at all.\n")
    read(raw, output, run="second")
    [change] = feed(output)[-1]["diff"]
    assert (change["change"], change["field"]) == ("changed", "sections")
    assert (change["before"]["text"], change["after"]["text"]) == ("", "This is no longer covered at all.")


def test_words_that_only_moved_give_a_line_without_differences(
    raw: Path, output: Path, read: "Reader", article: bytes
) -> None:
    read(raw, output)
    (raw / "knee" / "29881.txt").write_bytes(b"\n\n" + article)
    read(raw, output, run="second")
    assert (feed(output)[-1]["change"], feed(output)[-1]["diff"]) == ("changed", [])


def test_a_record_of_an_unknown_schema_has_no_differences() -> None:
    assert difference(Version(b'{"schema_version": "0.1"}', b""), Version(b"{}", b"")) is None


def test_changes_are_printed_for_people_and_for_programs(changed: Path, command: "Command") -> None:
    told = command("changes", "--since", 3, "--output", changed, "--json").stdout.splitlines()
    assert [json.loads(line) for line in told] == feed(changed)[3:]
    shown = command("changes", "--since", 3, "--output", changed).stdout
    assert "b.txt" in shown
    assert "- payers Aetna" in shown
    assert "+ payers Humana" in shown
    assert command("changes", "--since", 5, "--output", changed).stdout == "No changes.\n"


def test_earlier_versions_stay_readable_to_the_byte(
    raw: Path, output: Path, read: "Reader", article: bytes, command: "Command"
) -> None:
    read(raw, output)
    before = {kind: (output / kind).read_text() for kind in ("records/b.txt.json", "text/b.txt.txt")}
    (raw / "b.txt").write_bytes(article + b"\nNew words.\n")
    read(raw, output, run="second")
    now = (output / "records" / "b.txt.json").read_text()
    assert command("show", "b.txt", "--output", output).stdout == now
    first = command("show", "b.txt", "--version", 1, "--output", output).stdout
    assert first == before["records/b.txt.json"]
    text = command("show", "b.txt", "--version", 1, "--text", "--output", output).stdout
    assert text == before["text/b.txt.txt"]
    done = command("show", "b.txt", "--version", 3, "--output", output)
    assert (done.returncode, "b.txt has versions 1 to 2, and no 3" in done.stderr) == (2, True)


def test_the_history_of_a_record_is_told(changed: Path, command: "Command") -> None:
    shown = command("history", "b.txt", "--output", changed).stdout
    assert "2026-11-01 06:00:00 UTC" in shown
    lines = command("history", "c.txt", "--output", changed, "--json").stdout.splitlines()
    told = [(entry["version"], entry["change"]) for entry in map(json.loads, lines)]
    assert told == [(1, "added"), (None, "removed")]
    done = command("history", "nothing.txt", "--output", changed)
    assert (done.returncode, "there never was a record nothing.txt" in done.stderr) == (2, True)


def test_a_folder_without_a_manifest_is_told_in_a_sentence(command: "Command", tmp_path: Path) -> None:
    done = command("changes", "--output", tmp_path)
    assert done.returncode == 2
    assert "holds no manifest.sqlite; name the output folder of code-articles ingest." in done.stderr


def test_a_record_that_shrank_is_kept_back_and_flagged(
    raw: Path, output: Path, read: "Reader", article: bytes
) -> None:
    read(raw, output)
    good = (output / "records" / "b.txt.json").read_bytes()
    (raw / "b.txt").write_bytes(b"Page not found\n\nSorry.\n")
    done = read(raw, output, run="second")
    assert [(trouble.id, trouble.reason) for trouble in done.tally.quarantined] == [("b.txt", "shrunk")]
    assert (output / "records" / "b.txt.json").read_bytes() == good
    entry = json.loads((output / "quarantine" / "b.txt.json").read_text())
    assert entry["earlier_record"] == "records/b.txt.json"
    assert "--accept-shrunk" in entry["message"]
    assert len(feed(output)) == 3
    assert len(read(raw, output, run="third").tally.quarantined) == 1
    done = read(raw, output, run="fourth", options=Options(accept_shrunk=True))
    assert (done.tally.written, done.tally.quarantined) == (1, ())
    assert (feed(output)[-1]["change"], (output / "quarantine").exists()) == ("changed", False)
    (raw / "b.txt").write_bytes(article)
    assert read(raw, output, run="fifth").tally.counts["quarantined"] == 0
