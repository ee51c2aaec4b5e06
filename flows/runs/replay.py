"""Documents in quarantine read again, without a flow."""

import shlex
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from flows.account import Account, Tally
from flows.options import Options
from flows.reading.batch import cut
from flows.reading.engines import Processes
from flows.reading.isolation import read_apart
from flows.reading.versions import current_versions
from flows.runs import provenance
from flows.store.history import open_manifest
from flows.store.output_folder import Store


def replay(output: Path, ids: Sequence[str] | None, options: Options) -> Account:
    """Read documents in quarantine again, from their raw bytes and with these versions.

    Args:
        output: an output folder.
        ids: the documents; None for all.
        options: what else was asked.

    Raises:
        UsageError: the folder is no output folder, or a document is not in quarantine.
        OutputError: the folder cannot be used.
    """
    open_manifest(output).close()
    started, clock = datetime.now(UTC), time.monotonic()
    name = provenance.new_run(started)
    again = shlex.join(["code-articles", "quarantine", "replay", "--all", "--output", str(output.absolute())])
    with Store(output, run=name, versions=current_versions(), replay=again, options=options) as store:
        items = store.quarantined(ids)
        tally = Tally()
        with Processes(1) as engine:
            for batch in cut(items, 1):
                tally += store.commit(batch, read_apart(engine, batch, store.aside))
        account = Account(
            run=name,
            started=started.isoformat(timespec="seconds"),
            ended=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - clock, 3),
            sources=tuple(sorted({item.source for item in items})),
            output=str(output),
            host=provenance.machine(1),
            versions=provenance.versions(),
            tally=tally,
            skips=(),
            summary=store.publish(),
        )
        store.conclude(account)
    return account
