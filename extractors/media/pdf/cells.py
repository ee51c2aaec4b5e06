"""The words of a cell with ruled lines around it: its lines may break inside a code, or between two."""

import re
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from extractors.media.pdf.lines import Letter, strips, together

_SPACE = 0.2  # of the letter size, at least, between words
_LEVEL = 2.0  # points by which the lines of cells beside each other may stand apart
_STACK = 2  # codes, one above the other
_CODE = re.compile(
    r"[A-Z][0-9][0-9A-Z](?:\.[0-9A-Z]{1,4})?|[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4}|[0-9]{3}[0-9A-Z]{6}X"
)
_PART = re.compile(r"[0-9A-Z.]{1,9}")


class CellLine(NamedTuple):
    """A line of a cell: its words, its right edge and top, its letters' size, its first word's width."""

    words: str
    x1: float
    top: float
    size: float
    first: float


def cell_lines(letters: Sequence[Letter]) -> list[CellLine]:
    """Return the lines of a cell from top to bottom."""
    lines = []
    for _, group in groupby(strips(letters), key=lambda strip: strip.line):
        row = list(group)
        words = " ".join(strip.words for strip in row)
        lines.append(CellLine(words, row[-1].x1, row[0].top, row[0].size, row[0].first))
    return lines


def cell_words(lines: Sequence[CellLine], right: float) -> str:
    """Join the lines of a cell; a code that had no room on its line is joined without a space.

    Args:
        lines: of the cell.
        right: its right edge.
    """
    words = lines[0].words if lines else ""
    for above, below in pairwise(lines):
        pressed = words.endswith(".") or not _has_room(above, below, right)
        torn = pressed and _is_torn(words, below.words)
        words = words + below.words if torn else together(words, below.words)
    return words


def _is_torn(first: str, second: str) -> bool:
    """Whether two lines are one code: together they are, and the second alone is none."""
    parts = bool(_PART.fullmatch(first) and _PART.fullmatch(second))
    return parts and bool(_CODE.fullmatch(first + second)) and not _CODE.fullmatch(second)


def _has_room(above: CellLine, below: CellLine, right: float) -> bool:
    """Whether the first word of a line would have had room on the line above, which was ended on purpose."""
    return above.x1 + _SPACE * above.size + below.first < right - 1


def stacked(cells: Sequence[tuple[Sequence[CellLine], float]]) -> int:
    """Return how many rows stand in one, a code and its words on each of its lines; 1 for a common row.

    Args:
        cells: the lines of each cell, and its right edge.
    """
    filled = [(lines, right) for lines, right in cells if lines]
    codes = [lines for lines, _ in filled if all(_CODE.fullmatch(line.words) for line in lines)]
    if not codes or len(codes[0]) < _STACK:
        return 1
    for lines, right in filled:
        level = len(lines) == len(codes[0]) and all(
            abs(line.top - code.top) <= _LEVEL for line, code in zip(lines, codes[0], strict=True)
        )
        ended = lines in codes or all(_has_room(*pair, right) for pair in pairwise(lines))
        if not (level and ended):
            return 1
    return len(codes[0])
