"""What an output folder suffers when runs are killed: nothing, or this exits with 1 and says what.

    python -m benchmarks.kill [--points N] [--documents N] [--seed N]

A run over the documents is killed, with all of its processes, at a point chosen at random; the folder is
looked at as it lies there, then the next run has to make it what an undisturbed run makes. Points are
calls: before and after each write, sync, rename, unlink and commit. Every tenth kill comes from outside,
at a random time of a run that reads in processes of its own. Half of the runs are first ones; the others
meet documents that changed, left, came, went bad and got well. Prefect is left out.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.corpus import documents
from extractors.resources import shipped_vocabulary
from flows.reading.batch import Item, Read, Result, Same, read_batch
from flows.reading.engines.processes import Processes
from flows.reading.isolation import read_apart
from flows.reading.versions import current_versions
from flows.sources.folder import discover
from flows.store.output_folder import Store
from flows.store.state.manifest import Manifest

BATCH = 25  # documents; small, so that a run has many commits
TREES = ("records", "text", "removed", "quarantine", "schema")
Reader = Callable[[Store, Sequence[Item]], list[Result]]


class Scene(NamedTuple):
    """A run to be killed: the folder that it starts from, and what it has to come to.

    ``whole`` holds, for each path, every content that may ever be seen there.
    """

    name: str
    before: Path
    expected: Mapping[str, bytes]
    whole: Mapping[str, frozenset[bytes]]
    changes: Sequence[Sequence[Any]]
    read: Reader
    points: Mapping[str, int]
    seconds: float


@dataclass
class Figures:
    """What came out of all kills."""

    killed: Counter[str] = field(default_factory=Counter)
    partial: int = 0
    lost: int = 0
    duplicated: int = 0
    differing: int = 0
    unhealed: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def faults(self) -> int:
        """How much went wrong."""
        return self.partial + self.lost + self.duplicated + self.differing + self.unhealed

    def told(self) -> str:
        """The faults in one line."""
        return (
            f"partial files {self.partial}, lost {self.lost}, duplicated {self.duplicated}, "
            f"files or rows that differ {self.differing}, next runs that failed {self.unhealed}"
        )


def main() -> None:
    """Kill runs, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    shipped_vocabulary()
    started = time.monotonic()
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        chance = random.Random(args.seed)
        for number, scene in enumerate(scenes(Path(folder), args.documents)):
            for turn in range((args.points + number) // 2):
                strike(scene, Path(folder) / "output", chance, figures, outside=turn % 10 == 5)
                if turn % 10 == 9:
                    print(
                        f"{figures.killed.total()} kills, {figures.faults} faults",
                        file=sys.stderr,
                        flush=True,
                    )
    print(f"{figures.killed.total()} kills of runs over {args.documents} documents, by place")
    for place, kills in sorted(figures.killed.items()):
        print(f"  {place:28}{kills:5}")
    print(figures.told())
    print(f"took {time.monotonic() - started:.0f} s")
    for note in figures.notes[:20]:
        print(f"  {note}")
    sys.exit(1 if figures.faults else 0)


def scenes(work: Path, count: int) -> Iterator[Scene]:
    """Yield a first run, and then one over documents that have changed since."""
    raw, first, second = work / "raw", work / "first", work / "second"
    raw.mkdir()
    texts = dict(documents(count))
    for name, text in texts.items():
        (raw / f"{name}.txt").write_text(text, "utf-8")
    (raw / "bad.txt").write_bytes(b"\0")
    (work / "nothing").mkdir()
    empty: dict[str, bytes] = {}
    yield _scene("first", raw, work / "nothing", first, empty)
    for number, (name, text) in enumerate(texts.items()):
        path = raw / f"{name}.txt"
        if number % 5 == 0:
            path.write_text(text.replace("patient", "person") + "\nMore.\n", "utf-8")
        elif number % 23 == 0:
            path.unlink()
        elif number % 29 == 0:
            path.write_bytes(b"\0")
        elif number % 31 == 0:
            (raw / f"new-{name}.txt").write_text(text + "\nNew.\n", "utf-8")
    (raw / "bad.txt").write_text(next(iter(texts.values())) + "\nHealed.\n", "utf-8")
    yield _scene("second", raw, first, second, _tree(first))


def _scene(name: str, raw: Path, before: Path, after: Path, was: Mapping[str, bytes]) -> Scene:
    """Do the run undisturbed, to know what it comes to, how long it takes and how many points it has."""
    known = {item.id: result for item, result in _all(raw)}

    def read(_store: Store, items: Sequence[Item]) -> list[Result]:
        return [_answer(item, known[item.id]) for item in items]

    for scratch in (after, after.with_name("counted")):
        shutil.rmtree(scratch, ignore_errors=True)
        shutil.copytree(before, scratch)
        clock = time.monotonic()
        counted = _points_of(lambda scratch=scratch: run(raw, scratch, read))  # type: ignore[misc]
        seconds = time.monotonic() - clock
    expected = _tree(after)
    whole = {
        path: frozenset(tree[path] for tree in (was, expected) if path in tree) for path in {*was, *expected}
    }
    whole |= _moved(was, whole)
    return Scene(name, before, expected, whole, _changes(after), read, counted, seconds)


def _moved(was: Mapping[str, bytes], whole: Mapping[str, frozenset[bytes]]) -> dict[str, frozenset[bytes]]:
    """Records may be seen in both places while they move to `removed/`."""
    return {
        path: whole.get(path, frozenset()) | {content}
        for name, content in was.items()
        for path in (name, f"removed/{name}")
        if name.startswith(("records/", "text/"))
    }


def _all(raw: Path) -> Iterator[tuple[Item, Result]]:
    found = discover([raw]).documents
    items = [Item(d.id, d.locator, d.uri, d.size, d.media_type, None, d.source) for d in found]
    yield from zip(items, read_batch(items), strict=True)


def _answer(item: Item, result: Result) -> Result:
    if isinstance(result, Read) and item.known == result.raw.sha256:
        return Same(item.id, result.raw)
    return result


def run(raw: Path, output: Path, read: Reader, *, threads: int = 2) -> None:
    """One run without Prefect: threads commit, as in the flow."""
    name = f"{time.time_ns()}"
    with Store(output, run=name, versions=current_versions(), replay="again") as store:
        listing = discover([raw], folds_case=store.folds_case)
        gone = store.gone(listing)
        items = store.plan(listing.documents, gone).items
        batches = [items[start : start + BATCH] for start in range(0, len(items), BATCH)]
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda batch: store.commit(batch, read(store, batch)), batches))
        store.remove(gone)
        store.publish()


def read_in_processes() -> Reader:
    """Read as a run does, in two processes."""
    engine = Processes(2)
    return lambda store, items: read_apart(engine, items, store.aside)


# ------------------------------------------------------------------------------------------------ kills


def strike(scene: Scene, output: Path, chance: random.Random, figures: Figures, *, outside: bool) -> None:
    """Kill one run, look at what it has left, and have the next run put it right."""
    shutil.rmtree(output, ignore_errors=True)
    shutil.copytree(scene.before, output)
    raw = output.with_name("raw")
    told, tell = os.pipe()
    place = chance.choice(sorted(scene.points))
    point = (place, chance.randint(1, scene.points[place]))
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        reader = read_in_processes() if outside else scene.read
        _die(lambda: run(raw, output, reader), point=None if outside else point, tell=tell)
    os.close(tell)
    if outside:
        time.sleep(chance.uniform(0.5, 4 + scene.seconds))
        _kill(child)
    _, status = os.waitpid(child, 0)
    with os.fdopen(told, "rb") as pipe:
        place = pipe.read().decode() or "from outside"
    if status == 0:
        place = "not reached: run had ended"
    figures.killed[place] += 1
    where = f"{scene.name}, {place}"
    look(scene, output, where, figures)
    healer = os.fork()
    if not healer:
        _die(lambda: run(raw, output, scene.read), point=None, tell=None)
    if os.waitpid(healer, 0)[1]:
        figures.unhealed += 1
        figures.notes.append(f"{where}: the next run failed")
        return
    compare(scene, output, where, figures)


def _kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        os.kill(group, signal.SIGKILL)


def _die(action: Callable[[], None], *, point: tuple[str, int] | None, tell: int | None) -> None:
    """Do something in this forked process, which ends with it or at a point within it."""
    status = 1
    try:
        with _Points(point, tell).set():
            action()
        status = 0
    finally:
        os._exit(status)


def _points_of(action: Callable[[], None]) -> Mapping[str, int]:
    points = _Points(None, None)
    with points.set():
        action()
    return points.passed


class _Points:
    """The calls that touch the output folder; at one of them this process ends, and its children.

    Args:
        fatal: a place, and which time it is passed; None for none.
        tell: takes the place, in the last moment.
    """

    def __init__(self, fatal: tuple[str, int] | None, tell: int | None) -> None:
        self.passed: Counter[str] = Counter()
        self._fatal = fatal
        self._tell = tell
        self._lock = threading.Lock()
        self._write = os.write

    @contextmanager
    def set(self) -> Iterator[None]:
        """Have the calls pass points."""
        calls = [(os, "write"), (os, "fsync"), (Path, "replace"), (Path, "unlink"), (Manifest, "writing")]
        real = [(owner, name, getattr(owner, name)) for owner, name in calls]
        for owner, name, function in real:
            setattr(owner, name, (self._commit if name == "writing" else self._around)(name, function))
        try:
            yield
        finally:
            for owner, name, function in real:
                setattr(owner, name, function)

    def _pass(self, place: str) -> None:
        with self._lock:
            self.passed[place] += 1
            if self._fatal == (place, self.passed[place]):
                if self._tell is not None:
                    self._write(self._tell, place.encode())
                os.killpg(0, signal.SIGKILL)

    def _around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        word = "rename" if name == "replace" else name

        @wraps(function)
        def wrapped(*args: Any, **options: Any) -> Any:
            self._pass(f"before {word}")
            result = function(*args, **options)
            self._pass(f"after {word}")
            return result

        return wrapped

    def _commit(self, _name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def wrapped(manifest: Manifest) -> Iterator[Any]:
            with function(manifest) as connection:
                yield connection
                self._pass("before commit")
            self._pass("after commit")

        return wrapped


# --------------------------------------------------------------------------------------------- looking


def _tree(output: Path) -> dict[str, bytes]:
    paths = [path for name in TREES for path in (output / name).rglob("*") if path.is_file()]
    paths += [path for path in (output / "records.jsonl",) if path.exists()]
    return {path.relative_to(output).as_posix(): path.read_bytes() for path in paths}


def look(scene: Scene, output: Path, where: str, figures: Figures) -> None:
    """Look at what a killed run has left: each file has to be an old or a new one, whole."""
    for path, content in _tree(output).items():
        if content not in scene.whole.get(path, ()):
            figures.partial += 1
            figures.notes.append(f"{where}: {path} is neither old nor new")
    feed = output / "changes.jsonl"
    for line in feed.read_bytes().splitlines(keepends=True) if feed.exists() else ():
        if line.endswith(b"\n"):
            json.loads(line)


def compare(scene: Scene, output: Path, where: str, figures: Figures) -> None:
    """Compare what the next run has made with what an undisturbed one makes."""
    found = _tree(output)
    for path in sorted({*found, *scene.expected}):
        if found.get(path) != scene.expected.get(path):
            figures.differing += 1
            figures.notes.append(f"{where}: {path} differs after the next run")
    missing = [path for path in scene.expected if path.startswith("records/") and path not in found]
    figures.lost += len(missing)
    expected, there = Counter(map(tuple, scene.changes)), Counter(map(tuple, _changes(output)))
    figures.lost += (expected - there).total()
    figures.duplicated += (there - expected).total()
    figures.notes += [f"{where}: the feed lacks {change}" for change in expected - there]
    figures.notes += [f"{where}: the feed has too often {change}" for change in there - expected]
    for fault in _disagreements(output):
        figures.differing += 1
        figures.notes.append(f"{where}: {fault}")


def _changes(output: Path) -> list[list[Any]]:
    lines = [json.loads(line) for line in (output / "changes.jsonl").read_bytes().splitlines()]
    keys = ("id", "change", "cause", "sha256", "record_sha256")
    return [[*(line[key] for key in keys), json.dumps(line["diff"])] for line in lines]


def _disagreements(output: Path) -> Iterator[str]:
    """Yield where feed, manifest and files do not say the same."""
    lines = [json.loads(line) for line in (output / "changes.jsonl").read_bytes().splitlines()]
    with closing(sqlite3.connect(output / "manifest.sqlite")) as manifest:
        changes = manifest.execute("SELECT cursor, id, change, diff FROM changes ORDER BY cursor").fetchall()
        records = {row[0] for row in manifest.execute("SELECT id FROM records")}
        made = manifest.execute("SELECT count(*) FROM versions").fetchone()[0]
    if [(line["cursor"], line["id"], line["change"], line["diff"]) for line in lines] != [
        (*row[:3], json.loads(row[3])) for row in changes
    ]:
        yield "the feed is no copy of the manifest"
    if [row[0] for row in changes] != list(range(1, len(changes) + 1)):
        yield "cursors do not count on"
    if made != sum(row[2] != "removed" for row in changes):
        yield "versions are missing"
    files = (output / "records").rglob("*.json")
    if records != {path.relative_to(output / "records").as_posix().removesuffix(".json") for path in files}:
        yield "records and manifest differ"
    if (output / ".aside").exists():
        yield "something was left aside"


if __name__ == "__main__":
    main()
