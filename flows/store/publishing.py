"""What is derived from the manifest and the records: ``records.jsonl``, the feed, and the schema.

Whenever ``records.jsonl`` is written, every record and text is compared with its digest: what is damaged is
named and put right, and never copied on.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from pydantic_core import from_json, to_json

from flows.account import MENDED, MISSING, Damage
from flows.files import Files
from flows.reading.versions import schema_file
from flows.sources.on_disk import stamp
from flows.store import feed
from flows.store.doctor.records import check_all, mend
from flows.store.doctor.versions import mend_versions
from flows.store.sinks.sink import Sink
from flows.store.state.manifest import Manifest, keep
from flows.store.state.tables import NOTES, PUBLISHED, WRITTEN

LINES, FEED, _SCHEMA = "records.jsonl", "changes.jsonl", "schema/record.schema.json"


@dataclass(frozen=True, slots=True)
class Publisher:
    """Publishes what one run has made.

    Attributes:
        output: the output folder.
        files: its files.
        manifest: its manifest.
        sink: where its records are.
        run: the id of the run.
        damages: what was found to be damaged so far, by where it is.
    """

    output: Path
    files: Files
    manifest: Manifest
    sink: Sink
    run: str
    damages: dict[str, Damage] = field(default_factory=dict)

    def catch_up(self) -> None:
        """Append to the feed what it lacks; write it anew where it is damaged and the manifest has it.

        Raises:
            OutputError: there is another file in its place, and nothing is known of a feed.
        """
        fault = feed.fault_at_end(self.output / FEED)
        if fault and self.manifest.last_cursor():
            self._mend_feed(fault)
        feed.catch_up(self.output / FEED, self.manifest)

    def publish(self) -> None:
        """Bring all up to date; where nothing has changed, nothing is written."""
        if (self.output / _SCHEMA).is_dir():
            self.files.set_aside(_SCHEMA)
            self.note(Damage(_SCHEMA, "is a folder", MENDED))
        self.files.put_if_changed(_SCHEMA, schema_file())
        fault = lines_fault(self.output / LINES, self.manifest)
        if fault:
            self.note(Damage(LINES, fault, MENDED))
            self.files.set_aside(LINES)
        if self.manifest.note(PUBLISHED) and (self.output / LINES).is_file():
            return
        feed_fault = feed.fault(self.output / FEED, self.manifest)
        if feed_fault:
            self._mend_feed(feed_fault)
        self._write_lines()

    def note_versions(self) -> None:
        """Put right what is damaged among the kept versions."""
        for damage in mend_versions(self.manifest, self.sink):
            self.damages[damage.fault] = damage

    def note(self, *damages: Damage) -> None:
        """Remember what was found damaged, for the account."""
        self.damages.update({damage.place: damage for damage in damages})

    def _mend_feed(self, fault: str) -> None:
        older = feed.older_lines(self.output / FEED, self.manifest)
        self.files.set_aside(FEED)
        self.files.put_lines(FEED, chain(older, map(feed.to_line, self.manifest.changes(0))))
        self.note(Damage(FEED, fault, MENDED))

    def _write_lines(self) -> None:
        self._leave(WRITTEN, "")
        digest = hashlib.sha256()

        def hashed() -> Iterator[bytes]:
            for line in self._lines():
                digest.update(line)
                yield line

        self.files.put_lines(LINES, hashed())
        facts = (self.output / LINES).stat()
        self._leave(WRITTEN, json.dumps([stamp(facts), digest.hexdigest()]))
        self._leave(PUBLISHED, self.run)

    def _lines(self) -> Iterator[bytes]:
        """Yield every current record on a line of its own."""
        for checked in check_all(self.sink, self.manifest):
            self.note(*mend(checked, self.sink, self.files, self.manifest))
            if checked.record is not None:
                yield to_json(from_json(checked.record)) + b"\n"

    def _leave(self, name: str, value: str) -> None:
        with self.manifest.writing() as connection:
            keep(connection, NOTES, [{"name": name, "value": value}])


def lines_fault(path: Path, manifest: Manifest) -> str | None:
    """Say what is wrong with ``records.jsonl``; None where nothing is, or nothing is known of it."""
    note = manifest.noted(WRITTEN)
    if not note:
        return "is a folder" if path.is_dir() else None
    before, digest = note
    if path.is_dir():
        return "is a folder"
    if not path.exists():
        return MISSING
    facts = path.stat()
    if stamp(facts) == before:
        return None
    with path.open("rb") as file:
        same = hashlib.file_digest(file, "sha256").hexdigest() == digest
    return None if same else "holds other bytes than were written" if facts.st_size else "is empty"
