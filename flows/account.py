"""What a run did, as values: tallies that add up, and the account that is written and shown."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from extractors.ledger.balance import Balance
from flows.errors import FlowError

NOT_FETCHED = "not_fetched"  # the reason of a skip that takes from the run's success


class Skip(NamedTuple):
    """Something in a raw folder that is no document: why, and one sentence for people."""

    path: str
    reason: str
    message: str


MENDED = "it was written again"
MISSING = "is missing"  # the fault of a file that is not there


class Damage(NamedTuple):
    """Something in the output folder that is not what was written.

    Attributes:
        place: its path below the output folder.
        fault: what is wrong with it, in words.
        repair: what was done about it; empty where nothing was.
    """

    place: str
    fault: str
    repair: str = ""

    @property
    def mended(self) -> bool:
        """Whether it is again what was written."""
        return self.repair == MENDED

    def __str__(self) -> str:
        return f"{self.place} {self.fault}{f'; {self.repair}' if self.repair else ''}"


class Summary(NamedTuple):
    """The current records, counted: by layout, by field and status, and the codes that they hold.

    ``uncounted`` are the records whose codes nobody counted: those of before 1.1 that were not read again.
    """

    records: int
    layouts: dict[str, int]
    statuses: dict[str, dict[str, int]]
    codes: Balance = Balance()
    uncounted: int = 0


class Trouble(NamedTuple):
    """A document that gave no record: its reason code, one sentence for people, and where a bug showed."""

    id: str
    reason: str
    message: str
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of documents. Each is counted once.

    Attributes:
        written: records added or changed.
        unchanged: records that are as they were.
        duplicate: records written of bytes that another record was made from.
        quarantined: documents that cannot be read.
        failed: documents that the program failed on.
    """

    written: int = 0
    unchanged: int = 0
    duplicate: int = 0
    quarantined: tuple[Trouble, ...] = ()
    failed: tuple[Trouble, ...] = ()

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.written + other.written,
            self.unchanged + other.unchanged,
            self.duplicate + other.duplicate,
            self.quarantined + other.quarantined,
            self.failed + other.failed,
        )

    @property
    def counts(self) -> dict[str, int]:
        """The documents by what became of them, in the order of the account."""
        return {
            "written": self.written,
            "unchanged": self.unchanged,
            "duplicate": self.duplicate,
            "quarantined": len(self.quarantined),
            "failed": len(self.failed),
        }


@dataclass(frozen=True, slots=True)
class Account:
    """One run: what it was given, what it did, and what the output folder holds now.

    Attributes:
        run: the id of the run; ids sort by time.
        started: date and time, ISO 8601, UTC.
        ended: the same.
        seconds: between the two, Prefect's own start left out.
        sources: the raw folders and files as given.
        output: the output folder as given.
        host: machine, processors and workers.
        versions: of this program and of what it stands on.
        tally: what became of the documents.
        skips: what in the raw folders is no document.
        summary: the current records, counted.
        removed: records whose documents have left their source; not among the documents in.
        damages: what in the output folder was not what had been written.
    """

    run: str
    started: str
    ended: str
    seconds: float
    sources: tuple[str, ...]
    output: str
    host: Mapping[str, Any]
    versions: Mapping[str, str]
    tally: Tally
    skips: tuple[Skip, ...]
    summary: Summary
    removed: int = 0
    damages: tuple[Damage, ...] = ()

    @property
    def documents(self) -> dict[str, int]:
        """Documents in, and by what became of them: the first is the sum of the others."""
        counts = self.tally.counts
        return {"in": sum(counts.values()), **counts}

    @property
    def exit_status(self) -> int:
        """0 where all went well, 1 with failed documents, else 3 with some in quarantine or not fetched."""
        unread = self.tally.quarantined or any(skip.reason == NOT_FETCHED for skip in self.skips)
        return 1 if self.tally.failed else 3 if unread else 0

    def to_json(self) -> bytes:
        """Return the account as the bytes of its file."""
        account = {
            "run": self.run,
            "started": self.started,
            "ended": self.ended,
            "seconds": self.seconds,
            "sources": self.sources,
            "output": self.output,
            "host": self.host,
            "versions": self.versions,
            "documents": self.documents,
            "removed": self.removed,
            "damaged": [damage._asdict() for damage in self.damages],
            "skipped": count(self.skips),
            "records": self.summary.records,
            "layouts": self.summary.layouts,
            "statuses": self.summary.statuses,
            "codes": {
                "printed": self.summary.codes.printed,
                **self.summary.codes._asdict(),
                "uncounted_records": self.summary.uncounted,
            },
            "quarantined": _dicts(self.tally.quarantined),
            "failed": _dicts(self.tally.failed),
            "skips": [skip._asdict() for skip in self.skips],
        }
        return json.dumps(account, indent=2, ensure_ascii=False).encode(errors="backslashreplace") + b"\n"


def count(skips: Sequence[Skip]) -> dict[str, int]:
    """Count skips by reason."""
    return dict(sorted(Counter(skip.reason for skip in skips).items()))


def _dicts(troubles: Sequence[Trouble]) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in trouble._asdict().items() if value}
        for trouble in sorted(troubles, key=lambda trouble: trouble.id)
    ]


class RunFailed(FlowError):  # noqa: N818 (it says what became of the run)
    """A run that came to its end, though documents failed.

    Attributes:
        account: the run.
    """

    def __init__(self, account: Account) -> None:
        failed = sorted(account.tally.failed)
        super().__init__(f"{len(failed):,} documents failed, first {failed[0].id}: {failed[0].message}")
        self.account = account
