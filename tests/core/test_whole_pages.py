"""A page that is whole is not truncated, wherever its last table or list ends; one that is cut is."""

from collections.abc import Callable

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
