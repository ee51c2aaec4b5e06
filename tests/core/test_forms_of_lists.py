"""Forms of tables and lists that pages of no known layout have: each gives its entries, and no other."""

from collections.abc import Callable

import pytest

from extractors import Extraction

Extract = Callable[..., Extraction]
ABOVE = "CPT 97116: Gait training\n\nWords about it stand here, and they end.\n\n"
BELOW = "\n\nThe record should say why.\n"


@pytest.mark.parametrize(
    ("words", "names"),
    [
        pytest.param(
            "Provider Taxonomies\n\nTable 1. Who often bills it\n\n| Code | Name |\n|---|---|\n"
            "| 225100000X | Physical Therapist |\n| 207X00000X | Orthopaedic Surgeon |",
            ["Physical Therapist", "Orthopaedic Surgeon"],
            id="a caption above the table",
        ),
        pytest.param(
            "Provider Taxonomies\n\n| Provider | Taxonomy code |\n|---|---|\n"
            "| Physical Therapist | 225100000X |\n| Orthopaedic Surgeon | 207X00000X |",
            ["Physical Therapist", "Orthopaedic Surgeon"],
            id="codes in the last column",
        ),
        pytest.param(
            "Provider Taxonomies\n\nPhysical Therapist\n225100000X\nOrthopaedic Surgeon\n207X00000X",
            ["Physical Therapist", "Orthopaedic Surgeon"],
            id="names above codes",
        ),
        pytest.param(
            "Provider Taxonomies\n\nCode: 225100000X\nName: Physical Therapist\nCode: 207X00000X\n"
            "Name: Orthopaedic Surgeon",
            ["Physical Therapist", "Orthopaedic Surgeon"],
            id="a label a line",
        ),
    ],
)
def test_taxonomies_have_their_names(extracted: Extract, words: str, names: list[str]) -> None:
    record = extracted(ABOVE + words + BELOW).record
    assert [(row.code, row.name) for row in record.taxonomies] == [
        ("225100000X", names[0]),
        ("207X00000X", names[1]),
    ]
    assert record.related_codes == ()


def test_a_taxonomy_that_a_narrow_cell_wraps_is_whole_and_half_of_it_no_code(extracted: Extract) -> None:
    record = extracted(
        "<h1>CPT 97116: Gait training</h1><h2>Provider Taxonomies</h2><table><tr><th>Code<th>Name"
        "<tr><td>2251000<br>00X<td>Physical Therapist<tr><td>207X000<br>00X<td>Surgeon</table>"
    ).record
    assert [row.code for row in record.taxonomies] == ["225100000X", "207X00000X"]
    assert record.related_codes == ()


def test_names_of_columns_that_stand_one_a_line_are_no_headings(extracted: Extract) -> None:
    record = extracted(
        f"{ABOVE}Modifiers\n\nModifier\nDescription\nGP\nTherapy plan of care\nRT\nRight side{BELOW}"
    ).record
    assert [(row.code, row.description) for row in record.modifiers] == [
        ("GP", "Therapy plan of care"),
        ("RT", "Right side"),
    ]


def test_a_row_between_commas_is_no_heading(extracted: Extract) -> None:
    record = extracted(
        f"{ABOVE}Related Codes\n\nCode,Description\n97110,Exercise of a limb\n97112,Balance work{BELOW}"
    ).record
    assert [(row.code, row.description) for row in record.related_codes] == [
        ("97110", "Exercise of a limb"),
        ("97112", "Balance work"),
    ]


def test_a_place_with_its_number_in_front(extracted: Extract) -> None:
    page = extracted(f"{ABOVE}## Place of service\n\n- 11 Office\n- 12 - Home\n")
    assert [(site.text, site.pos_codes) for site in page.record.sites_of_service] == [
        ("Office", ("11",)),
        ("Home", ("12",)),
    ]
    assert [page.text.text[slice(*site.pos_codes_span or ())] for site in page.record.sites_of_service] == [
        "11",
        "12",
    ]
