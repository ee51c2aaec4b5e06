"""Documents in quarantine read again, without a flow."""

import shlex
from collections.abc import Sequence
from pathlib import Path

from flows.account import Account, Tally
from flows.options import Options
from flows.reading.engines import DEFAULT, ENGINES
from flows.runs.steps import Batch, begin, read_batch
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
    encoding = ["--encoding", options.encoding] if options.encoding else []
    command = ["code-articles", "quarantine", "replay", "--all", "--output", str(output.absolute())]
    again = shlex.join([*command, *encoding])
    with begin(output, again, options, workers=1) as run:
        items = run.store.quarantined(ids)
        return run.finish(run.read(items, _read), sorted({item.source for item in items}))


def _read(store: Store, batches: Sequence[Batch]) -> Tally:
    with ENGINES[DEFAULT](1) as engine:
        return sum((read_batch(store, engine, batch) for batch in batches), Tally())
