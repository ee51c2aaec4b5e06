"""What is read from a page of no known layout."""

from collections.abc import Callable

import pytest

from extractors import Extraction, Vocabulary
from extractors.structure.outline import title_line


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("A page\n\n## Modifiers\n22: x", id="first line, then a Markdown heading"),
        pytest.param("A page\n\nOdd words\n=========\nx", id="first line, then an underlined heading"),
        pytest.param("A page.\n\n**Odd words**\nx", id="a sentence, then a strong line"),
        pytest.param("# A page\nx", id="Markdown"),
        pytest.param("Words\nCPT 20610: A page\nx", id="a code with its title"),
    ],
)
def test_the_line_that_the_outline_keeps_as_title_is_the_title(
    extracted: Callable[..., Extraction], vocabulary: Vocabulary, words: str
) -> None:
    record, text = extracted(words)
    line = title_line(text, vocabulary)
    assert line is not None
    assert record.title is not None
    assert line.start <= record.title.span[0] < record.title.span[1] <= line.end


@pytest.mark.parametrize(
    ("label", "status", "value"),
    [
        pytest.param("Code: 20610", "present", "20610", id="bare code"),
        pytest.param("HCPCS code: J1030", "present", "J1030", id="system in the label"),
        pytest.param("Code: see below", "absent", None, id="no code"),
    ],
)
def test_a_label_of_the_code(
    extracted: Callable[..., Extraction], label: str, status: str, value: str | None
) -> None:
    record = extracted(f"A page\n\n{label}\nSome words.").record
    assert (record.code.value if record.code else None) == value
    assert record.status["code"] == status


def test_payers_of_a_label_that_says_they_are_missing(extracted: Callable[..., Extraction]) -> None:
    record = extracted("A page\n\nSome words.\nPayers: Not specified\n").record
    assert record.payers == ()
    assert record.status["payers"] == "placeholder"


def test_payers_below_a_heading(extracted: Callable[..., Extraction]) -> None:
    record = extracted("A page\n\n## Payers\n- Aetna\n- Cigna\n").record
    assert [payer.payer for payer in record.payers] == ["aetna", "cigna"]


def test_a_known_section_heading_is_no_title(extracted: Callable[..., Extraction]) -> None:
    record = extracted("## Modifiers\nLT: Left.\n\n## Taxonomies\n207L00000X: Numbing.").record
    assert [each.code for each in record.modifiers] == ["LT"]
    assert [each.code for each in record.taxonomies] == ["207L00000X"]


def test_labels_and_codes_of_a_page_of_no_known_layout(extracted: Callable[..., Extraction]) -> None:
    page = (
        "# Joint help\n\nSome words.\n\nService type: Care\nSite of service: Office\nPayers: Aetna, Cigna\n"
        "HCPCS code: J1030\nIt goes with CPT 20611.\n\n## Overview\nLong words.\n\n## Clinical Context\n"
        "A 9-year-old girl has asthma.\n\n| CPT Code | Description |\n|---|---|\n| 20612 | x |\n\n"
        "## Modifiers\nData not available.\n"
    )
    record = extracted(page).record
    assert record.service_type is not None
    assert record.service_type.text == "Care"
    assert [each.pos_codes for each in record.sites_of_service] == [("11",)]
    assert [each.payer for each in record.payers] == ["aetna", "cigna"]
    assert record.code is not None
    assert record.code.value == "J1030"
    assert record.overview is not None
    assert record.clinical_context is not None
    assert record.clinical_context.text == "A 9-year-old girl has asthma."
    assert record.status["modifiers"] == "placeholder"
    assert record.status["diagnoses"] == "absent"


@pytest.mark.parametrize(
    ("page", "title"),
    [
        pytest.param("---\ndate: 2026\n---\n# A page\nSome words.\n", "A page", id="closed"),
        pytest.param("---\n# A page\nSome words.\n", "A page", id="a rule alone"),
    ],
)
def test_the_title_stands_below_a_yaml_header(
    extracted: Callable[..., Extraction], page: str, title: str
) -> None:
    found = extracted(page).record.title
    assert found is not None
    assert (found.text, found.span[0]) == (title, page.index(title))
