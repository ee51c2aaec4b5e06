"""The catalogue: every finding that the core can make stands in it, and each has a document that shows it."""

import ast
from collections.abc import Callable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import get_args

import pytest

from extractors import Extraction
from extractors.record.findings import CATALOGUE, finding
from extractors.record.model import Severity

SUMMARY = "Summary & Overview\nCPT 20610: Joint work\nWords.\n"
HEAD = "| Modifier | Description |\n|---|---|\n"
SHOWN = {
    "code.conflict": SUMMARY + "CPT code 20611 is work.\n",
    "code.unassigned": "Canes\n\nThe list follows.\n\nE0100\nE0105\n",
    "html.text_lost": '<p>broken <a href="x>still</p><p>here "z</p>',
    "layout.unknown": "Words.",
    "patient.age_cut": SUMMARY + "Clinical & Coding Specifications\nClinical Context\nA 68",
    "placeholder.line": "Page\n\nModifiers:\nData not available.",
    "section.cut_heading": SUMMARY + "Billing Code Over",
    "section.unread": "Page\n\n## Provider Taxonomies\n\nWhoever treats knees may bill it.\n",
    "table.header_only": HEAD,
    "table.nested": "<table><tr><td>22<td><table><tr><td>a<td>b</table><tr><td>59<td>c</table>",
    "table.not_a_code": HEAD + "| soon | x |\n| 22 | y |\n\nWords.",
    "table.ragged": HEAD + "| 22 |\n| 59 | x |\n\nWords.",
    "table.row_cut": HEAD + "| 22 | a |\n| 59",
    "table.spans": "<table>" + "<tr>" + "<td rowspan=9999>x" * 300 + "<tr><td>y" * 300 + "</table>",
    "table.unplaced": "| CPT | ICD-10 | Description |\n|---|---|---|\n| 20610 | M17.11 | Knee |\n",
    "table.wide_cell": "<table><tr><td>22<td colspan=2>a<tr><td>59<td>b<td>c</table>",
    "text.charset_guessed": "<p>café".encode("cp1252"),
    "text.control_character": "Knee\x07 joint",
    "text.private_character": "\ue000\uf8ff",
}


def sources(folder: Traversable) -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from sources(entry)
        elif entry.name.endswith(".py"):
            yield entry.read_text("utf-8")


def made() -> set[str]:
    """The rules that the modules of the core name in calls of ``finding``."""
    calls = (node for source in sources(files("extractors")) for node in ast.walk(ast.parse(source)))
    return {
        str(node.args[0].value)
        for node in calls
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "finding"
        and isinstance(node.args[0], ast.Constant)
    }


def test_the_catalogue_holds_what_the_core_makes_and_no_more() -> None:
    assert made() == set(CATALOGUE)


@pytest.mark.parametrize("rule", sorted(CATALOGUE))
def test_every_finding_is_explained(rule: str) -> None:
    severity, meaning = CATALOGUE[rule]
    assert severity in get_args(Severity)
    assert meaning.endswith(".")
    area, _, name = rule.partition(".")
    assert area.isidentifier()
    assert name.isidentifier()


@pytest.mark.parametrize("rule", sorted(CATALOGUE))
def test_every_finding_has_a_document_that_shows_it(extracted: Callable[..., Extraction], rule: str) -> None:
    media_type = "text/html" if rule.startswith("html") else None
    record, text = extracted(SHOWN[rule], media_type)
    found = [each for each in record.findings if each.rule == rule]
    assert found
    assert {each.severity for each in found} == {CATALOGUE[rule].severity}
    assert all(each.span is None or 0 <= each.span[0] <= each.span[1] <= len(text.text) for each in found)


def test_a_finding_that_the_catalogue_lacks_cannot_be_made() -> None:
    with pytest.raises(KeyError):
        finding("no.such", "x")
