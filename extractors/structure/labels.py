"""Label lines such as ``Service type: …``: one a line, bulleted, run together, or with the value below."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

from extractors.record.model import Repair, Span
from extractors.record.readings import Reading
from extractors.structure.document import Document, Section
from extractors.text.folding import fold
from extractors.text.reading_text import Line, trim

_SIGNS = r"[*_`#\s]*+"
_BEFORE = r"(?:\s*+[*_`#]){0,50}+\s*+"  # signs before a label; more of them are a rule
_PARTING = "*_`|•·"  # signs, beside white space and dashes apart, that part a value from the next pair
_DASHES = "-–—"


class Labelled(NamedTuple):
    """A label and its value; the value's span is empty where nothing follows the label.

    ``span`` is that of the whole, ``cut`` tells that the value runs to the document's end without a
    closing mark.
    """

    field: str
    value: Span
    span: Span


def labelled(
    section: Section, document: Document, labels: Mapping[str, str]
) -> tuple[list[Labelled], list[Reading]]:
    """Find label/value pairs in a section.

    Args:
        section: where to look.
        document: what it is a part of.
        labels: field by folded label.

    Returns:
        The pairs in text order, and the repairs that reading them took.
    """
    pairs: list[Labelled] = []
    notes: list[Reading] = []
    for index, line in enumerate(section.lines):
        found = list(_pairs(line, labels, document.source))
        above = section.lines[index - 1] if index else None
        if above and len(above.text) == 1 and above.lone_bullet:
            notes.append(_detached(above, line))
        if len(found) > 1 and not line.cells:
            notes.append(
                Repair(
                    kind="label.run_together", span=line.span, detail=f"{len(found)} labels stand in one line"
                )
            )
        for pair in found:
            empty = pair.value[0] == pair.value[1]
            below = _below(section.lines, index, labels, document.source) if empty else None
            if below and ":" in line.text:
                notes.append(
                    Repair(
                        kind="label.value_below", span=below.span, detail="the value stands below its label"
                    )
                )
            if below:
                start, end = _unsigned(below.words, below.body)
                pairs.append(Labelled(pair.field, (start, end), (pair.span[0], end)))
            else:
                pairs.append(pair)
    return pairs, notes


def first_label(section: Section, document: Document, labels: Mapping[str, str]) -> int:
    """Return the index of the first line with a label or of its lone bullet; else the number of lines."""
    for index, line in enumerate(section.lines):
        found = any(True for _ in _pairs(line, labels, document.source))
        if found and not _inside_prose(line, labels, document.source):
            return index - 1 if index and section.lines[index - 1].lone_bullet else index
    return len(section.lines)


def _inside_prose(line: Line, labels: Mapping[str, str], source: str) -> bool:
    return next(_pairs(line, labels, source)).span[0] > line.body + 4


def _pairs(line: Line, labels: Mapping[str, str], source: str) -> Iterator[Labelled]:
    if len(line.cells) == 2:
        name, value = line.cells
        field = labels.get(fold(source[slice(*name)]).rstrip(":"))
        if field:
            yield Labelled(field, value, line.span)
        return
    if ":" not in line.text:
        field = labels.get(fold(line.words)) if len(line.text) < 60 else None
        if field and line.text[0].isupper():
            yield Labelled(field, (line.end, line.end), line.span)
        return
    every = _pattern(tuple(labels)).finditer(line.text, line.body - line.start)
    found: list[re.Match[str]] = []
    for label in every:
        # Behind a mere space a label stands only where another one opened the line's pairs.
        if found or not line.text[max(0, label.start() - 2) : label.start()].strip().isalpha():
            found.append(label)
    for this, following in zip_longest(found, found[1:]):
        end = following.start() if following else len(line.text)
        start, stop = _unsigned(line.text[this.end() : end], line.start + this.end())
        yield Labelled(
            labels[fold(this["label"])],
            (start, stop),
            (line.start + this.start(), stop),
        )


@lru_cache(maxsize=16)
def _pattern(labels: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(re.escape(label).replace(r"\ ", r"\s+") for label in labels)
    return re.compile(
        rf"(?:^|(?<=[.;)\]])|(?<=[-–—•·*_|]\s)|(?<=[a-z)](?=[A-Z]))|(?<=[a-z)]\s(?=[A-Z]))){_BEFORE}(?P<label>{names})"
        rf"{_SIGNS}:{_SIGNS}",
        re.IGNORECASE,
    )


def _below(lines: Sequence[Line], index: int, labels: Mapping[str, str], source: str) -> Line | None:
    below = lines[index + 1] if index + 1 < len(lines) else None
    if below is None or below.lone_bullet or below.piped or next(_pairs(below, labels, source), None):
        return None
    return None if below.text.endswith(":") else below


def _unsigned(words: str, at: int) -> Span:
    """The span of a value without emphasis signs, and without what parts it from the next pair."""
    start, end = trim(words, 0, len(words))
    start += len(words[start:end]) - len(words[start:end].lstrip("*_`| "))
    return at + start, at + start + len(_without_parting(words[start:end]))


def _without_parting(words: str) -> str:
    """The words without the signs at their end; a dash is one only behind white space.

    >>> _without_parting("Surgery **  - "), _without_parting("X-")
    ('Surgery', 'X-')
    """
    end = len(words)
    while end:
        if words[end - 1].isspace() or words[end - 1] in _PARTING:
            end -= 1
        elif words[end - 1] in _DASHES and words[end - 2 : end - 1].isspace():
            end -= 2
        else:
            break
    return words[:end]


def _detached(bullet: Line, line: Line) -> Repair:
    return Repair(
        kind="bullet.detached",
        span=(bullet.start, line.end),
        detail="a lone bullet belongs to the line below it",
    )
