"""Documents in quarantine, as they lie on disk."""

from contextlib import closing
from pathlib import Path

from flows.errors import UsageError
from flows.store.history import open_manifest
from flows.store.paths import entry_path


def entry(output: Path, document: str) -> bytes:
    """Return the quarantine entry of a document as the bytes of its file.

    Raises:
        UsageError: the document is not in quarantine.
    """
    with closing(open_manifest(output)) as manifest:
        if document in {row.id for row in manifest.quarantined()}:
            return (output / entry_path(document)).read_bytes()
    message = f"{document} is not in quarantine; code-articles quarantine list shows what is"
    raise UsageError(message)
