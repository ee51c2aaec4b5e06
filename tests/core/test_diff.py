from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import Change, Record, Vocabulary, diff, extract

ARTICLE = """Summary & Overview
CPT 29881: Trimming of a Torn Meniscus
Words about it.
Modifiers
LT: Left side
RT: Right side
"""
LINES = ARTICLE.splitlines(keepends=True)


@pytest.fixture(scope="session")
def record(vocabulary: Vocabulary) -> Record:
    return read(ARTICLE, vocabulary)


def read(words: str, vocabulary: Vocabulary) -> Record:
    return extract(words.encode(), document="x", uri="raw/x", vocabulary=vocabulary).record


def with_values(record: Record, **values: Any) -> Record:
    return Record.model_validate({**record.model_dump(), **values})


def modifier(code: str, description: str | None = None) -> dict[str, Any]:
    return {
        "code": code,
        "description": description,
        "when_to_use": None,
        "span": (0, 1),
        "complete": True,
    }


def told(changes: tuple[Change, ...]) -> list[tuple[str, str, str | None]]:
    return [(change.change, change.field, change.key) for change in changes]


def test_a_span_that_only_moved_is_no_change(record: Record, vocabulary: Vocabulary) -> None:
    moved = read("\n\n\n" + ARTICLE, vocabulary)
    assert moved.title is not None
    assert record.title is not None
    assert moved.title.span != record.title.span
    assert diff(record, moved) == ()


def test_rows_are_told_apart_by_their_code_and_their_order_is_no_change(record: Record) -> None:
    old = with_values(record, modifiers=[modifier("LT", "Left"), modifier("RT", "Right"), modifier("59")])
    new = with_values(record, modifiers=[modifier("59"), modifier("22"), modifier("LT", "Left side")])
    changes = diff(old, new)
    assert told(changes) == [
        ("changed", "modifiers", "LT"),
        ("removed", "modifiers", "RT"),
        ("added", "modifiers", "22"),
    ]
    assert changes[0].before == {
        "code": "LT",
        "last": None,
        "description": "Left",
        "when_to_use": None,
        "complete": True,
        "reference": None,
    }
    assert changes[0].after["description"] == "Left side"
    assert changes[1].after is None
    assert changes[2].before is None


def test_rows_that_occur_twice_are_counted(record: Record) -> None:
    once = with_values(record, modifiers=[modifier("22", "a")])
    twice = with_values(record, modifiers=[modifier("22", "b"), modifier("22", "a")])
    assert told(diff(once, twice)) == [("added", "modifiers", "22")]
    assert told(diff(twice, once)) == [("removed", "modifiers", "22")]


def test_single_values_go_from_old_to_new(record: Record) -> None:
    new = with_values(record, title=None, code={"system": "CPT", "value": "29880", "span": (0, 5)})
    changes = diff(record, new)
    assert told(changes) == [("changed", "code", None), ("removed", "title.text", None)]
    assert (changes[0].before["value"], changes[0].after["value"]) == ("29881", "29880")
    assert changes[1].before == "Trimming of a Torn Meniscus"


def test_the_vignette_is_compared_part_by_part(record: Record) -> None:
    patient = {"age_years": 40, "sex": "male", "span": (0, 1)}
    asthma = {"label": "condition", "text": "asthma", "span": (0, 1), "negated": False, "code": None}
    context = {"text": "a", "span": (0, 1), "patient": patient, "mentions": [asthma]}
    old = with_values(record, clinical_context=context)
    new = with_values(
        record, clinical_context={**context, "patient": None, "mentions": [{**asthma, "negated": True}]}
    )
    assert told(diff(old, new)) == [
        ("removed", "clinical_context.patient", None),
        ("changed", "clinical_context.mentions", "condition asthma"),
    ]
    assert told(diff(with_values(record, clinical_context=None), old)) == [
        ("added", "clinical_context.text", None),
        ("added", "clinical_context.patient", None),
        ("added", "clinical_context.mentions", "condition asthma"),
    ]


def test_sections_are_compared_by_kind_and_heading(record: Record) -> None:
    summary, *_ = record.model_dump()["sections"]
    bare = {"kind": "other", "heading": None, "level": 1, "span": (0, 1)}
    old = with_values(record, sections=[summary])
    new = with_values(record, sections=[{**summary, "level": 2}, bare])
    assert told(diff(old, new)) == [
        ("changed", "sections", "summary Summary & Overview"),
        ("added", "sections", "other"),
    ]


def test_a_status_is_compared_field_by_field(record: Record) -> None:
    status = dict(record.status)
    old = with_values(record, status={**status, "modifiers": "present"})
    new = with_values(record, status={**status, "modifiers": "truncated", "coverage": "absent"})
    assert told(diff(old, new)) == [
        ("changed", "status.modifiers", None),
        ("added", "status.coverage", None),
    ]


POLICY = """Medical Policy
Policy Number: 7.01.02
Effective Date: 01/01/2026
Coverage Guidance
Trimming is considered medically necessary after a fall.
"""


def test_words_that_no_field_holds_are_told_by_their_section(vocabulary: Vocabulary) -> None:
    old, new = (
        extract(words.encode(), vocabulary=vocabulary)
        for words in (POLICY, POLICY + "This is no longer covered at all.\n")
    )
    changes = [change for change in diff(old, new) if change.field == "sections"]
    assert [(change.change, change.key) for change in changes] == [("changed", "guidance Coverage Guidance")]
    assert (changes[0].before["text"], changes[0].after["text"]) == ("", "This is no longer covered at all.")


def test_of_a_section_the_lines_that_differ_are_told(vocabulary: Vocabulary) -> None:
    words = "Notes\nOne.\nTwo.\nThree.\nFour.\n"
    old, new = (
        extract(each.encode(), vocabulary=vocabulary)
        for each in (words, words.replace("Two.", "2.\n\n 2b. "))
    )
    [change] = [change for change in diff(old, new) if change.field == "sections"]
    assert (change.before["text"], change.after["text"]) == ("Two.", "2.\n2b.")
    assert diff((old.record, old.text.text), old) == ()


def test_sections_are_paired_by_their_words_first(record: Record) -> None:
    part = {"kind": "other", "heading": None, "level": 1}
    old = with_values(record, sections=[{**part, "span": (0, 3)}, {**part, "span": (4, 7)}])
    new = with_values(record, sections=[{**part, "span": (at, at + 3)} for at in (0, 4, 8)])
    [change] = [each for each in diff((old, "one two"), (new, "and one two")) if each.field == "sections"]
    assert (change.change, change.key, change.after["text"]) == ("added", "other", "and")


def test_words_outside_of_all_sections_are_compared(record: Record) -> None:
    coverage = {"characters": 7, "accounted": 0, "leftover": [(0, 3), (4, 7)]}
    version = with_values(record, coverage=coverage, sections=[])
    changes = diff((version, "one two"), (version, "one too"))
    assert told(changes) == [
        ("removed", "coverage.leftover", "two"),
        ("added", "coverage.leftover", "too"),
    ]


def test_one_text_without_the_other_is_a_mistake(record: Record) -> None:
    with pytest.raises(ValueError, match="the reading texts of both records, or none"):
        diff(record, (record, "words"))


LISTED = {"system": "CPT", "code": "29881", "last": None, "description": None, "coverage": "covered"}
STATED = {
    "number": {"text": "7.01", "span": (0, 4)},
    "type": {"text": "Medical Policy", "span": (0, 4)},
    "dates": [{"kind": "effective", "text": "May 1, 2026", "date": "2026-05-01", "span": (0, 4)}],
    "contractors": [],
    "positions": [{"position": "medically_necessary", "text": "Trimming is necessary.", "span": (0, 4)}],
    "revisions": [{"number": "R1", "date": None, "text": "New.", "span": (0, 4)}],
    "related_documents": [],
}


@pytest.mark.parametrize(
    ("values", "change"),
    [
        pytest.param({"procedures": []}, ("removed", "procedures", "CPT 29881"), id="a covered code"),
        pytest.param(
            {"policy": {**STATED, "positions": [{**STATED["positions"][0], "position": "investigational"}]}},  # type: ignore[index]
            ("changed", "policy.positions", "Trimming is necessary."),
            id="a position",
        ),
        pytest.param(
            {"policy": {**STATED, "dates": [{**STATED["dates"][0], "date": "2026-06-01"}]}},  # type: ignore[index]
            ("changed", "policy.dates", "effective"),
            id="a date",
        ),
        pytest.param(
            {"policy": {**STATED, "number": {"text": "7.02", "span": (0, 4)}}},
            ("changed", "policy.number.text", None),
            id="a number",
        ),
        pytest.param(
            {
                "policy": {
                    **STATED,
                    "revisions": [{"number": None, "date": None, "text": "New.", "span": (0, 4)}],
                }
            },
            ("removed", "policy.revisions", "R1"),
            id="a revision",
        ),
    ],
)
def test_what_a_policy_says_is_compared(
    record: Record, values: dict[str, Any], change: tuple[str, str, str | None]
) -> None:
    row = {**LISTED, "group": None, "span": (0, 1), "complete": True}
    old = with_values(record, procedures=[row], policy=STATED)
    assert change in told(diff(old, with_values(old, **values)))


TEXTS = st.lists(st.sampled_from(LINES), max_size=8).map("".join).filter(str.strip)


@given(TEXTS)
def test_a_record_does_not_differ_from_itself(vocabulary: Vocabulary, words: str) -> None:
    read = extract(words.encode(), vocabulary=vocabulary)
    assert diff(read, read) == diff(read.record, read.record) == ()


@given(TEXTS, TEXTS)
def test_the_way_back_is_the_mirror(vocabulary: Vocabulary, one: str, two: str) -> None:
    first, second = (extract(words.encode(), vocabulary=vocabulary) for words in (one, two))
    mirrored = {"added": "removed", "removed": "added", "changed": "changed"}
    there = [(mirrored[c.change], c.field, c.key, repr(c.after), repr(c.before)) for c in diff(first, second)]
    back = [(c.change, c.field, c.key, repr(c.before), repr(c.after)) for c in diff(second, first)]
    assert sorted(there, key=repr) == sorted(back, key=repr)
