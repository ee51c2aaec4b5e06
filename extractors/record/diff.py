"""Record × Record → what changed, field by field. Where something stands is no part of it.

A value is the same wherever it moved to, and rows are the same in any order. The rows of a list are told
apart by what names them: a code, or their words where they have none. Which fields there are, and what names
their rows, the model says; see `extractors.record.fields`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile, zip_longest
from typing import Any, Literal, NamedTuple, Protocol

from extractors.record.fields import FIELDS, Field, shown
from extractors.record.model import Record, Value

_Row = Mapping[str, Any]


class Words(Protocol):
    """A reading text."""

    @property
    def text(self) -> str:
        """All of it."""


#: A record by itself, or with the reading text that its spans count in.
Readable = Record | tuple[Record, str | Words]


class Change(Value):
    """One difference between two records of a document.

    Attributes:
        change: of a row or value that was not there before, is not there any more, or is another one.
        field: the path of the field, such as ``modifiers`` or ``clinical_context.patient``.
        key: what names the row in its list; null for a field that is no list.
        before: the value as it was, without its spans; null where it was added.
        after: the value as it is, without its spans; null where it was removed. Of a section, ``text`` is
            from the first line that differs to the last.
    """

    change: Literal["added", "removed", "changed"]
    field: str
    key: str | None
    before: Any
    after: Any


def diff(old: Readable, new: Readable) -> tuple[Change, ...]:
    """Return what changed between two records.

    A record holds what was read, not every word: those of its sections, and those outside of them, are
    compared where the reading texts are given; an `Extraction` has both.

    Returns:
        The changes in the order of the record's fields; empty where the two say the same.

    Raises:
        ValueError: one text is given without the other.
    """
    before, after = _version(old), _version(new)
    if (before.text is None) is not (after.text is None):
        message = "give the reading texts of both records, or none"
        raise ValueError(message)
    return tuple(change for field in FIELDS for change in _changes(field, before, after))


class _Version(NamedTuple):
    """A value of a record, and the text that its spans count in."""

    value: Any
    text: str | None

    def part(self, name: str) -> "_Version":
        return self._replace(value=None if self.value is None else getattr(self.value, name))


def _version(given: Readable) -> _Version:
    if isinstance(given, Record):
        return _Version(given, None)
    record, text = given
    return _Version(record, text if isinstance(text, str) else text.text)


def _changes(field: Field, before: _Version, after: _Version) -> Iterator[Change]:
    """Compare a field of two values that have it."""
    if not field.of.differs:
        return
    was, now = before.part(field.name), after.part(field.name)
    if field.parts:
        for part in field.parts:
            yield from _changes(part, was, now)
    elif field.cardinality == "list":
        yield from _rows(field, was, now)
    elif isinstance(was.value, dict):
        for key in dict.fromkeys((*was.value, *now.value)):
            yield from _single(f"{field.path}.{key}", was.value.get(key), now.value.get(key))
    else:
        yield from _single(field.path, _plain(was.value), _plain(now.value))


def _single(path: str, before: Any, after: Any) -> Iterator[Change]:
    if before != after:
        yield _change(path, None, before, after)


def _rows(field: Field, before: _Version, after: _Version) -> Iterator[Change]:
    """Compare two lists: equal rows are paired first, then rows of one key in their order."""
    old, new = (_by_key(field, _listed(field, version)) for version in (before, after))
    for name in dict.fromkeys((*old, *new)):
        gone = _less(old.get(name, []), new.get(name, []))
        come = _less(new.get(name, []), old.get(name, []))
        for was, now in zip_longest(gone, come):
            narrowed = _narrowed(was, now) if field.of.words and was and now else (was, now)
            yield _change(field.path, name, *narrowed)


def _change(field: str, key: str | None, before: Any, after: Any) -> Change:
    kind: Literal["added", "removed", "changed"] = (
        "added" if before is None else "removed" if after is None else "changed"
    )
    return Change(change=kind, field=field, key=key, before=before, after=after)


def _listed(field: Field, version: _Version) -> Iterator[_Row]:
    """Yield the rows of a list; those that stand for words with their words, where these are at hand."""
    for value in version.value or ():
        row = _plain(value) if isinstance(value, Value) else {}
        if field.of.words and version.text is not None:
            row["text"] = _words(version.text[slice(*getattr(value, "span", value))])
        if row:
            yield row


def _words(text: str) -> str:
    """Return the lines of a text that hold words; how far these stand apart is no part of them."""
    return "\n".join(line for line in (" ".join(each.split()) for each in text.splitlines()) if line)


def _plain(value: Any) -> Any:
    """Return a value as JSON has it, without spans."""
    if isinstance(value, Value):
        return {name: _plain(getattr(value, name)) for name in shown(type(value))}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _by_key(field: Field, rows: Iterable[_Row]) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = {}
    for row in rows:
        found.setdefault(_name(field, row), []).append(row)
    return found


def _name(field: Field, row: _Row) -> str:
    """Return what tells a row apart: the parts that its field declares, or its words where these are null."""
    parts = [part for part in (_at(row, path) for path in field.of.key) if part is not None]
    return " ".join(map(str, parts)) or str(row.get("text", ""))


def _at(row: Any, path: str) -> Any:
    for name in path.split("."):
        row = row[name] if row is not None else None
    return row


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


def _narrowed(was: _Row, now: _Row) -> tuple[_Row, _Row]:
    """Leave out the lines with which the words of two rows begin alike, and end alike."""
    if "text" not in was:
        return was, now
    before, after = was["text"].split("\n"), now["text"].split("\n")
    head = _alike(before, after)
    before, after = before[head:], after[head:]
    tail = _alike(before[::-1], after[::-1])
    return _with(was, before[: len(before) - tail]), _with(now, after[: len(after) - tail])


def _with(row: _Row, lines: Sequence[str]) -> _Row:
    return {**row, "text": "\n".join(lines)}


def _alike(some: Sequence[str], others: Sequence[str]) -> int:
    """Return with how many equal lines two texts begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(some, others, strict=False)))
