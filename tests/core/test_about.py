"""What a page of no known layout is about: its code by identity, its title and not its chrome, its places."""

from collections.abc import Callable

import pytest

from extractors import Extraction

Extract = Callable[..., Extraction]
PROSE = "Words about it that are long enough to be a sentence of the page, whatever it is about.\n"


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ("CPT 97116: Gait training\n\n" + PROSE, ("CPT", "97116")),
        ("# Learning to walk: 97116 in short\n\n" + PROSE, ("CPT", "97116")),
        ("Home\nBlog\n\n97116 Learning to walk\n\n" + PROSE, ("CPT", "97116")),
        ("97116\nLearning to walk again\n" + PROSE, ("CPT", "97116")),
        ("Walking\n\nCode: CPT 97116\n\n" + PROSE, ("CPT", "97116")),
        ("Walking\n\n| HCPCS Code | E0143 | of it |\n| Cross Reference Code | E0141 |\n", ("HCPCS", "E0143")),
        ("<h1>Walker</h1><table><tr><td>Code<td>E0143</table><p>As E0141.", ("HCPCS", "E0143")),
        ("Walking\n\nE0143 is the HCPCS Level II code for a walker. Not E0141.\n", ("HCPCS", "E0143")),
        ("Walking\n\nThis is a guide of CPT code 97116. It is unlike CPT 97110.\n", ("CPT", "97116")),
        ("Walking\n\n" + PROSE + "\n## What is CPT code 97116?\n\nA code.\n", ("CPT", "97116")),
        ("Billing blog\n\nRevenue Code 0420 in short\n\nIt is for therapy.\n", ("REVENUE", "0420")),
        ("2026 ICD-10-CM Code M17.11\nWorn knee\n" + PROSE, ("ICD-10-CM", "M17.11")),
    ],
)  # fmt: skip
def test_the_code_that_a_page_is_about(extracted: Extract, page: str, code: tuple[str, str]) -> None:
    found = extracted(page).record.code
    assert found
    assert (found.system, found.value) == code


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("Walking\n\nThe plan pays for CPT 97116 and CPT 97110 at home.\n", id="named in prose"),
        pytest.param("CPT 97116, E0143 - Walking\n\n" + PROSE, id="two in the title"),
        pytest.param("Walking\n\nCPT Codes\n97110 Exercise\n97116 Gait\n\nQuestions\n\nCall.\n", id="a list"),
        pytest.param(
            "Walking\n\nCPT 97110 describes exercise.\n\nCPT 97116 describes gait.\n", id="as much for two"
        ),
        pytest.param("<nav>CPT code 97116</nav><main><h1>Walking</h1><p>Words.</main>", id="chrome"),
    ],
)
def test_a_page_about_no_code_or_about_several_has_none(extracted: Extract, page: str) -> None:
    record = extracted(page).record
    assert record.code is None
    assert record.status["code"] == "absent"


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("Home\nCareer Stage\n\n97116 Learning to walk\n\n" + PROSE, "Learning to walk"),
        ("97116\nLearning to walk again\n" + PROSE, "Learning to walk again"),
        ("HCPCS Level II, durable goods\nE0143: Walker that folds\nE0143 is a code.\n", "Walker that folds"),
        (PROSE + "CPT Code 97116 \u2013 Description\nIt is for walking.\n", None),
        ("Walking Aids\n\nCoding\n\n97116: Learning to walk\n", "Walking Aids"),
    ],
)
def test_the_title_is_that_of_the_page(extracted: Extract, page: str, title: str | None) -> None:
    found = extracted(page).record.title
    assert (found.text if found else None) == title


def test_headings_between_sentences_need_no_blank_lines(extracted: Extract) -> None:
    record = extracted(
        PROSE + "What Is CPT Code 97116?\nA code that is used for walking.\nWhen to Use It\n- After a fall.\n"
        "CPT 97116 \u2013 Rules of Billing\nOnce a day, with the minutes in the notes.\n"
    ).record
    assert [section.heading.text for section in record.sections if section.heading] == [
        "What Is CPT Code 97116?",
        "When to Use It",
        "CPT 97116 \u2013 Rules of Billing",
    ]


@pytest.mark.parametrize(
    ("value", "places", "numbers"),
    [
        ("Office (11), Outpatient hospital (22)", ["Office", "Outpatient hospital"], [("11",), ("22",)]),
        ("This service is typically performed in an office or home.", ["office", "home"], [("11",), ("12",)]),
        ("Typically performed in a physician office", ["physician office"], [("11",)]),
    ],
)  # fmt: skip
def test_places_with_numbers_and_in_sentences(
    extracted: Extract, value: str, places: list[str], numbers: list[tuple[str, ...]]
) -> None:
    record = extracted(f"Walking\n\nSite of service: {value}\n").record
    assert [site.text for site in record.sites_of_service] == places
    assert [site.pos_codes for site in record.sites_of_service] == numbers


def test_a_list_of_places_that_breaks_off_says_so(extracted: Extract) -> None:
    record = extracted("Walking\n\nSite of service: Office, pharmacy, or\n\nMore words of it.\n").record
    assert [(site.text, site.complete) for site in record.sites_of_service] == [
        ("Office", True),
        ("pharmacy", False),
    ]
    assert record.status["sites_of_service"] == "truncated"


def test_values_stand_below_headings_too(extracted: Extract) -> None:
    record = extracted(
        "<h1>Walking</h1><h2>Service type</h2><p>Therapy</p>"
        "<h2>Place of service</h2><ul><li>Office<li>Pharmacy</ul>"
    ).record
    assert record.service_type
    assert record.service_type.text == "Therapy"
    assert [site.text for site in record.sites_of_service] == ["Office", "Pharmacy"]


def test_the_head_of_a_policy_on_one_line(extracted: Extract) -> None:
    record = extracted(
        "Policy Number: C-10; Subject: Walking aids - Home. "
        "Effective Date: 04/01/2026; Last Review Date: 01/01/2026.\n"
        "Scope: Says how walkers are paid.\n"
    ).record
    assert record.source.layout == "payer-policy"
    assert record.title
    assert record.title.text == "Walking aids - Home"
    assert record.policy
    assert record.policy.number
    assert record.policy.number.text == "C-10"
    assert [date.date for date in record.policy.dates] == ["2026-04-01", "2026-01-01"]


def test_lines_that_are_printed_again_and_again_are_no_title(extracted: Extract) -> None:
    record = extracted(
        "Printer Friendly Version\nPrinter Friendly Version\nMedical Policy\nPolicy Number: 7.01\n"
        "A walker is considered medically necessary when the person cannot walk without one in the home.\n"
    ).record
    assert record.source.layout == "payer-policy"
    assert record.title is None


def test_the_banner_of_a_flattened_lcd(extracted: Extract) -> None:
    record = extracted(
        "Local Coverage Determination (LCD): Walking Aids (L99811)\n\nContractor Information\n\n"
        "Document Information\n\nLCD Information\n\nCoverage Guidance\n\nA cane is covered.\n"
    ).record
    assert (record.source.layout, record.title and record.title.text) == ("cms-article", "Walking Aids")
    assert record.policy
    assert record.policy.number
    assert record.policy.number.text == "L99811"
