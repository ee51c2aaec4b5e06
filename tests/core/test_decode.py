"""Bytes become characters strictly: by mark, by declaration, else as UTF-8, else an error with its place."""

import codecs

import pytest

from extractors import SourceError
from extractors.media.charset import decode
from extractors.record.model import Finding, Repair

BODY = "CPT 20610: Knee joint – café"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        pytest.param(codecs.BOM_UTF8, "utf-8", id="utf-8"),
        pytest.param(codecs.BOM_UTF16_LE, "utf-16-le", id="utf-16 little"),
        pytest.param(codecs.BOM_UTF16_BE, "utf-16-be", id="utf-16 big"),
        pytest.param(codecs.BOM_UTF32_LE, "utf-32-le", id="utf-32 little, though it begins like utf-16"),
        pytest.param(codecs.BOM_UTF32_BE, "utf-32-be", id="utf-32 big"),
    ],
)
def test_a_byte_order_mark_names_the_encoding(mark: bytes, encoding: str) -> None:
    raw = mark + BODY.encode(encoding)
    decoded = decode(raw)
    assert tuple(decoded) == ("\ufeff" + BODY, encoding, "text/plain", ())
    assert raw.decode(decoded.encoding) == decoded.characters


@pytest.mark.parametrize(
    ("head", "written", "encoding"),
    [
        pytest.param('<meta charset="utf-8">', "utf-8", "utf-8", id="utf-8"),
        pytest.param("<meta charset=windows-1252>", "cp1252", "cp1252", id="unquoted"),
        pytest.param("<META  CHARSET = 'ISO-8859-1'>", "cp1252", "cp1252", id="latin-1 is cp1252 on the web"),
        pytest.param("<meta charset=us-ascii>", "cp1252", "cp1252", id="ascii is cp1252 on the web"),
        pytest.param("<meta charset='iso-8859-15'>", "iso-8859-15", "iso8859-15", id="latin-9"),
        pytest.param("<meta charset=koi8-r>", "utf-8", "koi8-r", id="believed, though it is another"),
        pytest.param(
            '<meta http-equiv="Content-Type" content="text/html; charset=windows-1250">',
            "cp1250",
            "cp1250",
            id="http-equiv",
        ),
        pytest.param('<?xml version="1.0" encoding="windows-1252"?>', "cp1252", "cp1252", id="xml"),
        pytest.param("<title>No charset</title>", "utf-8", "utf-8", id="none declared"),
    ],
)
def test_a_declared_charset_is_used(head: str, written: str, encoding: str) -> None:
    raw = f"{head}<p>café</p>".encode(written)
    decoded = decode(raw)
    assert decoded.encoding == encoding
    assert decoded.characters == raw.decode(encoding)


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        pytest.param(b"caf\xe9 20610", "iso8859-1", id="plain text"),
        pytest.param(b"<p>caf\xe9 20610", "iso8859-1", id="a page that declares none"),
        pytest.param(b"<meta charset=cp1250><p>caf\xe9 20610", "cp1250", id="a page that declares one"),
        pytest.param("\ufeffcaf\xe9 20610".encode(), "utf-8", id="a byte order mark"),
        pytest.param(b"cafe 20610", "utf-8", id="what is UTF-8 anyway"),
    ],
)
def test_a_named_encoding_stands_for_one_that_is_not_declared(raw: bytes, encoding: str) -> None:
    decoded = decode(raw, encoding="Latin-1")
    assert (decoded.encoding, decoded.notes) == (encoding, ())
    assert raw.decode(decoded.encoding) == decoded.characters


def test_utf8_is_read_as_such_whatever_single_bytes_are_named() -> None:
    assert decode("caf\xe9 20610".encode(), encoding="latin-1")[1:] == ("utf-8", "text/plain", ())


def test_utf16_without_a_mark_is_read_where_it_is_named() -> None:
    raw = BODY.encode("utf-16-le")
    assert decode(raw, encoding="UTF-16LE")[:2] == (BODY, "utf-16-le")
    with pytest.raises(SourceError, match="--encoding"):
        decode(raw)
    with pytest.raises(SourceError, match="NUL"):
        decode(raw, encoding="cp1252")


@pytest.mark.parametrize(
    "name", ["klingon", "base64", "unicode_escape", "utf_7", "idna", "undefined", "a\0b"]
)
def test_what_is_no_encoding_of_text_is_refused(name: str) -> None:
    with pytest.raises(LookupError):
        decode(b"cafe", encoding=name)


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("<html><!-- <meta charset=koi8-r> --><head>", id="in a comment"),
        pytest.param("<html><head><script>'<meta charset=koi8-r>'</script>", id="in a script"),
        pytest.param("<html><head><title>&lt;meta charset=koi8-r></title>", id="in the title"),
        pytest.param("Write <meta charset=koi8-r>", id="in a text"),
    ],
)
def test_a_charset_counts_in_its_place_alone(head: str) -> None:
    assert decode(f"{head}<meta charset=utf-8></head><p>café".encode()).encoding == "utf-8"


def test_a_charset_is_found_far_down_a_long_head() -> None:
    head = f"<html><head><style>{'p {color: red}' * 300}</style><meta charset=windows-1252></head><body>"
    assert decode(f"{head}<p>café".encode("cp1252")).encoding == "cp1252"


def test_utf8_that_is_declared_as_latin1_is_seen() -> None:
    decoded = decode("<meta charset=iso-8859-1><p>café – knee".encode())
    assert decoded.characters.endswith("café – knee")
    assert [(note.kind, note.detail) for note in decoded.notes if isinstance(note, Repair)] == [
        ("text.charset", "declared as iso-8859-1, but every character is UTF-8")
    ]


def test_a_page_without_a_charset_is_read_as_browsers_do() -> None:
    decoded = decode("<p>café – knee".encode("cp1252"))
    assert (decoded.characters, decoded.encoding) == ("<p>café – knee", "cp1252")
    assert [note.rule for note in decoded.notes if isinstance(note, Finding)] == ["text.charset_guessed"]


def test_a_byte_order_mark_beats_a_declaration() -> None:
    assert decode(codecs.BOM_UTF8 + "<meta charset=koi8-r><p>é".encode()).encoding == "utf-8"


def test_a_declaration_far_down_the_page_is_not_looked_for() -> None:
    assert decode(b"<p>" + b"x" * 3000 + b"<meta charset=koi8-r>").encoding == "utf-8"


@pytest.mark.parametrize(
    ("raw", "reason", "offset"),
    [
        pytest.param(b"", "empty", None, id="nothing"),
        pytest.param(b" \r\n\t\x0c\n", "empty", None, id="white space"),
        pytest.param(codecs.BOM_UTF8, "empty", None, id="a mark alone"),
        pytest.param(codecs.BOM_UTF8 + b" \n\t", "empty", None, id="a mark and white space"),
        pytest.param(codecs.BOM_UTF16_LE + " \n".encode("utf-16-le"), "empty", None, id="utf-16 white space"),
        pytest.param("\u00a0\u2003\n".encode(), "empty", None, id="no-break spaces"),
        pytest.param(b"CPT\x0020610", "binary", 3, id="NUL"),
        pytest.param("CPT 20610".encode("utf-16-le"), "binary", 1, id="utf-16 without mark"),
        pytest.param(b"caf\xe9", "undecodable", 3, id="cp1252 undeclared"),
        pytest.param(b"Knee \xff joint", "undecodable", 5, id="a byte that is no utf-8"),
        pytest.param(b"Knee \xe2\x80", "undecodable", 5, id="cut inside a character"),
        pytest.param(b"<meta charset=cp1252>\x81", "undecodable", 21, id="a hole of cp1252"),
        pytest.param(b"<meta charset=klingon><p>x", "undecodable", 14, id="unknown charset"),
        pytest.param(b"<meta charset=base64><p>x", "undecodable", 14, id="a codec that is no charset"),
        pytest.param(b"<meta charset=utf-8><p>\xe9", "undecodable", 23, id="declared wrongly"),
        pytest.param(codecs.BOM_UTF16_LE + b"A", "undecodable", 2, id="half a utf-16 character"),
        pytest.param(codecs.BOM_UTF16_LE + b"\x00\xd8A\x00", "undecodable", 2, id="a lone surrogate"),
        pytest.param(b"%PDF-1.7 ...", "unsupported", None, id="pdf"),
        pytest.param(b"PK\x03\x04...", "unsupported", None, id="zip"),
        pytest.param(b"\x1f\x8b\x08...", "unsupported", None, id="gzip"),
        pytest.param(b"\x89PNG\r\n", "unsupported", None, id="png"),
        pytest.param(b"\xff\xd8\xff\xe0", "unsupported", None, id="jpeg"),
        pytest.param(b"GIF89a", "unsupported", None, id="gif"),
        pytest.param(b"\xd0\xcf\x11\xe0", "unsupported", None, id="old office"),
        pytest.param(b"SQLite format 3\x00", "unsupported", None, id="sqlite"),
        pytest.param(b"PAR1", "unsupported", None, id="parquet"),
    ],
)
def test_what_is_no_text_is_refused_with_its_reason(raw: bytes, reason: str, offset: int | None) -> None:
    with pytest.raises(SourceError) as caught:
        decode(raw)
    assert (caught.value.reason, caught.value.offset) == (reason, offset)
    assert caught.value.message


@pytest.mark.parametrize(
    "codec",
    ["idna", "punycode", "utf-7", "unicode_escape", "raw_unicode_escape", "undefined", "utf-16", "mbcs"],
)
def test_no_declared_charset_makes_decoding_crash(codec: str) -> None:
    raw = f"<meta charset={codec}><p>knee \\x41 \\ud800 +AGE-</p>".encode()
    try:
        told = decode(raw).characters
    except SourceError as error:
        told = error.reason
    assert told == "undecodable" or "<p>knee" in told
    assert told.encode()


@pytest.mark.parametrize(
    ("characters", "claimed", "media_type"),
    [
        pytest.param("<!DOCTYPE html><p>x", None, "text/html", id="doctype"),
        pytest.param("\ufeff \n<html>x", None, "text/html", id="after mark and space"),
        pytest.param("<!-- note --><div>x</div>", None, "text/html", id="after a comment"),
        pytest.param("<5 mm incision, < 2 cm", None, "text/plain", id="less-than sign"),
        pytest.param("<foo>bar</foo>", None, "text/plain", id="unknown tags"),
        pytest.param("Knee <b>joint</b>", None, "text/plain", id="text first"),
        pytest.param("Knee <b>joint</b>", "text/html", "text/html", id="text first, claimed"),
        pytest.param("Knee joint", "text/html", "text/plain", id="claimed, no tag at all"),
        pytest.param("# Knee", "text/markdown", "text/markdown", id="markdown"),
        pytest.param("# Knee", "text/plain", "text/plain", id="plain"),
        pytest.param("<p>Knee</p>", "text/plain", "text/html", id="claimed plain, is markup"),
    ],
)
def test_the_media_type_follows_the_characters(characters: str, claimed: str | None, media_type: str) -> None:
    assert decode(characters.encode(), claimed).media_type == media_type
