"""The steps of a run, in their order and without Prefect.

check → lock and open the output folder → fetch → list → plan → read → remove → publish → account. Where URLs
are fetched, what lies here is listed, planned and read before the first server is asked. How batches are read
side by side is the caller's: in tasks of Prefect, or one after the other.
"""

import shlex
import time
from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from flows.account import Account, Skip, Tally
from flows.errors import OutputError
from flows.options import Options
from flows.printable import printable
from flows.reading.batch import Item, cut
from flows.reading.engines.engine import Engine
from flows.reading.isolation import read_apart
from flows.reading.versions import Versions, current_versions
from flows.runs import provenance
from flows.show.markdown import Changes, changes
from flows.sources import folder
from flows.sources.folder import Fetched, SourceListing
from flows.sources.web import url_lists
from flows.sources.web.client import Limits
from flows.sources.web.fetch import LIMITS, Terms, awaited, fetch
from flows.sources.web.url_lists import Url
from flows.store.output_folder import Store

Batch = tuple[Item, ...]
#: Reads batches, commits each to the store, and says what became of them all.
Reader = Callable[[Store, Sequence[Batch]], Tally]


class Request(NamedTuple):
    """What is asked of a run.

    Attributes:
        sources: raw folders, files, patterns and lists of URLs.
        output: the output folder.
        workers: how many batches are read side by side.
        options: what else was asked.
        limits: of pages and hosts of the web.
    """

    sources: tuple[Path, ...]
    output: Path
    workers: int
    options: Options = Options()
    limits: Limits = LIMITS


class Ended(NamedTuple):
    """A run that came to its end: its account, and the records that it touched by change and cause."""

    account: Account
    changes: Changes


class Run(NamedTuple):
    """A run that has the output folder open; see `begin`."""

    name: str
    started: datetime
    clock: float
    output: Path
    workers: int
    versions: Versions
    store: Store

    def read(self, items: Sequence[Item], reader: Reader) -> Tally:
        """Read documents in batches that suit the workers."""
        batches = cut(items, self.workers)
        return reader(self.store, batches) if batches else Tally()

    def finish(
        self, tally: Tally, sources: Sequence[str], skips: Sequence[Skip] = (), gone: Sequence[str] = ()
    ) -> Account:
        """Remove the records of what has gone, publish, and account for the run.

        Raises:
            OutputError: the output cannot be finished.
        """
        with _finishing(tally):
            removed, summary = self.store.remove(gone), self.store.publish()
            account = Account(
                run=self.name,
                started=self.started.isoformat(timespec="seconds"),
                ended=datetime.now(UTC).isoformat(timespec="seconds"),
                seconds=round(time.monotonic() - self.clock, 3),
                sources=tuple(sources),
                output=str(self.output),
                host=provenance.machine(self.workers),
                versions=provenance.versions(self.versions),
                tally=tally,
                skips=tuple(skips),
                summary=summary,
                removed=removed,
                damages=self.store.damages,
            )
            self.store.conclude(account)
        return account


def check(sources: Sequence[Path], output: Path, *, allow_empty: bool = False) -> None:
    """Refuse what a run could not work with, before anything is started for it.

    Raises:
        UsageError: the sources and the output folder cannot be worked with, or there are no documents.
    """
    folder.check(sources, output)
    if not url_lists.read(folder.url_lists(sources)):
        folder.discover(sources, allow_empty=allow_empty)


def ingest(request: Request, reader: Reader) -> Ended:
    """Turn documents into records in an output folder.

    Args:
        request: what is asked.
        reader: reads the batches; not called where there is nothing to read.

    Raises:
        UsageError: the sources and the output folder cannot be worked with.
        Held: another run writes the output folder.
        OutputError: the output folder cannot be used.
    """
    sources, output, workers, options, _ = request
    folder.check(sources, output)
    with begin(output, _again(sources, output, options), options, workers) as run:
        feed = output / "changes.jsonl"
        before = feed.stat().st_size if feed.exists() else 0
        urls, source = _urls(sources)
        tally, here = Tally(), frozenset[str]()
        if urls:
            listing = _list(request, run.store, awaited(urls).of(source))
            here = frozenset(each.id for each in listing.documents if each.source != source)
            tally, _ = _read(run, listing, here, reader)
        terms = Terms(options.offline, options.allow_private, request.limits)
        listing = _list(request, run.store, fetch(urls, run.store.files, output, terms).of(source))
        rest, gone = _read(run, listing, {each.id for each in listing.documents} - here, reader)
        skips = [*listing.skips, *_lost(run.store, listing)]
        account = run.finish(tally + rest, tuple(map(str, sources)), skips, gone)
        return Ended(account, changes(feed, before))


@contextmanager
def begin(output: Path, again: str, options: Options, workers: int) -> Iterator[Run]:
    """Lock and open an output folder for a run.

    Args:
        output: the folder.
        again: the command that reads quarantined documents again.
        options: what was asked of the run.
        workers: how many batches are read side by side.

    Raises:
        Held: another run writes the folder.
        OutputError: it cannot be used.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    name = provenance.new_run(started)
    versions = current_versions()._replace(encoding=options.encoding)
    with Store(output, run=name, versions=versions, replay=again, options=options) as store:
        yield Run(name, started, clock, output, workers, versions, store)


def read_batch(store: Store, engine: Engine, batch: Batch) -> Tally:
    """Read one batch in an engine and commit what became of it."""
    return store.commit(batch, read_apart(engine, batch, store.aside))


def _urls(sources: Sequence[Path]) -> tuple[Sequence[Url], str]:
    """Return the URLs that the sources list, and the source that their documents have."""
    lists = folder.url_lists(sources)
    return url_lists.read(lists), ", ".join(printable(str(path.resolve())) for path in lists)


def _list(request: Request, store: Store, fetched: Fetched) -> SourceListing:
    return folder.discover(
        request.sources,
        folds_case=store.folds_case,
        allow_empty=request.options.allow_empty,
        fetched=fetched,
    )


def _read(run: Run, listing: SourceListing, wanted: Set[str], reader: Reader) -> tuple[Tally, Sequence[str]]:
    """Read some of the documents that are listed; return also the ids of those that have gone."""
    gone = run.store.gone(listing)
    left = chain(gone, *run.store.lost(listing).values())
    plan = run.store.plan([each for each in listing.documents if each.id in wanted], tuple(left))
    return plan.settled + run.read(plan.items, reader), gone


def _lost(store: Store, listing: SourceListing) -> Iterator[Skip]:
    """Name the sources that are there no more, with what is left of them."""
    for source, ids in store.lost(listing).items():
        yield Skip(
            source,
            "lost_source",
            f"is not there any more, and {len(ids):,} documents came from it, first {ids[0]}; their records "
            "stay: to remove them, make the folder again, empty, and ingest it with --allow-empty",
        )


def _again(sources: Sequence[Path], output: Path, options: Options) -> str:
    places = [printable(str(path.absolute())) for path in (*sources, output)]
    encoding = ["--encoding", options.encoding] if options.encoding else []
    return shlex.join(["code-articles", "ingest", *places[:-1], "--output", places[-1], *encoding])


@contextmanager
def _finishing(tally: Tally) -> Iterator[None]:
    """Say what was lost where the output cannot be finished."""
    try:
        yield
    except (OSError, OutputError) as error:
        lost = f"; {len(tally.failed):,} documents failed, first {tally.failed[0].id}" if tally.failed else ""
        message = (
            f"the output could not be finished: {error}{lost}; "
            "repair this and run again, what was done is kept"
        )
        raise OutputError(message) from error
