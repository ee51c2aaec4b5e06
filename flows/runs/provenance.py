"""What differs from run to run and from machine to machine; it goes into accounts, never into records."""

import importlib.metadata
import os
import platform
import secrets
from datetime import datetime
from typing import Any

from extractors import EXTRACTOR
from extractors.resources import shipped_vocabulary
from flows.reading.versions import Versions

_PACKAGES = ("prefect", "spacy", "pydantic", "beautifulsoup4", "lxml", "sqlalchemy", "pebble")


def new_run(now: datetime) -> str:
    """Return an id for a run that starts now, in UTC; ids sort by time."""
    return f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def machine(workers: int) -> dict[str, Any]:
    """Describe the machine that a run takes place on."""
    return {
        "name": platform.node(),
        "system": platform.platform(),
        "processors": os.cpu_count(),
        "workers": workers,
    }


def versions(read_by: Versions) -> dict[str, str]:
    """Return the versions of this program and of what it stands on."""
    ours = {"extractor": EXTRACTOR, **read_by._asdict()}
    theirs = {name: importlib.metadata.version(name) for name in _PACKAGES}
    return {
        **ours,
        "rules_edition": shipped_vocabulary().edition,
        "python": platform.python_version(),
        **theirs,
    }
