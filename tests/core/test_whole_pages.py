"""A page that is whole is not truncated, wherever its last table or list ends; one that is cut is."""

from collections.abc import Callable

import pytest

from extractors import Extraction

MEDICARE = (
    "<html><body><h1>Billing and Coding: Knee Braces</h1><h2>Article Information</h2><p>Article ID</p>"
    "<p>A50001</p><h2>Coding Information</h2><h3>CPT/HCPCS Codes</h3><table><tr><th>Code<th>Description"
    "<tr><td>L1833<td>Brace</table><h3>ICD-10-CM Codes that Support Medical Necessity</h3><table>"
    "<tr><th>Code<th>Description<tr><td>M17.11<td>Right knee worn<tr><td>M17.12<td>Left knee worn</table>"
)


def test_a_whole_page_of_medicare_ends_in_its_last_table(extracted: Callable[..., Extraction]) -> None:
    record = extracted(MEDICARE + "</body></html>", "text/html").record
    assert record.source.layout == "cms-article"
    assert (record.status["diagnoses"], record.findings) == ("present", ())
    assert [value.complete for value in record.diagnoses] == [True, True]


def test_a_page_of_medicare_that_breaks_off_is_cut(extracted: Callable[..., Extraction]) -> None:
    record = extracted(MEDICARE.removesuffix("</table>"), "text/html").record
    assert record.status["diagnoses"] == "truncated"
    assert [value.complete for value in record.diagnoses] == [True, False]


HEAD = "# Knee brace\n\nCPT code 20610 is for joints.\n\n## Modifiers\n\n"
PAGE = "<html><body><h1>Knee brace</h1><p>CPT code 20610 is for joints.</p><h2>Modifiers</h2>{}</body></html>"
ROWS = "<table><tr><th>Modifier<th>Description<tr><td>22<td>More work</table>"


@pytest.mark.parametrize(
    ("page", "status"),
    [
        pytest.param(HEAD + "- 22: More work\n- LT: Left side\n", "present", id="list without full stops"),
        pytest.param(HEAD + "- 22: More work\n- LT: Left si", "truncated", id="list without a line end"),
        pytest.param(HEAD + "- 22: More work.\n- LT: Left si\n", "truncated", id="unlike its siblings"),
        pytest.param(HEAD + "- 22: More work\n- LT: Left side of the\n", "truncated", id="words that hang"),
        pytest.param(HEAD + "- 22: More work\n- LT:\n", "truncated", id="no words where others have some"),
        pytest.param(
            HEAD + "Modifier | Use\n22 | More work\nLT | Left\n", "present", id="rows without edges"
        ),
        pytest.param(HEAD + "| Modifier | Use |\n| 22 | More |\n| LT | Le\n", "truncated", id="open row"),
        pytest.param(PAGE.format(ROWS + "<p>Print</p>"), "present", id="a word below the last table"),
    ],
)
def test_what_visibly_breaks_off(extracted: Callable[..., Extraction], page: str, status: str) -> None:
    assert extracted(page).record.status["modifiers"] == status


REPORT = (
    "<html><body><h2>Summary &amp; Overview</h2><p>CPT 20610: Joint work</p><p>It helps joints.</p>"
    "<h2>Billing Code Overview</h2><p>Joint work is done.</p><p>Service type: Surgery</p>"
    "<h2>Clinical &amp; Coding Specifications</h2><h3>Coding Specifications</h3><h3>Modifiers</h3>{}"
)


def test_a_whole_page_of_a_report_says_nothing_after_its_last_table(
    extracted: Callable[..., Extraction],
) -> None:
    whole = extracted(REPORT.format(ROWS) + "</body></html>", "text/html").record
    cut = extracted(REPORT.format(ROWS), "text/html").record
    assert (whole.source.layout, whole.status["modifiers"], whole.status["diagnoses"]) == (
        "billing-report",
        "present",
        "absent",
    )
    assert (cut.status["modifiers"], cut.status["diagnoses"]) == ("truncated", "truncated")
