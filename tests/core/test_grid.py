"""One grid for the tables of every medium: a cell is in its column, or a finding says that it is not."""

import io
from collections.abc import Callable, Sequence
from time import perf_counter

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from fpdf import FPDF
from hypothesis import given
from hypothesis import strategies as st

from extractors import Extraction
from extractors.media.grid import Cell, flat, place
from extractors.media.pdf.cells import CellLine, cell_words
from extractors.media.reading import read
from extractors.record.model import Finding
from extractors.text.reading_text import Mark, Text


def rows(text: Text) -> list[list[str]]:
    return [[text.text[slice(*cell)] for cell in line.cells] for line in text.lines if line.cells]


def html(body: str) -> Text:
    return read(f"<html><body><p>Words before.</p>{body}</body></html>".encode(), "text/html")


def test_a_cell_that_crosses_rows_is_the_cell_of_each() -> None:
    text = html(
        "<table><tr><th>Code<th>Words<th>Use<tr><td>RT<td rowspan=2>One side<td>Right."
        "<tr><td>LT<td>Left.</table>"
    )
    assert rows(text)[1:] == [["RT", "One side", "Right."], ["LT", "One side", "Left."]]
    assert text.text.count("One side") == 1
    assert text.lines[-1].text == "LT\t\tLeft."
    assert text.lines[-1].cells[1] == text.lines[-2].cells[1]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param(
            "<tr><td rowspan=0>Knee<td>1<tr><td>2<tr><td>3",
            [["Knee", "1"], ["Knee", "2"], ["Knee", "3"]],
            id="to the end of the table",
        ),
        pytest.param(
            "<tbody><tr><td rowspan=9>Knee<td>1<tr><td>2</tbody><tbody><tr><td>Hip<td>3</tbody>",
            [["Knee", "1"], ["Knee", "2"], ["Hip", "3"]],
            id="not beyond its group of rows",
        ),
        pytest.param(
            "<tr><td>a<td rowspan=2>b<td>c<tr><td>d<td>e<tr><td>f<td>g<td>h",
            [["a", "b", "c"], ["d", "b", "e"], ["f", "g", "h"]],
            id="in the middle",
        ),
        pytest.param(
            "<tr><td>a<td>b<td>c<tr><td colspan=2>d<td>e", [["a", "b", "c"], ["d", "", "e"]], id="wide"
        ),
        pytest.param(
            "<tr><td>a<td>b<tr><td>c<td colspan=9>d", [["a", "b"], ["c", "d"]], id="wider than the table"
        ),
        pytest.param(
            "<tr><td rowspan=2 colspan=2>a<td>b<tr><td>c<tr><td>d<td>e<td>f",
            [["a", "", "b"], ["a", "", "c"], ["d", "e", "f"]],
            id="both",
        ),
        pytest.param("<tr><td>a<td>b<tr><td>c<tr><td>d<td>e", [["a", "b"], ["d", "e"]], id="a lone cell"),
        pytest.param(
            "<tr><td>a<td rowspan=3>b<tr></tr><tr><td>c", [["a", "b"], ["c", "b"]], id="an empty row counts"
        ),
        pytest.param("<tr><td>a<td>b<tr><td>c<td rowspan=x>d", [["a", "b"], ["c", "d"]], id="no number"),
        pytest.param(
            "<tr><td><h3>M17.11</h3><td>Right knee", [["M17.11", "Right knee"]], id="a heading as a datum"
        ),
    ],
)
def test_html_tables(table: str, expected: list[list[str]]) -> None:
    assert rows(html(f"<table>{table}</table>")) == expected


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(
            "<div role=table><div role=row><b role=columnheader>Code</b><b role=columnheader>Name</b></div>"
            "<div role=rowgroup><div role=row><i role=cell>RT</i><i role=cell>Right</i></div></div></div>",
            id="by role",
        ),
        pytest.param(
            "<div style='display:table'><div style='display: table-row'><div style='display:table-cell'>Code"
            "</div><div style='display:table-cell'>Name</div></div><div style='display:table-row'>"
            "<div style='display:table-cell'>RT</div><div style='display:table-cell'>Right</div></div></div>",
            id="by style",
        ),
        pytest.param(
            "<div class=divTable><div class=divTableRow><div class=divTableHead>Code</div>"
            "<div class=divTableHead>Name</div></div><div class=divTableRow><div class=divTableCell>RT</div>"
            "<div class=divTableCell>Right</div></div></div>",
            id="by class",
        ),
    ],
)
def test_tables_of_other_tags(table: str) -> None:
    assert rows(html(table)) == [["Code", "Name"], ["RT", "Right"]]


def test_a_table_inside_a_cell_has_rows_of_its_own() -> None:
    text = html(
        "<table><tr><td>22<td><table><tr><td>a<td>b</table><tr><td>59<td rowspan=2>c<tr><td>60</table>"
    )
    assert rows(text) == [["a", "b"], ["59", "c"], ["60", "c"]]
    assert [note.rule for note in text.notes if isinstance(note, Finding)] == ["table.nested"]


def test_a_line_across_all_columns_parts_no_table() -> None:
    text = html(
        "<table><tr><th>a<th>b<tr><td colspan=2>Knee<tr><td>1<td>2</table><table><tr><td>x<td>y</table>"
    )
    assert [line.table for line in text.lines] == [0, 1, 1, 1, 2]
    assert text.lines[2].mark is Mark.TEXT


TABLE = "<h1>CPT 20610: Joint work</h1><h2>Diagnoses</h2><table>{}</table><p>The end.</p>"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        pytest.param(
            "<tr><th rowspan=2>Code<th colspan=2>Words<tr><th>Note<th>Description"
            "<tr><td>M17.11<td>n<td>Right knee",
            [("M17.11", "Right knee")],
            id="two header rows",
        ),
        pytest.param(
            "<thead><tr><td>Code<td>Note<td>Description</thead><tr><td colspan=3>Knee"
            "<tr><td>M17.11<td>n<td>Right knee",
            [("M17.11", "Right knee")],
            id="a group row",
        ),
        pytest.param(
            "<tr><td>#<td>Code<td>Description"
            "<tr><td>1<td>M17.11<td>Right knee<tr><td>2<td>M17.12<td>Left knee",
            [("M17.11", "Right knee"), ("M17.12", "Left knee")],
            id="a column of numbers",
        ),
        pytest.param(
            "<tr><td>Joint<td>Code<td>Description<tr><td rowspan=2>Knee<td>M17.11<td>Right knee"
            "<tr><td>M17.12<td>Left knee",
            [("M17.11", "Right knee"), ("M17.12", "Left knee")],
            id="a column of groups",
        ),
        pytest.param(
            "<tr><th>Code<th>Description<tr><td rowspan=2>M17.11<td>Right knee<tr><td>Knee on the right",
            [("M17.11", "Right knee"), ("M17.11", "Knee on the right")],
            id="a code of two rows",
        ),
    ],
)
def test_rows_reach_the_record(
    extracted: Callable[..., Extraction], table: str, expected: list[tuple[str, str]]
) -> None:
    record, _ = extracted(TABLE.format(table), "text/html")
    assert [(found.code, found.name) for found in record.diagnoses] == expected
    assert all(found.complete for found in record.diagnoses)


def test_a_policy_row_takes_the_words_of_the_row_above_where_they_cross(
    extracted: Callable[..., Extraction],
) -> None:
    page = (
        "<h1>Medical Policy: Knee Work</h1><p>Policy Number: 7.01.106</p><p>Review Date: 12/15/2023</p>"
        "<h2>POLICY STATEMENT</h2><p>Knee work may be considered medically necessary.</p><h2>CODES TABLE</h2>"
        "<table><tr><td>M17.11<td rowspan=2>One knee<td>Note a<tr><td>M17.12<td>Note b</table>"
        "<h2>POLICY HISTORY</h2><p>12/15/2023: reviewed.</p>"
    )
    record, _ = extracted(page, "text/html")
    assert record.source.layout == "payer-policy"
    assert [(found.code, found.name) for found in record.diagnoses] == [
        ("M17.11", "One knee"),
        ("M17.12", "One knee"),
    ]


@given(
    st.lists(
        st.lists(st.builds(Cell, st.integers(0, 4), st.integers(0, 4), st.just(value=False)), max_size=5),
        max_size=6,
    )
)
def test_every_cell_has_one_column_and_no_other_takes_it(cells: Sequence[Sequence[Cell]]) -> None:
    slots = place(cells)
    assert slots is not None
    assert len(slots) == len(cells)
    for number, (row, found) in enumerate(zip(cells, slots, strict=True)):
        own = [slot.cell for slot in found if slot and slot.row == number]
        assert own == list(range(len(row)))
        assert all(slot.row <= number for slot in found if slot)
        seen = [slot for slot in found if slot]
        assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param([[Cell(rows=65_534)] * 2_000, *[[Cell()]] * 2_000], id="rows"),
        pytest.param([[Cell(1_000, 0)]] * 20_000, id="both"),
        pytest.param([[Cell(1 + at % 1_000), Cell()] for at in range(20_000)], id="stairs"),
    ],
)
def test_spans_that_blow_a_table_up_are_left_aside(cells: list[list[Cell]]) -> None:
    start = perf_counter()
    assert place(cells) is None
    assert perf_counter() - start < 5
    assert [len(row) for row in flat(cells)] == [len(row) for row in cells]


def test_docx_rows_keep_the_columns_that_they_skip() -> None:
    document = docx.Document()
    table = document.add_table(4, 3)
    for row, words in zip(table.rows, (["Modifier", "Words", "Use"], "abc", "-de", "fg-"), strict=True):
        for cell, word in zip(row.cells, words, strict=True):
            cell.text = word
    for index, name, gone in ((2, "w:gridBefore", 0), (3, "w:gridAfter", 2)):
        line = table.rows[index]._tr
        line.remove(line.tc_lst[gone])
        skipped = OxmlElement(name)
        skipped.set(qn("w:val"), "1")
        line.get_or_add_trPr().append(skipped)
    file = io.BytesIO()
    document.save(file)
    text = read(file.getvalue())
    assert rows(text)[1:] == [["a", "b", "c"], ["", "d", "e"], ["f", "g", ""]]


def test_a_ruled_pdf_table_has_cells_that_cross_rows_and_columns() -> None:
    page = FPDF()
    page.add_page()
    page.set_font("Helvetica", size=10)
    with page.table() as table:
        table.row(["Modifier", "Words", "Use"])
        row = table.row()
        row.cell("RT")
        row.cell("One side", rowspan=2)
        row.cell("Right.")
        table.row(["LT", "Left."])
        table.row().cell("Others", colspan=3)
        row = table.row()
        row.cell("50")
        row.cell("Both", colspan=2)
        table.row(["59", "Apart", "Anywhere."])
    text = read(bytes(page.output()))
    assert rows(text) == [
        ["Modifier", "Words", "Use"],
        ["RT", "One side", "Right."],
        ["LT", "One side", "Left."],
        ["50", "Both", ""],
        ["59", "Apart", "Anywhere."],
    ]
    assert [line.table for line in text.lines] == [1] * 6
    assert [note.rule for note in text.notes if isinstance(note, Finding)] == ["table.wide_cell"]


def test_a_code_that_is_wrapped_in_a_narrow_cell_is_whole() -> None:
    page = FPDF()
    page.add_page()
    page.set_font("Helvetica", size=10)
    with page.table(col_widths=(12, 60), width=100, align="LEFT", wrapmode="CHAR") as table:
        table.row(["Code", "Description"])
        table.row(["S72.001A", "Broken hip"])
        table.row(["M17.11\nM17.12", "Right knee\nLeft knee"])
        table.row(["M16.0\nM16.9", "Trouble of the hip"])
    assert rows(read(bytes(page.output()))) == [
        ["Code", "Description"],
        ["S72.001A", "Broken hip"],
        ["M17.11", "Right knee"],
        ["M17.12", "Left knee"],
        ["M16.0 M16.9", "Trouble of the hip"],
    ]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        pytest.param(["S72.00", "1A"], "S72.001A", id="a code"),
        pytest.param(["E11.", "65"], "E11.65", id="at its point"),
        pytest.param(["207X00", "000X"], "207X00000X", id="a taxonomy"),
        pytest.param(["M17.11", "M17.12"], "M17.11 M17.12", id="two codes"),
        pytest.param(["Right", "knee"], "Right knee", id="words"),
        pytest.param(["20610", "50"], "20610 50", id="a code and a modifier"),
    ],
)
def test_lines_of_a_full_cell(lines: list[str], words: str) -> None:
    assert cell_words([CellLine(line, 29.0, 0.0, 10.0, 20.0) for line in lines], 30.0) == words
