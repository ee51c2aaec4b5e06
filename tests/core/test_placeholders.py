"""Placeholders stand where data should be; remarks only speak of missing data and stand for nothing."""

from collections.abc import Callable

import pytest

from extractors.record.model import Finding
from extractors.record.readings import Gap
from extractors.structure.document import Document, Section
from extractors.structure.placeholder_lines import placeholder_lines
from extractors.structure.placeholders import placeholder


@pytest.mark.parametrize(
    ("words", "named"),
    [
        pytest.param("Data not available in the input.", set(), id="bare"),
        pytest.param("Data not available", set(), id="no full stop"),
        pytest.param("DATA NOT AVAILABLE IN THE SOURCE TEXT".removesuffix(" TEXT"), set(), id="upper case"),
        pytest.param("**Data not available**", set(), id="emphasis"),
        pytest.param("[Data not available]", set(), id="square brackets"),
        pytest.param("Information is currently not available.", set(), id="information"),
        pytest.param("Details were not provided in the given document.", set(), id="details"),
        pytest.param("Not specified", set(), id="not specified"),
        pytest.param("Not provided in the source.", set(), id="not provided"),
        pytest.param("Unavailable", set(), id="unavailable"),
        pytest.param("Data is unavailable.", set(), id="data unavailable"),
        pytest.param("No data available.", set(), id="no data"),
        pytest.param("No information provided", set(), id="no information"),
        pytest.param("N/A", set(), id="n/a"),
        pytest.param("None", set(), id="none"),
        pytest.param("None listed.", set(), id="none listed"),
        pytest.param("TBD", set(), id="tbd"),
        pytest.param("Unknown.", set(), id="unknown"),
        pytest.param("Not applicable", set(), id="not applicable"),
        pytest.param("Data not available in the input for modifiers.", {"modifiers"}, id="names one"),
        pytest.param(
            "Data not available in the input for service type, sites of service, payers, taxonomies, "
            "ICD-10 codes, related codes and the clinical context.",
            {
                "service_type",
                "sites_of_service",
                "payers",
                "taxonomies",
                "diagnoses",
                "related_codes",
                "clinical_context",
            },
            id="names many",
        ),
        pytest.param("Data not available: taxonomies", {"taxonomies"}, id="names behind a colon"),
        pytest.param("Details not included – diagnoses", {"diagnoses"}, id="names behind a dash"),
        pytest.param("No modifiers provided", {"modifiers"}, id="no modifiers"),
        pytest.param(
            "No modifiers or taxonomies are listed in the source.", {"modifiers", "taxonomies"}, id="no two"
        ),
        pytest.param("No related CPT codes listed", {"related_codes"}, id="no related codes"),
        pytest.param(
            "Data not available. No modifiers were provided.", {"modifiers"}, id="two sentences that both are"
        ),
        pytest.param(
            "Data not available for payer-specific rates.", set(), id="rates of payers are not payers"
        ),
    ],
)
def test_a_placeholder_names_the_fields_that_are_missing(words: str, named: set[str]) -> None:
    found = placeholder(words)
    assert found is not None
    assert set(found) == named


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(
            "Data not available in the input is noted where applicable.", id="noted where applicable"
        ),
        pytest.param("Where data are not available, this is stated.", id="a clause"),
        pytest.param("No complications were reported.", id="a statement"),
        pytest.param("No modifiers are flagged as reported.", id="a remark in the passive"),
        pytest.param("Unknown origin", id="unknown what"),
        pytest.param("No pain was reported.", id="a statement of a finding"),
        pytest.param("No pain reported", id="a statement without a verb"),
        pytest.param("None of the family has asthma.", id="none of the"),
        pytest.param("No data available. Modifier 22 applies.", id="and then data"),
        pytest.param("Modifier 22. Data not available.", id="data and then a placeholder"),
        pytest.param("The data are complete.", id="data"),
        pytest.param("Not provided to the patient at home", id="provided to"),
        pytest.param("", id="nothing"),
        pytest.param("22", id="a code"),
    ],
)
def test_a_remark_is_no_placeholder(words: str) -> None:
    assert placeholder(words) is None


@pytest.mark.parametrize(
    ("words", "stands_for", "fields", "told"),
    [
        pytest.param(
            "- Data not available.", ("modifiers",), ["modifiers"], "modifiers", id="stands for its section"
        ),
        pytest.param(
            "No taxonomies listed",
            ("modifiers",),
            ["taxonomies"],
            "taxonomies",
            id="the name beats the section",
        ),
        pytest.param("Data not available.", (), [], None, id="names none"),
        pytest.param("No modifiers or payers listed", (), ["modifiers", "payers"], None, id="names two"),
    ],
)
def test_a_placeholder_line_is_a_gap_for_each_field_and_a_finding(
    part: Callable[..., tuple[Section, Document]],
    words: str,
    stands_for: tuple[str, ...],
    fields: list[str],
    told: str | None,
) -> None:
    here, document = part("Words.\n" + words + "\nMore words.")
    readings = list(placeholder_lines(here, stands_for))
    gaps = [reading for reading in readings if isinstance(reading, Gap)]
    (note,) = [reading for reading in readings if isinstance(reading, Finding)]
    assert [(gap.field, gap.status) for gap in gaps] == [(field, "placeholder") for field in fields]
    assert (note.rule, note.field, document.source[slice(*(note.span or (0, 0)))]) == (
        "placeholder.line",
        told,
        words,
    )
