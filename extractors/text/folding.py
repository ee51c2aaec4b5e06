"""Words in the form in which they are compared."""

import re
from html import unescape

_FOLD = str.maketrans(
    {**dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"), "\u00a0": " ", "\u2019": "'"}
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
_HEADING_SIGNS = "#*_ \t\u00a0"


def fold(words: str) -> str:
    """Return words in the form that vocabularies compare: case, dashes and white space evened out.

    >>> fold("Summary \u2011 Overview ")
    'summary - overview'
    """
    if not words.isascii():
        words = _INVISIBLE.sub("", words).translate(_FOLD)
    return " ".join(words.casefold().split())


def fold_dashes(words: str) -> str:
    """Return words of the same length with plain hyphens, spaces and apostrophes.

    >>> fold_dashes("image\u2011guided")
    'image-guided'
    """
    return words.translate(_FOLD)


def heading_key(words: str) -> str:
    """Return a line as headings are compared: without Markdown signs, closing colon, case and dash form.

    >>> heading_key("## **Clinical Context:**")
    'clinical context'
    """
    return fold(unescape(words.lstrip(_HEADING_SIGNS).rstrip(_HEADING_SIGNS + ":")))
