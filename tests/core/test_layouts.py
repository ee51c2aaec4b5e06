"""Layouts: which one claims a document, how it cuts it, and what it reads from it."""

from collections.abc import Callable

import pytest

from extractors import Extraction, read
from extractors.layouts import GENERIC, LAYOUTS, choose
from extractors.record.fields import STATED
from extractors.record.model import SectionKind

SUMMARY = "Summary & Overview\nCPT 20610: Work on a joint\nWords about it. Payers include Aetna and Cigna.\n"
OVERVIEW = (
    "Billing Code Overview\nIt is done quickly.\nService type: Joint care\nTypical site of service: Office\n"
)
CONTEXT = "Clinical & Coding Specifications\nClinical Context\nA 68-year-old man has asthma.\n"
CODING = (
    "Coding Specifications\n| Modifier | Description |\n|---|---|\n| 22 | More |\n"
    "Provider Taxonomies:\n- 207L00000X: Numbing\nICD-10 Diagnoses:\n- M54.16: Pain\n"
    "Related CPT Codes:\n- 20611: Guided.\n"
)
REPORT = SUMMARY + OVERVIEW + CONTEXT + CODING
GUIDE = (
    "Gentle knee help\nCPT4 code\nName of the Procedure:\nKnee puncture (20610)\nSummary\nA short one.\n"
    "Purpose\n- To help\nIndications\n- Pain\nPreparation\n- Rest\n"
    "Procedure Description\n1. Clean\n2. Prick\n"
    "Tools/Equipment:\n- Needle\nDuration\n10 minutes\nSetting\n- Office\nPersonnel\n- Surgeon\n"
    "Risks and Complications\n- Bleeding\nBenefits\n- Relief\nRecovery\n- Rest\nAlternatives\n- Pills\n"
    "Patient Experience\nA prick.\nSimilar Codes\n20611: Guided.\n"
)


def test_every_layout_is_named_once_and_has_a_revision() -> None:
    names = [layout.name for layout in LAYOUTS]
    assert len(names) == len(set(names))
    assert {"billing-report", "procedure-guide", "generic"} <= set(names)
    assert all(layout.revision >= 1 for layout in LAYOUTS)


def test_stages_name_fields_of_the_record_once_in_each_layout() -> None:
    for layout in LAYOUTS:
        fields = [field for stage in layout.stages for field in stage.fields]
        assert set(fields) <= set(STATED)
        assert len(fields) == len(set(fields))


@pytest.mark.parametrize(
    ("words", "name"),
    [
        pytest.param(REPORT, "billing-report", id="a whole report"),
        pytest.param(SUMMARY, "billing-report", id="a report cut after its summary"),
        pytest.param(
            "CPT 20610: Joint\nCPT Code Overview\nWords.\n" + CONTEXT, "billing-report", id="older report"
        ),
        pytest.param(GUIDE, "procedure-guide", id="a whole guide"),
        pytest.param(GUIDE[:110], "procedure-guide", id="a guide cut after its summary"),
        pytest.param("Some words.", "generic", id="prose"),
        pytest.param("Purpose\nx", "generic", id="one heading of a guide"),
        pytest.param("Duration\nA\nSetting\nB", "generic", id="two headings of a guide"),
    ],
)
def test_the_layout_whose_form_a_text_has(words: str, name: str) -> None:
    layout, score, _ = choose(read(words.encode()))
    assert layout.name == name
    assert 0 <= score <= 1
    assert (score >= 0.5) is (layout is not GENERIC)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
@pytest.mark.parametrize("words", [REPORT, GUIDE, "Some words.", "Summary\nPurpose", "| a | b |"])
def test_scores_lie_between_none_and_all(layout: object, words: str) -> None:
    found = next(each for each in LAYOUTS if each is layout)
    assert 0 <= found.score(read(words.encode())) <= 1


def test_a_whole_document_has_the_whole_form() -> None:
    assert choose(read(REPORT.encode()))[1] == 1
    assert choose(read(GUIDE.encode()))[1] > 0.9


def kinds(extraction: Extraction) -> list[tuple[SectionKind, str | None]]:
    return [(part.kind, part.heading.text if part.heading else None) for part in extraction.record.sections]


def test_a_billing_report(extracted: Callable[..., Extraction]) -> None:
    extraction = extracted(REPORT)
    record = extraction.record
    assert kinds(extraction) == [
        ("summary", "Summary & Overview"),
        ("overview", "Billing Code Overview"),
        ("specifications", "Clinical & Coding Specifications"),
        ("clinical_context", "Clinical Context"),
        ("coding_specifications", "Coding Specifications"),
        ("taxonomies", "Provider Taxonomies:"),
        ("diagnoses", "ICD-10 Diagnoses:"),
        ("related_codes", "Related CPT Codes:"),
    ]
    assert record.code is not None
    assert (record.code.system, record.code.value) == ("CPT", "20610")
    assert record.title is not None
    assert record.title.text == "Work on a joint"
    assert record.summary is not None
    assert record.summary.text.startswith("Words about it.")
    assert record.overview is not None
    assert record.overview.text == "It is done quickly."
    assert record.service_type is not None
    assert record.service_type.text == "Joint care"
    assert [site.pos_codes for site in record.sites_of_service] == [("11",)]
    assert [payer.payer for payer in record.payers] == ["aetna", "cigna"]
    assert record.clinical_context is not None
    assert record.clinical_context.patient is not None
    assert record.clinical_context.patient.age_years == 68
    assert [mention.text for mention in record.clinical_context.mentions] == ["asthma"]
    assert [each.code for each in record.modifiers] == ["22"]
    assert [each.code for each in record.taxonomies] == ["207L00000X"]
    assert [each.code for each in record.diagnoses] == ["M54.16"]
    assert [each.code for each in record.related_codes] == ["20611"]
    policies = {"procedures", "excluded_diagnoses", "bill_types", "revenue_codes", "policy", "other_codes"}
    own = {field for field in record.status if "article" not in field} - policies
    assert {record.status[field] for field in own} == {"present"}
    assert record.status["article"] == "absent"


def test_a_procedure_guide(extracted: Callable[..., Extraction]) -> None:
    extraction = extracted(GUIDE)
    record = extraction.record
    assert [kind for kind, _ in kinds(extraction)][:4] == ["name", "name", "summary", "purpose"]
    assert record.title is not None
    assert record.title.text == "Gentle knee help"
    assert record.code is not None
    assert (record.code.system, record.code.value) == ("CPT", "20610")
    parts = {part: [each.text for each in value] for part, value in record.article}
    assert parts == {
        "name": ["Knee puncture (20610)"],
        "purpose": ["To help"],
        "indications": ["Pain"],
        "preparation": ["Rest"],
        "steps": ["Clean", "Prick"],
        "equipment": ["Needle"],
        "duration": ["10 minutes"],
        "personnel": ["Surgeon"],
        "risks": ["Bleeding"],
        "benefits": ["Relief"],
        "recovery": ["Rest"],
        "alternatives": ["Pills"],
        "patient_experience": ["A prick."],
    }
    assert [(each.code, each.relation) for each in record.related_codes] == [("20611", "similar")]
    assert [site.pos_codes for site in record.sites_of_service] == [("11",)]
    assert record.status["article"] == "present"


@pytest.mark.parametrize(
    ("words", "title", "value"),
    [
        pytest.param(GUIDE.replace("(20610)", "of the knee"), "Gentle knee help", None, id="no code printed"),
        pytest.param(GUIDE.replace("(20610)", "CPT 20610"), "Gentle knee help", "20610", id="code named"),
        pytest.param(GUIDE.replace("CPT4 code\n", ""), "Gentle knee help", "20610", id="no kind of code"),
        pytest.param(
            "Search all\n" + GUIDE.replace("CPT4 code\n", ""), "Gentle knee help", "20610", id="search box"
        ),
        pytest.param(
            GUIDE.replace("CPT4 code", "CPT code: 20610").replace("(20610)", ""),
            "Gentle knee help",
            "20610",
            id="code in the label",
        ),
    ],
)
def test_the_head_of_a_guide(
    extracted: Callable[..., Extraction], words: str, title: str, value: str | None
) -> None:
    record = extracted(words).record
    assert record.source.layout == "procedure-guide"
    assert record.title is not None
    assert record.title.text == title
    assert (record.code.value if record.code else None) == value
    assert record.status["code"] == ("present" if value else "absent")


def test_a_guide_of_markup_takes_its_heading_as_title_and_other_headings_as_other(
    extracted: Callable[..., Extraction],
) -> None:
    page = (
        "<p>Site</p><h1>Knee help</h1><p>CPT code</p><h2>Name of the Procedure:</h2><p>Puncture</p>"
        "<h2>Summary</h2><p>x</p><h2>Odd</h2><p>y</p><h2>Similar Codes</h2>"
    )
    extraction = extracted(page)
    assert extraction.record.title is not None
    assert extraction.record.title.text == "Knee help"
    assert kinds(extraction)[3:] == [("other", "Odd"), ("related_codes", "Similar Codes")]
    assert extraction.record.status["related_codes"] == "truncated"


@pytest.mark.parametrize(
    ("setting", "places"),
    [
        pytest.param("- Office\n- Home", ["Office", "Home"], id="items"),
        pytest.param("It is performed in an office.", ["office"], id="sentence"),
        pytest.param("Outpatient clinic.", ["Outpatient clinic"], id="a place on a line"),
        pytest.param("It depends.", [], id="no place"),
        pytest.param("Data not available.", [], id="placeholder"),
    ],
)
def test_the_setting_of_a_guide(
    extracted: Callable[..., Extraction], setting: str, places: list[str]
) -> None:
    record = extracted(GUIDE.replace("- Office", setting)).record
    assert [site.text for site in record.sites_of_service] == places
    status = "present" if places else "placeholder" if "not available" in setting else "unparsed"
    assert record.status["sites_of_service"] == status


def test_an_older_report_with_its_title_inside_the_overview(extracted: Callable[..., Extraction]) -> None:
    record = extracted(
        "CPT Code Overview\nCPT 20610: Joint work\nWords about it.\n" + CONTEXT + CODING
    ).record
    assert record.source.layout == "billing-report"
    assert record.code is not None
    assert record.code.value == "20610"
    assert record.title is not None
    assert record.title.text == "Joint work"


def test_an_older_report_with_its_title_above(extracted: Callable[..., Extraction]) -> None:
    record = extracted(
        "CPT 20610: Joint work\nCPT Code Overview\nWords about it.\n" + CONTEXT + CODING
    ).record
    assert record.code is not None
    assert record.code.value == "20610"
    assert record.title is not None
    assert record.title.text == "Joint work"
    assert record.overview is not None
    assert record.overview.text == "Words about it."


def test_a_report_without_a_title_line_takes_the_code_that_it_names(
    extracted: Callable[..., Extraction],
) -> None:
    record = extracted("Summary & Overview\nCPT code 20610 is work. CPT code 20611 too.\n" + OVERVIEW).record
    assert record.code is not None
    assert record.code.value == "20610"
    assert record.title is None


def test_a_report_with_two_codes_of_its_own_has_a_conflict(extracted: Callable[..., Extraction]) -> None:
    record = extracted(REPORT.replace("Words about it.", "x\nCPT code 20611 is work.\n")).record
    (conflict,) = [each for each in record.findings if each.rule == "code.conflict"]
    assert (conflict.field, conflict.severity) == ("code", "warning")
    assert "20611" in conflict.message
    assert record.code is not None
    assert record.code.value == "20610"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param("Modifiers:", ("modifiers", "Modifiers:"), id="a heading of the vocabulary"),
        pytest.param(
            "Applicable payer modifiers for it:",
            ("modifiers", "Applicable payer modifiers for it:"),
            id="a telling label",
        ),
        pytest.param("Provider Tax", ("taxonomies", "Provider Tax"), id="cut off at the end"),
    ],
)
def test_blocks_of_the_coding_specifications(
    extracted: Callable[..., Extraction], words: str, expected: tuple[SectionKind, str]
) -> None:
    assert kinds(extracted(SUMMARY + OVERVIEW + CONTEXT + "Coding Specifications\n" + words))[-1] == expected


def test_a_heading_of_markup_that_a_report_does_not_know_is_a_section_of_its_own(
    extracted: Callable[..., Extraction],
) -> None:
    page = (
        "<h2>Summary &amp; Overview</h2><h3>CPT 20610: Joint work</h3><p>x</p>"
        "<h2>Billing Code Overview</h2><p>y</p>"
        "<h2>Our newsletter story</h2><p>z</p><h3>Modifiers</h3><p>22: More</p>"
    )
    extraction = extracted(page)
    assert kinds(extraction)[2:] == [("other", "Our newsletter story"), ("modifiers", "Modifiers")]
    assert extraction.record.code is not None
    assert [each.code for each in extraction.record.modifiers] == ["22"]


GENERIC_PAGES = [
    pytest.param("# A page\n\n## Modifiers\n22: More", "A page", ("modifiers", "Modifiers"), id="Markdown"),
    pytest.param(
        "A page\n\nModifiers\n---------\n22: More", "A page", ("modifiers", "Modifiers"), id="underlined"
    ),
    pytest.param(
        "A page\n======\n\nOdd words\n=========\nx",
        "A page",
        ("other", "Odd words"),
        id="underlined, unknown",
    ),
    pytest.param("A page\n\n**Odd words**\nx", "A page", ("other", "Odd words"), id="strong"),
    pytest.param(
        "A page\n\nModifiers:\n22: More", "A page", ("modifiers", "Modifiers:"), id="a known heading"
    ),
    pytest.param(
        "A page\n\n## My ICD-10 list\n- M54.16: x",
        "A page",
        ("diagnoses", "My ICD-10 list"),
        id="a telling word",
    ),
    pytest.param("<h1>A page</h1><h2>Odd</h2><p>x", "A page", ("other", "Odd"), id="markup"),
    pytest.param(
        "<h1>A page</h1><p><b>Odd</b></p><p>x", "A page", ("other", "Odd"), id="strong line of markup"
    ),
    pytest.param(
        "CPT 20610: A page\nModifiers\n22: x", "A page", ("modifiers", "Modifiers"), id="title line"
    ),
]


@pytest.mark.parametrize(("words", "title", "last"), GENERIC_PAGES)
def test_a_page_of_no_known_layout(
    extracted: Callable[..., Extraction], words: str, title: str | None, last: tuple[SectionKind, str]
) -> None:
    extraction = extracted(words)
    record = extraction.record
    assert record.source.layout == "generic"
    assert [each.rule for each in record.findings][:1] == ["layout.unknown"]
    assert kinds(extraction)[-1] == last
    if title:
        assert record.title is not None
        assert record.title.text == title


def test_a_guide_that_opens_with_its_kind_of_code_has_no_title(extracted: Callable[..., Extraction]) -> None:
    record = extracted(GUIDE.replace("Gentle knee help\n", "")).record
    assert record.source.layout == "procedure-guide"
    assert record.title is None
    assert record.code is not None
    assert record.code.value == "20610"
