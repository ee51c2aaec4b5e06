"""The account of a run as Markdown, for those who look at runs in Prefect."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from flows.account import NOT_FETCHED, Account, Trouble, count
from flows.printable import printable
from flows.show.codes import codes

_SIGNS = frozenset("\\`*_[]<>|&~!#:@$")  # those that Markdown, HTML or links are written with
_AT_MOST = 100  # rows of one table; the account's file has them all
_STATUSES = ("present", "absent", "placeholder", "truncated", "unparsed")

#: What a feed says of the records that a run touched: how many by change and cause.
Changes = Mapping[tuple[str, str], int]


def changes(feed: Path, start: int) -> Changes:
    """Count the lines of a change feed from a place on, in bytes."""
    if not feed.exists():
        return {}
    with feed.open("rb") as file:
        file.seek(start)
        lines = [json.loads(line) for line in file]
    return dict(sorted(Counter((str(line["change"]), str(line["cause"])) for line in lines).items()))


def markdown(account: Account, changed: Changes) -> str:
    """Return the account of a run as Markdown."""
    return "\n".join(_lines(account, changed)) + "\n"


def headline(account: Account) -> str:
    """Return one line about a run."""
    told = ", ".join(f"{number:,} {fate}" for fate, number in account.documents.items() if fate != "in")
    return f"{account.documents['in']:,} documents in: {told}"


def _lines(account: Account, changed: Changes) -> Iterator[str]:
    yield f"# {headline(account)}"
    yield f"\nRun {_cell(account.run)}: {_cell(', '.join(account.sources))} into {_cell(account.output)}, "
    yield f"{account.seconds:.1f} s, {account.summary.records:,} records now."
    yield f"\nCodes: {codes(account.summary)}."
    yield from _table("Changes", ("change", "cause", "records"), ((*key, n) for key, n in changed.items()))
    yield from _table("Quarantined", ("document", "reason", "message"), _troubles(account.tally.quarantined))
    yield from _table("Failed", ("document", "reason", "message"), _troubles(account.tally.failed))
    yield from _table("Damaged", ("file", "fault", "repair"), account.damages)
    lost = ((skip.path, skip.message) for skip in account.skips if skip.reason == NOT_FETCHED)
    yield from _table("Not fetched", ("document", "message"), lost)
    yield from _table("Layouts", ("layout", "records"), account.summary.layouts.items())
    yield from _table("Statuses", ("field", *_STATUSES), _fields(account))
    yield from _table("Skipped", ("reason", "files"), count(account.skips).items())


def _troubles(troubles: Sequence[Trouble]) -> Iterator[tuple[object, ...]]:
    return ((trouble.id, trouble.reason, trouble.message) for trouble in sorted(troubles))


def _fields(account: Account) -> Iterator[tuple[object, ...]]:
    for field, counts in account.summary.statuses.items():
        if "." not in field:
            yield field, *(counts.get(status, 0) for status in _STATUSES)


def _table(heading: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Yield a table, if there is anything to show."""
    shown = list(rows)
    if shown:
        yield f"\n## {heading}\n"
        yield f"| {' | '.join(columns)} |"
        yield f"|{' --- |' * len(columns)}"
        yield from (f"| {' | '.join(map(_cell, row))} |" for row in shown[:_AT_MOST])
    if len(shown) > _AT_MOST:
        yield f"\nand {len(shown) - _AT_MOST:,} more: see the run's file in `runs/`"


def _cell(value: object) -> str:
    """Return a value as words that are shown as they stand, whatever is in them."""
    if isinstance(value, int):
        return f"{value:,}"
    words = printable(" ".join(str(value).split()))
    return "".join(f"&#{ord(sign)};" if sign in _SIGNS else sign for sign in words)
