r"""Words that come from elsewhere, as they may stand on a terminal, in a log or on a page.

What would steer who shows it is escaped: control characters, marks of direction, line and paragraph
separators, and halves of surrogate pairs.
"""

import re

#: Every character that is escaped.
STEERING = "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ud800-\udfff]"
_STEERING = re.compile(STEERING)
_IN_LINES = re.compile(f"(?![\t\n]){STEERING}")


def printable(words: str) -> str:
    r"""Return words, such as a path, that can be shown on a terminal and written as UTF-8; in one line.

    >>> printable("a\x1b[2J\nb\u202e")
    'a%1B[2J%0Ab%E2%80%AE'
    """
    return _STEERING.sub(_percent, words)


def printable_lines(words: str) -> str:
    r"""Return words of many lines that can be shown on a terminal; tabs and line ends are kept.

    >>> printable_lines("a\x1b[2J\nb")
    'a%1B[2J\nb'
    """
    return _IN_LINES.sub(_percent, words)


def printable_text(words: str) -> str:
    r"""Return a text that can be shown on a terminal and is as long, so that spans still count in it.

    >>> printable_text("a\x1b[2J\nb")
    'a\ufffd[2J\nb'
    """
    return _IN_LINES.sub("\N{REPLACEMENT CHARACTER}", words)


def printable_json(content: bytes) -> bytes:
    r"""Return JSON, or lines of it, that says the same and can be shown on a terminal.

    >>> printable_json(b'"a\xe2\x80\xae"')
    b'"a\\u202e"'
    """
    return _IN_LINES.sub(_unicode, content.decode(errors="surrogateescape")).encode()


def escaped(words: str) -> str:
    r"""Return words with every character as ``%XX``, byte by byte; bytes of a path that are no UTF-8 too.

    >>> escaped("\udcff.")
    '%FF%2E'
    """
    return "".join(f"%{byte:02X}" for sign in words for byte in _bytes(sign))


def _percent(found: re.Match[str]) -> str:
    return escaped(found.group())


def _bytes(sign: str) -> bytes:
    return sign.encode("utf-8", "surrogateescape" if "\udc80" <= sign <= "\udcff" else "surrogatepass")


def _unicode(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"
