"""Record × Record → what changed, field by field. Where something stands is no part of it.

A value is the same wherever it moved to, and rows are the same in any order. The rows of a list are told
apart by what names them: a code, or their words where they have none.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Literal

from extractors.record.model import ARTICLE_FIELDS, Record, Value

_Row = Mapping[str, Any]
_Key = Callable[[_Row], str]


class Change(Value):
    """One difference between two records of a document.

    Attributes:
        change: of a row or value that was not there before, is not there any more, or is another one.
        field: the path of the field, such as ``modifiers`` or ``clinical_context.patient``.
        key: what names the row in its list; null for a field that is no list.
        before: the value as it was, without its spans; null where it was added.
        after: the value as it is, without its spans; null where it was removed.
    """

    change: Literal["added", "removed", "changed"]
    field: str
    key: str | None
    before: Any
    after: Any


def diff(old: Record, new: Record) -> tuple[Change, ...]:
    """Return what changed between two records.

    Returns:
        The changes in the order of the record's fields; empty where the two say the same.
    """
    before, after = _dump(old), _dump(new)
    changes: list[Change] = []
    for field in _SCALARS:
        changes += _scalar(field, _at(before, field), _at(after, field))
    for field, key in _LISTS.items():
        changes += _rows(field, key, _at(before, field) or (), _at(after, field) or ())
    for field in dict.fromkeys((*before["status"], *after["status"])):
        changes += _scalar(f"status.{field}", before["status"].get(field), after["status"].get(field))
    return tuple(sorted(changes, key=lambda change: _ORDER[change.field.partition(".")[0]]))


def _dump(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = _without_spans(record.model_dump(mode="json"))
    return found


def _without_spans(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_spans(inner) for key, inner in value.items() if key != "span"}
    if isinstance(value, list):
        return [_without_spans(inner) for inner in value]
    return value


def _at(record: Any, field: str) -> Any:
    """Return the value at a path; None where a part of the path is null."""
    for name in field.split("."):
        record = record[name] if record is not None else None
    return record


def _scalar(field: str, before: Any, after: Any) -> Iterator[Change]:
    if before != after:
        yield _change(field, None, before, after)


def _rows(field: str, key: _Key, before: Sequence[_Row], after: Sequence[_Row]) -> Iterator[Change]:
    """Compare two lists: equal rows are paired first, then rows of one key in their order."""
    old, new = _by_key(key, before), _by_key(key, after)
    for name in dict.fromkeys((*old, *new)):
        gone = _less(old.get(name, []), new.get(name, []))
        come = _less(new.get(name, []), old.get(name, []))
        for was, now in zip_longest(gone, come):
            yield _change(field, name, was, now)


def _change(field: str, key: str | None, before: Any, after: Any) -> Change:
    kind: Literal["added", "removed", "changed"] = (
        "added" if before is None else "removed" if after is None else "changed"
    )
    return Change(change=kind, field=field, key=key, before=before, after=after)


def _by_key(key: _Key, rows: Iterable[_Row]) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def _less(rows: Sequence[_Row], others: Sequence[_Row]) -> list[_Row]:
    """Return the rows that the others lack, as often as they lack them."""
    spare = Counter(map(repr, others))
    left: list[_Row] = []
    for row in rows:
        if spare[repr(row)]:
            spare[repr(row)] -= 1
        else:
            left.append(row)
    return left


def _named(*names: str) -> _Key:
    return lambda row: " ".join(str(row[name]) for name in names if row[name] is not None)


def _section(row: _Row) -> str:
    return f"{row['kind']}: {row['heading']['text']}" if row["heading"] else str(row["kind"])


#: What is one value. Of the source only what tells how it was read: its bytes change with every edit.
_SCALARS = (
    "source.uri",
    "source.media_type",
    "source.encoding",
    "source.layout",
    "code",
    "title.text",
    "summary.text",
    "overview.text",
    "service_type.text",
    "clinical_context.text",
    "clinical_context.patient",
    "rights.cpt_text",
)
#: What is a list, and what names its rows.
_LISTS: dict[str, _Key] = {
    "sections": _section,
    "sites_of_service": _named("text"),
    "payers": _named("text"),
    "clinical_context.mentions": _named("label", "text"),
    "modifiers": _named("code"),
    "taxonomies": _named("code"),
    "diagnoses": _named("code"),
    "related_codes": _named("system", "code"),
    **dict.fromkeys(ARTICLE_FIELDS, _named("text")),
    "repairs": _named("kind"),
    "findings": _named("rule", "field"),
}
_ORDER = {field: number for number, field in enumerate(Record.model_fields)}
