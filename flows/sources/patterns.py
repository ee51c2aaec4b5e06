"""Patterns of paths, such as ``raw/**/*.html``: the folder they start from, and what they match below it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from flows.errors import UsageError
from flows.printable import printable

_WILD = re.compile(r"[*?\[]")
_ANY_FOLDERS = "**"
_PART = re.compile(r"\*+|\?|\[!?[^\]/]{1,99}\]|.", re.DOTALL)
_LONG_SET = re.compile(r"\[!?[^\]/\[]{100,}+\]")  # the signs of a set are bounded, as is the time to read it


class Glob(NamedTuple):
    """A pattern: the folder before its first wildcard, and whether a path below that folder fits the rest."""

    folder: Path
    matches: Callable[[str], bool]


def parse(path: Path) -> Glob | None:
    """Return the pattern that a path is; None for one that is there under this very name, or has no wildcard.

    ``*`` and ``?`` stand for characters of one name, ``**`` for any number of folders.

    >>> glob = parse(Path("raw/**/cpt-*.html"))
    >>> str(glob.folder), glob.matches("cpt-1.html"), glob.matches("a/b/cpt-1.html"), glob.matches("a/x.html")
    ('raw', True, True, False)

    Raises:
        UsageError: a set in brackets has more than 99 characters.
    """
    parts = path.parts
    first = next((number for number, part in enumerate(parts) if _WILD.search(part)), None)
    if first is None or path.exists():
        return None
    if _LONG_SET.search(str(path)):
        message = (
            f"{printable(str(path))} has more than 99 characters in one [...]; use ranges, such as [a-z]"
        )
        raise UsageError(message)
    expression = re.compile("".join(map(_translate, parts[first:-1])) + _name(parts[-1]), re.DOTALL)
    return Glob(Path(*parts[:first]), lambda below: expression.fullmatch(below) is not None)


def _translate(folder: str) -> str:
    return "(?:.+/)?" if folder == _ANY_FOLDERS else f"{_name(folder)}/"


def _name(name: str) -> str:
    return ".+" if name == _ANY_FOLDERS else "".join(map(_part, _PART.findall(name)))


def _part(part: str) -> str:
    if part[0] in "*?":
        return "[^/]*" if part[0] == "*" else "[^/]"
    if len(part) > 1:  # a set of characters
        inside = re.sub(r"([\\\[&~|])", r"\\\1", part[1:-1])
        return f"(?!/)[{'^' + inside[1:] if inside[0] == '!' else inside}]"
    return re.escape(part)
