"""Rows of printed words → headings, paragraphs, items, tables, running heads and feet.

Words are wrapped where the line is full: a line after which the next word would still have had room was
ended on purpose. That, the distance between lines, letter size and weight tell paragraphs apart; where
they leave it open, a finished sentence ends its line, which does no harm, as no value goes on behind it.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from extractors.media.blocks import Block, row
from extractors.media.pdf.borderless import tabulated
from extractors.media.pdf.lines import Grid, PageLayout, StripRow, extent, together
from extractors.text.reading_text import Mark, bullet_end

_MARGIN = 0.12  # of the height of a page, where running heads and feet stand
_LARGER = 1.08  # times the size of the body: what is larger is a heading
_WIDER = 1.2  # times the usual distance of lines: what is farther is a paragraph of its own
_EDGE = 2.5  # points by which left edges may differ
_SPACE = 0.2  # of the letter size, at least, between words
_RAGGED = 40.0  # points by which lines of a column end before its edge
_LONGEST_HEADING = 200  # characters; more words in large letters are a paragraph
_RUNNING = 3  # pages on which a line stands at the same place
_NUMBER = r"\W*(?:(?:page|p\.|pg\.?)\s*\d+|{}|\d+\s*(?:of|/)\s*\d+)(?:\s*(?:of|/)\s*\d+)?\W*"  # of a page
_LABEL = re.compile(r"[A-Z][\w&/() -]{2,50}:(?=\s|$)")
_CLOSED = re.compile(r"[.!?:][\"'”’)\]]*$")
_PAGED = re.compile(r"\bpage\s+\d+(?:\s*(?:of|/)\s*\d+)?\b|\b\d+\s*(?:of|/)\s*\d+\b", re.IGNORECASE)
# A code, and what it is: one entry of a list.
_ENTRY = re.compile(r"(?<!\S)(?=[^\s\d]*+\d)\S*+(?:(?<=:)(?=\s|$)|\s[-–—]\s)")
_BROKEN_WORD = re.compile(r"[a-z](?:-|\u2010)$")
_FEWEST = 12  # times the letter size: a shorter line is too short to be full


class _Printed(NamedTuple):
    """A row as one run of words; ``column`` names the column of text in which it stands.

    ``whole`` says that it has no wide gap, as a line of prose has none.
    """

    words: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool
    first: float
    page: int
    column: tuple[int, int]
    whole: bool


@dataclass(slots=True)
class _Paragraph:
    """A paragraph while its lines are joined."""

    lines: list[_Printed]
    words: str
    turns: list[tuple[int, int]] = field(default_factory=list)

    def add(self, line: _Printed) -> None:
        """Join a line, and note where its page begins."""
        joined = together(self.words, line.words)
        if line.page != self.lines[-1].page:
            self.turns.append((len(joined) - len(line.words), line.page))
        self.words = joined
        self.lines.append(line)


class _Habits(NamedTuple):
    """What the document does everywhere.

    Attributes:
        leading: distance of the lines of a paragraph, as a multiple of the letter size.
        spaced: whether paragraphs stand farther apart than their lines.
        sizes: of headings, the largest first; all are larger than the letters of the body.
        edges: the right edge of each column of text.
    """

    leading: float
    spaced: bool
    sizes: tuple[float, ...]
    edges: dict[tuple[int, int], float]

    def fits(self, above: _Printed, below: _Printed) -> bool:
        """Whether the first word of a line would have had room on the line above it."""
        short = above.x1 - above.x0 < _FEWEST * above.size
        return short or above.x1 + _SPACE * above.size + below.first < self.edges[above.column] - 1

    def near(self, above: _Printed, below: _Printed) -> bool:
        """Whether two lines are as close as those of a paragraph."""
        return 0 < below.bottom - above.bottom < _WIDER * self.leading * above.size


def paragraphs(sheets: Sequence[PageLayout]) -> tuple[list[Block], list[Block]]:
    """Return the blocks of the body in reading order, and the running heads and feet."""
    repeated = _running(sheets)
    running: list[Block] = []
    items: list[_Printed | tuple[Grid, int]] = []
    for sheet in sheets:
        kept: list[StripRow | Grid] = []
        for item in sheet.items:
            if isinstance(item, Grid) or not (_place(item, sheet) in repeated or _numbers_page(item, sheet)):
                kept.append(item)
            else:
                running.append(Block(_words(item)))
        running += [Block(sheet.sideways)] if sheet.sideways else []
        items += _printed(list(tabulated(kept, sheet.rules)), sheet)
    blocks = _blocks(items, running)
    return blocks, running


def _words(row: StripRow) -> str:
    return " ".join(strip.words for strip in row)


def _place(row: StripRow, sheet: PageLayout) -> tuple[int, str]:
    """Where a row stands on its page, and its words without the page number; (0, "") for the body.

    Other numbers count: codes that stand alone on their lines would be equal without.
    """
    middle = (row[0].top + row[0].bottom) / 2
    if _MARGIN * sheet.height < middle < (1 - _MARGIN) * sheet.height:
        return 0, ""
    words = re.sub(rf"\b{sheet.number}\b", "#", _PAGED.sub("#", _words(row)))
    return 1 + round(middle / 4), words


def _numbers_page(row: StripRow, sheet: PageLayout) -> bool:
    """Whether a row in the margin is the number of its page, or holds it at one end, apart from the rest."""
    if not _place(row, sheet)[0] or not (len(row) == 1 or row in (sheet.items[0], sheet.items[-1])):
        return False
    number = re.compile(_NUMBER.format(sheet.number), re.IGNORECASE)
    return any(number.fullmatch(strip.words) for strip in (row[0], row[-1]))


def _running(sheets: Sequence[PageLayout]) -> frozenset[tuple[int, str]]:
    """The places and words of running heads and feet."""
    places = Counter(
        place
        for sheet in sheets
        for place in {_place(item, sheet) for item in sheet.items if not isinstance(item, Grid)}
    )
    enough = min(_RUNNING, max(len(sheets), 2))
    return frozenset(place for place, count in places.items() if place[0] and count >= enough)


def _printed(items: Sequence[StripRow | Grid], sheet: PageLayout) -> Iterator[_Printed | tuple[Grid, int]]:
    """The rows of a page as runs of words."""
    for item in items:
        if isinstance(item, Grid):
            yield item, sheet.number
            continue
        x0, x1 = extent(item)
        side = 0 if sheet.gutter is None or x0 < sheet.gutter < x1 else 1 + (x0 > sheet.gutter)
        yield _Printed(
            _words(item),
            x0,
            x1,
            min(strip.top for strip in item),
            max(strip.bottom for strip in item),
            max(item, key=lambda strip: len(strip.words)).size,
            all(strip.bold for strip in item),
            item[0].first,
            sheet.number,
            (round(sheet.width), side),
            len(item) == 1,
        )


def _blocks(items: Sequence[_Printed | tuple[Grid, int]], running: list[Block]) -> list[Block]:
    lines = [item for item in items if isinstance(item, _Printed)]
    habits = _habits(lines)
    blocks: list[Block] = []
    paragraph: _Paragraph | None = None
    before: tuple[Grid, int] | None = None
    for item in items:
        if isinstance(item, _Printed):
            before = None
            if paragraph and _goes_on(paragraph, item, habits):
                paragraph.add(item)
                continue
        if paragraph:
            blocks.append(_block(paragraph, habits))
            paragraph = None
        if isinstance(item, _Printed):
            paragraph = _Paragraph([item], item.words, [(0, item.page)])
        else:
            _add_rows(item, before, blocks, running)
            before = item
    return [*blocks, _block(paragraph, habits)] if paragraph else blocks


def _habits(lines: Sequence[_Printed]) -> _Habits:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.words)
    body = max(sizes, key=lambda size: (sizes[size], -size), default=0.0)
    habits = _Habits(
        1.2,
        False,
        tuple(sorted((size for size in sizes if size > _LARGER * body), reverse=True)),
        _edges(lines),
    )
    pairs = [
        (above, below)
        for above, below in pairwise(lines)
        if (above.page, above.column, above.size) == (below.page, below.column, below.size)
        and 0 < below.bottom - above.bottom < 3 * above.size
    ]
    wrapped = [_distance(*pair) for pair in pairs if not habits.fits(*pair)]
    habits = habits._replace(leading=median(wrapped or [_distance(*pair) for pair in pairs] or [1.2]))
    ended = [habits.near(*pair) for pair in pairs if habits.fits(*pair)]
    return habits._replace(spaced=ended.count(True) < len(ended) / 2)


def _distance(above: _Printed, below: _Printed) -> float:
    return (below.bottom - above.bottom) / above.size


def _edges(lines: Sequence[_Printed]) -> dict[tuple[int, int], float]:
    """The right edge of each column: the farthest that is no exception."""
    ends: dict[tuple[int, int], list[float]] = {}
    for line in sorted(lines, key=lambda line: not line.whole):
        if line.whole or line.column not in ends:
            ends.setdefault(line.column, []).append(line.x1)
    edges = {}
    for column, found in ends.items():
        found.sort(reverse=True)
        company = max(1, len(found) // 20)  # lines that end nearly as far to the right
        edges[column] = next(
            (end for at, end in enumerate(found[:-company]) if end - found[at + company] < _RAGGED), found[0]
        )
    return edges


def _goes_on(paragraph: _Paragraph, line: _Printed, habits: _Habits) -> bool:
    """Whether a line belongs to the paragraph above it."""
    above = paragraph.lines[-1]
    if _begins(paragraph, line):
        return False
    if habits.fits(above, line):
        return _is_torn(above, line, habits)
    closed = bool(_CLOSED.search(above.words))
    if (above.page, above.column) != (line.page, line.column) or line.bottom <= above.bottom:
        return not closed or line.words[:1].islower()
    if not habits.near(above, line) or not _in_place(paragraph, line):
        return False
    if closed and _LABEL.match(line.words):
        return False
    hanging = bool(bullet_end(paragraph.words)) and line.x0 > paragraph.lines[0].x0 + _EDGE
    return habits.spaced or hanging or not closed or line.words[:1].islower()


def _begins(paragraph: _Paragraph, line: _Printed) -> bool:
    """Whether a line begins something of its own by its form: other letters, a bullet, a row, an entry."""
    above = paragraph.lines[-1]
    alike = abs(above.size - line.size) < 0.6 and above.bold == line.bold
    entry = _ENTRY.match(line.words) and _ENTRY.match(paragraph.words)
    return not alike or bool(bullet_end(line.words) or line.words.startswith("|") or entry)


def _is_torn(above: _Printed, line: _Printed, habits: _Habits) -> bool:
    """Whether a line was ended on purpose inside a word or a heading, and goes on below."""
    if above.column != line.column or not habits.near(above, line) or not line.words[:1].islower():
        return False
    heading = above.size in habits.sizes and not _CLOSED.search(above.words)
    return heading or bool(_BROKEN_WORD.search(above.words))


def _in_place(paragraph: _Paragraph, line: _Printed) -> bool:
    """Whether the left edge of a line is that of the paragraph, whose first line may stand apart."""
    first, last = paragraph.lines[0], paragraph.lines[-1]
    if len(paragraph.lines) > 1 and last.page == line.page:
        return abs(last.x0 - line.x0) < _EDGE
    indented = line.x0 < first.x0 - _EDGE
    return not (indented and bullet_end(paragraph.words))


def _block(paragraph: _Paragraph, habits: _Habits) -> Block:
    first = paragraph.lines[0]
    turns = tuple(paragraph.turns)
    if first.size in habits.sizes and len(paragraph.words) <= _LONGEST_HEADING:
        level = min(habits.sizes.index(first.size) + 1, 6)
        return Block(paragraph.words, Mark.HEADING, level, turns=turns)
    mark = Mark.STRONG if all(line.bold for line in paragraph.lines) else Mark.TEXT
    return Block(paragraph.words, mark, turns=turns)


def _add_rows(
    item: tuple[Grid, int], before: tuple[Grid, int] | None, blocks: list[Block], running: list[Block]
) -> None:
    """Add the rows of a table; one that goes on over a page break repeats its header or breaks a row."""
    grid, page = item
    width = max(len(row.cells) for row in grid.rows)
    goes_on = before is not None and width == max(len(row.cells) for row in before[0].rows)
    turned = goes_on and before is not None and before[1] != page
    table = blocks[-1].table if goes_on else len(blocks) + 1
    for number, line in enumerate(grid.rows):
        cells = line.cells
        if len(cells) == 1:
            mark = Mark.STRONG if line.bold else Mark.TEXT
            blocks.append(Block(cells[0], mark, turns=((0, page),), table=table))
        elif number == 0 and turned and before and cells == before[0].rows[0].cells:
            running.append(row(cells, header=True))
        elif number == 0 and turned and not cells[0] and len(blocks[-1].cells) == width:
            joined = row(list(map(together, blocks[-1].cells, cells)), header=False)
            blocks[-1] = blocks[-1]._replace(words=joined.words, cells=joined.cells, header=False)
        else:
            header = line.bold and number == 0 and not goes_on
            block = row(cells, header=header, page=page)
            blocks.append(block._replace(table=table, above=line.above, wide=line.wide))
