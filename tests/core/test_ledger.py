"""Every printed code is in a field or in `other_codes`, with the role in which it stands there."""

from collections.abc import Callable

import pytest

from extractors import Extraction
from extractors.ledger.cues import cue_of
from extractors.ledger.plain import plain
from extractors.ledger.prints import Print, prints

Extract = Callable[..., Extraction]


def printed(words: str) -> list[tuple[str, str, str | None]]:
    """The codes that some words print: system, value, last."""
    found = plain(words)

    def at(each: Print) -> tuple[str, str, str | None]:
        last = found.words[slice(*each.last)] if each.last else None
        return each.system, found.words[slice(*each.value)], last

    return [at(each) for each in prints(found.words) if each.sure]


def others(extraction: Extraction) -> list[tuple[str, str, str]]:
    return [(code.system, code.value, code.role) for code in extraction.record.other_codes]


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("Send CPT 20610 or 20611 with it.", [("CPT", "20610", None), ("CPT", "20611", None)]),
        ("Unknown but named: CPT code 99999.", [("CPT", "99999", None)]),
        ("procedure codes 97110, 97112 and E0100", [("CPT", "97110", None), ("CPT", "97112", None),
         ("HCPCS", "E0100", None)]),
        ("HCPCS Level II code J1030", [("HCPCS", "J1030", None)]),
        ("A cane (E0100) is covered.", [("HCPCS", "E0100", None)]),
        ("CPT codes 62320-62323", [("CPT", "62320", "62323")]),
        ("codes E0100 through E0105", [("HCPCS", "E0100", "E0105")]),
        ("Pain (M54.50) or M54.10\u2013M54.18",
         [("ICD-10-CM", "M54.50", None), ("ICD-10-CM", "M54.10", "M54.18")]),
        ("ICD-10 code M5450, m54.16", [("ICD-10-CM", "M5450", None), ("ICD-10-CM", "m54.16", None)]),
        ("ICD-10-PCS code 0SRC0J9", [("ICD-10-PCS", "0SRC0J9", None)]),
        ("MS-DRG 470 pays more than DRG 469", [("MS-DRG", "470", None), ("MS-DRG", "469", None)]),
        ("Revenue Code 0360", [("REVENUE", "0360", None)]),
        ("Bill type 13X", [("TOB", "13X", None)]),
        ("the \u201cGA\u201d modifier, or modifiers 59 and XU",
         [("MODIFIER", "GA", None), ("MODIFIER", "59", None), ("MODIFIER", "XU", None)]),
        ("modifier -25", [("MODIFIER", "25", None)]),
        ("207L00000X is known", [("NUCC", "207L00000X", None)]),
        ("panel 0202U and 0075T", [("CPT", "0202U", None), ("CPT", "0075T", None)]),
        ("CDT D0120", [("CDT", "D0120", None)]),
        ("20610 CPT code basics", [("CPT", "20610", None)]),
        ("broken E06\u200b01 and M17\u00ad.11", [("HCPCS", "E0601", None), ("ICD-10-CM", "M17.11", None)]),
        ("they are N39.41, -\nR35.0", [("ICD-10-CM", "N39.41", None), ("ICD-10-CM", "R35.0", None)]),
        ("escaped E0601\\-E0602", [("HCPCS", "E0601", "E0602")]),
    ],
)  # fmt: skip
def test_what_counts_as_printed(words: str, codes: list[tuple[str, str, str | None]]) -> None:
    assert printed(words) == codes


@pytest.mark.parametrize(
    "words",
    [
        "Springfield, OH 45385",
        "ZIP code 45385",
        "It costs $20610 a year, or 20610 dollars.",
        "Call 555-20605-11.",
        "PMID: 27447811, doi 10.1016/j.99213",
        "Contract 15201, invoice no. 99213",
        "Trial of 43239 visits",
        "Version V41.0 of the grouper",
        "ICD-9-CM code V58.69, or E885.9 (ICD-9)",
        "Pump model E0601-X and part A4253B",
        "Model E0601",
        "vitamin B12 and a C1234X bolt",
        "the modifier is not needed",
        "LCD L33822 and article A52465",
    ],
)
def test_what_is_no_code(words: str) -> None:
    assert printed(words) == []


def test_a_number_that_is_only_reported_needs_a_code_beside_it(extracted: Extract) -> None:
    told = "Report 11401 for a mole of the arm."
    assert others(extracted(f"Moles\n\n{told}\n")) == []
    page = extracted(f"Moles\n\nCPT 11400 is the code for a mole of the trunk. {told}\n")
    assert others(page) == [("CPT", "11401", "prose")]


@pytest.mark.parametrize(
    ("above", "words", "role"),
    [
        ("", "A cane ({}) is covered.", "prose"),
        ("## Revision History", "R2: code {} was added.", "history"),
        ("", "For example, a cane is sent as {}.", "example"),
        ("## Canes", "| Item | Use |\n|---|---|\n| cane | {} |\n| other | E0105 |", "unassigned"),
        ("## Canes", "The list follows.\n\n{}\nE0105", "unassigned"),
        ("", "Canes: {}, E0105", "unassigned"),
        ("", "- Cane with one foot ({})\n- Cane with three feet (E0105)", "unassigned"),
        ("", "{} is the one that most people get.", "prose"),
    ],
)
def test_the_role_of_a_code(extracted: Extract, above: str, words: str, role: str) -> None:
    page = extracted(f"# Walking aids\n\nCPT 97116 trains gait.\n\n{above}\n\n{words.format('E0100')}\n")
    assert ("HCPCS", "E0100", role) in others(page)


def test_a_struck_out_code_and_one_of_the_site_around_the_page_say_so(extracted: Extract) -> None:
    page = extracted(
        "<body><nav><a>E0100</a></nav><main><h1>CPT 97116: Gait</h1><p>No <s>E0105</s> now.</p></main></body>"
    )
    assert others(page) == [("HCPCS", "E0100", "boilerplate"), ("HCPCS", "E0105", "struck")]


def test_a_code_that_a_field_holds_is_not_listed_again(extracted: Extract) -> None:
    page = extracted("## Modifiers\n\n- RT: Right side\n\nUse modifier RT, not modifier LT.\n")
    assert [row.code for row in page.record.modifiers] == ["RT"]
    assert others(page) == [("MODIFIER", "LT", "prose")]


def test_each_place_counts_and_a_range_keeps_both_ends(extracted: Extract) -> None:
    page = extracted(
        "# Canes\n\nCodes E0100-E0105 are canes. A cane (E0100) has one foot.\n\nHCPCS E0143 is a walker.\n"
    )
    found = page.record.other_codes
    text = page.text.text
    assert [(code.value, code.last, text[slice(*code.span)]) for code in found if code.value == "E0100"] == [
        ("E0100", "E0105", "E0100-E0105"),
        ("E0100", None, "E0100"),
    ]


def test_a_listed_code_that_no_reader_takes_leaves_its_field_unparsed(extracted: Extract) -> None:
    page = extracted(
        "# Canes\n\nCPT 97116 trains gait.\n\n## What it takes\n\n"
        "| Part | Number |\n|---|---|\n| Cane | E0100 |\n| Crook | E0105 |\n"
    )
    record = page.record
    assert record.status["related_codes"] == "unparsed"
    [found] = [one for one in record.findings if one.rule == "code.unassigned"]
    assert (found.field, page.text.text[slice(*found.span or ())]) == (
        "related_codes",
        "E0100 |\n| Crook | E0105",
    )
    assert "E0100, E0105" in found.message


@pytest.mark.parametrize(
    ("words", "cue"),
    [
        ("CPT/HCPCS Codes", "procedures"),
        ("ICD-10-PCS codes", "icd_10_pcs"),
        ("Diagnosis codes by condition", "diagnoses"),
        ("Place of service codes", "other"),
        ("Next review", None),
        ("Revenue codes", "revenue_codes"),
        ("Codes", "any"),
    ],
)
def test_what_words_announce(words: str, cue: str | None) -> None:
    assert cue_of(words) == cue


def test_the_way_back_from_plain_words() -> None:
    found = plain("M17\u00ad.12, and E06\u200b01")
    assert found.words == "M17.12, and E0601"
    assert found.span(0, 6) == (0, 7)
    assert found.span(12, 17) == (13, 19)
    assert [found.to(offset) for offset in (0, 4, 13, 19)] == [0, 3, 12, 17]
