import os
from pathlib import Path
from typing import Any

import pytest

from extractors import EXTRACTOR, Record, extract
from flows.reading import batch
from flows.reading.batch import Failed, Item, Read, Refused, Same, cut, read_batch
from flows.sources.folder import SIZE_LIMIT
from flows.sources.on_disk import OnDisk


def item(path: Path, known: str | None = None) -> Item:
    return Item(path.name, OnDisk(str(path)), f"raw/{path.name}", 0, None, known)


def test_a_document_becomes_the_bytes_of_its_files(raw: Path, article: bytes) -> None:
    [result] = read_batch([item(raw / "knee" / "29881.txt")])
    assert isinstance(result, Read)
    record = Record.model_validate_json(result.record)
    assert (record.id, record.source.sha256) == ("29881.txt", result.raw.sha256)
    assert record.producer.extractor == EXTRACTOR
    assert result.text == article.replace(b"\r\n", b"\n")


def test_known_bytes_are_not_read_further(raw: Path) -> None:
    [first] = read_batch([item(raw / "b.txt")])
    assert isinstance(first, Read)
    [second] = read_batch([item(raw / "b.txt", known=first.raw.sha256)])
    assert second == Same("b.txt", first.raw)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (bytes(range(256)) * 20, "binary"),
        (b"CPT 01941 caf\xe9 here\n" * 9, "undecodable"),
        (b"\x1f\x8b\x08 a gzip archive", "unsupported"),
    ],
)
def test_what_cannot_be_read_is_refused_and_its_neighbours_are_read(
    raw: Path, content: bytes, reason: str
) -> None:
    (raw / "bad.txt").write_bytes(content)
    before, bad, after = read_batch([item(raw / "b.txt"), item(raw / "bad.txt"), item(raw / "c.txt")])
    assert isinstance(before, Read)
    assert isinstance(bad, Refused)
    assert bad.reason == reason
    assert bad.raw is not None
    assert bad.raw.size == len(content)
    assert isinstance(after, Read)


def test_a_huge_file_is_hashed_but_not_loaded(raw: Path) -> None:
    with (raw / "huge.txt").open("wb") as file:
        file.truncate(50 * 2**20)
    [result] = read_batch([item(raw / "huge.txt")])
    assert isinstance(result, Refused)
    assert (result.reason, "50.0 MB" in result.message) == ("too_large", True)
    assert result.raw is not None
    assert len(result.raw.sha256) == 64


def test_a_file_without_end_is_not_even_hashed(raw: Path) -> None:
    with (raw / "huge.txt").open("wb") as file:
        file.truncate(2**40)
    [result] = read_batch([item(raw / "huge.txt")])
    assert isinstance(result, Refused)
    assert (result.reason, result.raw and result.raw.sha256) == ("too_large", "")


def test_what_took_the_place_of_a_file_is_not_opened(raw: Path) -> None:
    os.mkfifo(raw / "pipe.txt")
    (raw / "link.txt").symlink_to("b.txt")
    results = read_batch([item(raw / name) for name in ("pipe.txt", "link.txt", "gone.txt", "knee")])
    assert [result.reason for result in results if isinstance(result, Refused)] == ["unreadable"] * 4


def test_a_bug_fails_one_document_and_says_where(raw: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(content: bytes, **options: Any) -> object:
        return 1 // 0 if options["document"] == "b.txt" else extract(content, **options)

    monkeypatch.setattr(batch, "extract", broken)
    failed, read = read_batch([item(raw / "b.txt"), item(raw / "c.txt")])
    assert isinstance(failed, Failed)
    assert failed.reason == "bug"
    assert failed.message.startswith("ZeroDivisionError at flows/test_batch.py:")
    assert "in broken" in failed.trace[-1]
    assert isinstance(read, Read)


def test_a_file_changed_just_now_is_looked_at_again(raw: Path) -> None:
    [fresh] = read_batch([item(raw / "b.txt")])
    assert isinstance(fresh, Read)
    assert fresh.raw.stamp == ""


@pytest.mark.parametrize(
    ("documents", "workers", "sizes"),
    [
        (16, 8, [16]),
        (600, 2, [300, 300]),
        (3000, 2, [750, 750, 750, 750]),
        (10_000, 2, [1000] * 10),
        (0, 2, []),
    ],
)
def test_batches_suit_the_workers(documents: int, workers: int, sizes: list[int]) -> None:
    items = [Item(str(number), OnDisk(""), "", 2000, None, None) for number in range(documents)]
    assert [len(some) for some in cut(items, workers)] == sizes


def test_a_batch_of_large_documents_is_short() -> None:
    items = [Item(str(number), OnDisk(""), "", SIZE_LIMIT, None, None) for number in range(10)]
    assert [len(some) for some in cut(items, 1)] == [3, 3, 3, 1]
