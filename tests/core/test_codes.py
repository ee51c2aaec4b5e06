"""Codes by their form, and the code that a line, a sentence or a bracket prints."""

import re
from collections.abc import Callable

import pytest

from extractors.code_sets import forms
from extractors.code_sets.forms import procedure_system, system_of
from extractors.record.model import Code
from extractors.structure.document import Document, Section
from extractors.structure.printed_codes import (
    as_facts,
    bracketed_codes,
    conflicts,
    labelled_code,
    named_codes,
    titled_code,
)


@pytest.mark.parametrize(
    ("line", "system", "value", "title"),
    [
        pytest.param("CPT 20610: Joint", "CPT", "20610", "Joint", id="colon"),
        pytest.param("CPT 20610 - Joint", "CPT", "20610", "Joint", id="hyphen"),
        pytest.param("CPT 20610 – Joint", "CPT", "20610", "Joint", id="dash"),
        pytest.param("CPT 20610 | Joint", "CPT", "20610", "Joint", id="pipe"),
        pytest.param("CPT code: 20610: Joint", "CPT", "20610", "Joint", id="code and colon"),
        pytest.param("CPT® 20610: Joint", "CPT", "20610", "Joint", id="registered sign"),
        pytest.param("CPT-4 20610: Joint", "CPT", "20610", "Joint", id="CPT-4"),
        pytest.param("CPT 00620: Zeros", "CPT", "00620", "Zeros", id="zeros in front"),
        pytest.param("CPT 0075T: New", "CPT", "0075T", "New", id="category III"),
        pytest.param("CPT 20610:", "CPT", "20610", None, id="title cut off"),
        pytest.param("CPT 20610: a - b: c", "CPT", "20610", "a - b: c", id="signs in the title"),
        pytest.param("**CPT 20610: Joint**", "CPT", "20610", "Joint", id="emphasis"),
        pytest.param("# CPT 20610: Joint #", "CPT", "20610", "Joint", id="Markdown heading"),
        pytest.param("HCPCS J1030: Drug", "HCPCS", "J1030", "Drug", id="HCPCS"),
        pytest.param("HCPCS Level II E0601: Air", "HCPCS", "E0601", "Air", id="Level II"),
        pytest.param("CPT J1030: Drug", "HCPCS", "J1030", "Drug", id="the form beats the name"),
        pytest.param("CDT D0120: Exam", "CDT", "D0120", "Exam", id="CDT"),
        pytest.param("ICD-10-CM M54.16: Pain", "ICD-10-CM", "M54.16", "Pain", id="ICD-10-CM"),
        pytest.param("ICD-10 M54.16: Pain", "ICD-10-CM", "M54.16", "Pain", id="ICD-10"),
        pytest.param("ICD-10-PCS 0SRC0J9: Knee", "ICD-10-PCS", "0SRC0J9", "Knee", id="ICD-10-PCS"),
        pytest.param("MS-DRG 470: Joint", "MS-DRG", "470", "Joint", id="MS-DRG"),
        pytest.param("Revenue code 0360: Room", "REVENUE", "0360", "Room", id="revenue"),
    ],
)
def test_a_title_line(
    part: Callable[..., tuple[Section, Document]], line: str, system: str, value: str, title: str | None
) -> None:
    here, document = part("Before\n" + line)
    printed = titled_code(here.lines[1], document.source)
    assert printed is not None
    assert (printed.code.system, printed.code.value) == (system, value)
    assert document.source[slice(*printed.code.span)] == value
    assert (printed.title.text if printed.title else None) == title
    if printed.title:
        assert document.source[slice(*printed.title.span)] == title
    assert [fact.field for fact in as_facts(printed)] == (["code", "title"] if title else ["code"])


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("CPT 20610", id="code alone"),
        pytest.param("cpt 20610: in a sentence", id="lower case"),
        pytest.param("See CPT 20610: Joint", id="words in front"),
        pytest.param("CPT 206: Short", id="three digits are no CPT code"),
        pytest.param("CPT M54.16: Pain", id="a diagnosis is no CPT code"),
        pytest.param("CPT 206101: Long", id="six digits"),
        pytest.param("Chapter 20610: Joint", id="no system"),
    ],
)
def test_no_title_line(part: Callable[..., tuple[Section, Document]], line: str) -> None:
    here, document = part(line)
    printed = titled_code(here.lines[0], document.source)
    assert printed is None


@pytest.mark.parametrize(
    ("line", "system", "value"),
    [
        pytest.param("CPT4 code", "CPT", None, id="no value"),
        pytest.param("CPT code", "CPT", None, id="CPT"),
        pytest.param("HCPCS codes", "HCPCS", None, id="plural"),
        pytest.param("HCPCS code: J1095", "HCPCS", "J1095", id="value"),
        pytest.param("CPT code 20610.", "CPT", "20610", id="full stop"),
        pytest.param("**CPT code**", "CPT", None, id="emphasis"),
        pytest.param("ICD-10-CM code: M54.16", "ICD-10-CM", "M54.16", id="diagnosis"),
    ],
)
def test_a_line_that_names_the_kind_of_code(
    part: Callable[..., tuple[Section, Document]], line: str, system: str, value: str | None
) -> None:
    here, document = part("Before\n" + line)
    code = labelled_code(here.lines[1])
    assert code is not None
    assert (code.system, code.value) == (system, value)
    assert document.source[slice(*code.span)].startswith(value or ("CPT" if system == "CPT" else "HCPCS"))


@pytest.mark.parametrize("line", ["CPT", "code", "CPT code of the day", "The CPT code"])
def test_a_line_that_names_no_kind_of_code(part: Callable[..., tuple[Section, Document]], line: str) -> None:
    assert labelled_code(part(line)[0].lines[0]) is None


def test_codes_that_sentences_name(part: Callable[..., tuple[Section, Document]]) -> None:
    _, document = part("See CPT code 20610, HCPCS J1030; cpt procedure code: 20611. CPT 2061 and CPT 206100.")
    found = list(named_codes(document, 0, len(document.source)))
    assert [(code.system, code.value) for code in found] == [
        ("CPT", "20610"),
        ("HCPCS", "J1030"),
        ("CPT", "20611"),
    ]
    assert all(document.source[slice(*code.span)] == code.value for code in found)


def test_codes_in_brackets(part: Callable[..., tuple[Section, Document]]) -> None:
    here, document = part(
        "A drug (J1030), (CPT 20610)\n(see 20611) (2061) ((20612)) (in the year of our lord 20613 x)"
    )
    found = list(bracketed_codes(here.lines))
    assert [code.value for code in found] == ["J1030", "20610", "20611", "20612"]
    assert all(document.source[slice(*code.span)] == code.value for code in found)


@pytest.mark.parametrize(
    ("printed", "value", "system"),
    [
        ("CPT", "20610", "CPT"),
        ("CPT", "J1030", "HCPCS"),
        ("CPT4", None, "CPT"),
        ("HCPCS", None, "HCPCS"),
        ("HCPCS", "20610", "CPT"),
        ("icd-10", "M54.16", "ICD-10-CM"),
        ("ICD-10-PCS", "0SRC0J9", "ICD-10-PCS"),
        ("cdt", "D0120", "CDT"),
        ("DRG", "470", "MS-DRG"),
        ("Rev.", "0450", "REVENUE"),
    ],
)
def test_the_system_of_a_printed_code(printed: str, value: str | None, system: str) -> None:
    assert system_of(printed, value) == system


def test_the_system_of_a_procedure_code() -> None:
    assert [procedure_system(value) for value in ("20610", "0075T", "J1030", "4561F")] == [
        "CPT",
        "CPT",
        "HCPCS",
        "CPT",
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param("CPT code 20611 is reported.", ["20611"], id="another code"),
        pytest.param("CPT code 20610 is reported.", [], id="the same code"),
        pytest.param("See also CPT code 20611.", [], id="only mentioned"),
        pytest.param("Nothing.", [], id="none"),
    ],
)
def test_a_conflict_of_codes_is_a_finding(
    part: Callable[..., tuple[Section, Document]], words: str, told: list[str]
) -> None:
    here, document = part(words)
    code = Code(system="CPT", value="20610", span=(0, 0))
    found = [document.source[slice(*(note.span or (0, 0)))] for note in conflicts(code, here)]
    assert found == told


@pytest.mark.parametrize(
    ("form", "right", "wrong"),
    [
        (forms.MODIFIER, ("22", "LT", "X1"), ("2", "lt", "222")),
        (forms.TAXONOMY, ("207L00000X", "261QA1903X"), ("207L00000Y", "27L00000X", "207L000000X")),
        (forms.ICD10CM, ("M54.16", "E11", "C7A.1", "S83.242A"), ("M5", "M54.", "54.16", "M54.16789")),
        (forms.CPT, ("20610", "0075T", "4561F", "0001U", "0012M"), ("2061", "2061X", "T0075")),
        (forms.HCPCS, ("J1030", "A4550", "V2020"), ("W1030", "J103", "J10300")),
    ],
)
def test_forms(form: str, right: tuple[str, ...], wrong: tuple[str, ...]) -> None:
    assert all(re.fullmatch(form, value) for value in right)
    assert not any(re.fullmatch(form, value) for value in wrong)
