"""PDF → reading text, from the text layer.

pdfplumber tells where each letter and each ruled line of a page stands. `extractors.media.pdf.lines`
makes rows of the letters, `extractors.media.pdf.paragraphs` makes headings, paragraphs, tables and running
heads of the rows. It reads no pictures: a scanned document has no text layer and is set aside with that
reason.
"""

import io
import re
import zlib
from collections.abc import Iterator
from itertools import product
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfplumber.page import Page
from pdfplumber.table import Table

from extractors.errors import SourceError
from extractors.media.blocks import write
from extractors.media.grid import Cell, Slot, flat, place
from extractors.media.pdf.lines import (
    Grid,
    GridRow,
    Letter,
    Rule,
    Sheet,
    find_gutter,
    in_order,
    strips,
    together,
)
from extractors.media.pdf.paragraphs import paragraphs
from extractors.text.reading_text import PDF, Text

_MOST_PAGES = 1_000
_LARGEST_STREAM = 128 * 2**20  # bytes unpacked; a page scanned in colour at 600 dpi has 104 million
_LARGEST = 512 * 2**20  # bytes that all streams together have unpacked
_MOST_FILTERS = 4  # that are unpacked one inside the other
_MOST_EDGES = 4_000  # of a page; a drawing has more, and finding tables takes their square
_LONGEST_CELL = 2_000  # characters; a frame around a page or column holds more
_FEWEST_LETTERS = 25  # a page, on average, of a document with pictures that is no scan
_SIGNS = 3  # one letter of so many may be a sign that its font does not name
_FEWEST_TURNED = 30  # letters printed sideways that are words of the page; fewer are a mark in its margin
_SLANT = 0.1  # rise of a line of words for each point of its length, from which on it is aslant
_BOLD = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_DEFLATED = re.compile(rb"/Filter\s*\[?\s*/(?:FlateDecode|Fl)\b")
_LINEARIZED = re.compile(rb"/Linearized\b.{0,200}?/L\s+(\d+)", re.DOTALL)


def read_pdf(raw: bytes) -> Text:
    """Read a PDF document.

    Args:
        raw: its bytes; what stands before ``%PDF-`` is left out.

    Raises:
        SourceError: ``unreadable_pdf``, ``encrypted``, ``too_large``, ``no_text_layer`` or ``empty``.
    """
    raw = raw[max(raw.find(b"%PDF-"), 0) :]
    _check_whole(raw)
    _check_streams(raw)
    sheets, pictures, pages = _sheets(raw)
    _check_letters(sheets, pictures)
    body, running = paragraphs(sheets)
    return write(body, running, PDF, pages)


def _sheets(raw: bytes) -> tuple[list[Sheet], int, int]:
    """The pages, how many of them hold a picture, and how many there are."""
    try:
        with pdfplumber.open(io.BytesIO(raw)) as pdf:
            _check_pages(len(pdf.pages))
            sheets: list[Sheet] = []
            pictures = 0
            for page in pdf.pages:
                sheets += _page_sheets(page)
                pictures += bool(page.images)
                page.close()  # or the letters of all pages stay in memory
            return sheets, pictures, len(pdf.pages)
    except (SourceError, MemoryError):
        raise
    except Exception as error:  # a broken PDF fails in as many ways as the libraries have lines
        raise _broken(error) from error


def _broken(error: Exception) -> SourceError:
    inner = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    if isinstance(inner, PDFPasswordIncorrect | PDFEncryptionError):
        return SourceError("encrypted", "the PDF asks for a password; save it without one")
    return SourceError(
        "unreadable_pdf",
        f"the PDF is damaged ({type(inner).__name__}); open it in a viewer and print it to a new PDF",
    )


def _check_whole(raw: bytes) -> None:
    """Refuse a PDF that breaks off: readers mend it, and lose pages without a word."""
    length = _LINEARIZED.search(raw[:1024])
    if raw.rfind(b"%%EOF") < 0 or (length and int(length.group(1)) > len(raw)):
        raise SourceError(
            "unreadable_pdf", "the PDF breaks off before its end; fetch it again", offset=len(raw)
        )


def _check_pages(pages: int) -> None:
    if pages > _MOST_PAGES:
        message = f"the PDF has {pages:,} pages; at most {_MOST_PAGES:,} are read: part it"
        raise SourceError("too_large", message)


def _check_streams(raw: bytes) -> None:
    """Refuse decompression bombs, and damage that pdfminer would read over by losing words.

    Deflated streams are unpacked here once, piece by piece, and only counted; nothing else limits what
    they unpack to. Streams of other filters or of encrypted documents are not looked into: there the limits
    of the process stand.
    """
    total, encrypted = 0, b"/Encrypt" in raw
    for found in _STREAM.finditer(raw):
        end = raw.find(b"endstream", found.end())
        size, whole = _unpacked(raw[found.end() : end if end > 0 else len(raw)])
        total += size
        if size > _LARGEST_STREAM or total > _LARGEST:
            raise SourceError(
                "too_large",
                f"the PDF unpacks to more than {_LARGEST_STREAM:,} bytes in one stream, or {_LARGEST:,} in "
                "all; print it to a new PDF, without its pictures",
                offset=found.end(),
            )
        head = raw[raw.rfind(b"obj", 0, found.start()) + 3 : found.start()]
        if not whole and not encrypted and _DEFLATED.search(head) and b"/Image" not in head:
            raise SourceError(
                "unreadable_pdf",
                f"the PDF is damaged at byte {found.end()}: words would be lost; fetch it again",
                offset=found.end(),
            )


def _unpacked(packed: bytes) -> tuple[int, bool]:
    """How many bytes deflated data, or deflated data in them, unpack to; and whether they do to their end."""
    size, whole, head = _inflated(packed)
    largest = size
    for _ in range(_MOST_FILTERS - 1):
        size, _, head = _inflated(head)
        largest = max(largest, size)
    return largest, whole


def _inflated(packed: bytes) -> tuple[int, bool, bytes]:
    unpacker = zlib.decompressobj()
    size, head = 0, b""
    try:
        while packed and size <= _LARGEST_STREAM:
            piece = unpacker.decompress(packed, 2**20)
            packed = unpacker.unconsumed_tail
            head = head or piece
            size += len(piece)
    except zlib.error:
        return size, False, head
    return size, unpacker.eof, head


def _check_letters(sheets: list[Sheet], pictures: int) -> None:
    words = "".join(word for sheet in sheets for item in sheet.items for word in _words(item)) + "".join(
        sheet.sideways for sheet in sheets
    )
    letters = "".join(words.split())
    if not letters and not pictures:
        raise SourceError("empty", "the PDF holds no words and no pictures; fetch it again")
    if len(letters) < _FEWEST_LETTERS * pictures:
        raise SourceError(
            "no_text_layer",
            f"the PDF is a scan: {pictures} of its {len(sheets)} pages hold pictures, and hardly a letter; "
            "run it through text recognition (OCR) first",
        )
    if letters.count("\ufffd") * _SIGNS > len(letters):
        raise SourceError(
            "no_text_layer",
            "the fonts of the PDF do not say which letters they print; run it through text recognition "
            "(OCR) first",
        )


def _words(item: Any) -> Iterator[str]:
    if isinstance(item, Grid):
        yield from (cell for row in item.rows for cell in row.cells)
    else:
        yield from (strip.words for strip in item)


def _page_sheets(page: Page) -> Iterator[Sheet]:
    """The page, and once more what is printed sideways on it, if that is more than a mark in the margin."""
    turned = _turned(page)
    width, height = float(page.width), float(page.height)
    beside = "".join(letter.text for letter in turned.pop("aslant", ()))
    aside = {way: letters for way, letters in turned.items() if len(letters) < _FEWEST_TURNED}
    marks = [strip.words for way in ("up", "down") for strip in strips(aside.get(way, ()))]
    upright = turned.get("across", [])
    grids, loose = _grids(page, upright)
    rules = {
        Rule(edge["x0"], edge["x1"], edge["top"])
        for edge in (page.edges if len(page.edges) <= _MOST_EDGES else ())
        if edge["orientation"] == "h"
    }
    words = " ".join([*marks, beside]).strip()
    yield _sheet(page.page_number, (width, height), loose, grids)._replace(
        rules=tuple(sorted(rules)), sideways=words
    )
    for way in ("up", "down"):
        if way in turned and way not in aside:
            yield _sheet(page.page_number, (height, width), turned[way], [])


def _sheet(number: int, size: tuple[float, float], letters: list[Letter], grids: list[Grid]) -> Sheet:
    found = strips(letters)
    gutter = find_gutter(found, size[0])
    return Sheet(number, *size, in_order(found, grids, gutter), gutter)


def _turned(page: Page) -> dict[str, list[Letter]]:
    """The letters of a page by the way their words run, each as if it were from left to right."""
    left, top, right, bottom = page.bbox
    letters: dict[str, list[Letter]] = {}
    for char in page.chars:
        across, down = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
        if left <= across <= right and top <= down <= bottom:
            way = _way(char)
            letters.setdefault(way, []).append(_turn(_letter(char), way, right, bottom))
    return letters


def _way(char: dict[str, Any]) -> str:
    """The way words run: across, up, down, or aslant as a watermark."""
    along, up = char["matrix"][:2]
    if abs(up) <= _SLANT * abs(along):
        return "across" if char["upright"] else "aslant"
    if abs(along) <= _SLANT * abs(up):
        return "up" if up > 0 else "down"
    return "aslant"


def _turn(letter: Letter, way: str, right: float, bottom: float) -> Letter:
    if way == "up":
        return letter._replace(
            x0=bottom - letter.bottom, x1=bottom - letter.top, top=letter.x0, bottom=letter.x1
        )
    if way == "down":
        return letter._replace(
            x0=letter.top, x1=letter.bottom, top=right - letter.x1, bottom=right - letter.x0
        )
    return letter


def _letter(char: dict[str, Any]) -> Letter:
    return Letter(
        char["text"],
        char["x0"],
        char["x1"],
        char["top"],
        char["bottom"],
        char["size"],
        bool(_BOLD.search(char["fontname"])),
    )


def _grids(page: Page, letters: list[Letter]) -> tuple[list[Grid], list[Letter]]:
    """The ruled tables of a page, and the letters that stand in none."""
    grids: list[Grid] = []
    if len(page.edges) > _MOST_EDGES:
        return grids, letters
    for table in page.find_tables():
        inside: dict[tuple[int, int], list[Letter]] = {}
        rest = []
        for letter in letters:
            cell = _cell(table, letter)
            if cell is None:
                rest.append(letter)
            else:
                inside.setdefault(cell, []).append(letter)
        grid = _grid(table, inside)
        if grid:
            grids.append(grid)
            letters = rest
    return grids, letters


def _cell(table: Table, letter: Letter) -> tuple[int, int] | None:
    across, down = (letter.x0 + letter.x1) / 2, (letter.top + letter.bottom) / 2
    x0, top, x1, bottom = table.bbox
    if not (x0 <= across <= x1 and top <= down <= bottom):
        return None
    for number, row in enumerate(table.rows):
        for column, cell in enumerate(row.cells):
            if cell and cell[0] <= across < cell[2] and cell[1] <= down < cell[3]:
                return number, column
    return None


def _grid(table: Table, inside: dict[tuple[int, int], list[Letter]]) -> Grid | None:
    """A table of at least two columns; a frame around text is none."""
    columns = sorted({column for _, column in inside})
    if len(columns) < 2:
        return None
    places = [(column, row.cells[column]) for row in table.rows for column in columns]
    edges = {at: min(place[0] for column, place in places if place and column == at) for at in columns}
    reach = list(_reach(table, edges))
    words = [
        [_cell_words(inside.get((number, column), ())) for column, _ in cells]
        for number, cells in enumerate(reach)
    ]
    sizes = [[cell for _, cell in cells] for cells in reach]
    slots = place(sizes) or flat(sizes)
    rows = [_grid_row(number, words, slots) for number in range(len(words))]
    bold = [
        all(
            letter.bold
            for column, _ in cells
            for letter in inside.get((number, column), ())
            if letter.text.strip()
        )
        for number, cells in enumerate(reach)
    ]
    if max(len(cell) for row in rows for cell in row.cells) > _LONGEST_CELL:
        return None
    x0, top, x1, bottom = table.bbox
    kept = (row._replace(bold=heavy) for row, heavy in zip(rows, bold, strict=True) if any(row.cells))
    return Grid(tuple(kept), x0, x1, top, bottom, tuple(edges.values()))


def _reach(table: Table, edges: dict[int, float]) -> Iterator[list[tuple[int, Cell]]]:
    """For each row its cells with their column, and how many columns and rows their frames cross."""
    tops = [row.bbox[1] for row in table.rows]
    covered: set[tuple[int, int]] = set()
    for number, row in enumerate(table.rows):
        cells = []
        for column in edges:
            frame = row.cells[column]
            if frame:
                across = [at for at, edge in edges.items() if at >= column and edge < frame[2] - 1]
                down = [at for at in range(number, len(tops)) if tops[at] < frame[3] - 1]
                covered.update(product(down, across))
                cells.append((column, Cell(len(across), len(down))))
            elif (number, column) not in covered:
                cells.append((column, Cell()))
        yield cells


def _grid_row(number: int, words: list[list[str]], slots: list[list[Slot | None]]) -> GridRow:
    """A row of a table; what stands in one cell across all columns is no row of cells."""
    found = [words[slot.row][slot.cell] if slot else "" for slot in slots[number]]
    if len(found) - slots[number].count(None) == 1:
        return GridRow(("".join(found),), bold=False)
    above = [at for at, slot in enumerate(slots[number]) if slot and slot.row < number and found[at]]
    cells = ["" if at in above else cell for at, cell in enumerate(found)]
    return GridRow(tuple(cells), False, frozenset(above), None in slots[number])


def _cell_words(letters: Any) -> str:
    words = ""
    for strip in strips(letters):
        words = together(words, strip.words)
    return words
