"""Tables are found by their form; a row keeps the cells it has and says where it breaks off."""

from collections.abc import Callable

import pytest

from extractors.record.model import Finding, Repair
from extractors.record.readings import Fact, Gap
from extractors.structure.document import Document, Section
from extractors.structure.tables import tables

HEAD = "| Modifier | Description | When to Use |\n|---|---|---|\n"


def cells(source: str, rows: tuple[tuple[int, int], ...]) -> list[str]:
    return [source[a:b] for a, b in rows]


@pytest.mark.parametrize(
    ("words", "header", "rows"),
    [
        pytest.param("| Code | Name |\n|---|---|\n| 1 | a |", ["Code", "Name"], [["1", "a"]], id="ruled"),
        pytest.param("Code | Name\n--- | ---\n1 | a", ["Code", "Name"], [["1", "a"]], id="no outer pipes"),
        pytest.param("| A | B |\n|:--|--:|\n| 1 | 2 |", ["A", "B"], [["1", "2"]], id="aligned rule"),
        pytest.param("| A | B |\n|---+---|\n| 1 | 2 |", ["A", "B"], [["1", "2"]], id="rule with plus signs"),
        pytest.param(
            "Modifier | Description\n22 | a", ["Modifier", "Description"], [["22", "a"]], id="by names"
        ),
        pytest.param("22 | a\n59 | b", None, [["22", "a"], ["59", "b"]], id="no header"),
        pytest.param("|Code|Name|\n|---|---|\n|1|a|", ["Code", "Name"], [["1", "a"]], id="without blanks"),
        pytest.param(
            "| A | Code | Name |\n|---|---|---|\n| 1 | a | b |\n| | | |\n| 2 | c | d |",
            ["A", "Code", "Name"],
            [["1", "a", "b"], ["", "", ""], ["2", "c", "d"]],
            id="empty row",
        ),
        pytest.param(
            "| Code | Name |  |---|---|  | 1 | a |", ["Code", "Name"], [["1", "a"]], id="whole on one line"
        ),
        pytest.param(
            "| 1 | a | | 2 | b |", None, [["1", "a", "", "2", "b"]], id="two rows on one line are one"
        ),
        pytest.param(
            f"Modifier | When {'x' * 34}\n22 | a",
            ["Modifier", f"When {'x' * 34}"],
            [["22", "a"]],
            id="the longest name",
        ),
        pytest.param(
            f"Modifier | When {'x' * 35}\n22 | a",
            None,
            [["Modifier", f"When {'x' * 35}"], ["22", "a"]],
            id="too long a name",
        ),
        pytest.param("|---|---|\n|---|---|", None, [], id="rules alone"),
        pytest.param("| 22 |  | c |", None, [["22", "", "c"]], id="empty cell"),
        pytest.param(r"| 22 | a \| b |", None, [["22", r"a \| b"]], id="escaped pipe"),
        pytest.param("Modifier | Description", ["Modifier", "Description"], [], id="header alone"),
        pytest.param("| A | B |\n|---|---|", ["A", "B"], [], id="header and rule alone"),
        pytest.param("| 22 | a", None, [["22", "a"]], id="a row alone"),
        pytest.param(
            f"{'x' * 15} modifier | y", None, [[f"{'x' * 15} modifier", "y"]], id="a name near its beginning"
        ),
        pytest.param(
            "No | Code | Name | More\n1 | 22 | a | b",
            ["No", "Code", "Name", "More"],
            [["1", "22", "a", "b"]],
            id="names behind a number",
        ),
        pytest.param(
            f"{'N' + 'o' * 38} | Code | Name\n1 | 22 | a",
            ["N" + "o" * 38, "Code", "Name"],
            [["1", "22", "a"]],
            id="the longest number",
        ),
        pytest.param(
            f"{'N' + 'o' * 39} | Code | Name\n1 | 22 | a",
            None,
            [["N" + "o" * 39, "Code", "Name"], ["1", "22", "a"]],
            id="too long a number",
        ),
        pytest.param(
            "22 | Code | Name\n59 | b | c", None, [["22", "Code", "Name"], ["59", "b", "c"]], id="code"
        ),
        pytest.param(
            "Code | Name | Odd\n1 | a | b", ["Code", "Name", "Odd"], [["1", "a", "b"]], id="two names do"
        ),
        pytest.param(
            "| 22 | a |\n| Code | Name |\n| 59 | b |",
            None,
            [["22", "a"], ["Code", "Name"], ["59", "b"]],
            id="names without a rule below them open no table",
        ),
        pytest.param(
            "| 22 |\n| Code |\n|---|\n| 59 |", None, [["22"], ["Code"], ["59"]], id="nor does one name"
        ),
        pytest.param(
            "| A | B |  | 1 |  | 2 | c |",
            None,
            [["A", "B", "", "1", "", "2", "c"]],
            id="rows of two widths on one line",
        ),
    ],
)
def test_header_and_rows(
    part: Callable[..., tuple[Section, Document]], words: str, header: list[str] | None, rows: list[list[str]]
) -> None:
    here, document = part(words, last=False)
    (table,) = tables(here, document)
    assert (cells(document.source, table.header.cells) if table.header else None) == header
    assert [cells(document.source, row.cells) for row in table.rows] == rows
    assert document.source[slice(*table.span)] == words
    assert table.width == len(header or max(rows, key=len, default=[]))


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(f"{'x' * 16} modifier | y", id="a name too far from the beginning"),
        pytest.param("either this | or that in a sentence", id="one pipe in a sentence"),
        pytest.param("no pipe\nat all", id="no pipe"),
    ],
)
def test_prose_is_no_table(part: Callable[..., tuple[Section, Document]], words: str) -> None:
    assert list(tables(*part(words))) == []


def test_two_tables_apart_are_two(part: Callable[..., tuple[Section, Document]]) -> None:
    here, document = part("| 22 | a |\n| 59 | b |\nBetween\n| LT | c |\n| RT | d |")
    found = list(tables(here, document))
    assert [len(table.rows) for table in found] == [2, 2]
    assert [table.last for table in found] == [False, True]


@pytest.mark.parametrize(
    ("words", "joined"),
    [
        pytest.param(
            "| 22 | More\nwork | Add |\n| LT | L | x |",
            [["22", "More\nwork", "Add"], ["LT", "L", "x"]],
            id="in a cell",
        ),
        pytest.param(
            "| 22 | More\n59 | Again | x |", [["22", "More"], ["59", "Again", "x"]], id="a code opens a row"
        ),
        pytest.param(
            "| 22 | More\n59 | Again |", [["22", "More"], ["59", "Again"]], id="a code opens a short row"
        ),
        pytest.param(
            "22 | a | b\nmore |", [["22", "a", "b"], ["more"]], id="a row of all cells is whole without pipes"
        ),
        pytest.param(
            "| 22 | a | b |\nmore | c |", [["22", "a", "b"], ["more", "c"]], id="a whole row is not joined"
        ),
    ],
)
def test_a_row_broken_inside_a_cell_is_joined(
    part: Callable[..., tuple[Section, Document]], words: str, joined: list[list[str]]
) -> None:
    here, document = part(HEAD + words, last=False)
    (table,) = tables(here, document)
    assert [cells(document.source, row.cells) for row in table.rows] == joined
    told = [document.source[slice(*note.span)] for note in table.notes if isinstance(note, Repair)]
    broken = [row for row in table.rows if "\n" in document.source[slice(*row.span)]]
    assert [row for row in told if "\n" in row] == [document.source[slice(*row.span)] for row in broken]
    assert len(broken) == sum("\n" in cell for row in joined for cell in row)


def test_a_row_is_not_joined_to_more_cells_than_the_table_has(
    part: Callable[..., tuple[Section, Document]],
) -> None:
    words = "| No | Code | Name | More |\n|---|---|---|---|\n| 1 | b | c\nmore | d | e |"
    here, document = part(words, last=False)
    (table,) = tables(here, document)
    assert [cells(document.source, row.cells) for row in table.rows] == [["1", "b", "c"], ["more", "d", "e"]]


@pytest.mark.parametrize(
    ("row", "kinds"),
    [
        pytest.param("| 22 | a | b |", [], id="whole"),
        pytest.param("22 | a | b |", ["table.leading_pipe"], id="no leading pipe"),
        pytest.param("| 22 | a | b", ["table.trailing_pipe"], id="no closing pipe"),
        pytest.param("22 | a | b", ["table.leading_pipe", "table.trailing_pipe"], id="neither"),
    ],
)
def test_missing_pipes_are_repairs(
    part: Callable[..., tuple[Section, Document]], row: str, kinds: list[str]
) -> None:
    here, document = part(HEAD + row + "\n| 59 | c | d |", last=False)
    (table,) = tables(here, document)
    notes = [note for note in table.notes if isinstance(note, Repair)]
    assert [note.kind for note in notes] == kinds
    assert all(document.source[slice(*note.span)] == row for note in notes)


@pytest.mark.parametrize(
    "head", ["| Code | Name |\n---|---\n", "Code | Name\n|---|---|\n"], ids=["bare rule", "bare header"]
)
def test_a_rule_lacks_no_pipes_and_asks_for_none(
    part: Callable[..., tuple[Section, Document]], head: str
) -> None:
    row = "| 1 | a |" if head.startswith("|") else "1 | a"
    (table,) = tables(*part(head + row, last=False))
    assert (table.header is not None, table.notes) == (True, ())


@pytest.mark.parametrize(("stub", "rows"), [("x" * 12, 2), ("x" * 13, 1)])
def test_the_longest_beginning_of_a_row(
    part: Callable[..., tuple[Section, Document]], stub: str, rows: int
) -> None:
    assert [len(table.rows) for table in tables(*part(f"{HEAD}| 22 | a | b |\n{stub}"))] == [rows]


def test_a_short_last_line_is_the_beginning_of_a_row_only_where_the_document_ends(
    part: Callable[..., tuple[Section, Document]],
) -> None:
    words = HEAD + "| 22 | a | b |\n59"
    assert [len(table.rows) for table in tables(*part(words, last=True))] == [2]
    assert [len(table.rows) for table in tables(*part(words, last=False))] == [1]
    assert [len(table.rows) for table in tables(*part(HEAD + "| 22 | a | b |\n59 and more"))] == [1]


@pytest.mark.parametrize(
    ("page", "last_row_open"),
    [
        pytest.param("<table><tr><th>Code<th>Name<tr><td>22<td>a</table>", False, id="fragment"),
        pytest.param(
            "<html><table><tr><th>Code<th>Name<tr><td>22<td>a</table></html>", False, id="whole page"
        ),
        pytest.param("<html><table><tr><th>Code<th>Name<tr><td>22<td>a", True, id="page that breaks off"),
    ],
)
def test_the_last_row_of_markup_is_open_where_the_page_breaks_off(
    part: Callable[..., tuple[Section, Document]], page: str, last_row_open: bool
) -> None:
    here, document = part(page, media_type="text/html")
    (table,) = tables(here, document)
    assert table.header is not None
    assert [row.open for row in table.rows] == [last_row_open]
    assert cells(document.source, table.rows[0].cells) == ["22", "a"]


def test_markup_without_header_cells_has_a_header_where_its_words_name_columns(
    part: Callable[..., tuple[Section, Document]],
) -> None:
    named = part("<table><tr><td>Code<td>Name<tr><td>22<td>a</table>", media_type="text/html")
    plain = part("<table><tr><td>59<td>b<tr><td>22<td>a</table>", media_type="text/html")
    assert [bool(table.header) for table in tables(*named)] == [True]
    assert [bool(table.header) for table in tables(*plain)] == [False]


def test_notes_of_a_table_are_readings(part: Callable[..., tuple[Section, Document]]) -> None:
    (table,) = tables(*part(HEAD + "22 | a | b"))
    assert all(isinstance(note, Fact | Gap | Repair | Finding) for note in table.notes)
    assert table.notes


def test_a_row_that_breaks_in_its_last_cell_or_more_than_once_is_joined(
    part: Callable[..., tuple[Section, Document]],
) -> None:
    words = (
        "| RT | Right side | Use when\nright. |\n| LT | Left | Use\nwhen,\nif\nand\nonly\nif. |\n"
        "| 50 | Both\nof\nthem | Pair. |"
    )
    here, document = part(HEAD + words + "\n\nThe end.", last=False)
    (table,) = tables(here, document)
    assert [cells(document.source, row.cells) for row in table.rows] == [
        ["RT", "Right side", "Use when\nright."],
        ["LT", "Left", "Use\nwhen,\nif\nand\nonly\nif."],
        ["50", "Both\nof\nthem", "Pair."],
    ]
    assert [document.source[slice(*note.span)][:4] for note in table.notes if isinstance(note, Repair)] == [
        "| RT",
        "| LT",
        "| 50",
    ]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("| RT | Right\nwords\n| LT | Left | Use. |", id="a whole row follows"),
        pytest.param("| RT | Right | a | b\nwords |", id="too many cells"),
        pytest.param("| RT | Right | a\n1\n2\n3\n4\n5\n6 |", id="too many lines"),
    ],
)
def test_a_row_that_does_not_become_whole_is_left_as_it_is(
    part: Callable[..., tuple[Section, Document]], words: str
) -> None:
    here, document = part(HEAD + words, last=False)
    assert not any(
        "\n" in document.source[slice(*row.span)] for table in tables(here, document) for row in table.rows
    )


def test_lines_between_tabs_below_names_of_columns_are_rows(
    part: Callable[..., tuple[Section, Document]],
) -> None:
    words = (
        "One\ttwo\nModifier\tDescription\nRT\tRight side\n"
        "Taxonomy Code\tSpecialty Name\n207X00000X\tBones\nEnd.\nThree\tfour"
    )
    here, document = part(words, last=False)
    above, first, second = tables(here, document)
    assert [cells(document.source, row.cells) for row in above.rows] == [["One", "two"]]
    assert [cells(document.source, row.cells) for row in (first.header, *first.rows) if row] == [
        ["Modifier", "Description"],
        ["RT", "Right side"],
    ]
    assert [cells(document.source, row.cells) for row in second.rows] == [["207X00000X", "Bones"]]


@pytest.mark.parametrize(
    ("page", "headers"),
    [
        pytest.param(
            "<table><tr><td>22<td>a</table><table><tr><td>59<td>b</table>", [None, None], id="markup"
        ),
        pytest.param(
            "<table><tr><th>Code<th>Name<tr><td>22<td>a<tr><th>Mod<th>When<tr><td>59<td>b</table>",
            [["Code", "Name"], ["Mod", "When"]],
            id="a second header",
        ),
        pytest.param(
            "| 22 | a |\n| Code | Name |\n|---|---|\n| 59 | b |",
            [None, ["Code", "Name"]],
            id="a ruled header",
        ),
    ],
)
def test_a_table_right_below_another_is_one_of_its_own(
    part: Callable[..., tuple[Section, Document]], page: str, headers: list[list[str] | None]
) -> None:
    here, document = part(page, media_type="text/html" if page.startswith("<") else None)
    found = list(tables(here, document))
    assert [
        cells(document.source, table.header.cells) if table.header else None for table in found
    ] == headers
    assert [[cells(document.source, row.cells)[0] for row in table.rows] for table in found] == [
        ["22"],
        ["59"],
    ]


def test_a_header_of_two_rows_calls_a_column_what_stands_nearest(
    part: Callable[..., tuple[Section, Document]],
) -> None:
    page = "<table><tr><th>Code<th>Name<tr><th><th>When<th>More<tr><td>22<td>a<td>b</table>"
    here, document = part(page, media_type="text/html")
    (table,) = tables(here, document)
    assert table.header is not None
    assert cells(document.source, table.header.cells) == ["Code", "When", "More"]
    assert document.source[slice(*table.header.span)].split() == ["Code", "Name", "When", "More"]


def test_a_line_across_a_table_of_markup_does_not_end_it(
    part: Callable[..., tuple[Section, Document]],
) -> None:
    page = (
        "<table><tr><th>Code<th>Name<tr><td colspan=2>Sides<tr><td>LT<td>a<tr><td>RT<td>b</table>"
        "<p>Between</p><table><tr><th>A<th>B<tr><td>59<td>c</table>"
    )
    here, document = part(page, media_type="text/html")
    first, second = tables(here, document)
    assert [cells(document.source, row.cells) for row in first.rows] == [["LT", "a"], ["RT", "b"]]
    assert second.header is not None
    assert cells(document.source, second.header.cells) == ["A", "B"]


def test_the_last_row_alone_is_whole_where_no_row_has_a_closing_pipe(
    part: Callable[..., tuple[Section, Document]],
) -> None:
    (table,) = tables(*part("22 | a\n59 | b\nLT | c"))
    assert [row.open for row in table.rows] == [True, True, False]


def test_the_first_row_below_a_header_without_a_rule_may_lack_its_pipe(
    part: Callable[..., tuple[Section, Document]],
) -> None:
    (table,) = tables(*part("| Modifier | Description |\n22 | a |"))
    assert [note.kind for note in table.notes if isinstance(note, Repair)] == ["table.leading_pipe"]


def test_lines_of_rows_cut_from_one_line_stand_where_their_words_do(
    part: Callable[..., tuple[Section, Document]],
) -> None:
    here, document = part("| Code | Name |  |---|---|  | 1 | a |  | 2 | b |", last=False)
    (table,) = tables(here, document)
    assert [document.source[slice(*row.span)] for row in table.rows] == ["| 1 | a |", "| 2 | b |"]
