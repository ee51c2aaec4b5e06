"""Documents made to stop a program, through the real engine: each ends in a record or in quarantine."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from benchmarks import hostile
from flows.reading.batch import Item, Read, Refused, Result
from flows.reading.engines.processes import Processes
from flows.reading.isolation import read_apart
from flows.sources.on_disk import OnDisk

#: Those of the benchmark that end soon.
NAMES = (
    *(f"{name}-{size}.html" for name in ("tag", "comment", "entity", "number") for size in (20, 200, 2000)),
    *("nested-20.html", "nested-200.html", "tables-20.html", "laughs.html"),
    *(
        "spaces.txt",
        "pipes.txt",
        "digits.txt",
        "bullets.txt",
        "bullet-lines.txt",
        "dashes.txt",
        "hyphens.txt",
    ),
    *("colons.txt", "codes.txt", "rows.txt", "headings.txt"),
)
HOSTILE = {name: hostile.HOSTILE[name] for name in NAMES}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, article: bytes) -> dict[str, Result]:
    """What became of each hostile document, and of a good neighbour behind each."""
    raw = tmp_path_factory.mktemp("hostile")
    journals = tmp_path_factory.mktemp("journals")
    items = []
    for name, content in HOSTILE.items():
        (raw / name).write_bytes(content)
        (raw / f"good-{name}").write_bytes(article)
        media_type = "text/html" if name.endswith(".html") else None
        items.append(Item(name, OnDisk(str(raw / name)), f"raw/{name}", 0, media_type, None))
        items.append(
            Item(f"good-{name}", OnDisk(str(raw / f"good-{name}")), f"raw/good-{name}", 0, None, None)
        )
    halves = (items[: len(items) // 2], items[len(items) // 2 :])
    with Processes(2) as engine, ThreadPoolExecutor(2) as threads:
        read = threads.map(lambda half: read_apart(engine, half, journals), halves)
        return {result.id: result for results in read for result in results}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_ends_in_a_record_or_in_quarantine(name: str, results: dict[str, Result]) -> None:
    result = results[name]
    assert isinstance(result, Read | Refused)
    if isinstance(result, Refused):
        assert result.reason in {"timeout", "memory", "crashed"}
    assert isinstance(results[f"good-{name}"], Read)
