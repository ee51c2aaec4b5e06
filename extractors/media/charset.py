"""Raw bytes → characters: encodings, byte order marks, and what is no text at all.

Decoding is strict. A byte that the encoding does not know is an error with its place, never a
replacement character: a wrong letter in a code would be worse than a document set aside.
"""

import codecs
import re
from typing import NamedTuple

from extractors.errors import SourceError
from extractors.media.formats import refuse_binary, refuse_text
from extractors.record.findings import finding
from extractors.record.model import Finding, Repair
from extractors.text.reading_text import DOCX, PDF

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CHARSETS = re.compile(
    r"utf-8|cp\d+|iso8859-\d+|koi8-[ru]|mac-\w+|gb2312|gbk|gb18030|big5|big5hkscs|shift_jis|euc_(?:jp|kr)|iso2022_jp"
)
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*+=\s*+(?:[\"']\s*+)?([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)")
_TAG = re.compile(
    r"<(?:!doctype\s+html|html|head|body|div|p|pre|h[1-6]|table|ul|ol|span|main|article|section|br)\b",
    re.IGNORECASE,
)
_PDF = re.compile(rb"%PDF-\d\.\d")
_JUNK = 1024  # bytes before the header of a PDF that viewers read over
_WORD = re.compile(rb"word/document\d*\.xml")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream of an Office file with a password
_DECLARATION_WINDOW = 2048  # bytes; browsers look for a charset declaration in the first 1,024 at least
_LONGEST_HEAD = 65536  # bytes of a page's head that are looked through for it
_HEAD_END = re.compile(rb"</head\b|<body\b", re.IGNORECASE)
_NO_MARKUP = re.compile(
    rb"<!--.*?(?:-->|\Z)|<(script|style|title|noscript|template)\b.*?(?:</\1\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_ESCAPES = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"})  # no charsets
_WIDE = ("utf-16", "utf-32")  # alone have bytes that are NUL
_SINGLE_BYTE = re.compile(r"cp125\d|iso8859-\d+|mac-roman")


class Decoded(NamedTuple):
    """The characters of a document: ``raw_bytes.decode(encoding)``, byte order mark included.

    ``notes`` tell where the encoding is another than the one declared, or a guess.
    """

    characters: str
    encoding: str
    media_type: str
    notes: tuple[Repair | Finding, ...] = ()


def codec(encoding: str) -> str:
    """Return the name that Python has for an encoding of text.

    Raises:
        LookupError: it knows none of this name, or one that is not of text.

    >>> codec("Windows-1252"), codec("latin-1")
    ('cp1252', 'iso8859-1')
    """
    try:
        known = codecs.lookup(encoding).name
        "".encode(known)
    except (LookupError, ValueError) as error:
        raise LookupError(encoding) from error
    if known.replace("_", "-") in _ESCAPES:
        raise LookupError(encoding)
    return known


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


def decode(raw: bytes, media_type: str | None = None, encoding: str | None = None) -> Decoded:
    """Decode the raw bytes of a document.

    Args:
        raw: the bytes as they came.
        media_type: what the source says they are (``text/plain``, ``text/markdown``, ``text/html``);
            None to look. Text that holds no tag is read as plain text whatever the source says.
        encoding: of bytes that declare none themselves and are not UTF-8, as people say; None for UTF-8.

    Raises:
        SourceError: ``empty``, ``binary``, ``unsupported`` or ``undecodable``.
        LookupError: there is no such encoding.
    """
    if not raw.strip():
        raise SourceError("empty", f"the document holds no characters ({len(raw)} bytes); fetch it again")
    refuse_binary(raw)
    found, note = _encoding(raw, media_type, codec(encoding) if encoding else None)
    try:
        characters = raw.decode(found)
    except UnicodeDecodeError as error:
        raise SourceError(
            "undecodable",
            f"byte {raw[error.start]:#04x} at offset {error.start} is not {found}; "
            "convert the file to UTF-8, name its encoding with --encoding, or declare it if this is HTML",
            offset=error.start,
        ) from error
    return _decoded(characters, found, media_type, note)


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


def _decoded(
    characters: str, encoding: str, media_type: str | None, note: Repair | Finding | None = None
) -> Decoded:
    if not characters.strip("\ufeff").strip():
        raise SourceError("empty", "the document holds nothing but white space; fetch it again")
    refuse_text(characters)
    notes = (note,) if note else ()
    return Decoded(characters, encoding, _media_type(characters, media_type), notes)


def _no_text(offset: int) -> SourceError:
    message = f"a NUL byte at offset {offset}: this is no text file; if it is UTF-16, save it with a "
    message += "byte order mark, or name its encoding with --encoding"
    return SourceError("binary", message, offset=offset)


def _encoding(raw: bytes, media_type: str | None, named: str | None) -> tuple[str, Repair | Finding | None]:
    """The encoding of the bytes, and what there is to say of it."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return encoding, None
    if b"\x00" in raw and not (named or "").startswith(_WIDE):
        raise _no_text(raw.index(0))
    declared = _declared(raw, media_type)
    if declared is None and named:
        return ("utf-8" if _SINGLE_BYTE.fullmatch(named) and _is_utf8(raw) else named), None
    if declared is None:
        guessed = not _is_utf8(raw) and _is_page(raw, media_type)
        message = "the page declares no charset and is not UTF-8; it was read as windows-1252"
        return ("cp1252", finding("text.charset_guessed", message)) if guessed else ("utf-8", None)
    known = _codec(declared)
    if known is None:
        offset = raw.find(declared.encode())
        message = f"the charset that is declared at offset {offset} is not known; correct the declaration"
        raise SourceError("undecodable", message, offset=offset)
    if _SINGLE_BYTE.fullmatch(known) and not raw.isascii() and _is_utf8(raw):
        detail = f"declared as {declared}, but every character is UTF-8"
        return "utf-8", Repair(kind="text.charset", span=(0, 0), detail=detail)
    return known, None


def _declared(raw: bytes, media_type: str | None) -> str | None:
    """The charset that a page or XML document declares: in its head, and in no comment or script there."""
    if not raw.lstrip().startswith(b"<") and media_type != "text/html":
        return None
    end = _HEAD_END.search(raw, 0, _LONGEST_HEAD)
    head = _NO_MARKUP.sub(b"", raw[: max(end.start() if end else 0, _DECLARATION_WINDOW)])
    found = _XML.search(head) or _DECLARED.search(head)
    return found.group(1).decode("ascii", "replace") if found else None


def _is_page(raw: bytes, media_type: str | None) -> bool:
    return _media_type(raw[:_LONGEST_HEAD].decode("cp1252", "replace"), media_type) == "text/html"


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


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
