"""The codes of a finished record: where each stands, in which role, and how many there are of each kind."""

from collections.abc import Iterator
from typing import NamedTuple, get_args

from extractors.ledger.ledger import key
from extractors.record.fields import FIELDS
from extractors.record.model import CodeRole, PrintedSystem, Record, Span

#: The systems of rows that do not name theirs.
_SYSTEMS: dict[str, PrintedSystem] = {
    "modifiers": "MODIFIER",
    "taxonomies": "NUCC",
    "diagnoses": "ICD-10-CM",
    "excluded_diagnoses": "ICD-10-CM",
    "bill_types": "TOB",
    "revenue_codes": "REVENUE",
}
#: The lists whose rows hold a code.
_LISTS = tuple(
    field.name
    for field in FIELDS
    if field.cardinality == "list" and field.value and "code" in field.value.model_fields
)


class Entry(NamedTuple):
    """A code of a record.

    Attributes:
        role: the field that holds it, or its role in ``other_codes``.
        system: what kind of code it is; None of one beside a clinical term, which does not say.
        value: as printed.
        last: the end of a range.
        span: of the row or the words that it was read from.
    """

    role: str
    system: PrintedSystem | None
    value: str
    last: str | None
    span: Span


class Balance(NamedTuple):
    """How many codes records hold, each counted once a record: in a field, or in the first role that fits.

    Attributes:
        held: in fields.
        unassigned: where codes stand, and taken by no reader.
        prose: named in running text.
        other: in a revision history, an example, struck-out words or the site around the page.
    """

    held: int = 0
    unassigned: int = 0
    prose: int = 0
    other: int = 0

    @property
    def printed(self) -> int:
        """All of them."""
        return sum(self)

    def __add__(self, other: object) -> "Balance":
        """Add up the codes of two."""
        if not isinstance(other, Balance):
            return NotImplemented
        return Balance(*(mine + its for mine, its in zip(self, other, strict=True)))


def entries(record: Record) -> Iterator[Entry]:
    """Yield the codes of a record: the page's own, those of lists, those beside terms, all others."""
    if record.code and record.code.value:
        yield Entry("code", record.code.system, record.code.value, None, record.code.span)
    for name in _LISTS:
        for row in getattr(record, name):
            system = getattr(row, "system", None) or _SYSTEMS[name]
            yield Entry(name, system, row.code, getattr(row, "last", None), row.span)
    for mention in record.clinical_context.mentions if record.clinical_context else ():
        if mention.code:
            yield Entry("mentions", None, mention.code, None, mention.code_span or mention.span)
    for code in record.other_codes:
        yield Entry(code.role, code.system, code.value, code.last, code.span)


def balance(record: Record) -> Balance:
    """Count the codes of a record.

    >>> Balance(3, 0, 1, 0) + Balance(1, 2, 0, 0)
    Balance(held=4, unassigned=2, prose=1, other=0)
    """
    kinds: dict[tuple[str, str], str] = {}
    for each in entries(record):
        code, kind = (key(each.value), key(each.last or "")), _kind(each.role)
        kinds[code] = min(kinds.get(code, kind), kind, key=Balance._fields.index)
    told = [*kinds.values()]
    return Balance(*map(told.count, Balance._fields))


def _kind(role: str) -> str:
    if role not in get_args(CodeRole):
        return "held"
    return role if role in Balance._fields else "other"
