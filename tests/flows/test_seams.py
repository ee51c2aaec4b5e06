"""What stands in for a file on disk, files a record and processes needs no more than the seams ask for."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from flows.reading.batch import Item, Read, Refused, read_batch
from flows.sources.locator import Opened
from flows.sources.on_disk import OnDisk
from flows.sources.places import locate


class Entry(NamedTuple):
    """One line of a file, as an entry of a container is one of many in a file."""

    path: str
    line: int

    @property
    def place(self) -> str:
        return f"line://{self.path}#{self.line}"

    @contextmanager
    def open(self) -> Iterator[Opened]:
        content = Path(self.path).read_bytes().split(b"\f")[self.line]
        yield Opened(io.BytesIO(content), len(content), "stamp")


def test_a_document_is_read_wherever_its_locator_leads(tmp_path: Path, article: bytes) -> None:
    (tmp_path / "many").write_bytes(article + b"\f" + b"\f" + b"x" * (10 * 2**20 + 1))
    items = [
        Item(f"many/{line}", Entry(str(tmp_path / "many"), line), f"many/{line}", 0, None, None)
        for line in range(3)
    ]
    first, empty, large = read_batch(items)
    assert isinstance(first, Read)
    assert (first.raw.size, first.raw.stamp) == (len(article), "stamp")
    assert [result.reason for result in (empty, large) if isinstance(result, Refused)] == [
        "empty",
        "too_large",
    ]


@pytest.mark.parametrize("name", ["a.txt", "odd % name#1?.txt", "bad\udcff\n.txt"])
def test_a_file_is_found_again_from_what_the_manifest_keeps(tmp_path: Path, name: str) -> None:
    there = OnDisk(str(tmp_path / name))
    assert locate(there.place) == there
