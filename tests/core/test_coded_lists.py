"""Coded lists: tables by what their columns hold, items by their form, each row whole or broken off."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from extractors import Vocabulary
from extractors.code_lists.facts import Field
from extractors.code_lists.lists import coded_lists
from extractors.record.model import Finding, Repair, SectionKind
from extractors.record.readings import Fact, Gap, Reading
from extractors.structure.document import Document, Section
from extractors.structure.listing import LISTS

MODIFIERS = "| Modifier | Description | When to Use |\n|---|---|---|\n"
SHORT = "| Modifier | Description |\n|---|---|\n"


def under(section: Section, document: Document, field: SectionKind | None) -> tuple[Section, Document]:
    """The section under a heading that says what it lists."""
    return replace(section, kind=field or "other", listing=LISTS.get(field) if field else None), document


def values(readings: Sequence[Reading]) -> list[dict[str, Any]]:
    return [reading.value.model_dump() for reading in readings if isinstance(reading, Fact)]


def modifiers(readings: Sequence[Reading]) -> list[tuple[str, str | None, str | None, bool]]:
    return [
        (value["code"], value["description"], value["when_to_use"], value["complete"])
        for value in values(readings)
    ]


def names(readings: Sequence[Reading]) -> list[tuple[str, str | None]]:
    return [(value["code"], value.get("name", value.get("description"))) for value in values(readings)]


@pytest.mark.parametrize(
    ("words", "read"),
    [
        pytest.param(
            MODIFIERS + "| 22 | More work | Add it. |", [("22", "More work", "Add it.", True)], id="whole"
        ),
        pytest.param(
            "| When to Use | Modifier | Description |\n|---|---|---|\n| Add it. | 22 | More work |",
            [("22", "More work", "Add it.", True)],
            id="columns in another order",
        ),
        pytest.param(
            "| Modifier | Meaning | Usage guidance |\n|---|---|---|\n| 22 | More | Add. |",
            [("22", "More", "Add.", True)],
            id="columns by other names",
        ),
        pytest.param(
            "| Modifier | Descr |\n|---|---|\n| 22 | More |",
            [("22", "More", None, True)],
            id="a column's name cut off",
        ),
        pytest.param(
            "| Modifier | Notes |\n|---|---|\n| 22 | More |",
            [("22", "More", None, True)],
            id="the other column is the description",
        ),
        pytest.param("| Modifier |\n|---|\n| 22 |", [("22", None, None, True)], id="one column"),
        pytest.param(
            SHORT + "| 22 | More work. Add it when much. |",
            [("22", "More work.", "Add it when much.", True)],
            id="use as a second sentence",
        ),
        pytest.param(
            SHORT + "| 22 | Work, e.g. Long or i.e. Hard vs. Easy |",
            [("22", "Work, e.g. Long or i.e. Hard vs. Easy", None, True)],
            id="an abbreviation ends no sentence",
        ),
        pytest.param(
            MODIFIERS + "| 22 | More. Second. | Add. |",
            [("22", "More. Second.", "Add.", True)],
            id="a column of its own keeps the description",
        ),
        pytest.param(
            SHORT + "| LT, RT | Sides |",
            [("LT", "Sides", None, True), ("RT", "Sides", None, True)],
            id="two codes",
        ),
        pytest.param(
            SHORT + "| LT/RT | Sides |",
            [("LT", "Sides", None, True), ("RT", "Sides", None, True)],
            id="slash",
        ),
        pytest.param(SHORT + "| LT or RT | S |", [("LT", "S", None, True), ("RT", "S", None, True)], id="or"),
        pytest.param(SHORT + "| Modifier 22 | More |", [("22", "More", None, True)], id="word in front"),
        pytest.param(SHORT + "| -22 | More |", [("22", "More", None, True)], id="hyphen in front"),
        pytest.param(SHORT + "| **22** | More |", [("22", "More", None, True)], id="emphasis"),
        pytest.param(SHORT + "| 22 - More | |", [("22", "More", None, True)], id="name in the code's cell"),
        pytest.param(SHORT + "| 22 (More) | |", [("22", "More", None, True)], id="name in brackets"),
        pytest.param(SHORT + "| 22 | - |", [("22", None, None, True)], id="a dash is nothing"),
        pytest.param(SHORT + "| 22 | |", [("22", None, None, True)], id="empty"),
        pytest.param(MODIFIERS + "| 22 | More |", [("22", "More", None, False)], id="a cell is missing"),
        pytest.param(SHORT + "| 22 | a | b |", [("22", "a", None, True)], id="a cell too many"),
        pytest.param(
            "| 22 | a |\n| 59 | b |", [("22", "a", None, True), ("59", "b", None, True)], id="no header"
        ),
    ],
)
def test_modifiers_of_a_table(
    part: Callable[..., tuple[Section, Document]],
    vocabulary: Vocabulary,
    words: str,
    read: list[tuple[str, str | None, str | None, bool]],
) -> None:
    assert modifiers(list(coded_lists(*under(*part(words, last=False), "modifiers"), vocabulary))) == read


@pytest.mark.parametrize(
    ("words", "default", "field", "read"),
    [
        pytest.param(
            "| Taxonomy Code | Specialty |\n|---|---|\n| 207L00000X | Anesthesia |",
            None,
            "taxonomies",
            [("207L00000X", "Anesthesia")],
            id="taxonomies by header",
        ),
        pytest.param(
            "| ICD-10 Code | Diagnosis |\n|---|---|\n| M54.16 | Nerve root pain |",
            None,
            "diagnoses",
            [("M54.16", "Nerve root pain")],
            id="diagnoses by header",
        ),
        pytest.param(
            "| CPT Code | Description |\n|---|---|\n| 20611 | The same, guided |",
            None,
            "related_codes",
            [("20611", "The same, guided")],
            id="related codes by header",
        ),
        pytest.param(
            "| Code | Name |\n|---|---|\n| M54.16 | Nerve root pain |",
            "diagnoses",
            "diagnoses",
            [("M54.16", "Nerve root pain")],
            id="by section",
        ),
        pytest.param(
            "| ICD-10 Code | Diagnosis |\n|---|---|\n| M54.16 | Nerve root pain |",
            "modifiers",
            "diagnoses",
            [("M54.16", "Nerve root pain")],
            id="the header beats the section",
        ),
        pytest.param(
            "| 2085R0202X | Imaging |\n| 208D00000X | All |",
            None,
            "taxonomies",
            [("2085R0202X", "Imaging"), ("208D00000X", "All")],
            id="taxonomies by form",
        ),
        pytest.param(
            "| E11 | Sugar |\n| E11.9 | Same |",
            None,
            "diagnoses",
            [("E11", "Sugar"), ("E11.9", "Same")],
            id="diagnoses by form",
        ),
        pytest.param(
            "| 20611 | A |\n| J1030 | B |\n| 0075T | C |",
            None,
            "related_codes",
            [("20611", "A"), ("J1030", "B"), ("0075T", "C")],
            id="related codes by form",
        ),
        pytest.param(
            "| 22 | A |\n| LT | B |", None, "modifiers", [("22", "A"), ("LT", "B")], id="modifiers by form"
        ),
        pytest.param("| Drink | Price |\n|---|---|\n| Tea | 2 |", None, None, [], id="no coded table"),
    ],
)
def test_what_a_table_lists(
    part: Callable[..., tuple[Section, Document]],
    vocabulary: Vocabulary,
    *,
    words: str,
    default: SectionKind | None,
    field: Field | None,
    read: list[tuple[str, str]],
) -> None:
    readings = list(coded_lists(*under(*part(words, last=False), default), vocabulary))
    facts = [reading for reading in readings if isinstance(reading, Fact)]
    assert {fact.field for fact in facts} == ({field} if field else set())
    assert names(readings) == read


SEVERAL = [f"M54.{number}" for number in range(10, 34)]


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        (", ".join(SEVERAL), SEVERAL),
        (", ".join(SEVERAL) + " (see note)", SEVERAL),
        (" ".join(SEVERAL) + " (see note)", SEVERAL),
        ("M54.5 and M54.6 - any side", ["M54.5", "M54.6"]),
        ("M54.5 at any level", ["M54.5"]),
        ("M54.5 M54.6 at any level", ["M54.5", "M54.6"]),
        ("M54.5, T12 at any side", []),
    ],
)
def test_a_cell_of_several_codes_gives_all_of_them_or_a_finding(
    part: Callable[..., tuple[Section, Document]], vocabulary: Vocabulary, cell: str, codes: list[str]
) -> None:
    words = f"| ICD-10 Code | Name |\n|---|---|\n| {cell} | Pain |"
    readings = list(coded_lists(*part(words, last=False), vocabulary))
    assert names(readings) == [(code, "Pain") for code in codes]
    assert any(isinstance(reading, Finding) for reading in readings) == (not codes)


@pytest.mark.parametrize(
    ("words", "relation"),
    [("| 20611 | A | Add-on |", "Add-on"), ("| 20611 | A | |", "related"), ("| 20611 | A | - |", "related")],
)
def test_a_relation_that_is_printed_is_read(
    part: Callable[..., tuple[Section, Document]], vocabulary: Vocabulary, words: str, relation: str
) -> None:
    here, document = part("| CPT Code | Description | Relationship |\n|---|---|---|\n" + words, last=False)
    (value,) = values(list(coded_lists(here, document, vocabulary)))
    assert (value["code"], value["system"], value["relation"]) == ("20611", "CPT", relation)


@pytest.mark.parametrize(
    ("words", "last", "status", "rule"),
    [
        pytest.param(MODIFIERS + "| 59", True, "truncated", "table.row_cut", id="cut behind a code"),
        pytest.param(MODIFIERS + "| 59 | Sep", True, "truncated", "table.row_cut", id="cut inside a cell"),
        pytest.param(
            MODIFIERS + "| 59 | Sep | Ad", True, "truncated", "table.row_cut", id="cut inside the last cell"
        ),
        pytest.param(MODIFIERS + "| 59 | Sep |", True, "truncated", "table.row_cut", id="cut behind a cell"),
        pytest.param(MODIFIERS + "| 59 | Sep | Add |", True, None, None, id="whole"),
        pytest.param(
            MODIFIERS + "| 59 | Sep |", False, None, "table.ragged", id="a cell short, not at the end"
        ),
        pytest.param(MODIFIERS + "| 59 | a | b | c |", False, None, "table.ragged", id="a cell too many"),
        pytest.param(MODIFIERS, True, "truncated", "table.header_only", id="header and rule alone"),
        pytest.param(MODIFIERS, False, "truncated", "table.header_only", id="header alone, not at the end"),
        pytest.param(
            MODIFIERS + "| N/A | | |",
            False,
            "placeholder",
            "placeholder.line",
            id="placeholder in the code's cell",
        ),
        pytest.param(
            MODIFIERS + "| Data not available | in the input | |",
            False,
            "placeholder",
            "placeholder.line",
            id="placeholder",
        ),
        pytest.param(MODIFIERS + "| soon | More | x |", False, "unparsed", "table.not_a_code", id="no code"),
        pytest.param(MODIFIERS + "| so", True, "truncated", "table.row_cut", id="cut inside a word"),
    ],
)
def test_a_row_that_is_not_whole_leaves_a_gap_and_a_finding(
    part: Callable[..., tuple[Section, Document]],
    vocabulary: Vocabulary,
    *,
    words: str,
    last: bool,
    status: str | None,
    rule: str | None,
) -> None:
    readings = list(coded_lists(*under(*part(words, last=last), "modifiers"), vocabulary))
    assert [r.status for r in readings if isinstance(r, Gap)] == ([status] if status else [])
    assert [r.rule for r in readings if isinstance(r, Finding)] == ([rule] if rule else [])
    assert all(not value["complete"] for value in values(readings)) or status != "truncated"


@pytest.mark.parametrize(
    ("words", "read"),
    [
        pytest.param("22: More work", [("22", "More work", None, True)], id="colon"),
        pytest.param("22 - More work", [("22", "More work", None, True)], id="hyphen"),
        pytest.param("22 — More work", [("22", "More work", None, True)], id="dash"),
        pytest.param("22) More work", [("22", "More work", None, True)], id="bracket"),
        pytest.param("(22) More work", [("22", "More work", None, True)], id="in brackets"),
        pytest.param("22 (More work)", None, id="words in brackets"),
        pytest.param("- 22: More work", [("22", "More work", None, True)], id="bullet"),
        pytest.param("1. 22: More work", [("22", "More work", None, True)], id="numbered"),
        pytest.param("**22**: More work", [("22", "More work", None, True)], id="emphasis"),
        pytest.param("Modifier 22: More work", [("22", "More work", None, True)], id="word in front"),
        pytest.param("Modifier: 22 - More", [("22", "More", None, True)], id="word and colon in front"),
        pytest.param("22", [("22", None, None, True)], id="code alone"),
        pytest.param("22\nMore work below", [("22", "More work below", None, True)], id="words below"),
        pytest.param(
            "22: More\nAppend it when hard.", [("22", "More", "Append it when hard.", True)], id="use below"
        ),
        pytest.param("22: More\nSomething else", [("22", "More", None, True)], id="other words below"),
        pytest.param(
            "22: More\n- when hard", [("22", "More", None, True)], id="an item below is not its use"
        ),
        pytest.param(
            "QS: Watched. QX: Led.",
            [("QS", "Watched", None, True), ("QX", "Led", None, True)],
            id="run together",
        ),
        pytest.param(
            "QS: Watched; QX: Led",
            [("QS", "Watched", None, True), ("QX", "Led", None, True)],
            id="by semicolons",
        ),
        pytest.param(
            "QS: Seen at 10: 30 hours.", [("QS", "Seen at 10: 30 hours", None, True)], id="a number inside"
        ),
        pytest.param(
            "ZZ: No modifier of the list",
            [("ZZ", "No modifier of the list", None, True)],
            id="unknown, separated",
        ),
        pytest.param("AS a matter of fact", [], id="a word that looks like one"),
        pytest.param("5: Five", [], id="one character"),
        pytest.param("2022: Year", [], id="four characters"),
    ],
)
def test_modifiers_of_items(
    part: Callable[..., tuple[Section, Document]],
    vocabulary: Vocabulary,
    words: str,
    read: list[tuple[str, str | None, str | None, bool]] | None,
) -> None:
    got = modifiers(list(coded_lists(*under(*part(words, last=False), "modifiers"), vocabulary)))
    if read is None:
        assert [(code, (text or "").strip("()")) for code, text, _, _ in got] == [("22", "More work")]
    else:
        assert got == read


@pytest.mark.parametrize(
    ("words", "field", "read"),
    [
        pytest.param("207L00000X: Numbing", "taxonomies", [("207L00000X", "Numbing")], id="code first"),
        pytest.param("207L00000X Numbing", "taxonomies", [("207L00000X", "Numbing")], id="no separator"),
        pytest.param("Numbing (207L00000X)", "taxonomies", [("207L00000X", "Numbing")], id="name first"),
        pytest.param(
            "- Numbing - 207L00000X", "taxonomies", [("207L00000X", "Numbing")], id="name, dash, code"
        ),
        pytest.param(
            "Numbing: 207L00000X.", "taxonomies", [("207L00000X", "Numbing")], id="name, colon, code"
        ),
        pytest.param(
            "M54.16 Root pain\nE11: Sugar",
            "diagnoses",
            [("M54.16", "Root pain"), ("E11", "Sugar")],
            id="lines",
        ),
        pytest.param(
            "ICD-10-CM M54.16: Root pain", "diagnoses", [("M54.16", "Root pain")], id="system in front"
        ),
        pytest.param("Back pain [M54.50]", "diagnoses", [("M54.50", "Back pain")], id="square brackets"),
        pytest.param(
            "M54.16: A; G89.4: B", "diagnoses", [("M54.16", "A"), ("G89.4", "B")], id="run together"
        ),
        pytest.param("CPT 20611: Guided", "related_codes", [("20611", "Guided")], id="related"),
        pytest.param("J1030 - Drug", "related_codes", [("J1030", "Drug")], id="HCPCS"),
        pytest.param("Nothing coded here", "diagnoses", [], id="prose"),
        pytest.param("M54.165678: x", "diagnoses", [], id="too long"),
    ],
)
def test_items_of_other_coded_lists(
    part: Callable[..., tuple[Section, Document]],
    vocabulary: Vocabulary,
    words: str,
    field: SectionKind,
    read: list[tuple[str, str]],
) -> None:
    assert names(list(coded_lists(*under(*part(words, last=False), field), vocabulary))) == read


def test_items_run_together_are_repairs(
    part: Callable[..., tuple[Section, Document]], vocabulary: Vocabulary
) -> None:
    readings = list(coded_lists(*under(*part("QS: Watched. QX: Led.", last=False), "modifiers"), vocabulary))
    assert [r.kind for r in readings if isinstance(r, Repair)] == ["items.run_together"]


def test_items_are_read_only_where_the_section_lists_them(
    part: Callable[..., tuple[Section, Document]], vocabulary: Vocabulary
) -> None:
    assert list(coded_lists(*part("22: More work"), vocabulary)) == []


def test_lines_of_a_table_are_not_read_as_items_too(
    part: Callable[..., tuple[Section, Document]], vocabulary: Vocabulary
) -> None:
    here, document = part(SHORT + "| 22 | More |\n59: Apart", last=False)
    assert [
        value["code"] for value in values(list(coded_lists(*under(here, document, "modifiers"), vocabulary)))
    ] == [
        "22",
        "59",
    ]


@pytest.mark.parametrize(
    ("words", "last", "complete", "gaps"),
    [
        pytest.param("22: More wo", True, False, ["truncated"], id="document ends inside"),
        pytest.param("22: More work.", True, True, [], id="ends with a full stop"),
        pytest.param("22: More wo", False, True, [], id="more follows"),
        pytest.param("22: Data not available in the input.", False, True, ["placeholder"], id="placeholder"),
    ],
)
def test_an_item_at_the_end_may_be_cut(
    part: Callable[..., tuple[Section, Document]],
    vocabulary: Vocabulary,
    *,
    words: str,
    last: bool,
    complete: bool,
    gaps: list[str],
) -> None:
    readings = list(coded_lists(*under(*part(words, last=last), "modifiers"), vocabulary))
    assert [value["complete"] for value in values(readings)] == [complete]
    assert [r.status for r in readings if isinstance(r, Gap)] == gaps


def test_spans_hold_code_and_words(
    part: Callable[..., tuple[Section, Document]], vocabulary: Vocabulary
) -> None:
    here, document = part("Intro\n- 22: More work\n" + SHORT + "| 59 | Apart |", last=False)
    found = {
        value["code"]: document.source[slice(*value["span"])]
        for value in values(list(coded_lists(*under(here, document, "modifiers"), vocabulary)))
    }
    assert found["59"] == "| 59 | Apart |"
    assert found["22"].startswith("22: More work")


def test_a_line_of_nothing_but_codes_is_an_item_for_each(
    part: Callable[..., tuple[Section, Document]], vocabulary: Vocabulary
) -> None:
    here, document = part("M17.11, M17.12, M25.561", last=False)
    found = values(list(coded_lists(*under(here, document, "diagnoses"), vocabulary)))
    codes = ["M17.11", "M17.12", "M25.561"]
    assert [value["code"] for value in found] == codes
    assert [document.source[slice(*value["span"])] for value in found] == codes


@pytest.mark.parametrize(
    ("words", "read"),
    [
        pytest.param(
            "207X00000X - Bones\n207R00000X - Within", ["207X00000X", "207R00000X"], id="taxonomies"
        ),
        pytest.param("M17.11: Right\nM17.12: Left", ["M17.11", "M17.12"], id="diagnoses"),
        pytest.param("20610: Large\n•\n20611: Seen", ["20610", "20611"], id="codes, and a lone bullet"),
        pytest.param("M17.11: Right", [], id="one line is no list"),
        pytest.param("M17.11: Right\nwords", [], id="a line without a code"),
    ],
)
def test_a_list_is_told_by_its_codes_where_no_heading_tells_it(
    part: Callable[..., tuple[Section, Document]], vocabulary: Vocabulary, words: str, read: list[str]
) -> None:
    readings = list(coded_lists(*part(words, last=False), vocabulary))
    assert [value["code"] for value in values(readings)] == read


LISTED = [
    pytest.param(
        "| CPT Code | Description |\n|---|---|\n| 90935 | Dialysis |\n| 0820-0829 | Revenue codes, all |",
        "codes",
        [("90935", "Dialysis"), ("0820", "Revenue codes, all")],
        id="revenue codes among procedures",
    ),
    pytest.param(
        "| Code Type | Code | Name |\n|---|---|---|\n| CPT | 20610 | Joint |\n| Modifier | LT | Left |",
        "codes",
        [("20610", "Joint"), ("LT", "Left")],
        id="a column tells the system of each row",
    ),
    pytest.param(
        "| Code | Name |\n|---|---|\n| ICD-10 codes: | |\n| M17.11 | Knee |",
        "codes",
        [("M17.11", "Knee")],
        id="a row tells what follows",
    ),
    pytest.param("| Zip | City |\n|---|---|\n| 10001 | York |\n| 60601 | Lake |", None, [], id="ZIP codes"),
    pytest.param(
        "| Item | City |\n|---|---|\n| J1030 | York |\n| 60601 | Lake |",
        None,
        [("J1030", "York"), ("60601", "Lake")],
        id="by form",
    ),
    pytest.param("the widget 20610\nWidget 20605", "codes", [("20605", "Widget")], id="a name has a capital"),
    pytest.param("Report it with: 20610.", "codes", [], id="a sentence"),
    pytest.param("** - 20610", "codes", [("20610", None)], id="no name"),
    pytest.param(
        "Some words.\nM17.11: Right knee\nM17.12: Left knee\nMore words.",
        None,
        [("M17.11", "Right knee"), ("M17.12", "Left knee")],
        id="a run of items in prose",
    ),
    pytest.param("Some words.\n20610: Joint\n20605: Joint", None, [], id="a run of numbers in prose"),
    pytest.param(
        "The CPT codes are these.\n20610: Big\n20605: Middle",
        None,
        [("20610", "Big"), ("20605", "Middle")],
        id="a run of numbers below words of codes",
    ),
    pytest.param("E0470: Device\nE0470 is a code.", None, [], id="one code twice is no list"),
    pytest.param("Use modifier 25 for visits.\n59", "modifiers", [("25", None), ("59", None)], id="mention"),
    pytest.param("LT: Left. Use when left.", "modifiers", [("LT", "Left")], id="use"),
    pytest.param("LT: Use when left.", "modifiers", [("LT", None)], id="all use"),
]


@pytest.mark.parametrize(("words", "kind", "read"), LISTED)
def test_what_a_section_lists(
    part: Callable[..., tuple[Section, Document]],
    vocabulary: Vocabulary,
    *,
    words: str,
    kind: SectionKind | None,
    read: list[tuple[str, str | None]],
) -> None:
    assert names(list(coded_lists(*under(*part(words, last=False), kind), vocabulary))) == read
