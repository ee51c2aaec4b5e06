"""What this installation reads with: vocabularies, versions that decide whether to read again, schema."""

import hashlib
import json
from functools import cache
from typing import NamedTuple

from extractors import EXTRACTOR, SCHEMA_VERSION, record_schema
from extractors.layouts import LAYOUTS
from extractors.resources import shipped_vocabulary


class Versions(NamedTuple):
    """Everything besides a document's bytes and name that its record follows from.

    ``layouts`` is a digest over the names and revisions of all layouts: a new layout may claim a document
    that another one has read. ``rules`` is the digest of the vocabularies, not their edition.
    """

    extractor: str
    layouts: str
    rules: str
    schema: str


@cache
def current_versions() -> Versions:
    """Return the versions of this installation."""
    revisions = ",".join(sorted(f"{layout.name}:{layout.revision}" for layout in LAYOUTS))
    return Versions(
        extractor=EXTRACTOR,
        layouts=hashlib.sha256(revisions.encode()).hexdigest()[:16],
        rules=shipped_vocabulary().digest,
        schema=SCHEMA_VERSION,
    )


def schema_file() -> bytes:
    """Return the JSON Schema of a record as the bytes of its file."""
    return json.dumps(record_schema(), indent=2, ensure_ascii=False).encode() + b"\n"
