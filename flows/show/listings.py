"""Changes, versions, quarantined documents and places of a code as people read them: tables on a terminal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text
from sqlalchemy import Row

from flows.printable import printable
from flows.store.code_search import Sighting
from flows.store.history import PastVersion

_STYLES = {"added": "green", "removed": "red", "changed": "yellow", "moved": "cyan"}
_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_WIDTH = 60  # characters of a value; programs get all of it


def show_changes(changes: Iterable[Mapping[str, Any]], console: Console) -> None:
    """Print changes of the feed, each with what differs."""
    table = _table("Cursor", "Change", "Record", "Cause", "Differences")
    for change in changes:
        kind = _text(change["change"], _STYLES[change["change"]])
        record = _text(f"{change['from']} → {change['id']}" if change["from"] else change["id"])
        cursor, cause = _text(change["cursor"]), _text(change["cause"])
        table.add_row(cursor, kind, record, cause, _differences(change["diff"]))
    _print(table, console, "No changes.")


def show_history(entries: Sequence[PastVersion], console: Console) -> None:
    """Print the versions of one record."""
    table = _table("Version", "When", "Change", "Cause", "Differences")
    for entry in entries:
        change = entry.change
        # A move that made no version is the one by which the record went on under another id.
        place = f" from {getattr(change, 'from')}" if entry.version else f" to {change.id}"
        moved = place if change.change == "moved" else ""
        kind = _text(change.change + moved, _STYLES[change.change])
        table.add_row(
            _text(entry.version or "-"),
            _text(when(change.run)),
            kind,
            _text(change.cause),
            _differences(entry.as_values()["diff"]),
        )
    _print(table, console, "")


def show_quarantine(rows: Sequence[Row[Any]], console: Console) -> None:
    """Print the documents in quarantine."""
    table = _table("Document", "Reason", "Since", "Why")
    for row in rows:
        table.add_row(_text(row.id), _text(row.reason, "red"), _text(when(row.run)), _text(row.message))
    _print(table, console, "No documents in quarantine.")


def show_sightings(found: Iterable[Sighting], console: Console) -> None:
    """Print where a code was found."""
    table = _table("Record", "Line", "Role", "Code", "Words")
    for each in found:
        code = f"{each.code}-{each.last}" if each.last else each.code
        told = f"within {code}" if each.in_range else code
        table.add_row(_text(each.id), str(each.line), each.role, _text(told), _text(_around(each)))
    _print(table, console, "")


def when(run: str) -> str:
    """Return the time that the id of a run begins with, for people.

    >>> when("20261122T060000Z-1a2b")
    '2026-11-22 06:00:00 UTC'
    """
    day, _, rest = run.partition("T")
    if len(day) != 8 or len(rest) < 6:
        return run
    return f"{day[:4]}-{day[4:6]}-{day[6:]} {rest[:2]}:{rest[2:4]}:{rest[4:6]} UTC"


def _differences(changes: Sequence[Mapping[str, Any]] | None) -> Text:
    """Tell single values from old to new, and lists by the keys of their rows."""
    lines = Text()
    for change in changes or ():
        style = _STYLES[change["change"]]
        what = change["field"] + (f" {_short(change['key'])}" if change["key"] else "")
        told = "" if change["key"] else f": {_short(change['before'])} → {_short(change['after'])}"
        line = f"{_SIGNS[change['change']]} {what}{told if change['change'] == 'changed' else ''}"
        lines.append_text(_text(line, style)).append("\n")
    lines.rstrip()
    return lines


def _text(value: object, style: str = "") -> Text:
    """Return a value as it is shown: of a string, rich would read markup and names of emoji."""
    return Text(printable(str(value)), style=style)


def _around(each: Sighting) -> str:
    """The words of a line that stand around its code."""
    line = " ".join(each.text.split())
    start = max(0, line.find(each.code) - _WIDTH // 2)
    return f"{'…' if start else ''}{_short(line[start:])}"


def _short(value: object) -> str:
    words = " ".join(str(value).split())
    return words if len(words) <= _WIDTH else words[: _WIDTH - 1] + "…"


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _print(table: Table, console: Console, empty: str) -> None:
    if table.row_count:
        console.print(table)
    elif empty:
        console.print(empty)
