"""One batch of documents → records, in a process of its own. No Prefect, no state, nothing written.

Only ids and locators go in; what comes out says for each document what became of it. A document that cannot
be read, or that the core fails on, never touches its neighbours.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import cache
from typing import NamedTuple

from extractors import SourceError, Vocabulary, extract
from extractors.ledger.balance import Balance, balance
from extractors.readers.mentions import memory_zone
from extractors.resources import shipped_vocabulary
from flows.errors import described, frames
from flows.reading.packing import pack
from flows.sources.folder import SIZE_LIMIT
from flows.sources.locator import Locator

# What is longer still takes seconds to hash, and may be a sparse file without end.
_HASH_LIMIT = 10 * SIZE_LIMIT
_BATCH = 1000  # documents; about 2 s of work beside the 50 ms of processor time that a task of Prefect costs
_SMALL_BATCH = 250  # a process takes longer to start than it saves on fewer
_BATCH_BYTES = 32 * 2**20  # of raw documents; their records wait in memory until the batch is written


class Item(NamedTuple):
    """A document to be read.

    ``size`` is that of its bytes when it was listed. ``known`` is the SHA-256 of the bytes that its
    current record was made from, by these versions; None where it has to be read whatever its bytes are.
    ``encoding`` is that of bytes that do not declare it themselves; empty where nobody has named one.
    """

    id: str
    locator: Locator
    uri: str
    size: int
    media_type: str | None
    known: str | None
    source: str = ""
    encoding: str = ""


class Raw(NamedTuple):
    """Bytes as they were read. ``stamp`` is empty where they were so new that they may yet change unseen.

    ``sha256`` is empty for a document that was not read to its end.
    """

    sha256: str
    size: int
    stamp: str


class Read(NamedTuple):
    """A document that was read: its record and reading text as the bytes of their files.

    ``packed`` is both of them, as the manifest keeps them for later; made here, where processors are many.
    """

    id: str
    raw: Raw
    record: bytes
    text: bytes
    layout: str
    status: Mapping[str, str]
    codes: Balance
    packed: bytes


class Same(NamedTuple):
    """A document that holds the bytes that its current record was made from."""

    id: str
    raw: Raw


class Refused(NamedTuple):
    """A document for the quarantine. ``offset`` is where in the bytes reading stopped, if at one place."""

    id: str
    raw: Raw | None
    reason: str
    message: str
    offset: int | None


class Failed(NamedTuple):
    """A document that the program failed on.

    ``reason`` is ``bug``, ``worker_died`` or ``not_written``; for a bug, ``trace`` ends with where it is.
    Neither quotes the document.
    """

    id: str
    reason: str
    message: str
    trace: tuple[str, ...] = ()


Result = Read | Same | Refused | Failed
Hold = Callable[[], AbstractContextManager[None]]


def cut(items: Sequence[Item], workers: int) -> list[tuple[Item, ...]]:
    """Cut documents into batches, as many for each worker if that leaves them worth a process."""
    rounds = -(-len(items) // (_BATCH * workers))
    most = max(_SMALL_BATCH, -(-len(items) // max(1, rounds * workers)))
    batches: list[list[Item]] = []
    weight = 0
    for item in items:
        if not batches or len(batches[-1]) == most or weight + min(item.size, SIZE_LIMIT) > _BATCH_BYTES:
            batches.append([])
            weight = 0
        batches[-1].append(item)
        weight += min(item.size, SIZE_LIMIT)
    return [tuple(batch) for batch in batches]


def read_batch(items: Sequence[Item]) -> list[Result]:
    """Read documents one after the other, in this process.

    Returns:
        One result for each item, in the same order.
    """
    return list(read_each(items))


def read_each(items: Sequence[Item], limits: Hold = nullcontext) -> Iterator[Result]:
    """Read documents one after the other; yield each result as it is there.

    Args:
        items: the documents.
        limits: makes what holds a document to its limits while it is opened, and again while it is read.
    """
    with ExitStack() as stack:

        @cache
        def vocabulary() -> Vocabulary:
            # At first need: a batch of known bytes is done without spaCy.
            loaded = shipped_vocabulary()
            stack.enter_context(memory_zone(loaded))
            return loaded

        for item in items:
            yield _read(item, vocabulary, limits)


def raw_of(locator: Locator) -> Raw | None:
    """Return what the bytes of a document are; None where they cannot be read."""
    try:
        return _bytes(locator)[0]
    except OSError:
        return None


def too_large(size: int) -> SourceError:
    """Return the refusal of a document of this size."""
    limit = SIZE_LIMIT // 2**20
    message = f"{size / 2**20:.1f} MB, where an article has {limit} MB at most; take it out, or split it"
    return SourceError("too_large", message)


def _read(item: Item, vocabulary: Callable[[], Vocabulary], limits: Hold) -> Result:
    try:
        with limits():
            raw, content = _bytes(item.locator)
    except OSError as error:
        message = f"the file cannot be read ({error.strerror}); make it readable and ingest again"
        return Refused(item.id, None, "unreadable", message, None)
    if raw.sha256 == item.known and item.known is not None:
        return Same(item.id, raw)
    loaded = vocabulary()  # outside of the limits: the first document must not pay for it
    try:
        with limits():
            return _extract(item, raw, content, loaded)
    except SourceError as error:
        return Refused(item.id, raw, error.reason, error.message, error.offset)
    except RecursionError:
        message = "reading it recursed without end; report the document, and take it out meanwhile"
        return Refused(item.id, raw, "crashed", message, None)
    except Exception as error:  # a bug that one document shows: the others are still read, and the run fails
        return Failed(item.id, "bug", described(error), frames(error))


def _extract(item: Item, raw: Raw, content: bytes, vocabulary: Vocabulary) -> Read:
    if raw.size > SIZE_LIMIT:
        raise too_large(raw.size)
    record, reading = extract(
        content,
        document=item.id,
        uri=item.uri,
        vocabulary=vocabulary,
        media_type=item.media_type,
        encoding=item.encoding or None,
    )
    made, text = record.to_json(), reading.text.encode()
    return Read(
        item.id,
        raw,
        made,
        text,
        record.source.layout,
        dict(record.status),
        balance(record),
        pack(made, text),
    )


def _bytes(locator: Locator) -> tuple[Raw, bytes]:
    """Read a document.

    Returns:
        What was read; of a document over the size limit the bytes are left out.
    """
    with locator.open() as opened:
        if opened.size > SIZE_LIMIT:
            hashed = opened.size <= _HASH_LIMIT
            digest = hashlib.file_digest(opened.file, "sha256").hexdigest() if hashed else ""
            return Raw(digest, opened.size, opened.stamp), b""
        content = opened.file.read(SIZE_LIMIT + 1)  # one more, to see a file that grows
        return Raw(hashlib.sha256(content).hexdigest(), len(content), opened.stamp), content
