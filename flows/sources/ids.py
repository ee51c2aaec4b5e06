r"""Document ids: the path below the raw folder, made safe as a path below the output folder, reversibly.

Nearly every path is its own id. Where a name cannot be used as it is, the characters in the way become
``%XX``, byte by byte: what would steer a terminal (see `flows.printable`), bytes that are no UTF-8, a name of
dots alone, and a ``%`` that ends a name or would read as such an escape. A name too long for its record
file is cut into folders, each cut marked by a ``%`` at the end of the piece.
"""

import os
import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

from flows.printable import STEERING, escaped

_NAME_BYTES = 255  # the longest name that common file systems take
_SUFFIX_BYTES = len(".json")  # what a file below the output folder adds to the name of its document
_ODD = re.compile(f"{STEERING}|/|%(?=[0-9A-Fa-f]{{2}}|$)")
_BEFORE_NAME = re.compile("/(?!/|$)")
_ESCAPE = re.compile("(?:%[0-9A-Fa-f]{2})+")
_ATOM = re.compile(f"{_ESCAPE.pattern}|.")
_CUT = "%/"


def to_id(path: str) -> str:
    r"""Return the id of a document.

    Args:
        path: its path below the raw folder, with ``/``.

    >>> to_id("anesthesia/01941.txt")
    'anesthesia/01941.txt'
    >>> to_id("50% off/line\nend.txt")
    '50% off/line%0Aend.txt'
    >>> to_id("../100%41")
    '%2E%2E/100%2541'
    >>> to_id("example.org/codes/")
    'example.org/codes%2F'
    """
    *folders, name = _BEFORE_NAME.split(path)
    return "/".join(
        [*(_cut(folder, _NAME_BYTES) for folder in folders), _cut(name, _NAME_BYTES - _SUFFIX_BYTES)]
    )


def from_id(document: str) -> str:
    r"""Return the path below the raw folder that an id stands for.

    >>> from_id("50% off/line%0Aend.txt")
    '50% off/line\nend.txt'
    """
    joined = _ESCAPE.sub(_unescape, document.replace(_CUT, ""))
    return os.fsdecode(os.fsencode(joined))


def apart(documents: Sequence[str], *, folds_case: bool) -> list[str]:
    """Change ids whose files would take each other's place in the output folder; keep all others.

    A folder beside a document of the same name less ``.json``, ``.raw`` or ``.txt`` gets its dot escaped.
    Where the output folder does not tell upper from lower case, ids that differ in nothing else get their
    upper case escaped.

    >>> apart(["x", "x.txt/y"], folds_case=False)
    ['x', 'x%2Etxt/y']
    >>> apart(["A.txt", "B.txt", "a.txt"], folds_case=True)
    ['%41.txt', 'B.txt', 'a.txt']
    """
    names = frozenset(documents)
    freed = [_free(document, names) for document in documents]
    if not folds_case:
        return freed
    alike = Counter(document.casefold() for document in freed)
    return [_lower(document) if alike[document.casefold()] > 1 else document for document in freed]


def _cut(name: str, limit: int) -> str:
    """Escape a name; cut it into pieces of at most ``limit`` bytes, escapes and characters kept whole."""
    safe = _ODD.sub(_escape, name)
    if safe in {".", ".."}:
        safe = safe.replace(".", "%2E")
    if len(safe.encode()) <= limit:
        return safe
    pieces, room = [""], limit - 1
    for atom in re.findall("%[0-9A-F]{2}|.", safe):
        if len((pieces[-1] + atom).encode()) > room:
            pieces.append("")
        pieces[-1] += atom
    return _CUT.join(pieces)


def _lower(document: str) -> str:
    atoms = _ATOM.findall(document)
    return "".join(atom if atom == atom.casefold() or len(atom) > 1 else escaped(atom) for atom in atoms)


def _free(document: str, names: frozenset[str]) -> str:
    """Escape the dots of folders that lie where a file of another document has to lie."""
    parts = document.split("/")
    for depth in range(1, len(parts)):
        stem, dot, suffix = "/".join(document.split("/")[:depth]).rpartition(".")
        if dot and suffix in {"json", "raw", "txt"} and stem in names:
            parts[depth - 1] = f"{parts[depth - 1][: -len(suffix) - 1]}%2E{suffix}"
    return "/".join(parts)


def _escape(found: re.Match[str]) -> str:
    return escaped(found.group())


def _unescape(found: re.Match[str]) -> str:
    return os.fsdecode(unquote_to_bytes(found.group()))
