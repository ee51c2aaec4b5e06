"""The codes that records hold, in words."""

from flows.account import Summary


def codes(summary: Summary) -> str:
    """Return how many codes the current records hold, and where.

    >>> from extractors.ledger.balance import Balance
    >>> codes(Summary(2, {}, {}, Balance(held=1200, prose=40), uncounted=1))
    '1,240 printed: 1,200 in fields, 40 in prose, 0 in other roles, 0 unassigned; 1 of 2 records not counted'
    """
    told = summary.codes
    words = (
        f"{told.printed:,} printed: {told.held:,} in fields, {told.prose:,} in prose, "
        f"{told.other:,} in other roles, {told.unassigned:,} unassigned"
    )
    return words + (
        f"; {summary.uncounted:,} of {summary.records:,} records not counted" if summary.uncounted else ""
    )
