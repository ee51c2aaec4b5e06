import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.errors import UsageError
from flows.options import Options
from flows.reading.versions import current_versions
from flows.sources.folder import SourceListing, discover
from flows.store.output_folder import Store

if TYPE_CHECKING:
    from tests.flows.conftest import Reader


def changes(output: Path) -> list[tuple[str, str, str]]:
    lines = map(json.loads, (output / "changes.jsonl").read_text().splitlines())
    return [(line["id"], line["change"], line["cause"]) for line in lines]


def records(output: Path) -> list[str]:
    return [json.loads(line)["id"] for line in (output / "records.jsonl").read_text().splitlines()]


def test_a_document_that_left_its_source_moves_to_removed_and_comes_back(
    raw: Path, output: Path, read: "Reader", article: bytes
) -> None:
    read(raw, output)
    record, text = (
        (output / name).read_bytes() for name in ("records/knee/29881.txt.json", "text/knee/29881.txt.txt")
    )
    (raw / "knee" / "29881.txt").unlink()
    done = read(raw, output, run="second")
    assert (done.removed, done.tally.unchanged) == (1, 2)
    assert records(output) == ["b.txt", "c.txt"]
    assert (output / "removed/records/knee/29881.txt.json").read_bytes() == record
    assert (output / "removed/text/knee/29881.txt.txt").read_bytes() == text
    assert not (output / "records/knee/29881.txt.json").exists()
    assert not (output / "text/knee/29881.txt.txt").exists()
    assert changes(output)[3:] == [("knee/29881.txt", "removed", "source")]
    assert read(raw, output, run="third").removed == 0
    (raw / "knee" / "29881.txt").write_bytes(article)
    assert read(raw, output, run="fourth").tally.written == 1
    assert (output / "records/knee/29881.txt.json").read_bytes() == record
    assert records(output) == ["b.txt", "c.txt", "knee/29881.txt"]
    assert not (output / "removed").exists()
    assert changes(output)[4:] == [("knee/29881.txt", "added", "source")]


def test_only_documents_of_the_sources_of_this_run_are_removed(
    raw: Path, output: Path, read: "Reader", article: bytes
) -> None:
    other = raw.with_name("other")
    other.mkdir()
    (other / "o.txt").write_bytes(article + b"\nOther.\n")
    (other / "p.txt").write_bytes(article + b"\nAnother.\n")
    read(raw, output)
    assert read(other, output, run="second").removed == 0
    (raw / "b.txt").unlink()
    (other / "o.txt").unlink()
    assert read(other, output, run="third").removed == 1
    assert records(output) == ["b.txt", "c.txt", "knee/29881.txt", "p.txt"]


def test_a_single_file_as_source_says_nothing_of_its_folder(raw: Path, output: Path, read: "Reader") -> None:
    read(raw, output)
    (raw / "b.txt").unlink()
    assert read(raw / "c.txt", output, run="second").removed == 0
    assert read(raw, output, run="third").removed == 1


def test_a_folder_that_was_not_listed_whole_removes_nothing(raw: Path, output: Path, read: "Reader") -> None:
    read(raw, output)
    (raw / "b.txt").unlink()
    documents, _, whole = discover([raw])
    assert whole == (str(raw),)
    with Store(output, run="second", versions=current_versions(), replay="") as store:
        assert store.gone(SourceListing(documents, (), whole)) == ("b.txt",)
        assert store.gone(SourceListing(documents, ())) == ()


def test_an_unreadable_folder_is_not_listed_whole(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    real = os.scandir

    def scandir(path: str) -> object:
        if path.endswith("knee/"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    listing = discover([raw])
    assert isinstance(listing, SourceListing)
    assert (listing.whole, len(listing.documents)) == ((), 2)


def test_an_empty_source_is_an_error_unless_allowed(raw: Path, output: Path, read: "Reader") -> None:
    read(raw, output)
    other = raw.with_name("other")
    other.mkdir()
    (other / "o.txt").write_text("x")
    for path in (raw / "b.txt", raw / "c.txt", raw / "knee" / "29881.txt"):
        path.unlink()
    with pytest.raises(UsageError, match="no documents in"):
        read(raw, output)
    with Store(output, run="second", versions=current_versions(), replay="") as store:
        listing = discover([raw, other])
        with pytest.raises(UsageError, match=r"raw is empty, and 3 documents came from it; .*--allow-empty"):
            store.gone(listing)
    assert records(output) == ["b.txt", "c.txt", "knee/29881.txt"]
    assert read(raw, output, options=Options(allow_empty=True)).removed == 3
    assert records(output) == []


def test_only_is_a_glob_over_ids_for_reading_and_removing(
    raw: Path, output: Path, read: "Reader", article: bytes
) -> None:
    read(raw, output)
    (raw / "b.txt").unlink()
    (raw / "c.txt").write_bytes(article + b"\nNew.\n")
    (raw / "knee" / "29881.txt").write_bytes(article + b"\nNew as well.\n")
    done = read(raw, output, run="second", options=Options(only="knee/*"))
    assert (done.tally.written, sum(done.tally.counts.values()), done.removed) == (1, 1, 0)
    assert read(raw, output, run="third", options=Options(only="b.*")).removed == 1


def test_force_reads_everything_and_changes_nothing_without_need(
    raw: Path, output: Path, read: "Reader"
) -> None:
    read(raw, output)
    asked = Options(force=True)
    with Store(output, run="second", versions=current_versions(), replay="", options=asked) as store:
        items = store.plan(discover([raw]).documents).items
    assert [item.known for item in items] == [None] * 3
    assert read(raw, output, run="third", options=asked).tally.unchanged == 3
    assert len(changes(output)) == 3


def test_a_document_in_quarantine_that_left_leaves_the_quarantine(
    raw: Path, output: Path, read: "Reader"
) -> None:
    (raw / "bad.txt").write_bytes(b"")
    read(raw, output)
    (raw / "bad.txt").unlink()
    assert read(raw, output, run="second").removed == 0
    assert not (output / "quarantine").exists()
    assert len(changes(output)) == 3
