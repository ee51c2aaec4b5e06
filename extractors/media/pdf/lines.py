"""Letters on a page → strips of words, in reading order.

A printed page knows letters and places. Letters of one line make strips, parted at gaps as wide as those
between the columns of a table or of a page. All measures are points, counted from the top left corner.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby
from statistics import fmean, mode
from typing import NamedTuple

from extractors.media.notes import MARK_SPACE, parted

_WORD_GAP = 0.2  # of the letter size; the space of common fonts is 0.25 wide and up
_COLUMN_GAP = 1.5  # of the letter size; the spaces of a justified line stay below
_SAME_LINE = 0.5  # of the letter size, between the middles of letters; raised letters included
_OVERPRINT = 0.1  # of the letter size; letters printed twice so close together look bold
_PROSE = 0.6  # of the width of a column that its strips fill on average, if it holds prose
_FEWEST = 5  # strips on either side of what is taken for the gap between two columns of a page
_SMALLER = 0.8  # of the letter size; raised letters have two thirds
_HIGHER = 0.15  # of the letter size, by which the feet of raised letters stand higher
_INITIAL = 2.0  # times the letter size of the words behind it
_MARKER = re.compile(r"\W|[\ue000-\uf8ff]|o|\(?(?:\d{1,2}|[A-Za-z])[.)]")
_UNKNOWN = re.compile(r"\(cid:\d+\)|[\ud800-\udfff]")
_FORMS = re.compile(
    r"\b(?:hyper|hypo|osteo|arthro|cardio|cerebro|chole|cysto|dermato|endo|electro|fibro|gastro|haemo|hemo|"
    r"hepato|hydro|hystero|laparo|lympho|mammo|myelo|myo|naso|nephro|neuro|oro|patho|photo|physio|pneumo|poly|"
    r"procto|pulmo|radio|rhino|sigmoido|spondylo|tachy|brady|thoraco|thrombo|tympano|uretero|urethro|uro|vaso)-$",
    re.IGNORECASE,
)
_LONGEST_FORM = 12
_LIGATURES = re.compile(r"[\ufb00-\ufb06]")


class Letter(NamedTuple):
    """A letter, or what one sign stands for, and where it is printed."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool


class Strip(NamedTuple):
    """Words on one line without a wide gap.

    Attributes:
        words: with single spaces between.
        x0, x1, top, bottom: where they stand.
        size: of most letters, in half points.
        bold: whether all letters are.
        first: the width of the first word.
        line: strips of one line of the page share this number.
    """

    words: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool
    first: float
    line: int


class Grid(NamedTuple):
    """A table; a row with one cell crosses all columns.

    Attributes:
        rows: from top to bottom, blank ones left out.
        x0, x1, top, bottom: where it stands.
        edges: the left edge of each column; empty where no ruled line shows it.
    """

    rows: tuple["GridRow", ...]
    x0: float
    x1: float
    top: float
    bottom: float
    edges: tuple[float, ...] = ()


class GridRow(NamedTuple):
    """The words of each column's cell, empty ones included, and whether all of them are bold.

    Attributes:
        above: the columns whose cell is that of the row above, and has no words here.
        wide: whether a cell crosses some of the columns.
    """

    cells: tuple[str, ...]
    bold: bool
    above: frozenset[int] = frozenset()
    wide: bool = False


class Rule(NamedTuple):
    """A level ruled line."""

    x0: float
    x1: float
    y: float


StripRow = tuple[Strip, ...]


class PageLayout(NamedTuple):
    """A page.

    Attributes:
        number: from 1.
        width, height: in points.
        items: rows of strips and tables, in reading order.
        gutter: where the gap between its two columns lies; None for one column.
        rules: its level ruled lines.
        sideways: words that do not run from left to right.
    """

    number: int
    width: float
    height: float
    items: tuple[StripRow | Grid, ...]
    gutter: float | None
    rules: tuple[Rule, ...] = ()
    sideways: str = ""


def strips(letters: Sequence[Letter]) -> list[Strip]:
    """Make strips of the letters of a page or cell, from top to bottom and left to right."""
    return [
        _strip(run, number)
        for number, line in enumerate(_lines(letters))
        for run in _runs(sorted(line, key=lambda letter: letter.x0))
    ]


def together(first: str, second: str) -> str:
    """Join the ends of two lines of one paragraph.

    A hyphen stays, as nobody can tell what it is, but behind a form that is only ever the first part of a
    word that needs none.

    >>> together("knee", "joint"), together("follow-", "up"), together("pre-", "and postoperative")
    ('knee joint', 'follow-up', 'pre- and postoperative')
    >>> together("has hyper-", "tension")
    'has hypertension'
    """
    if first.endswith("\u00ad"):
        return first[:-1] + second
    wrapped = first[-2:-1].isalpha() and first.endswith(("-", "\u2010")) and second[:1].islower()
    if wrapped and not re.match(r"(?:and|or|to|und|oder)\b", second):
        return (first[:-1] if _FORMS.search(first[-_LONGEST_FORM:]) else first) + second
    return f"{first} {second}".strip()


def in_order(
    found: Sequence[Strip], grids: Sequence[Grid], gutter: float | None
) -> tuple[StripRow | Grid, ...]:
    """Put strips and tables in reading order; in two columns, the left one of a stretch comes first."""
    items: list[StripRow | Grid] = [*_rows(found, gutter), *grids]
    items.sort(key=_top)
    if gutter is None:
        return tuple(items)
    ordered: list[StripRow | Grid] = []
    sides: tuple[list[StripRow | Grid], list[StripRow | Grid]] = ([], [])
    for item in items:
        x0, x1 = extent(item)
        if x0 < gutter < x1:
            ordered += [*sides[0], *sides[1], item]
            sides = ([], [])
        else:
            sides[x0 >= gutter].append(item)
    return (*ordered, *sides[0], *sides[1])


def extent(item: StripRow | Grid) -> tuple[float, float]:
    """Return the left and right edge of a row or table."""
    return (item.x0, item.x1) if isinstance(item, Grid) else (item[0].x0, item[-1].x1)


def _top(item: StripRow | Grid) -> float:
    return item.top if isinstance(item, Grid) else min(strip.top for strip in item)


def _middle(letter: Letter) -> float:
    return (letter.top + letter.bottom) / 2


def _lines(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    line: list[Letter] = []
    for letter in sorted(letters, key=_middle):
        size = max(letter.size, line[0].size) if line else 0
        if line and _middle(letter) - _middle(line[0]) > _SAME_LINE * size:
            yield line
            line = []
        line.append(letter)
    if line:
        yield line


def _runs(line: Sequence[Letter]) -> Iterator[list[Letter]]:
    """Part a line at wide gaps, but not behind a bullet; spaces are put where they are seen."""
    run: list[Letter] = []
    space = False
    for at, letter in enumerate(line):
        if not letter.text.strip():
            space = True
            continue
        before = run[-1] if run else None
        gap = letter.x0 - before.x1 if before else 0.0
        if before and letter.text == before.text and letter.x0 - before.x0 < _OVERPRINT * letter.size:
            run[-1] = before._replace(bold=True)
            continue
        if before and gap > _COLUMN_GAP * letter.size and not _MARKER.fullmatch(_text(run)):
            yield run
            run = []
        elif before and (space or gap > _WORD_GAP * letter.size):
            run.append(before._replace(text=" ", x0=before.x1, x1=letter.x0))
        elif before and _marks(before, letter, line[at + 1 : at + 2]):
            run.append(before._replace(text=MARK_SPACE, x0=before.x1, x1=letter.x0))
        run.append(letter)
        space = False
    if run:
        yield run


def _marks(before: Letter, letter: Letter, after: Sequence[Letter]) -> bool:
    """Whether the mark of a footnote begins or ends between two letters."""
    if _raised(before, letter):
        return parted(before.text, letter.text + "".join(following.text for following in after))
    return _raised(letter, before) and letter.text.isalnum()


def _raised(base: Letter, letter: Letter) -> bool:
    """Whether a letter is smaller than another and stands higher; behind a large initial all letters do."""
    smaller = base.size / _INITIAL < letter.size < _SMALLER * base.size
    return smaller and base.bottom - letter.bottom > _HIGHER * base.size


def _text(run: Sequence[Letter]) -> str:
    return "".join(letter.text for letter in run)


def _strip(run: Sequence[Letter], number: int) -> Strip:
    seen = [letter for letter in run if not letter.text.isspace()]
    words = _readable(_text(run))
    head = next((at for at, letter in enumerate(run) if letter.text == " "), len(run))
    return Strip(
        words,
        run[0].x0,
        max(letter.x1 for letter in run),
        min(letter.top for letter in seen),
        max(letter.bottom for letter in seen),
        mode(round(letter.size * 2) / 2 for letter in seen),
        all(letter.bold for letter in seen),
        run[head - 1].x1 - run[0].x0,
        number,
    )


def _readable(words: str) -> str:
    """Part ligatures and leave control characters out; a sign without a letter is a bullet or U+FFFD."""
    words = _LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found.group()), words)
    words = _UNKNOWN.sub("\ufffd", words)
    words = re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", words)
    return re.sub(r"^[\ufffd\ue000-\uf8ff](?= )", "•", words)


def _rows(found: Sequence[Strip], gutter: float | None) -> Iterator[StripRow]:
    def place(strip: Strip) -> tuple[int, int]:
        return strip.line, 0 if gutter is None or strip.x0 < gutter else 1

    for _, row in groupby(sorted(found, key=lambda strip: (*place(strip), strip.x0)), key=place):
        yield tuple(row)


def find_gutter(found: Sequence[Strip], width: float) -> float | None:
    """Return where the gap between two columns of prose lies, if the page has two."""
    for edge in sorted({strip.x0 for strip in found if 0.35 * width < strip.x0 < 0.65 * width}):
        gutter = edge - 1
        left = [strip for strip in found if strip.x1 < gutter]
        right = [strip for strip in found if strip.x0 > gutter]
        crossing = len(found) - len(left) - len(right)
        if min(len(left), len(right)) < _FEWEST or crossing > len(found) / 3:
            continue
        if _fills(left) and _fills(right) and min(strip.x0 for strip in right) == edge:
            return gutter
    return None


def _fills(column: Sequence[Strip]) -> bool:
    """Whether strips fill their column as prose does, one strip a line."""
    x0, x1 = min(strip.x0 for strip in column), max(strip.x1 for strip in column)
    return fmean(strip.x1 - strip.x0 for strip in column) > _PROSE * (x1 - x0)
