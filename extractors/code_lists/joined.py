"""Lines that go on with the entry above, or name the one below: what belongs together over several lines."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extractors.code_lists.lines import Entry, described
from extractors.code_lists.rows import Other
from extractors.record.readings import Reading
from extractors.structure.listing import listing, no_code
from extractors.text.folding import fold
from extractors.text.reading_text import Line, Mark

_USAGE = re.compile(
    r"(?:use[ds]?|using|append(?:ed)?|appl(?:y|ied|ies)|report(?:ed)?|when|add(?:ed)?|for use|indicates?|"
    r"submit)\b",
    re.IGNORECASE,
)

_LABEL = re.compile(
    r"(?:(?:short |long )?descri(?:ption|ptor)|name|meaning|definition|title)\s?:\s{0,4}", re.IGNORECASE
)

Found = Entry | Other | Reading


def joined(found: Sequence[Found], source: str) -> list[Found]:
    """The entries, with the lines that go on with them or name them, and everything else in its place."""
    above = _named_above(found, source)
    whole: list[Found] = []
    paired = alone = False  # whether words stood below a code before, and whether a code had none
    for one in found:
        last = whole[-1] if whole else None
        if isinstance(one, Entry) and isinstance(last, Other) and last.line and above and one.bare:
            words = described(last.cell, source)
            whole[-1] = replace(one, words=words, span=(last.cell[0], one.span[1]), bare=False)
        elif isinstance(one, Other) and one.line and isinstance(last, Entry) and not above:
            on = _goes_on(last, one.line, source, joins=paired or not alone)
            paired = paired or (on is not None and last.bare)
            whole[-1:] = [on] if on else [last, one]
        else:
            alone = alone or (isinstance(last, Entry) and last.bare and isinstance(one, Entry))
            whole.append(one)
    return whole


def _named_above(found: Sequence[Found], source: str) -> bool:
    """Whether each code stands alone on its line with its name right above, and none right below the last.

    A sentence right below the last is no name.
    """
    parts = [one for one in found if isinstance(one, Entry | Other)]
    codes = [index for index, one in enumerate(parts) if isinstance(one, Entry)]
    if not codes or codes[0] == 0 or any(below - above != 2 for above, below in pairwise(codes)):
        return False
    pairs = [(parts[index - 1], parts[index]) for index in codes]
    below = parts[codes[-1] + 1 : codes[-1] + 2]
    return all(_names(name, code, source) for name, code in pairs) and not any(
        source.count("\n", parts[codes[-1]].span[1], one.span[0]) == 1 and source[one.span[1] - 1] != "."
        for one in below
    )


def _names(name: Entry | Other, code: Entry | Other, source: str) -> bool:
    """Whether a line may be the name of the code that stands alone right below it."""
    alone = isinstance(code, Entry) and code.bare and isinstance(name, Other)
    close = source.count("\n", name.span[1], code.span[0]) == 1
    words = source[slice(*name.span)]
    return alone and close and not words.endswith((".", ":")) and listing(words) is None


def _goes_on(last: Entry, line: Line, source: str, *, joins: bool) -> Entry | None:
    """The entry above with the words of a line that holds none of its own; None where they do not belong."""
    words = line.words
    if line.bulleted or line.mark not in (Mark.TEXT, Mark.ROW):
        return None
    if last.bare:
        if not joins or words.startswith("*") or fold(words[:4]) == "note" or no_code(words):
            return None
        label = _LABEL.match(line.text, line.body - line.start)
        text = described((line.start + label.end() if label else line.body, line.end), source)
        return replace(last, words=text, span=(last.span[0], line.end), bare=False) if text else None
    if not last.words or last.words[1] != last.span[1] or source.count("\n", last.span[1], line.start) > 1:
        return None
    above = source[max(last.words[0], last.words[1] - 300) : last.words[1]]
    used = last.codes[0].kind == "modifiers" and _USAGE.match(words)
    if used or words[:1].islower() or above.endswith((",", "-", "/")) or above.count("(") > above.count(")"):
        return replace(last, words=(last.words[0], line.end), span=(last.span[0], line.end))
    return None
