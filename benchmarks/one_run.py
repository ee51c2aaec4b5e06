"""One ingest of a folder, through the Prefect flow or by the same steps without it; see `benchmarks.run`.

python -m benchmarks.one_run flow|plain RAW OUTPUT
"""

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from flows.reading.batch import Item, cut
from flows.reading.engines.processes import Processes
from flows.reading.isolation import read_apart
from flows.reading.versions import current_versions
from flows.runs import provenance
from flows.sources.folder import discover
from flows.store.output_folder import Store


def plain(raw: Path, output: Path) -> None:
    """Plan, read in processes, commit, publish: what the flow does, by threads of the standard library."""
    workers = os.cpu_count() or 1
    with Store(
        output, run=provenance.new_run(datetime.now(UTC)), versions=current_versions(), replay=""
    ) as store:
        listing = discover([raw], folds_case=store.folds_case)
        gone = store.gone(listing)
        batches = cut(store.plan(listing.documents, gone).items, workers)
        if batches:
            with Processes(min(workers, len(batches))) as engine, ThreadPoolExecutor(workers + 1) as threads:

                def read(batch: Sequence[Item]) -> None:
                    store.commit(batch, read_apart(engine, batch, store.aside))

                list(threads.map(read, batches))
        store.remove(gone)
        store.publish()


def main() -> None:
    """Run one of the two."""
    way, raw, output = sys.argv[1:]
    if way == "plain":
        plain(Path(raw), Path(output))
    else:
        from flows.orchestration.ingest import run  # noqa: PLC0415 (the other way must not load Prefect)

        run([raw], output)


if __name__ == "__main__":
    main()
