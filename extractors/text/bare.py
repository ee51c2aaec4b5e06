"""Words without what prints nothing or only adorns them, and the way back to where they stand."""

import re
from typing import NamedTuple

from extractors.record.model import Span
from extractors.text.folding import fold_dashes

_ADORNING = re.compile(
    r"[\u00ad\u200b-\u200f\u2060\ufeff*_`]+"  # invisible characters, and the signs of emphasis
    r"|\\(?=[!-/:-@\[-`{-~])"  # of an escape in Markdown
    r"|\[(?=[^\[\]\n]{1,200}\]\([^()\n]{0,500}\))|\]\([^()\n]{0,500}\)"  # around the words of a link
    r"|<br\s?/?(?=>)"  # what parts lines in a cell, which leaves a sign
    r"|\[\^[^\[\]\s]{1,20}\]|\u202f[^\s:|]{1,3}(?![^\s:|,;.)])"  # marks of footnotes
)


class Bare(NamedTuple):
    """Words as they are read, with plain dashes and spaces; ``offsets`` are those of their characters.

    ``start`` and ``end`` are those of the words in the reading text, adorning characters included.
    """

    text: str
    start: int
    end: int
    offsets: tuple[int, ...] | None

    def span(self, start: int, end: int) -> Span:
        """Return where words, at least one character, stand in the reading text, with what adorns them."""
        if self.offsets is None:
            return self.start + start, self.start + end
        return self.start + self.offsets[start], self.start + self.offsets[end - 1] + 1


def bare(source: str, span: Span) -> Bare:
    r"""Return the words of a span without invisible characters, emphasis, escapes and the targets of links.

    >>> bare("see **99213**", (4, 13)).text, bare("see **99213**", (4, 13)).span(0, 5)
    ('99213', (6, 11))
    >>> bare("[99213](http://x)", (0, 17)).text, bare("99213\\-99215", (0, 12)).text
    ('99213', '99213-99215')
    """
    words = source[slice(*span)]
    kept: list[int] = []
    at = 0
    for found in _ADORNING.finditer(words):
        kept += range(at, found.start())
        at = found.end()
    if at == 0:
        return Bare(fold_dashes(words), *span, None)
    kept += range(at, len(words))
    text = "".join(words[index] for index in kept)
    return Bare(fold_dashes(text), *span, tuple(kept) or None)


def unadorned(words: str) -> str:
    r"""Return the value of a code: its words without white space and adorning characters.

    >>> unadorned("M54.\u200b 50"), unadorned("**m54.50**")
    ('M54.50', 'm54.50')
    """
    return "".join(_ADORNING.sub("", words).split())
