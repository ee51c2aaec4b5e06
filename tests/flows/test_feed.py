import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from flows.errors import OutputError
from flows.store.feed import catch_up, last_cursor
from flows.store.state.manifest import Manifest, keep
from flows.store.state.tables import CHANGES

ROW = {
    "run": "r",
    "id": "a.txt",
    "from": None,
    "change": "added",
    "cause": "source",
    "sha256": "1",
    "record_sha256": "2",
}
LONG = [{"change": "changed", "field": "summary.text", "key": None, "before": "a", "after": "b" * 200_000}]


@pytest.fixture
def manifest(tmp_path: Path) -> Iterator[Manifest]:
    with closing(Manifest(tmp_path / "manifest.sqlite")) as opened:
        with opened.writing() as connection:
            rows = [{**ROW, "cursor": cursor, "diff": None} for cursor in (1, 2)]
            keep(connection, CHANGES, [*rows, {**ROW, "cursor": 3, "diff": LONG}])
        yield opened


def test_the_file_is_a_copy_of_the_manifest(tmp_path: Path, manifest: Manifest) -> None:
    feed = tmp_path / "changes.jsonl"
    catch_up(feed, manifest)
    assert [json.loads(line) for line in feed.read_text().splitlines()] == [
        *({"cursor": cursor, **ROW, "diff": None} for cursor in (1, 2)),
        {"cursor": 3, **ROW, "diff": LONG},
    ]
    before = feed.read_bytes()
    catch_up(feed, manifest)
    assert feed.read_bytes() == before


@pytest.mark.parametrize("lost", [1, 20, 150, 10_000, 200_000, 1_000_000])
def test_lines_that_a_crash_has_cut_come_back(tmp_path: Path, manifest: Manifest, lost: int) -> None:
    feed = tmp_path / "changes.jsonl"
    catch_up(feed, manifest)
    whole = feed.read_bytes()
    feed.write_bytes(whole[: max(0, len(whole) - lost)])
    catch_up(feed, manifest)
    assert feed.read_bytes() == whole


def test_another_file_is_left_alone(tmp_path: Path, manifest: Manifest) -> None:
    feed = tmp_path / "changes.jsonl"
    feed.write_text('{"cursor": 1}\n["something else"]\n')
    with pytest.raises(OutputError, match="is no change feed"):
        catch_up(feed, manifest)


def test_the_end_of_a_long_feed_is_found(tmp_path: Path) -> None:
    feed = tmp_path / "changes.jsonl"
    feed.write_text("".join(f'{{"cursor":{cursor}}}\n' for cursor in range(1, 20_001)) + '{"cur')
    assert last_cursor(feed) == (20_000, feed.stat().st_size - 5)
