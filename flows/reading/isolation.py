"""Batches read elsewhere, each document held to its limits: one that breaks its process ends alone.

The worker holds itself to the limits, by the kernel: alarms that end the process even inside a regular
expression, and a bound on its memory. What it has read lies in a journal, so that a death costs one
document, and a new worker goes on behind it. Only who is guilty is blamed: time is that of the processor, so
that a busy machine and a process that was stopped for a while cost nothing, and a document whose process died
of anything but these limits is read once more, alone, before it is set aside. No Prefect.
"""

import logging
import os
import pickle
import resource
import secrets
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from flows.errors import WorkerDied
from flows.reading.batch import Failed, Item, Refused, Result, raw_of, read_each
from flows.reading.engines.engine import Engine

SECONDS = 10.0  # of processor time for one document; the slowest real article takes 0.2 s
WALL_SECONDS = 120.0  # on the clock, for what waits instead of working; a document alone never does
MEMORY = 512 * 2**20  # bytes that one document may need beside what the process holds already
_OUT_OF_MEMORY = 86  # the exit status that says so
_CERTAIN = frozenset({-signal.SIGPROF, _OUT_OF_MEMORY})  # ends of a process that its document has caused
_FROM_OUTSIDE = frozenset({-signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP, -signal.SIGINT, -signal.SIGQUIT})
_ATTEMPTS = 2  # for workers that die before they have begun a document


class Job(NamedTuple):
    """Documents to be read, and the file that takes the results."""

    items: tuple[Item, ...]
    journal: str


def read_apart(
    engine: Engine, items: Sequence[Item], folder: Path, work: Callable[[Job], None] | None = None
) -> list[Result]:
    """Read documents in a process of the engine, and on in another one where that dies.

    Args:
        engine: where processes are.
        items: the documents.
        folder: takes the journals, for as long as they are needed.
        work: what the process does; `read_into` if nothing is said.

    Returns:
        One result for each item, in the same order.
    """
    results: list[Result] = []
    idle = 0
    while len(results) < len(items):
        rest = tuple(items[len(results) :])
        entries, died = _attempt(engine, rest, folder, work or read_into)
        done = [entry for entry in entries if entry is not None]
        results += done
        if died is None:
            break
        if entries and entries[-1] is None:  # it died inside its limits
            results.append(_alone(engine, rest[len(done)], folder, work or read_into, died))
        idle = 0 if entries else idle + 1
        if idle == _ATTEMPTS:
            message = f"{died}; its batch was lost with it"
            results += [Failed(item.id, "worker_died", message) for item in rest]
    return results


def _alone(engine: Engine, item: Item, folder: Path, work: Callable[[Job], None], died: WorkerDied) -> Result:
    """Read a document again whose process died, unless it is certain that the document was the cause."""
    if died.status in _CERTAIN:
        return _refused(item, died)
    entries, again = _attempt(engine, (item,), folder, work)
    read = [entry for entry in entries if entry is not None]
    return read[0] if read else _refused(item, again or died)


def read_into(job: Job) -> None:
    """Read documents within limits, each result into the journal; this is what a worker does.

    It says nothing else: what libraries log or warn of may quote a document.
    """
    logging.disable()
    warnings.simplefilter("ignore")
    for alarm in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(alarm, signal.SIG_DFL)
    with Path(job.journal).open("wb", buffering=0) as journal:

        @contextmanager
        def limits() -> Iterator[None]:
            pickle.dump(None, journal)
            with _held():
                yield

        for result in read_each(job.items, limits):
            pickle.dump(result, journal)


@contextmanager
def _held() -> Iterator[None]:
    """Hold this process to the limits of one document; it ends where they are broken."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_bytes().split(maxsplit=1)[0])
        bound = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (_lower(bound, soft), hard))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS)
    try:
        yield
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)  # what is left of the process is not to be trusted
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _lower(bound: int, other: int) -> int:
    return bound if other == resource.RLIM_INFINITY else min(bound, other)


def _attempt(
    engine: Engine, items: tuple[Item, ...], folder: Path, work: Callable[[Job], None]
) -> tuple[list[Result | None], WorkerDied | None]:
    """Read documents in one process.

    Returns:
        The journal's entries (None where a document was begun, runs of these made one), and how the
        process died if it did.
    """
    journal = folder / f"{secrets.token_hex(8)}.journal"
    died = None
    try:
        engine.run(work, Job(items, str(journal)))
    except WorkerDied as error:
        died = error
    try:
        return list(_entries(journal)), died
    finally:
        journal.unlink(missing_ok=True)


def _entries(journal: Path) -> Iterator[Result | None]:
    """Yield the results in a journal, and a None behind them where a document was begun and not ended."""
    begun = False
    with suppress(EOFError, pickle.UnpicklingError, FileNotFoundError), journal.open("rb") as file:
        while True:
            entry = pickle.load(file)  # noqa: S301 (a file that a process of ours has just written)
            begun = entry is None
            if entry is not None:
                yield entry
    if begun:
        yield None


def _refused(item: Item, died: WorkerDied) -> Refused:
    """Quarantine the document that a process died of."""
    advice = "take it out or shorten it, or read it with a later version: code-articles quarantine replay"
    if died.status == -signal.SIGPROF:
        reason, message = "timeout", f"reading it took more than {SECONDS:.0f} s of processor time; {advice}"
    elif died.status == -signal.SIGALRM:
        reason, message = "timeout", f"reading it took longer than {WALL_SECONDS:.0f} s, twice; {advice}"
    elif died.status == _OUT_OF_MEMORY:
        reason, message = "memory", f"reading it needed more than {MEMORY // 2**20} MB of memory; {advice}"
    elif died.status in _FROM_OUTSIDE:
        reason, message = "interrupted", f"{died} while this document was read, twice; ingest again"
    else:
        reason, message = "crashed", f"{died} while this document was read; {advice}"
    return Refused(item.id, raw_of(item.locator), reason, message, None)
