"""The forms that payer policies leave of tables and headings."""

from collections.abc import Callable

import pytest

from extractors import Text, read
from extractors.layouts.payer_policy.outline import _by_form, _formed
from extractors.structure.document import Document, Section
from extractors.structure.sections import Heading
from extractors.structure.tables import tables

ARTICLE = (
    "Top words here.\n\nSpinal widgets\n"
    "They are considered medically necessary for adults who walk a lot each day.\n\nHistory\n"
    "They were first made in the last hundred years by a man who lived in a small town.\n"
)


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        pytest.param(
            "| Code | Name | |---|---| | 20610 | Hip | | 20611 | Knee |",
            [["20610", "Hip"], ["20611", "Knee"]],
            id="on one line with its rule",
        ),
        pytest.param(
            "| Code | Name | |---|---| | 20610 | | | 20611 | Knee |",
            [["20610", ""], ["20611", "Knee"]],
            id="with an empty cell",
        ),
        pytest.param(
            "Codes of joints | Code | Name | |---|---| | 20610 | Hip |",
            [["20610", "Hip"]],
            id="with words before its first pipe",
        ),
    ],
)
def test_a_table_on_one_line_is_cut_into_its_rows(
    part: Callable[..., tuple[Section, Document]], words: str, rows: list[list[str]]
) -> None:
    here, document = part(words)
    (table,) = tables(here, document)
    assert table.header
    assert [document.source[slice(*cell)] for cell in table.header.cells] == ["Code", "Name"]
    assert [[document.source[slice(*cell)] for cell in row.cells] for row in table.rows] == rows


@pytest.fixture(scope="module")
def article() -> Text:
    return read(ARTICLE.encode())


@pytest.mark.parametrize(
    ("within", "opened"),
    [
        pytest.param(None, [("guidance", 1), ("other", 1)], id="by the sentence below"),
        pytest.param(Heading("guidance", 1), [("guidance", 2), ("guidance", 2)], id="below the argument"),
        pytest.param(Heading("guidance", 3), [("guidance", 3), ("guidance", 3)], id="no deeper than three"),
        pytest.param(Heading("other", 1), [("guidance", 1), ("other", 1)], id="below other words"),
    ],
)
def test_what_a_heading_opens_that_only_its_form_shows(
    article: Text, within: Heading | None, opened: list[tuple[str, int]]
) -> None:
    formed = _formed(article.lines, article.text)
    found = [_by_form(line, within, formed) for line in article.lines if line.start in formed]
    assert [(each.kind, each.level) for each in found if each] == opened
