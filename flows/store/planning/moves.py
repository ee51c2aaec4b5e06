"""Renamed documents: one has left its source, and a new one holds its bytes."""

import threading
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row


class Moves:
    """Records whose documents have left their source, each to be had by one new document. For many threads.

    Args:
        left: their rows among the current records.
    """

    def __init__(self, left: Iterable[Row[Any]] = ()) -> None:
        self._left: dict[str, list[str]] = defaultdict(list)
        for record in sorted(left, key=lambda record: str(record.id), reverse=True):
            self._left[record.sha256].append(record.id)
        self._taken: dict[str, str] = {}
        self._taking = threading.Lock()

    def origin(self, document: str, sha256: str) -> str | None:
        """Return the id that the record of a new document had, the same whenever asked; None if none had it.

        Args:
            document: the id of the document.
            sha256: of its raw bytes.
        """
        with self._taking:
            if document not in self._taken and self._left.get(sha256):
                self._taken[document] = self._left[sha256].pop()
            return self._taken.get(document)
