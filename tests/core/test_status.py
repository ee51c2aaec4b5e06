"""The status of each field is computed: each of the five, for each reason there is."""

from collections.abc import Callable

import pytest

from extractors import Extraction, read
from extractors.assemble.status import statuses
from extractors.record.fields import STATED
from extractors.record.model import Article, Code, FieldStatus, Passage, SectionKind
from extractors.record.readings import Fact, Gap, Reading
from extractors.structure.document import Document, Section
from extractors.structure.layout import Stage
from extractors.text.reading_text import Line

SOURCE = "Summary\nwords\nModifiers\nLT: Left\n"
STAGES = (Stage("summary", ("summary",)), Stage("modifiers", ("modifiers",)), Stage("rates", ("payers",)))


def part(kind: SectionKind, start: int, end: int) -> Section:
    return Section(kind, None, 1, (Line(start, end, SOURCE[start:end], start),))


def document(*sections: Section) -> Document:
    return Document(read(SOURCE.encode()), sections)


SHORT = (part("summary", 0, 13),)
LONG = (*SHORT, part("modifiers", 14, 32))
WHOLE = (*LONG, part("rates", 32, 33))
WORDS = Passage(text="words", span=(8, 13))


def fact(field: str, end: int = 9) -> Fact:
    return Fact(field, WORDS, (8, end))


CASES = [
    pytest.param([fact("summary")], SHORT, "summary", "present", id="present: read"),
    pytest.param([fact("summary", 13)], SHORT, "summary", "truncated", id="truncated: runs to the end"),
    pytest.param([fact("summary", 13)], LONG, "summary", "present", id="present: more follows"),
    pytest.param([fact("payers", 33)], WHOLE, "payers", "present", id="present: the layout ends here"),
    pytest.param([fact("title", 13)], SHORT, "title", "present", id="present: no stage of the layout"),
    pytest.param(
        [fact("modifiers"), Gap("modifiers", "truncated", (9, 10))],
        WHOLE,
        "modifiers",
        "truncated",
        id="truncated: a row is cut",
    ),
    pytest.param(
        [fact("modifiers"), Gap("modifiers", "placeholder", (9, 10))],
        WHOLE,
        "modifiers",
        "present",
        id="present: beats a placeholder",
    ),
    pytest.param(
        [fact("modifiers"), Gap("modifiers", "unparsed", (9, 10))],
        WHOLE,
        "modifiers",
        "present",
        id="present: beats what was not read",
    ),
    pytest.param([], SHORT, "modifiers", "truncated", id="truncated: ends before its place"),
    pytest.param([], SHORT, "summary", "truncated", id="truncated: ends in its place"),
    pytest.param([], LONG, "summary", "absent", id="absent: its place is passed"),
    pytest.param([], WHOLE, "payers", "absent", id="absent: whole document"),
    pytest.param([], SHORT, "title", "absent", id="absent: no stage of the layout"),
    pytest.param(
        [], (part("other", 0, 13),), "modifiers", "absent", id="absent: the layout's order does not hold"
    ),
    pytest.param([], (), "modifiers", "absent", id="absent: no sections"),
    pytest.param(
        [Gap("modifiers", "placeholder", (0, 1))], SHORT, "modifiers", "placeholder", id="placeholder"
    ),
    pytest.param(
        [Gap("modifiers", "truncated", (0, 1))], WHOLE, "modifiers", "truncated", id="truncated: told"
    ),
    pytest.param([Gap("modifiers", "unparsed", (0, 1))], WHOLE, "modifiers", "unparsed", id="unparsed"),
    pytest.param([fact("modifiers")], SHORT, "summary", "absent", id="absent: a later field was told"),
    pytest.param(
        [Gap("modifiers", "placeholder", (0, 1))],
        SHORT,
        "summary",
        "truncated",
        id="truncated: a placeholder is no place",
    ),
]


@pytest.mark.parametrize(("readings", "sections", "field", "status"), CASES)
def test_the_status_of_a_field(
    readings: list[Reading], sections: tuple[Section, ...], field: str, status: FieldStatus
) -> None:
    assert statuses(readings, document(*sections), STAGES)[field] == status


def test_every_field_has_a_status_in_the_order_of_the_contract() -> None:
    assert tuple(statuses([], document(), ())) == STATED


@pytest.mark.parametrize(
    ("value", "status"),
    [pytest.param(None, "absent", id="only its kind"), pytest.param("20610", "present", id="printed")],
)
def test_a_code_without_value_is_absent(value: str | None, status: str) -> None:
    code = Fact("code", Code(system="CPT", value=value, span=(0, 3)), (0, 3))
    assert statuses([code], document(*SHORT), ())["code"] == status


def test_sections_are_present_or_absent() -> None:
    assert statuses([], document(*SHORT), ())["sections"] == "present"
    assert statuses([], document(), ())["sections"] == "absent"


@pytest.mark.parametrize(
    ("readings", "status"),
    [
        pytest.param([], "absent", id="nothing"),
        pytest.param([fact("article.risks")], "present", id="a part"),
        pytest.param([Gap("article.risks", "placeholder", (0, 1))], "placeholder", id="a placeholder"),
        pytest.param(
            [fact("article.name"), Gap("article.risks", "placeholder", (0, 1))],
            "present",
            id="a part and a placeholder",
        ),
        pytest.param(
            [fact("article.name"), Gap("article.risks", "truncated", (0, 1))], "truncated", id="a part is cut"
        ),
        pytest.param(
            [fact("article.name"), Gap("article.risks", "unparsed", (0, 1))],
            "unparsed",
            id="a part was not read",
        ),
    ],
)
def test_the_article_as_a_whole(readings: list[Reading], status: FieldStatus) -> None:
    told = statuses(readings, document(*SHORT), ())
    assert told["article"] == status
    assert [field for field in told if field.startswith("article.")] == [
        f"article.{part}" for part in Article.model_fields
    ]


REPORT = (
    "Summary & Overview\nCPT 20610: Joint work\nWords. Payers include Aetna.\n"
    "Billing Code Overview\nIt is done.\n"
    "Service type: Care\nSite of service: Office\nClinical & Coding Specifications\nClinical Context\n"
    "A 68-year-old man has asthma.\nCoding Specifications\nModifiers:\nLT: Left.\nProvider Taxonomies:\n"
    "207L00000X: Numbing.\nICD-10 Diagnoses:\nM54.16: Pain.\nRelated CPT Codes:\n20611: Guided.\n"
)


@pytest.mark.parametrize(
    ("cut", "truncated"),
    [
        pytest.param("20611: Guided.\n", set(), id="whole"),
        pytest.param("Related CPT Codes:\n", {"related_codes"}, id="after the last heading"),
        pytest.param("M54.16: P", {"diagnoses", "related_codes"}, id="inside a diagnosis"),
        pytest.param(
            "man has",
            {"clinical_context", "modifiers", "taxonomies", "diagnoses", "related_codes"},
            id="inside the vignette",
        ),
        pytest.param(
            "Coding Specif", {"modifiers", "taxonomies", "diagnoses", "related_codes"}, id="inside a heading"
        ),
    ],
)
def test_a_report_that_breaks_off(
    extracted: Callable[..., Extraction], cut: str, truncated: set[str]
) -> None:
    end = REPORT.rindex(cut) + len(cut)
    status = extracted(REPORT[:end]).record.status
    assert {field for field, value in status.items() if value == "truncated"} == truncated
