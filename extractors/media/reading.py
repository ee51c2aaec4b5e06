"""Raw bytes → reading text, whatever the media type."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.media.charset import Decoded, decode, packed, taken
from extractors.media.html.reader import read_html
from extractors.media.markdown import markdown_lines
from extractors.record.findings import finding
from extractors.text.reading_text import DOCX, PDF, Piece, Text, plain_lines

if TYPE_CHECKING:
    from extractors.record.model import Finding, Repair

_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


def read(raw: bytes | str, media_type: str | None = None, encoding: str | None = None) -> Text:
    r"""Read a document.

    Args:
        raw: its bytes, or its characters where they are decoded already.
        media_type: what the source says they are; None to look. PDF and DOCX are known by their bytes,
            whatever the source says.
        encoding: of bytes that do not declare it themselves; see `extractors.media.charset.decode`.

    Raises:
        LookupError: there is no such encoding.
        SourceError: the bytes are empty, binary, of an unsupported kind, undecodable, damaged, encrypted,
            too large when unpacked, or pictures without words.

    >>> text = read(b"CPT 01941\r\nAnesthesia")
    >>> text.text
    'CPT 01941\nAnesthesia'
    >>> text.raw((10, 20))
    (11, 21)
    """
    if isinstance(raw, str):
        text = _read_characters(taken(raw, media_type))
    else:
        text = _read_bytes(raw, media_type, encoding)
    private = _PRIVATE.search(text.text)
    if not private:
        return text
    told = f"the text holds characters of one font alone, the first U+{ord(private.group()):04X}"
    note = finding("text.private_character", told, span=private.span())
    return replace(text, notes=(*text.notes, note))


def _read_bytes(raw: bytes, media_type: str | None, encoding: str | None) -> Text:
    kind = packed(raw)
    if kind == PDF:
        from extractors.media.pdf.reader import read_pdf

        return read_pdf(raw)
    if kind == DOCX:
        from extractors.media.docx import read_docx

        return read_docx(raw)
    return _read_characters(decode(raw, media_type, encoding))


def _read_characters(decoded: Decoded) -> Text:
    is_page = decoded.media_type == "text/html"
    text = read_html(decoded.characters, decoded.encoding) if is_page else _read_plain(decoded)
    return replace(text, notes=(*decoded.notes, *text.notes)) if decoded.notes else text


def _read_plain(decoded: Decoded) -> Text:
    mark = decoded.characters.startswith("\ufeff")
    characters = decoded.characters[mark:]
    text, pieces = _unify_line_ends(characters, int(mark))
    notes: list[Repair | Finding] = []
    control = _CONTROL.search(text)
    if control:
        notes.append(
            finding(
                "text.control_character",
                f"the text holds control characters, the first {ord(control.group()):#04x}",
                span=control.span(),
            )
        )
    lines = markdown_lines if decoded.media_type == "text/markdown" else plain_lines
    return Text(text, tuple(lines(text)), pieces, decoded.media_type, decoded.encoding, tuple(notes))


def _unify_line_ends(characters: str, shift: int) -> tuple[str, tuple[Piece, ...]]:
    r"""Turn ``\r\n`` and ``\r`` into ``\n``; ``shift`` is the raw offset of the first character."""
    if "\r" not in characters:
        return characters, (Piece(0, len(characters), shift, len(characters)),)
    pieces, parts, at, raw_at = [], [], 0, 0
    for found in re.finditer(r"\r\n?", characters):
        run = characters[raw_at : found.start()]
        parts += [run, "\n"]
        if run:
            pieces.append(Piece(at, len(run), shift + raw_at, len(run)))
        pieces.append(Piece(at + len(run), 1, shift + found.start(), found.end() - found.start()))
        at, raw_at = at + len(run) + 1, found.end()
    if raw_at < len(characters):
        pieces.append(Piece(at, len(characters) - raw_at, shift + raw_at, len(characters) - raw_at))
    return "".join(parts) + characters[raw_at:], tuple(pieces)
