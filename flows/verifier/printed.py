"""How codes and words are looked for in a text."""

import re
from functools import cache

_UNSEEN = r"[\s\u00ad\u200b-\u200d\u2060\ufeff\\]*"  # what may lie inside a printed code


def letters(words: str | None) -> str:
    """Return the letters and digits of some words; none of None."""
    return re.sub(r"[\W_]+", "", words or "")


def unbroken(words: str) -> str:
    """Return a printed code without what lies inside of it."""
    return re.sub(_UNSEEN, "", words)


def find(code: str, text: str, start: int, end: int) -> re.Match[str] | None:
    """Find a code, as a whole: unbroken, else with white space and the like inside of it."""
    return next(filter(None, (_printed(code, gap).search(text, start, end) for gap in ("", _UNSEEN))), None)


def find_alike(code: str, text: str, start: int, end: int) -> re.Match[str] | None:
    """Find what has the form of a code: a digit for each digit, a capital for each letter."""
    form = re.sub("[A-Za-z]", "[A-Z]", re.sub("[0-9]", "[0-9]", re.escape(code)))
    return re.compile(rf"\b{form}\b").search(text, start, end)


@cache
def _printed(code: str, gap: str) -> re.Pattern[str]:
    """A code, to whose end words may be glued."""
    glued = r"(?!\d|[A-Z](?![a-z]|[A-Z]{1,5}[ ,-])|[a-z](?![a-z]))"
    return re.compile(rf"(?<![0-9A-Za-z]){gap.join(map(re.escape, code))}{glued}")
