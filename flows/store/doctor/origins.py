"""Which source each document came from, as the accounts of runs tell."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from flows.printable import printable
from flows.sources import patterns
from flows.sources.ids import to_id


def origins(output: Path) -> Mapping[str, str]:
    """Return by the first part of a document's URI the folder that it came from.

    Only what is certain: where two folders of one name were read, neither can be told from the other.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for account in (output / "runs").glob("*.json"):
        for given in _sources(account):
            for name, folder in _folder(given):
                found[name].add(folder)
    return {name: folders.pop() for name, folders in found.items() if len(folders) == 1}


def _sources(account: Path) -> list[Path]:
    with suppress(OSError, ValueError, LookupError, TypeError):
        return [Path(source) for source in json.loads(account.read_bytes())["sources"]]
    return []


def _folder(given: Path) -> Iterator[tuple[str, str]]:
    pattern = patterns.parse(given)
    raw = pattern.folder if pattern else given
    if raw.is_file():
        raw = raw.absolute().parent
    real = raw.resolve()
    name = raw.name if raw.name not in {"", ".."} else real.name
    if raw.suffix.lower() != ".toml":
        yield to_id(name), printable(str(real))
