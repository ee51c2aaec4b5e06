"""A text as codes are looked for in it, and the way back: nothing invisible, dashes and blanks evened out.

A code that is broken by a zero-width space or a soft hyphen, or escaped for Markdown, is the same code. What
`extractors.text.bare` leaves out besides, targets of links and signs of emphasis, stays: codes stand there
too, and none may be lost.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.record.model import Span
from extractors.text.folding import fold_dashes

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200d\u2060\ufeff]|\\(?=[-*_.+()\[\]|])")
_FOLDED = re.compile(r"[\u00a0\u2010-\u2015\u2019\u2212]")


@dataclass(frozen=True, slots=True)
class Plain:
    """Words to look in.

    Attributes:
        words: the text without invisible characters and escapes.
        at: where in the text each character of the words stands, and the end of the last; None where no
            character was left out.
    """

    words: str
    at: Sequence[int] | None = None

    def span(self, start: int, end: int) -> Span:
        """Return the span in the text of a stretch of the words."""
        return (start, end) if self.at is None else (self.at[start], self.at[end - 1] + 1)

    def to(self, offset: int) -> int:
        """Return where in the words an offset of the text is; of what is left out, what follows it."""
        if self.at is None:
            return offset
        return bisect_left(self.at, offset)


def plain(text: str) -> Plain:
    r"""Return a text as codes are looked for in it.

    >>> found = plain("E06\u200b01, 99213\\-99215")
    >>> found.words, found.span(0, 5)
    ('E0601, 99213-99215', (0, 6))
    """
    if not (_INVISIBLE.search(text) or _FOLDED.search(text)):
        return Plain(text)
    gone = {found.start() for found in _INVISIBLE.finditer(text)}
    if not gone:
        return Plain(fold_dashes(text))
    at = [offset for offset in range(len(text)) if offset not in gone]
    return Plain(fold_dashes("".join(text[offset] for offset in at)), [*at, len(text)])
