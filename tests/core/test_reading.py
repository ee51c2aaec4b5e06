"""Plain text is read as it stands; only line ends change, and the way back to the raw input is kept."""

import codecs

import pytest

from benchmarks.invariants import holds
from extractors import Text, extract, read
from extractors.text.reading_text import Line, Piece, bullet_end, nonspace, plain_lines, trim


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param(b"a\nb", "a\nb", id="LF"),
        pytest.param(b"a\r\nb\r\n", "a\nb\n", id="CRLF"),
        pytest.param(b"a\rb\r", "a\nb\n", id="CR"),
        pytest.param(b"a\r\r\nb", "a\n\nb", id="CR, CRLF"),
        pytest.param(b"a\n\rb", "a\n\nb", id="LF, CR"),
        pytest.param(codecs.BOM_UTF8 + b"a\r\nb", "a\nb", id="mark left out"),
        pytest.param(b"  a \t\n\n b ", "  a \t\n\n b ", id="white space kept"),
        pytest.param(
            "a\u2028b\u0085c\x0bd\x0ce".encode(), "a\u2028b\u0085c\x0bd\x0ce", id="other separators"
        ),
        pytest.param("a\u00a0\u200bb".encode(), "a\u00a0\u200bb", id="no-break and zero-width spaces"),
    ],
)
def test_line_ends_become_newlines_and_nothing_else_changes(raw: bytes, text: str) -> None:
    assert read(raw).text == text


@pytest.mark.parametrize(
    ("raw", "words", "slice_"),
    [
        pytest.param(b"Knee\r\njoint\rwork", "joint", "joint", id="CRLF before"),
        pytest.param(b"Knee\r\njoint\rwork", "work", "work", id="CRLF and CR before"),
        pytest.param(b"Knee\r\njoint\rwork", "Knee\njoint", "Knee\r\njoint", id="CRLF inside"),
        pytest.param(b"Knee\r\njoint", "\n", "\r\n", id="a line end as a whole"),
        pytest.param(codecs.BOM_UTF8 + b"Knee\njoint", "Knee", "Knee", id="after the mark"),
        pytest.param(codecs.BOM_UTF8 + b"Knee\r\njoint", "joint", "joint", id="after mark and CRLF"),
        pytest.param(
            "Knie \U0001f9b5 joint".encode("utf-8"), "joint", "joint", id="astral characters count one"
        ),
    ],
)
def test_raw_leads_back_to_the_raw_characters(raw: bytes, words: str, slice_: str) -> None:
    text = read(raw)
    at = text.text.index(words)
    start, end = text.raw((at, at + len(words)))
    assert raw.decode(text.encoding)[start:end] == slice_


def test_raw_of_an_empty_span_and_of_the_end() -> None:
    text = read(b"a\r\nb")
    assert text.raw((2, 2)) == (3, 3)
    assert text.raw((3, 3)) == (4, 4)
    assert text.raw((0, 3)) == (0, 4)


def test_raw_of_a_text_without_pieces_is_its_beginning() -> None:
    assert Text("", (), (), "text/plain", "utf-8").raw((0, 0)) == (0, 0)


def test_raw_before_the_first_piece_points_at_it() -> None:
    text = Text("\tab", (), (Piece(1, 2, 7, 2),), "text/html", "utf-8")
    assert text.raw((0, 1)) == (7, 7)
    assert text.raw((0, 2)) == (7, 8)


@pytest.mark.parametrize(
    ("raw", "span"),
    [
        pytest.param(b"Knee \x1b[0m", (5, 6), id="escape"),
        pytest.param(b"Knee\x08", (4, 5), id="backspace"),
        pytest.param(b"a\x7fb\x01", (1, 2), id="the first is told"),
        pytest.param(codecs.BOM_UTF8 + b"a\r\n\x02", (2, 3), id="counted in the reading text"),
    ],
)
def test_control_characters_are_kept_and_told(raw: bytes, span: tuple[int, int]) -> None:
    (note,) = read(raw).notes
    assert (getattr(note, "rule", None), note.span) == ("text.control_character", span)


@pytest.mark.parametrize("signs", ["\ue000\uf8ff", "\ue001 " * 300, "\U000f0000\n\U0010fffd", "\ufdd0\ufdd1"])
@pytest.mark.parametrize(
    "form", ["{}", "<html><body><h1>{}</h1><p>{}</p></body></html>", "Modifiers:\n{}: {}"]
)
def test_a_page_of_icons_is_read_and_told(signs: str, form: str) -> None:
    extraction = extract(form.format(signs, signs).encode())
    holds(extraction)
    rules = [found.rule for found in extraction.record.findings]
    assert rules.count("text.private_character") == ("\ufdd0" not in signs)


@pytest.mark.parametrize("raw", [b"tab\there", b"form\x0cfeed", b"line\r\nend"])
def test_white_space_is_no_control_character(raw: bytes) -> None:
    assert read(raw).notes == ()


def test_plain_lines_leave_out_blank_ones_and_keep_offsets() -> None:
    words = "  Knee \n\n\t• Item one\n-\n(2) Two"
    lines = list(plain_lines(words))
    assert [line.text for line in lines] == ["Knee", "• Item one", "-", "(2) Two"]
    assert [words[slice(*line.span)] for line in lines] == [line.text for line in lines]
    assert [line.words for line in lines] == ["Knee", "Item one", "-", "Two"]
    assert [line.bulleted for line in lines] == [False, True, False, True]
    assert [line.lone_bullet for line in lines] == [False, False, True, False]


@pytest.mark.parametrize(
    ("words", "length"),
    [
        pytest.param("• Item", 2, id="bullet"),
        pytest.param("•Item", 1, id="bullet without space"),
        pytest.param("- Item", 2, id="hyphen"),
        pytest.param("-Item", 0, id="hyphen that belongs to the word"),
        pytest.param("– Item", 2, id="dash"),
        pytest.param("* Item", 2, id="star"),
        pytest.param("**Bold** text", 0, id="emphasis"),
        pytest.param("1. Item", 3, id="number"),
        pytest.param("12) Item", 4, id="number with bracket"),
        pytest.param("(3) Item", 4, id="number in brackets"),
        pytest.param("a. Item", 3, id="letter"),
        pytest.param("1.5 mg", 0, id="decimal"),
        pytest.param("123. Item", 0, id="three digits are no number of an item"),
        pytest.param("•", 0, id="nothing behind it"),
        pytest.param("", 0, id="empty"),
        pytest.param("\u2713 Done", 2, id="tick"),
    ],
)
def test_bullets(words: str, length: int) -> None:
    assert bullet_end(words) == length


@pytest.mark.parametrize(
    ("words", "closed"),
    [
        ("Done.", True),
        ("Really?", True),
        ("Label:", True),
        ("(see)", True),
        ("“quoted”", True),
        ("Open", False),
    ],
)
def test_a_line_is_closed_by_its_last_character(words: str, closed: bool) -> None:
    assert Line(0, len(words), words, 0).closed is closed


@pytest.mark.parametrize(("words", "piped"), [("a | b", True), ("a b", False)])
def test_a_pipe_makes_a_row(words: str, piped: bool) -> None:
    assert Line(0, len(words), words, 0).piped is piped


@pytest.mark.parametrize(
    ("text", "span", "trimmed"),
    [
        ("  ab  ", (0, 6), (2, 4)),
        ("ab", (0, 2), (0, 2)),
        ("    ", (1, 3), (1, 1)),
        ("\u00a0a\u2003", (0, 3), (1, 2)),
        ("abc", (2, 2), (2, 2)),
    ],
)
def test_trim(text: str, span: tuple[int, int], trimmed: tuple[int, int]) -> None:
    assert trim(text, *span) == trimmed


def test_nonspace_counts_what_is_not_white_space() -> None:
    assert nonspace("a b\u00a0c\n", [(0, 3), (3, 6)]) == 3
    assert nonspace("abc", []) == 0


def test_a_line_separator_ends_a_line() -> None:
    text = read("Knee\u2028Hip\u2029 Wrist".encode())
    assert [line.text for line in text.lines] == ["Knee", "Hip", "Wrist"]
    assert text.text == "Knee\u2028Hip\u2029 Wrist"


def test_what_markdown_folds_away_is_read_below_its_summary() -> None:
    raw = "# CPT 20610: Joint\n\n<details><summary>Diagnoses</summary>\n\n| Code | Description |\n|---|---|\n"
    raw += "| M17.11 | Right knee |\n\n</details>\n\nA <summary> in words.\n"
    extraction = extract(raw, media_type="text/markdown")
    holds(extraction)
    record, text = extraction
    assert [text.text[slice(*row.span)] for row in record.diagnoses] == ["| M17.11 | Right knee |"]
    assert [(row.code, row.name) for row in record.diagnoses] == [("M17.11", "Right knee")]
    assert text.lines[-1].text == "A <summary> in words."
