"""The account of a run as people read it."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from flows.account import Account, Trouble, count
from flows.printable import printable
from flows.show.codes import codes

_AT_MOST = 40  # lines of one kind; the account's file has them all
_STATUSES = ("present", "absent", "placeholder", "truncated", "unparsed")
_COUNTED = frozenset({"hidden"})  # skips that get no line of their own


def show(account: Account, console: Console, *, overhead: float | None = None) -> None:
    """Print the account of a run.

    Args:
        account: the run.
        console: where to print.
        overhead: seconds that Prefect took to start and end, which the account leaves out; None without it.
    """
    for part in _parts(account, overhead):
        # A text: of a string, rich reads markup and names of emoji.
        whole = Text(part) if isinstance(part, str) else part
        console.print(whole, soft_wrap=not isinstance(part, Table))


def _parts(account: Account, overhead: float | None) -> Iterator[RenderableType]:
    documents = account.documents
    told = ", ".join(f"{number:,} {fate}" for fate, number in documents.items() if fate != "in")
    yield Text(f"{documents['in']:,} documents in: {told}", style="bold")
    if account.removed:
        yield f"Removed: {account.removed:,}, which have left their source; see removed/"
    if account.skips:
        yield f"Skipped: {_counts(count(account.skips))}"
    prefect = "" if overhead is None else f", and {overhead:.1f} s for Prefect to start and end"
    yield f"Took {account.seconds:.1f} s{prefect}"
    if account.summary.records:
        yield f"\nRecords now: {account.summary.records:,} ({_counts(account.summary.layouts)})"
        yield f"Codes: {codes(account.summary)}"
        yield _fields(account)
    yield from _listed("Quarantined", _lines(account.tally.quarantined))
    yield from _listed("Failed: read again by the next run", _grouped(account.tally.failed))
    yield from _listed("Damaged in the output folder", list(map(str, account.damages)))
    skips = [f"{skip.path} {skip.message}" for skip in account.skips if skip.reason not in _COUNTED]
    yield from _listed("Skipped", skips)
    yield "\nWhere to look"
    yield from _places(account)


def _fields(account: Account) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("Field")
    for status in _STATUSES:
        table.add_column(status, justify="right")
    for field, counts in account.summary.statuses.items():
        if "." not in field:
            table.add_row(
                field, *(f"{counts[status]:,}" if status in counts else "-" for status in _STATUSES)
            )
    return table


def _lines(troubles: Sequence[Trouble]) -> list[str]:
    ordered = sorted(troubles, key=lambda trouble: trouble.id)
    return [f"{trouble.id} ({trouble.reason}): {trouble.message}" for trouble in ordered]


def _grouped(troubles: Sequence[Trouble]) -> list[str]:
    """One line for all documents that share a fate, such as those of a lost batch."""
    groups: dict[tuple[str, str], list[str]] = {}
    for trouble in sorted(troubles, key=lambda trouble: trouble.id):
        groups.setdefault((trouble.reason, trouble.message), []).append(trouble.id)
    return [
        f"{ids[0]}{f' and {len(ids) - 1:,} more' if len(ids) > 1 else ''} ({reason}): {message}"
        for (reason, message), ids in groups.items()
    ]


def _listed(heading: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"\n{heading}"
        yield from (f"  {printable(line)}" for line in lines[:_AT_MOST])
    if len(lines) > _AT_MOST:
        yield f"  and {len(lines) - _AT_MOST:,} more: see the run's file below"


def _places(account: Account) -> Iterator[str]:
    output = printable(account.output)
    if account.summary.records:
        yield f"  {output}/records.jsonl  one record a line; also in records/, the texts in text/"
    if account.tally.quarantined:
        yield f"  {output}/quarantine/  why a document could not be read, and how to read it again"
    yield f"  {output}/runs/{account.run}.json  all of this run"


def _counts(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in numbers.items())
