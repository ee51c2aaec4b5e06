"""The one content coding that is asked for, gzip, is undone: never into more than may be kept."""

import zlib

from flows.errors import NotFetched

_GZIP = zlib.MAX_WBITS | 16
_MEMBERS = 1_000  # an empty one takes 20 bytes, and each has the rest copied


def decoded(content: bytes, coding: str, size: int, *, cut: bool) -> bytes:
    """Undo a coding: a few bytes can stand for gigabytes.

    Args:
        content: the body of an answer.
        coding: its Content-Encoding.
        size: bytes that may be kept.
        cut: whether its first bytes are enough.

    Raises:
        NotFetched: it is too long, damaged, cut short, or coded otherwise.
    """
    coding = coding.strip().lower()
    if coding in {"", "identity"}:
        return content if not cut else content[:size]
    if coding not in {"gzip", "x-gzip"}:
        message = "its Content-Encoding is another than gzip, which alone was asked for"
        raise NotFetched(message)
    try:
        found, whole = _unzipped(content, size)
    except zlib.error as error:
        message = f"it is no gzip ({error})"
        raise NotFetched(message) from error
    if cut:
        return found[:size]
    if len(found) > size:
        raise too_long(size)
    if not whole:
        message = "it is incomplete: its gzip ends too early"
        raise NotFetched(message)
    return found


def too_long(size: int) -> NotFetched:
    """Return what is told of a page that is longer than may be kept."""
    return NotFetched(f"it is longer than {size / 2**20:.3g} MB")


def _unzipped(content: bytes, size: int) -> tuple[bytes, bool]:
    """Return what one member or several hold, up to a byte more than may be kept, and whether all ended."""
    found = bytearray()
    for _ in range(_MEMBERS):
        if not content:
            return bytes(found), True
        decoder = zlib.decompressobj(_GZIP)
        found += decoder.decompress(content, size + 1 - len(found))
        content = decoder.unused_data.lstrip(b"\0")  # zeros may follow, as padding
        if len(found) > size or not decoder.eof:
            break
    return bytes(found), False
