"""An output folder: its records beside their texts, the change feed, and ``records.jsonl``."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from flows.verifier.fault import Fault
from flows.verifier.record import check


def verify(output: Path) -> Iterator[Fault]:
    """Yield what does not hold in an output folder: in records and texts, the feed and ``records.jsonl``."""
    digests, records = {}, {}
    for document, path in _below(output / "records", ".json"):
        content = path.read_bytes()
        digests[document] = hashlib.sha256(content).hexdigest()
        try:
            records[document] = json.loads(content)
            text = (output / "text" / f"{document}.txt").read_bytes().decode()
            yield from (fault._replace(document=document) for fault in check(records[document], text))
            if records[document]["id"] != document:
                yield Fault(document, "id", None, f"is {records[document]['id']!r}")
        except (OSError, LookupError, TypeError, ValueError, AttributeError) as error:
            yield Fault(document, "", None, f"has no text, or a record of another form: {error!r}")
    for document in dict(_below(output / "text", ".txt")).keys() - digests.keys():
        yield Fault(document, "", None, "has a text and no record")
    yield from _feed(output / "changes.jsonl", digests)
    yield from _lines(output / "records.jsonl", [records.get(document) for document in sorted(digests)])


def _below(folder: Path, suffix: str) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob(f"*{suffix}"):
        if path.is_file():
            yield path.relative_to(folder).as_posix().removesuffix(suffix), path


def _feed(path: Path, digests: Mapping[str, str]) -> Iterator[Fault]:
    """The last line about each record names its bytes, and no line is missing."""
    told: dict[str, str] = {}
    for number, line in enumerate(path.read_bytes().splitlines() if path.exists() else (), 1):
        try:
            change = json.loads(line)
            if change["cursor"] != number:
                yield Fault(path.name, "cursor", None, f"is {change['cursor']} in line {number}")
            told.pop(change.get("from") or "", None)
            told[change["id"]] = "" if change["change"] == "removed" else change["record_sha256"]
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            yield Fault(path.name, "", None, f"line {number} is no change: {error!r}")
    for document in sorted(told.keys() | digests.keys()):
        if told.get(document, "") != digests.get(document, ""):
            yield Fault(document, "", None, "its record is not what the feed says")


def _lines(path: Path, records: Sequence[Any]) -> Iterator[Fault]:
    try:
        same = list(map(json.loads, path.read_bytes().splitlines())) == records
    except (OSError, ValueError):
        same = False
    if not same:
        yield Fault(path.name, "", None, f"is not the {len(records)} records, by id")
