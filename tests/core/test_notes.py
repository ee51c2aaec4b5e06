"""Footnote marks stand apart, struck-out words give no value, hidden words are no text: in every medium."""

import io
from collections.abc import Callable

import docx
import pytest
from fpdf import FPDF

from extractors import Extraction
from extractors.media.reading import read
from extractors.record.model import Repair
from extractors.text.reading_text import Text

PAGE = "<h1>CPT 20610: Joint work</h1><h2>Diagnoses</h2>{}<p>The end.</p>"


def repairs(text: Text) -> list[tuple[str, str]]:
    return [(note.kind, text.text[slice(*note.span)]) for note in text.notes if isinstance(note, Repair)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("M17.12<sup>2</sup>", "M17.12\u202f2", id="behind a code"),
        pytest.param("M17.12<sup><a href=#n>2</a>, 3</sup>: Knee", "M17.12\u202f2, 3: Knee", id="two"),
        pytest.param("<sup>1</sup>Knee", "1\u202fKnee", id="in front of a word"),
        pytest.param("Knee <sup>1</sup> joint", "Knee 1 joint", id="with spaces of its own"),
        pytest.param("CPT<sup>®</sup> code", "CPT® code", id="a sign"),
        pytest.param("the 1<sup>st</sup> joint", "the 1st joint", id="an ordinal number"),
        pytest.param("5 cm<sup>2</sup> wide", "5 cm2 wide", id="an area"),
        pytest.param("10<sup>6</sup> cells", "10\u202f6 cells", id="a power"),
        pytest.param("H<sub>2</sub>O", "H2O", id="a low sign"),
    ],
)
def test_raised_words_in_html(words: str, expected: str) -> None:
    assert read(f"<p>{words}</p>".encode()).text == expected


def test_the_mark_is_in_the_line_and_not_in_the_cell() -> None:
    rows = "<tr><td>M17.12<sup>2</sup><td>Left<sup>a</sup><tr><td><sup>1</sup><td>Knee<sup>See below</sup>"
    text = read(f"<table>{rows}</table>".encode())
    assert [[text.text[slice(*cell)] for cell in line.cells] for line in text.lines] == [
        ["M17.12", "Left"],
        ["1", "Knee\u202fSee below"],
    ]
    assert text.text.startswith("M17.12\u202f2\tLeft\u202fa")


def made(marked: str, words: str) -> bytes:
    """A DOCX with a table of one row: a code with a mark, and words in a formatted run."""
    document = docx.Document()
    cells = document.add_table(1, 2).rows[0].cells
    cells[0].paragraphs[0].add_run("M17.12")
    cells[0].paragraphs[0].add_run("2").font.superscript = True
    setattr(cells[1].paragraphs[0].add_run(words).font, marked, True)
    cells[1].paragraphs[0].add_run(" knee")
    document.add_paragraph("The end.")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_marks_and_struck_words_in_docx() -> None:
    text = read(made("strike", "Left"))
    assert text.text == "M17.12\u202f2\tLeft knee\nThe end."
    assert [text.text[slice(*cell)] for cell in text.lines[0].cells] == ["M17.12", "Left knee"]
    assert repairs(text) == [("text.struck", "Left")]


def test_hidden_runs_in_docx_are_counted() -> None:
    text = read(made("hidden", "no one sees"))
    assert text.text == "M17.12\u202f2\tknee\nThe end."
    assert repairs(text) == [("text.hidden", "")]
    assert [note.detail for note in text.notes if isinstance(note, Repair)] == [
        "9 characters that no reader sees were left out"
    ]


def test_small_raised_letters_in_a_pdf_stand_apart() -> None:
    page = FPDF()
    page.add_page()
    page.set_font("Helvetica", size=10)
    page.write(5, "Code M17.12")
    page.char_vpos = "SUP"
    page.write(5, "2")
    page.char_vpos = "LINE"
    page.write(5, "and words of the 1")
    page.char_vpos = "SUP"
    page.write(5, "st")
    page.char_vpos = "LINE"
    page.write(5, " line")
    assert read(bytes(page.output())).text == "Code M17.12\u202f2\u202fand words of the 1st line"


@pytest.mark.parametrize(
    "tag",
    ["<s>{}</s>", "<del>{}</del>", "<strike>{}</strike>", '<i style="text-decoration: line-through">{}</i>'],
)
def test_struck_codes_are_text_and_no_fact(extracted: Callable[..., Extraction], tag: str) -> None:
    rows = f"<table><tr><td>{tag.format('M17.9')}<td>Knee<tr><td>M17.11<td>Right knee</table>"
    record, text = extracted(PAGE.format(rows), "text/html")
    assert [found.code for found in record.diagnoses] == ["M17.11"]
    assert "M17.9" in text.text
    assert repairs(text) == [("text.struck", "M17.9")]
    assert [repair.kind for repair in record.repairs] == ["text.struck"]


def test_a_struck_code_beside_one_that_stands(extracted: Callable[..., Extraction]) -> None:
    rows = "<table><tr><td><del>M17.9</del> M17.11<td>Knee<tr><td>M17.12<td>Left knee</table>"
    record, _ = extracted(PAGE.format(rows), "text/html")
    assert [found.code for found in record.diagnoses] == ["M17.11", "M17.12"]


@pytest.mark.parametrize(
    "tag",
    [
        "<p hidden>{}</p>",
        '<p style="color:red;display:none">{}</p>',
        '<div style="DISPLAY: none"><b>{}</b></div>',
    ],
)
def test_hidden_words_are_no_text(tag: str) -> None:
    text = read(f"<p>Seen.</p>{tag.format('not &amp; seen')}<p>Also.</p>".encode())
    assert text.text == "Seen.\nAlso."
    assert [(note.kind, note.detail) for note in text.notes if isinstance(note, Repair)] == [
        ("text.hidden", "8 characters that no reader sees were left out")
    ]
    assert len(text.notes) == 1


def test_words_that_a_search_finds_are_text() -> None:
    assert read(b'<p>Seen.</p><p hidden="until-found">Also.</p><p style="display:none-such">x</p>').text == (
        "Seen.\nAlso.\nx"
    )
