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
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
from pdfplumber.page import Page

from extractors.errors import SourceError
from extractors.media.blocks import write
from extractors.media.pdf.forms import values
from extractors.media.pdf.lines import (
    Grid,
    Letter,
    PageLayout,
    Rule,
    find_gutter,
    in_order,
    strips,
)
from extractors.media.pdf.paragraphs import paragraphs
from extractors.media.pdf.ruled import ruled
from extractors.text.reading_text import PDF, Text

_MOST_PAGES = 1_000
_LARGEST_STREAM = 128 * 2**20  # bytes unpacked; a page scanned in colour at 600 dpi has 104 million
_LARGEST = 512 * 2**20  # bytes that all streams together have unpacked
_PIECE = 2**14  # bytes that are unpacked at a time
_MOST_FILTERS = 4  # that are unpacked one inside the other
_MOST_EDGES = 4_000  # of a page; a drawing has more, and finding tables takes their square
_FEWEST_LETTERS = 25  # a page, on average, of a document with pictures that is no scan
_SIGNS = 3  # one letter of so many may be a sign that its font does not name
_FEWEST_TURNED = 30  # letters printed sideways that are words of the page; fewer are a mark in its margin
_SLANT = 0.1  # rise of a line of words for each point of its length, from which on it is aslant
_BOLD = re.compile(r"bold|black|heavy|demi", re.IGNORECASE)
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_DEFLATED = re.compile(rb"/Filter\s*+(?:\[\s*+)?/(?:FlateDecode|Fl)\b")
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


def _sheets(raw: bytes) -> tuple[list[PageLayout], int, int]:
    """The pages, how many of them hold a picture, and how many there are."""
    try:
        with pdfplumber.open(io.BytesIO(raw)) as pdf:
            _check_pages(len(pdf.pages))
            sheets: list[PageLayout] = []
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
    total, above, end, encrypted = 0, 0, 0, b"/Encrypt" in raw
    for found in _STREAM.finditer(raw):
        if end < found.end():  # looked for once, or a PDF without it would be gone through for each stream
            end = raw.find(b"endstream", found.end())
            end = end if end > 0 else len(raw)
        size, whole = _unpacked(memoryview(raw)[found.end() : end])
        total += size
        if size > _LARGEST_STREAM or total > _LARGEST:
            raise SourceError(
                "too_large",
                f"the PDF unpacks to more than {_LARGEST_STREAM:,} bytes in one stream, or {_LARGEST:,} in "
                "all; print it to a new PDF, without its pictures",
                offset=found.end(),
            )
        head = raw[max(raw.rfind(b"obj", above, found.start()), above) : found.start()]
        above = found.end()
        if not whole and not encrypted and _DEFLATED.search(head) and b"/Image" not in head:
            raise SourceError(
                "unreadable_pdf",
                f"the PDF is damaged at byte {found.end()}: words would be lost; fetch it again",
                offset=found.end(),
            )


def _unpacked(packed: bytes | memoryview) -> tuple[int, bool]:
    """How many bytes deflated data, or deflated data in them, unpack to; and whether they do to their end."""
    size, whole, head = _inflated(packed)
    largest = size
    for _ in range(_MOST_FILTERS - 1):
        size, _, head = _inflated(head)
        largest = max(largest, size)
    return largest, whole


def _inflated(packed: bytes | memoryview) -> tuple[int, bool, bytes]:
    unpacker = zlib.decompressobj()
    size, head = 0, b""
    try:
        for at in range(0, len(packed), _PIECE):  # what zlib has not taken yet is copied each time
            waiting = bytes(packed[at : at + _PIECE])
            while waiting and size <= _LARGEST_STREAM:
                piece = unpacker.decompress(waiting, 2**20)
                waiting = unpacker.unconsumed_tail
                head = head or piece
                size += len(piece)
            if unpacker.eof or size > _LARGEST_STREAM:
                break
    except zlib.error:
        return size, False, head
    return size, unpacker.eof, head


def _check_letters(sheets: list[PageLayout], pictures: int) -> None:
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


def _page_sheets(page: Page) -> Iterator[PageLayout]:
    """The page, and once more what is printed sideways on it, if that is more than a mark in the margin."""
    turned = _turned(page)
    width, height = float(page.width), float(page.height)
    beside = "".join(letter.text for letter in turned.pop("aslant", ()))
    aside = {way: letters for way, letters in turned.items() if len(letters) < _FEWEST_TURNED}
    marks = [strip.words for way in ("up", "down") for strip in strips(aside.get(way, ()))]
    upright = [*turned.get("across", []), *values(page)]
    grids, loose = ruled(page, upright) if len(page.edges) <= _MOST_EDGES else ([], upright)
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


def _sheet(number: int, size: tuple[float, float], letters: list[Letter], grids: list[Grid]) -> PageLayout:
    found = strips(letters)
    gutter = find_gutter(found, size[0])
    return PageLayout(number, *size, in_order(found, grids, gutter), gutter)


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
