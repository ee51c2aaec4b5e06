"""What stands in for a file on disk, files a record and processes needs no more than the seams ask for."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from flows.options import Options
from flows.reading.batch import Item, Read, Refused, read_batch
from flows.reading.engines import ENGINES
from flows.reading.packing import Version
from flows.runs.replay import replay
from flows.sources.locator import Opened
from flows.sources.on_disk import OnDisk
from flows.sources.places import locate
from flows.store.sinks import SINKS

if TYPE_CHECKING:
    from tests.flows.conftest import Reader


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


class Shelf(dict[str, Version]):
    """A sink that keeps records in memory, but for those of one document, which it cannot take."""

    def put(self, versions: Sequence[tuple[str, Version]]) -> Mapping[str, OSError]:
        self.update((document, version) for document, version in versions if document != "c.txt")
        return {document: OSError(28, "full", "shelf") for document, _ in versions if document == "c.txt"}

    def has(self, document: str) -> bool:
        return document in self

    def record(self, document: str) -> bytes:
        return self[document].record

    def text(self, document: str) -> bytes:
        return self[document].text

    def places(self, document: str) -> tuple[str, str]:
        return f"record of {document}", f"text of {document}"

    def remove(self, document: str) -> None:
        self.pop(document, None)


def test_records_go_where_the_sink_takes_them(
    raw: Path, output: Path, read: "Reader", monkeypatch: pytest.MonkeyPatch
) -> None:
    shelves = {"": Shelf(), "removed/": Shelf()}
    monkeypatch.setitem(SINKS, "files", lambda _files, _output, below: shelves[below])
    first = read(raw, output, verified=False)
    [failed] = first.tally.failed
    assert (first.tally.written, failed.message) == (2, "shelf cannot be written: full; rename the document")
    assert set(shelves[""]) == {"b.txt", "knee/29881.txt"}
    assert (output / "records.jsonl").read_bytes().count(b"\n") == 2
    assert not (output / "records").exists()
    (raw / "c.txt").unlink()
    (raw / "b.txt").unlink()
    second = read(raw, output, run="second", verified=False)
    assert (second.tally.unchanged, second.removed, set(shelves["removed/"])) == (1, 1, {"b.txt"})


class Here(AbstractContextManager["Here"]):
    """An engine that does the work where it is handed out."""

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, function: Callable[[Any], Any], argument: Any) -> Any:
        return function(argument)


def test_a_run_reads_in_whatever_engine_there_is(
    raw: Path, output: Path, read: "Reader", monkeypatch: pytest.MonkeyPatch
) -> None:
    (raw / "bad.txt").write_bytes(b"")
    read(raw, output)
    monkeypatch.setitem(ENGINES, "processes", lambda _workers: Here())
    [trouble] = replay(output, None, Options()).tally.quarantined
    assert (trouble.id, trouble.reason) == ("bad.txt", "empty")
