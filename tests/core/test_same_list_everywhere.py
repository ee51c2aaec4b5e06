"""The same list gives the same entries under every layout, as lines and as a table."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest

from extractors import Extraction

REPORT = """Summary & Overview
CPT 20610: Work on a joint
CPT code 20610 is billed for it.
Billing Code Overview
Work on a joint.
Service type: Procedure
Clinical & Coding Specifications
Clinical Context
A 61-year-old man has a sore joint.
Coding Specifications
{heading}
{words}

References
The tail of the page, a whole sentence.
"""
GUIDE = """Work on a joint
CPT4 code
Name of the Procedure:
Work on a joint
Summary
The joint is worked on.
Similar Codes
{heading}:
{words}

The tail of the page, a whole sentence.
"""
ARTICLE = """Billing and Coding: Work on a joint
Article Information
Article ID
A50001
Coding Information
{heading}
{words}

Revision History Information
The tail of the page, a whole sentence.
"""
POLICY = """Medical Policy
Work on a joint
Policy Number: 7.01
Effective Date: 01/01/2024

Policy
Work on a joint is considered medically necessary for adults.

{heading}
{words}

References
The tail of the page, a whole sentence.
"""
GENERIC = """# Work on a joint

The page tells of work on a joint.

## {heading}

{words}

## Questions

The tail of the page, a whole sentence.
"""
PAGES = {
    "billing-report": REPORT,
    "procedure-guide": GUIDE,
    "cms-article": ARTICLE,
    "payer-policy": POLICY,
    "generic": GENERIC,
}
#: What each layout calls a list of codes of a kind; the others take the last of the names.
HEADINGS = {
    "procedures": {"billing-report": "Related CPT Codes", "cms-article": "CPT/HCPCS Codes", "": "CPT Codes"},
    "diagnoses": {
        "billing-report": "ICD-10 Diagnoses",
        "cms-article": "ICD-10-CM Codes that Support Medical Necessity",
        "": "ICD-10 Codes",
    },
    "modifiers": {"cms-article": "CPT/HCPCS Modifiers", "": "Modifiers"},
}
LISTS = ("modifiers", "taxonomies", "diagnoses", "procedures", "related_codes", "bill_types", "revenue_codes")
SEVERAL = [f"M54.{number}" for number in range(10, 34)]


class Read(NamedTuple):
    """What a page gives: its entries, the rules of its findings, and the statuses of its lists."""

    entries: list[tuple[str, str | None, str | None]]
    rules: list[str]
    unparsed: bool


def read(extracted: Callable[..., Extraction], layout: str, kind: str, words: str) -> Read:
    heading = HEADINGS[kind].get(layout, HEADINGS[kind][""])
    found = extracted(PAGES[layout].format(heading=heading, words=words))
    record: dict[str, Any] = found.record.model_dump()
    assert record["source"]["layout"] == layout
    rows = sorted(((row["span"], row) for name in LISTS for row in record[name]), key=lambda each: each[0])
    for span, row in rows:
        assert row["code"][0] in found.text.text[slice(*span)]
    entries = [(row["code"], row.get("last"), _words(row)) for _, row in rows]
    rules = [one["rule"] for one in record["findings"] if one["rule"] != "layout.unknown"]
    if len(rules) > 1:  # a row that was not read is pointed at, and its code as well
        rules = [rule for rule in rules if rule != "code.unassigned"]
    return Read(entries, rules, "unparsed" in record["status"].values())


def _words(row: dict[str, Any]) -> str | None:
    return next((row[key] for key in ("description", "name") if row.get(key)), None)


def each(codes: Sequence[str], words: str | None = None) -> list[tuple[str, None, str | None]]:
    return [(code, None, words) for code in codes]


CASES = [
    # Lines.
    (
        "diagnoses",
        "M17.11: Right knee\nM17.12: Left knee",
        [("M17.11", "Right knee"), ("M17.12", "Left knee")],
    ),
    (
        "diagnoses",
        "- M17.11 Right knee\n- M17.12 Left knee",
        [("M17.11", "Right knee"), ("M17.12", "Left knee")],
    ),
    ("diagnoses", "M17.11, M17.12, and M17.0", ["M17.11", "M17.12", "M17.0"]),
    ("diagnoses", ", ".join(SEVERAL), SEVERAL),
    ("diagnoses", " ".join(SEVERAL), SEVERAL),
    ("diagnoses", " and ".join(SEVERAL), SEVERAL),
    ("diagnoses", "; ".join(SEVERAL), SEVERAL),
    ("diagnoses", "M17.11 Right knee; M17.12 Left knee", [("M17.11", "Right knee"), ("M17.12", "Left knee")]),
    ("diagnoses", "M54.10 to M54.18: Root pain", [("M54.10", "M54.18", "Root pain")]),
    (
        "diagnoses",
        "M54.10-M54.18\nM15.0 through M15.4",
        [("M54.10", "M54.18", None), ("M15.0", "M15.4", None)],
    ),
    (
        "diagnoses",
        "m54.50: Low back pain\nm54.6: Upper back pain",
        [("m54.50", "Low back pain"), ("m54.6", "Upper back pain")],
    ),
    ("diagnoses", "M5450: Low back pain\nE119: Sugar", [("M5450", "Low back pain"), ("E119", "Sugar")]),
    (
        "diagnoses",
        "M17.12²: Left knee\nM17.11*: Right knee",
        [("M17.12", "Left knee"), ("M17.11", "Right knee")],
    ),
    ("diagnoses", "M17\u00ad.12: Left\nM16\u2060.12: Hip", [("M17.12", "Left"), ("M16.12", "Hip")]),
    (
        "diagnoses",
        "Low back pain\nM54.50\nKnee pain\nM25.561",
        [("M54.50", "Low back pain"), ("M25.561", "Knee pain")],
    ),
    (
        "diagnoses",
        "M54.50\nLow back pain\nM25.561\nKnee pain",
        [("M54.50", "Low back pain"), ("M25.561", "Knee pain")],
    ),
    (
        "diagnoses",
        "Low back pain (M54.50)\nKnee pain (M25.561)",
        [("M54.50", "Low back pain"), ("M25.561", "Knee pain")],
    ),
    ("diagnoses", "M54.50: Back\n20610: Joint work", [("M54.50", "Back"), ("20610", "Joint work")]),
    (
        "procedures",
        "20610: Big joint\n20605: Middle joint",
        [("20610", "Big joint"), ("20605", "Middle joint")],
    ),
    ("procedures", "20605: Middle joint\n+20930: Add-on", [("20605", "Middle joint"), ("20930", "Add-on")]),
    (
        "procedures",
        "62290-62295: Discs\n62310–62311: Shots",
        [("62290", "62295", "Discs"), ("62310", "62311", "Shots")],
    ),
    (
        "procedures",
        "62290 \u2011 62295\n62310 thru 62311",
        [("62290", "62295", None), ("62310", "62311", None)],
    ),
    ("procedures", "62290\u201162295: Discs", [("62290", "62295", "Discs")]),
    (
        "procedures",
        "[20610](https://example.org/20610): Big joint\n`20605`: Middle",
        [("20610", "Big joint"), ("20605", "Middle")],
    ),
    (
        "procedures",
        "20610\\-20611: Joints\n**20605**: Middle",
        [("20610", "20611", "Joints"), ("20605", "Middle")],
    ),
    ("procedures", "20610\u200b: Big\n206\u200b05: Middle", [("20610", "Big"), ("20605", "Middle")]),
    ("procedures", "CPT 20610: Big joint\nHCPCS J1030: Drug", [("20610", "Big joint"), ("J1030", "Drug")]),
    (
        "procedures",
        "20610: Big joint\nM17.11: Right knee",
        [("20610", "Big joint"), ("M17.11", "Right knee")],
    ),
    ("procedures", "j1030: Drug\nj1040: More of it", [("j1030", "Drug"), ("j1040", "More of it")]),
    ("modifiers", "22: More work\nLT: Left side", [("22", "More work"), ("LT", "Left side")]),
    ("modifiers", "76/77: Repeated", [("76", "Repeated"), ("77", "Repeated")]),
    ("modifiers", "LT, RT", ["LT", "RT"]),
    ("modifiers", "22: More work\n20610: Big joint", [("22", "More work"), ("20610", "Big joint")]),
    (
        "diagnoses",
        "M17.11 Right knee, M17.12 Left knee, M17.0 both",
        [("M17.11", "Right knee"), ("M17.12", "Left knee"), ("M17.0", "both")],
    ),
    (
        "procedures",
        "20610, 20611 (with a picture), 20605",
        [("20610", "with a picture"), ("20611", "with a picture"), "20605"],
    ),
    (
        "diagnoses",
        "Low back pain M54.50\nKnee pain M25.561",
        [("M54.50", "Low back pain"), ("M25.561", "Knee pain")],
    ),
    ("modifiers", "lt: Left side\nrt: Right side", [("lt", "Left side"), ("rt", "Right side")]),
    ("modifiers", "FA-F9 Fingers\nE1 - E4: Lids", [("FA", "F9", "Fingers"), ("E1", "E4", "Lids")]),
    (
        "procedures",
        "20610® Big joint\n20605 [Middle joint]",
        [("20610", "Big joint"), ("20605", "Middle joint")],
    ),
    ("procedures", "20610 $120.00\n20605 $90.00", ["20610", "20605"]),
    ("diagnoses", "Any of these: M17.11, M17.12\nGroup 2: M25.561", ["M17.11", "M17.12", "M25.561"]),
    ("diagnoses", "Knee: M17.11, M17.12", [("M17.11", "Knee"), ("M17.12", "Knee")]),
    (
        "procedures",
        "20610;Big joint\n20605,Middle joint",
        [("20610", "Big joint"), ("20605", "Middle joint")],
    ),
    ("procedures", "Springfield, IL 62701\nSuite 64590\nCall 800-555-6458\nContract 05101", []),
    (
        "procedures",
        "20610: **Big** joint\n20605: Middle *joint*",
        [("20610", "**Big** joint"), ("20605", "Middle *joint*")],
    ),
    (
        "procedures",
        "20610: Big joint\nand what belongs to it",
        [("20610", "Big joint\nand what belongs to it")],
    ),
    # Tables.
    (
        "diagnoses",
        "| ICD-10 | Name |\n|---|---|\n| M17.11 | Right |\n| m17.12 | Left |",
        [("M17.11", "Right"), ("m17.12", "Left")],
    ),
    (
        "diagnoses",
        "| Name | ICD-10 Code |\n|---|---|\n| Right | M1711 |\n| Left | M17.12 |",
        [("M1711", "Right"), ("M17.12", "Left")],
    ),
    (
        "diagnoses",
        "| Code | Name |\n|---|---|\n| " + ", ".join(SEVERAL) + " (see note) | Pain |",
        [(code, "Pain") for code in SEVERAL],
    ),
    (
        "diagnoses",
        "| Code | Name |\n|---|---|\n| " + " ".join(SEVERAL) + " | Pain |",
        [(code, "Pain") for code in SEVERAL],
    ),
    (
        "diagnoses",
        "| Code | Name |\n|---|---|\n| " + "; ".join(SEVERAL) + " | Pain |",
        [(code, "Pain") for code in SEVERAL],
    ),
    (
        "diagnoses",
        "| Code | Name |\n|---|---|\n| " + " and ".join(SEVERAL) + " | Pain |",
        [(code, "Pain") for code in SEVERAL],
    ),
    (
        "diagnoses",
        "| Code | Name |\n|---|---|\n| M54.10 to M54.18 | Root |\n| M17.12² | Left |",
        [("M54.10", "M54.18", "Root"), ("M17.12", "Left")],
    ),
    (
        "procedures",
        "| CPT | Description |\n|---|---|\n| 62290–62295 | Discs |\n| +20930 | Add-on |",
        [("62290", "62295", "Discs"), ("20930", "Add-on")],
    ),
    (
        "procedures",
        "| CPT | ICD-10 |\n|---|---|\n| 20610 | M17.11 |\n| 20605 | M25.561 |",
        ["20610", "M17.11", "20605", "M25.561"],
    ),
    (
        "procedures",
        "| Group | Code | Description |\n|---|---|---|\n| Joints | 20610 | Big |\n| | 20605 | Middle |",
        [("20610", "Big"), ("20605", "Middle")],
    ),
    (
        "procedures",
        "| # | Code | Description |\n|---|---|---|\n| 1 | 20610 | Big |\n| 2 | M17.11 | Knee |",
        [("20610", "Big"), ("M17.11", "Knee")],
    ),
    (
        "procedures",
        "Code\tDescription\n20610\tBig joint\n20605\tMiddle joint",
        [("20610", "Big joint"), ("20605", "Middle joint")],
    ),
    (
        "procedures",
        "20610    Big joint\n20605    Middle joint",
        [("20610", "Big joint"), ("20605", "Middle joint")],
    ),
    (
        "procedures",
        "| [20610](http://x.org) | Big |\n| 20605\\-20606 | Middle |",
        [("20610", "Big"), ("20605", "20606", "Middle")],
    ),
    (
        "modifiers",
        "| Modifier | Description |\n|---|---|\n| LT, RT | Sides |\n| E1-E4 | Lids |",
        [("LT", "Sides"), ("RT", "Sides"), ("E1", "E4", "Lids")],
    ),
    (
        "modifiers",
        "| Description | Modifier |\n|---|---|\n| Left | LT |\n| Big | 20610 |",
        [("LT", "Left"), ("20610", "Big")],
    ),
    (
        "procedures",
        "| Procedure | CPT | Diagnosis | ICD-10 |\n|---|---|---|---|\n| Joint | 20610 | Knee | M17.11 |",
        [("20610", "Joint"), ("M17.11", "Knee")],
    ),
    (
        "procedures",
        "| CPT | ICD-10 | CPT Name | ICD-10 Name |\n|---|---|---|---|\n| 20610 | M17.11 | Joint | Knee |",
        [("20610", "Joint"), ("M17.11", "Knee")],
    ),
    (
        "procedures",
        "| Code | Modifier | Description |\n|---|---|---|\n| 20610 | LT, RT | Joint |\n| 20605 | | Middle |",
        [("20610", "Joint"), "LT", "RT", ("20605", "Middle")],
    ),
    (
        "procedures",
        "| Code | Name | Code | Name |\n|---|---|---|---|\n| 20610 | Big | 20605 | Middle |",
        [("20610", "Big"), ("20605", "Middle")],
    ),
    (
        "diagnoses",
        "| Code | Name |\n|---|---|\n| M17.11<br>M17.12 | Knee |",
        [("M17.11", "Knee"), ("M17.12", "Knee")],
    ),
    (
        "procedures",
        "| 20610 |\n| Big joint |\n| 20605 |\n| Middle joint |",
        [("20610", "Big joint"), ("20605", "Middle joint")],
    ),
    (
        "procedures",
        "| Joints | |\n| Code | Name |\n| 20610 | Big |\n| 20605 | Middle |",
        [("20610", "Big"), ("20605", "Middle")],
    ),
    ("procedures", "| CPT | Relationship |\n|---|---|\n| 206 10 | Add-on |", ["206 10".replace(" ", "")]),
    ("procedures", "| Place | Code |\n|---|---|\n| Office | 20610 |\n| Home | 20605 |", ["20610", "20605"]),
]


def _entry(entry: str | tuple[str | None, ...]) -> tuple[str | None, str | None, str | None]:
    if isinstance(entry, str):
        return (entry, None, None)
    return (entry[0], None, entry[1]) if len(entry) == 2 else (entry[0], entry[1], entry[2])


@pytest.mark.parametrize("layout", PAGES)
@pytest.mark.parametrize(
    ("kind", "words", "entries"), CASES, ids=[f"{i} {case[1][:24]!r}" for i, case in enumerate(CASES)]
)
def test_the_same_list_gives_the_same_entries(
    extracted: Callable[..., Extraction], layout: str, kind: str, words: str, entries: list[Any]
) -> None:
    found = read(extracted, layout, kind, words)
    assert sorted(found.entries, key=str) == sorted(map(_entry, entries), key=str)
    if entries:  # a list without a code is none, and its section was not read
        assert not found.unparsed
        assert found.rules == []


UNREAD = [
    ("diagnoses", "M54.5: Back\nM5X.16: Root pain"),
    ("diagnoses", "| Code | Name |\n|---|---|\n| M54.5 | Back |\n| M5X.16 | Root |"),
    ("diagnoses", "| ICD-10 | Name |\n|---|---|\n| M54.5 | Back |\n| see note | Root |"),
    ("procedures", "20610: Big joint\n2061: Joint"),
    ("procedures", "| CPT | Description |\n|---|---|\n| 20610 | Big |\n| 25 | Separate |"),
    ("procedures", "| CPT | ICD-10 |\n|---|---|\n| 20610 | left knee |\n| 20605 | M25.561 |"),
    ("modifiers", "| Modifier | Description |\n|---|---|\n| LT | Left |\n| ABC | Unknown |"),
    ("procedures", "| Code | Description |\n|---|---|\n| 20610, 2O605 | Joints |\n| 20605 | Joint |"),
    ("procedures", "20610-5: Joints\n20605: Joint"),
    ("procedures", "| Code | Description |\n|---|---|\n| 20610 | Big joint |\n| | of the body |"),
]


@pytest.mark.parametrize("layout", PAGES)
@pytest.mark.parametrize(("kind", "words"), UNREAD)
def test_what_cannot_be_read_is_a_finding(
    extracted: Callable[..., Extraction], layout: str, kind: str, words: str
) -> None:
    found = read(extracted, layout, kind, words)
    assert found.rules == ["table.not_a_code"]
    assert all(code not in ("25", "ABC", "2061", "2O605") for code, _, _ in found.entries)


@pytest.mark.parametrize("layout", PAGES)
def test_words_of_one_of_several_columns_are_no_code_s_words(
    extracted: Callable[..., Extraction], layout: str
) -> None:
    words = "| CPT | ICD-10 | Description |\n|---|---|---|\n| 20610 | M17.11 | Knee |"
    found = read(extracted, layout, "procedures", words)
    assert found.entries == each(["20610", "M17.11"]) or found.entries == each(["M17.11", "20610"])
    assert found.rules == ["table.unplaced"]


@pytest.mark.parametrize("layout", PAGES)
def test_a_code_behind_a_heading_that_refuses_it_is_excluded(
    extracted: Callable[..., Extraction], layout: str
) -> None:
    words = "Diagnosis codes that are not covered:\nM17.11: Right knee\nM17.12: Left knee"
    heading = HEADINGS["diagnoses"].get(layout, HEADINGS["diagnoses"][""])
    record = extracted(PAGES[layout].format(heading=heading, words=words)).record
    assert [row.code for row in record.excluded_diagnoses] == ["M17.11", "M17.12"]
    assert not record.diagnoses


HEADED = {
    "billing-report": "<h2>Summary & Overview</h2><p>CPT 20610: Work on a joint</p><p>It is billed.</p>"
    "<h2>Clinical & Coding Specifications</h2><h3>Coding Specifications</h3>",
    "procedure-guide": "<h1>Work on a joint</h1><p>CPT4 code</p><h2>Name of the Procedure</h2><p>Work</p>"
    "<h2>Summary</h2><p>The joint is worked on.</p>",
    "payer-policy": "<h1>Work on a joint</h1><p>Medical Policy</p><p>Policy Number: 7.01</p><h2>Policy</h2>"
    "<p>Work on a joint is considered medically necessary for adults.</p>",
    "generic": "<h1>Work on a joint</h1><p>The page tells of work on a joint.</p>",
}


@pytest.mark.parametrize("layout", HEADED)
@pytest.mark.parametrize(
    ("heading", "words", "codes"),
    [
        ("Modifiers", "<ul><li>LT: Left side</li><li>RT: Right side</li></ul>", ["LT", "RT"]),
        ("CPT Codes", "<p>20610, 20611 and 20605</p>", ["20610", "20611", "20605"]),
        ("CPT", "<p>20610 – 20611</p>", ["20610"]),
        ("ICD-10 Codes", "<dl><dt>M17.11</dt><dd>Knee</dd></dl><p>M17.12 Knee</p>", ["M17.11", "M17.12"]),
        ("Taxonomy Codes", "<table><tr><td>207X00000X<td>Bones</table>", ["207X00000X"]),
    ],
)
def test_a_list_under_a_heading_of_markup_is_read_in_every_layout(
    extracted: Callable[..., Extraction], layout: str, heading: str, words: str, codes: list[str]
) -> None:
    page = (
        f"<html><body>{HEADED[layout]}<h2>{heading}</h2>{words}<h2>References</h2><p>End.</p></body></html>"
    )
    record = extracted(page.replace("& ", "&amp; ")).record.model_dump()
    assert record["source"]["layout"] == layout
    assert [row["code"] for name in LISTS for row in record[name]] == codes
