"""Every state in which a crash can leave an output folder, and what the next run makes of it.

    python -m benchmarks.crash_states [--states N] [--documents N] [--seed N]

A run is traced: what it writes, links, renames, unlinks, syncs and commits, in order. From the trace follow
the states that the file system may show after power fails: at each step, everything done so far; nothing of
what was not synced; and any choice between, where a file's unsynced bytes may be there, cut short or missing,
and an unsynced entry of a folder may be there or not. Each state is built, looked at, and put right by the
next run, which has to make of it what an undisturbed run makes. All prefixes are built, the choices are
sampled by seed. After Pillai et al., "All File Systems Are Not Created Equal" (OSDI '14). What SQLite does
inside its own files is taken as it stands at each step: to recover them is its promise.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.kill import Figures, Scene, compare, look, run, scenes
from extractors.resources import shipped_vocabulary
from flows.store.state.manifest import Manifest

_SQLITE = ("manifest.sqlite", "manifest.sqlite-wal")
_IGNORED = ("manifest.sqlite-shm", ".lock")
_FOLDER = -1  # stands for a folder where a file has its number


class Content(NamedTuple):
    """A file has these bytes from now on."""

    file: int
    content: bytes
    changed: int


class Link(NamedTuple):
    """A name stands for a file or folder from now on; ``source`` is the name that it had, in a rename."""

    path: str
    file: int
    source: str | None = None


class Unlink(NamedTuple):
    """A name stands for nothing from now on."""

    path: str


class Sync(NamedTuple):
    """The bytes of a file, or the entries of a folder, are on disk."""

    file: int
    folder: str | None


class Database(NamedTuple):
    """The files of SQLite as they stand."""

    files: tuple[tuple[str, bytes, int], ...]


Event = Content | Link | Unlink | Sync | Database


@dataclass
class Trace:
    """Watches an output folder: what has changed at each call, told from the folder itself.

    Attributes:
        events: what happened, in order.
        steps: how many events there were when each call had ended.
        before: how many of them say what was there before the run; all of that is on disk.
    """

    root: Path
    events: list[Event] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    before: int = 0
    _names: dict[str, int] = field(default_factory=dict)
    _stamps: dict[int, tuple[int, int]] = field(default_factory=dict)
    _database: tuple[tuple[str, bytes, int], ...] = ()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at the folder around each call that touches it."""
        calls = [
            (os, "write"),
            (os, "fsync"),
            (os, "mkdir"),
            (os, "rmdir"),
            (Path, "replace"),
            (Path, "unlink"),
        ]
        real = [(owner, name, getattr(owner, name)) for owner, name in calls]
        writing = Manifest.writing
        self.look()
        self.before = len(self.events)
        for owner, name, function in real:
            setattr(owner, name, self._around(name, function))
        Manifest.writing = self._commit(writing)  # type: ignore[method-assign]
        try:
            yield
        finally:
            Manifest.writing = writing  # type: ignore[method-assign]
            for owner, name, function in real:
                setattr(owner, name, function)
            self.look()

    def _around(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def wrapped(*args: Any, **options: Any) -> Any:
            self.look()
            result = function(*args, **options)
            self.look()
            if name == "fsync":
                self._synced(args[0])
            return result

        return wrapped

    def _commit(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def wrapped(manifest: Manifest) -> Iterator[Any]:
            with function(manifest) as connection:
                yield connection
                self.look()
            self.look()

        return wrapped

    def _synced(self, handle: int) -> None:
        path = Path(f"/proc/self/fd/{handle}").readlink()
        name = path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else None
        if name is not None:
            is_folder = path.is_dir()
            self.events.append(Sync(os.fstat(handle).st_ino, name if is_folder else None))
            self.steps.append(len(self.events))

    def look(self) -> None:
        """Add what has changed since the last look."""
        found = dict(_walk(self.root))
        self._entries({name: number for name, (number, _) in found.items()})
        for name, (number, facts) in found.items():
            stamp = (facts.st_mtime_ns, facts.st_size)
            if number != _FOLDER and self._stamps.get(number) != stamp:
                self._stamps[number] = stamp
                self.events.append(Content(number, (self.root / name).read_bytes(), stamp[0]))
        self._look_at_the_database()
        if not self.steps or self.steps[-1] != len(self.events):
            self.steps.append(len(self.events))

    def _entries(self, names: dict[str, int]) -> None:
        gone = {name: number for name, number in self._names.items() if names.get(name) != number}
        sources = {number: name for name, number in gone.items() if number != _FOLDER and name not in names}
        for name in sorted(names):
            if self._names.get(name) != names[name]:
                self.events.append(Link(name, names[name], sources.pop(names[name], None)))
        moved = {event.source for event in self.events[-len(names) or None :] if isinstance(event, Link)}
        for name in sorted(gone, reverse=True):
            if name not in names and name not in moved:
                self.events.append(Unlink(name))
                self._stamps.pop(gone[name], None)
        self._names = names

    def _look_at_the_database(self) -> None:
        paths = [self.root / name for name in _SQLITE if (self.root / name).exists()]
        files = tuple((path.name, path.read_bytes(), path.stat().st_mtime_ns) for path in paths)
        if files != self._database:
            self._database = files
            self.events.append(Database(files))


def _walk(root: Path) -> Iterator[tuple[str, tuple[int, os.stat_result]]]:
    for folder, folders, names in os.walk(root):
        for name in (*folders, *names):
            path = Path(folder, name)
            place = path.relative_to(root).as_posix()
            if place not in (*_SQLITE, *_IGNORED):
                facts = path.lstat()
                yield place, (_FOLDER if path.is_dir() else facts.st_ino, facts)


# --------------------------------------------------------------------------------------------- states


def state(trace: Trace, step: int, keep: Callable[[], float]) -> "State":
    """Return what the disk may hold after a step.

    Args:
        trace: what the run did.
        step: how many calls had ended.
        keep: asked for every effect that was not synced: 1 keeps it, 0 loses it; of the bytes of a file,
            what lies between keeps as much of them.
    """
    events = trace.events[: trace.steps[step]]
    durable = _durable(events) | set(range(trace.before))
    made = State()
    for number, event in enumerate(events):
        share = 1.0 if number in durable else keep()
        match event:
            case Content(file, content, changed):
                if share > 0:
                    made.contents[file] = (content[: round(len(content) * share)], changed)
            case Link() | Unlink() if share >= 0.5:
                made.apply(event)
            case Database(files):
                made.database = files
    return made


def _durable(events: list[Event]) -> set[int]:
    """The events that a later sync has made sure of; an entry of a folder by a sync of that folder."""
    synced: set[int | str] = set()
    sure: set[int] = set()
    for number in range(len(events) - 1, -1, -1):
        event = events[number]
        if isinstance(event, Sync):
            synced.add(event.file if event.folder is None else event.folder)
        elif isinstance(event, Database) or _place_of(event) in synced:
            sure.add(number)
    return sure


def _place_of(event: Content | Link | Unlink) -> int | str:
    """What has to be synced to make sure of an event: a file, or the folder of an entry."""
    return event.file if isinstance(event, Content) else event.path.rpartition("/")[0] or "."


@dataclass
class State:
    """What a disk holds: the names, the bytes of each file and when they changed, the files of SQLite."""

    names: dict[str, int] = field(default_factory=dict)
    contents: dict[int, tuple[bytes, int]] = field(default_factory=dict)
    database: tuple[tuple[str, bytes, int], ...] = ()

    def apply(self, event: Link | Unlink) -> None:
        """Let a name stand for something else, or for nothing."""
        if isinstance(event, Unlink):
            self.names.pop(event.path, None)
            return
        if event.source is not None:
            self.names.pop(event.source, None)
        self.names[event.path] = event.file

    def write(self, root: Path) -> None:
        """Build the folder; what lies in a folder that is not there is not there either."""
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        for name in sorted(self.names):
            path = root / name
            if not path.parent.is_dir():
                continue
            if self.names[name] == _FOLDER:
                path.mkdir()
                continue
            content, changed = self.contents.get(self.names[name], (b"", 0))
            _place(path, content, changed)
        for name, content, changed in self.database:
            _place(root / name, content, changed)


def _place(path: Path, content: bytes, changed: int) -> None:
    path.write_bytes(content)
    os.utime(path, ns=(changed, changed))


# ------------------------------------------------------------------------------------------------ runs


def trace_of(scene: Scene, raw: Path, output: Path) -> Trace:
    """Trace the run of a scene."""
    shutil.rmtree(output, ignore_errors=True)
    shutil.copytree(scene.before, output)
    trace = Trace(output)
    with trace.watching():
        run(raw, output, scene.read, threads=1)
    return trace


def choices(trace: Trace, count: int, chance: random.Random) -> Iterator[tuple[int, Callable[[], float]]]:
    """Yield every prefix whole, every prefix without what was not synced, and sampled choices."""
    steps = range(len(trace.steps))
    for step in steps:
        yield step, lambda: 1.0
        yield step, lambda: 0.0
    for _ in range(count - 2 * len(steps)):
        yield chance.choice(steps), lambda: chance.choice((0.0, 1.0, 1.0, chance.random()))


def check(scene: Scene, work: Path, count: int, chance: random.Random, figures: Figures) -> int:
    """Build states of a scene and heal each; return how many there were."""
    raw, output = work / "raw", work / "output"
    trace = trace_of(scene, raw, output)
    built = 0
    for built, (step, keep) in enumerate(choices(trace, count, chance), 1):
        state(trace, step, keep).write(output)
        where = f"{scene.name}, step {step} of {len(trace.steps)}, state {built}"
        look(scene, output, where, figures)
        try:
            run(raw, output, scene.read, threads=1)
        except Exception as error:  # whatever it is, it is what this program looks for
            figures.unhealed += 1
            figures.notes.append(f"{where}: the next run failed: {type(error).__name__}: {error}")
            continue
        compare(scene, output, where, figures)
    return built


def main() -> None:
    """Build and heal states, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--states", type=int, default=5000)
    parser.add_argument("--documents", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    shipped_vocabulary()
    started, figures, built = time.monotonic(), Figures(), 0
    with tempfile.TemporaryDirectory() as folder:
        work, chance = Path(folder).resolve(), random.Random(args.seed)
        for scene in scenes(work, args.documents):
            built += check(scene, work, args.states // 2, chance, figures)
            print(f"{built} states, {figures.faults} faults", file=sys.stderr, flush=True)
    print(f"{built} crash states of runs over {args.documents} documents, each healed by the next run")
    print(figures.told())
    print(f"took {time.monotonic() - started:.0f} s")
    for note in figures.notes[:20]:
        print(f"  {note}")
    sys.exit(1 if figures.faults else 0)


if __name__ == "__main__":
    main()
