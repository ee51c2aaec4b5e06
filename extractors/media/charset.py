"""Raw bytes → characters: encodings, byte order marks, and what is no text at all.

Decoding is strict. A byte that the encoding does not know is an error with its place, never a
replacement character: a wrong letter in a code would be worse than a document set aside.
"""

import codecs
import re
from typing import NamedTuple

from extractors.errors import SourceError
from extractors.text.reading_text import DOCX, PDF

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP container (DOCX, XLSX, ...)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"PAR1", "a Parquet file"),
)
_CHARSETS = re.compile(
    r"utf-8|cp\d+|iso8859-\d+|koi8-[ru]|mac-\w+|gb2312|gbk|gb18030|big5|big5hkscs|shift_jis|euc_(?:jp|kr)|iso2022_jp"
)
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)")
_TAG = re.compile(
    r"<(?:!doctype\s+html|html|head|body|div|p|pre|h[1-6]|table|ul|ol|span|main|article|section|br)\b",
    re.IGNORECASE,
)
_PDF = re.compile(rb"%PDF-\d\.\d")
_JUNK = 1024  # bytes before the header of a PDF that viewers read over
_WORD = re.compile(rb"word/document\d*\.xml")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream of an Office file with a password
_DECLARATION_WINDOW = 2048  # bytes; browsers look for a charset declaration in the first 1,024


class Decoded(NamedTuple):
    """The characters of a document: ``raw_bytes.decode(encoding)``, byte order mark included."""

    characters: str
    encoding: str
    media_type: str


def packed(raw: bytes) -> str | None:
    """Return ``PDF`` or ``DOCX`` for bytes that are such a document, None for any others.

    Raises:
        SourceError: ``encrypted``, for an Office document with a password.
    """
    found = _PDF.search(raw, 0, _JUNK + 8)
    if found and (found.start() == 0 or b"startxref" in raw):
        return PDF
    if raw.startswith(b"\xd0\xcf\x11\xe0") and _ENCRYPTED in raw:
        raise SourceError("encrypted", "the document asks for a password; save it without one")
    return DOCX if raw.startswith(b"PK\x03\x04") and _WORD.search(raw) else None


def decode(raw: bytes, media_type: str | None = None) -> Decoded:
    """Decode the raw bytes of a document.

    Args:
        raw: the bytes as they came.
        media_type: what the source says they are (``text/plain``, ``text/markdown``, ``text/html``);
            None to look. Text that holds no tag is read as plain text whatever the source says.

    Raises:
        SourceError: ``empty``, ``binary``, ``unsupported`` or ``undecodable``.
    """
    if not raw.strip():
        raise SourceError("empty", f"the document holds no characters ({len(raw)} bytes); fetch it again")
    for magic, name in _MAGIC:
        if raw.startswith(magic):
            raise SourceError(
                "unsupported",
                f"this is {name}, not a text, HTML, PDF or DOCX; convert it to text, HTML, PDF or DOCX first",
            )
    encoding = _encoding(raw)
    try:
        characters = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            "undecodable",
            f"byte {raw[error.start]:#04x} at offset {error.start} is not {encoding}; "
            "convert the file to UTF-8, or declare its charset if it is HTML",
            offset=error.start,
        ) from error
    return _decoded(characters, encoding, media_type)


def taken(characters: str, media_type: str | None = None) -> Decoded:
    """Take the characters of a document that was decoded before; what charset it declares is past.

    Raises:
        SourceError: ``empty``, ``binary`` or ``undecodable``.
    """
    try:
        encoded = characters.encode()
    except UnicodeEncodeError as error:
        raise SourceError(
            "undecodable",
            f"character {error.start} is half of a surrogate pair; decode the document again",
            offset=error.start,
        ) from error
    if b"\x00" in encoded:
        raise _no_text(encoded.index(0))
    return _decoded(characters, "utf-8", media_type)


def _decoded(characters: str, encoding: str, media_type: str | None) -> Decoded:
    if not characters.strip("\ufeff").strip():
        raise SourceError("empty", "the document holds nothing but white space; fetch it again")
    return Decoded(characters, encoding, _media_type(characters, media_type))


def _no_text(offset: int) -> SourceError:
    message = f"a NUL byte at offset {offset}: this is no text file; if it is UTF-16, save it with a "
    message += "byte order mark"
    return SourceError("binary", message, offset=offset)


def _encoding(raw: bytes) -> str:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return encoding
    if b"\x00" in raw:
        raise _no_text(raw.index(0))
    head = raw[:_DECLARATION_WINDOW]
    declared = _DECLARED.search(head) or _XML.search(head)
    name = declared.group(1).decode("ascii", "replace") if declared else "utf-8"
    known = _codec(name)
    if known is None:
        raise SourceError(
            "undecodable", f"the declared charset {name!r} is not known; correct the declaration"
        )
    return known


def _codec(name: str) -> str | None:
    """The codec that a declared charset means to a browser, None for no charset.

    Source: WHATWG Encoding Standard: Latin-1 and ASCII mean Windows-1252, and a declaration that can be
    read byte by byte cannot be of UTF-16.
    """
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    if known in ("iso8859-1", "ascii"):
        return "cp1252"
    if known.startswith("utf-16"):
        return "utf-8"
    return known if _CHARSETS.fullmatch(known) else None


def _media_type(characters: str, claimed: str | None) -> str:
    head = characters[:65536]
    if claimed == "text/html" and "<" in head:
        return claimed
    opening = head.lstrip("\ufeff \t\r\n")[:1]
    if opening == "<" and _TAG.search(head):
        return "text/html"
    return "text/markdown" if claimed == "text/markdown" else "text/plain"
