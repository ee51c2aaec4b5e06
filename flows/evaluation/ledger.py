"""The codes of a page beside its gold facts: how many its record holds, and what it says nothing of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from extractors import Record
from extractors.ledger.balance import Balance, balance
from extractors.record.fields import FIELDS
from flows.verifier.ledger import lost_codes

#: The fields that hold codes, as gold files name them.
_CODED = tuple(
    field.path
    for field in FIELDS
    if field.name == "code"
    or (field.cardinality == "list" and field.value and "code" in field.value.model_fields)
)


class Ledger(NamedTuple):
    """What a record says of the codes of its page.

    Attributes:
        document: its id.
        layout: of the record.
        balance: how many codes the record holds, and where.
        absent: the coded fields that are ``absent`` though gold has a fact for them.
        lost: the printed codes that are in no field and not in ``other_codes``.
    """

    document: str
    layout: str
    balance: Balance
    absent: tuple[str, ...]
    lost: tuple[str, ...]

    @property
    def silent(self) -> bool:
        """Whether something on the page is missing, and the record does not say so."""
        return bool(self.absent or self.lost)


def ledger(gold: Mapping[str, Any], record: Record, text: str) -> Ledger:
    """Account for the codes of a page.

    Args:
        gold: its gold facts.
        record: its record.
        text: its reading text.
    """
    absent = (name for name in _CODED if _has_fact(gold.get(name)) and record.status[name] == "absent")
    lost = dict.fromkeys(lost_codes(record.model_dump(mode="json"), text))
    return Ledger(record.id, record.source.layout, balance(record), tuple(absent), tuple(lost))


def _has_fact(value: Any) -> bool:
    return bool(value["value"] if isinstance(value, Mapping) else value)


def silences(ledgers: Iterable[Ledger]) -> Iterator[str]:
    """Say what each silent page is silent about."""
    for each in ledgers:
        yield from (f"{each.document}: {name}: absent, and gold has a fact" for name in each.absent)
        yield from (f"{each.document}: other_codes: {code} is printed and nowhere" for code in each.lost)


def ledger_table(ledgers: Sequence[Ledger]) -> Iterator[str]:
    """Yield the lines of a table: codes by where they are, and the share of silent pages, by layout."""
    yield "| layout | pages | printed | in fields | in prose | other roles | unassigned | silent pages |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for layout in sorted({each.layout for each in ledgers}):
        yield _row(layout, [each for each in ledgers if each.layout == layout])
    yield _row("**all**", ledgers)


def _row(name: str, ledgers: Sequence[Ledger]) -> str:
    codes = sum((each.balance for each in ledgers), Balance())
    silent = sum(each.silent for each in ledgers)
    numbers = (len(ledgers), codes.printed, codes.held, codes.prose, codes.other, codes.unassigned)
    told = " | ".join(f"{number:,}" for number in numbers)
    return f"| {name} | {told} | {silent} ({silent / len(ledgers):.3f}) |"
