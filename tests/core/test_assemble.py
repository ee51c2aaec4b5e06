"""Folding: lists in text order, the first of single values, coverage that adds up, findings in order."""

import hashlib
from collections.abc import Callable

import pytest

from extractors import EXTRACTOR, Extraction
from extractors.assemble.assembly import Parsed, assemble, source_of
from extractors.layouts import GENERIC, LAYOUTS
from extractors.media.reading import read
from extractors.record.model import Code, Diagnosis, Modifier, Passage, Producer, Record, Repair
from extractors.record.readings import Fact, Reading
from extractors.structure.document import Document, Section
from extractors.structure.layout import Layout
from extractors.text.reading_text import Line, Text

PRODUCER = Producer(extractor="1", rules="r", code_sets={})
REPORT_LAYOUT = next(layout for layout in LAYOUTS if layout.name == "billing-report")


def stretch(text: Text, first: int, last: int, *, heading: bool = False, cut: bool = False) -> Section:
    lines = text.lines[first:last]
    head, lines = (lines[0], lines[1:]) if heading else (None, lines)
    return Section("other", head, 1, lines, cut=cut)


def record_of(
    words: str, sections: Callable[[Text], list[Section]], readings: list[Reading], layout: Layout = GENERIC
) -> Record:
    text = read(words.encode())
    source = source_of(words.encode(), text, "raw/x", layout, 0.5)
    return assemble("x", source, PRODUCER, Parsed(Document(text, tuple(sections(text))), layout, readings))


def code(value: str | None, system: str = "CPT", start: int = 0) -> Fact:
    return Fact("code", Code(system=system, value=value, span=(start, start + 1)), (start, start + 1))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("codes", "value"),
    [
        pytest.param([code("20610"), code("20611")], "20610", id="the first counts"),
        pytest.param([code(None), code("20611")], "20611", id="the first with a value"),
        pytest.param(
            [code(None), code("J1030", "HCPCS"), code("20611")], "20611", id="of the kind that is named"
        ),
        pytest.param([code(None), code("J1030", "HCPCS")], None, id="none of the kind that is named"),
        pytest.param([code(None)], None, id="only the kind"),
    ],
)
def test_the_code_of_the_article(codes: list[Reading], value: str | None) -> None:
    record = record_of("words", lambda _text: [], codes)
    assert record.code is not None
    assert record.code.value == value
    assert record.status["code"] == ("present" if value else "absent")


def test_no_code() -> None:
    record = record_of("words", lambda _text: [], [])
    assert record.code is None
    assert record.status["code"] == "absent"


def test_lists_keep_text_order_and_repeated_rows() -> None:
    def row(start: int) -> Fact:
        value = Diagnosis(code="E11", name=None, span=(start, start + 3), complete=True)
        return Fact("diagnoses", value, value.span)

    record = record_of("E11 E11 E11", lambda _text: [], [row(8), row(0), row(4), row(4)])
    assert [each.span[0] for each in record.diagnoses] == [0, 4, 4, 8]


def test_of_a_single_value_the_first_reading_counts() -> None:
    first, second = (Passage(text=word, span=(at, at + 1)) for word, at in (("b", 2), ("a", 0)))
    record = record_of(
        "a b", lambda _text: [], [Fact("title", first, first.span), Fact("title", second, (0, 1))]
    )
    assert record.title == first


@pytest.mark.parametrize(
    ("bounds", "accounted", "leftover"),
    [
        pytest.param([(0, 3)], 9, (), id="all"),
        pytest.param([(0, 1)], 3, ((4, 11),), id="the rest is left"),
        pytest.param([(1, 2)], 3, ((0, 3), (8, 11)), id="both ends are left"),
        pytest.param([(0, 1), (2, 3)], 6, ((4, 7),), id="a gap is left"),
        pytest.param([], 0, ((0, 11),), id="nothing"),
    ],
)
def test_coverage_adds_up(
    bounds: list[tuple[int, int]], accounted: int, leftover: tuple[tuple[int, int], ...]
) -> None:
    record = record_of("aaa\nbbb\nccc\n", lambda text: [stretch(text, *each) for each in bounds], [])
    assert record.coverage.characters == 12
    assert record.coverage.accounted == accounted
    assert record.coverage.leftover == leftover


def test_a_stretch_that_is_the_title_and_nothing_else_is_no_section() -> None:
    title = Passage(text="Title", span=(0, 5))
    record = record_of(
        "Title\nHead\nbody",
        lambda text: [stretch(text, 0, 1), stretch(text, 1, 3, heading=True)],
        [Fact("title", title, title.span)],
    )
    assert [part.span for part in record.sections] == [(6, 15)]
    assert record.sections[0].heading == Passage(text="Head", span=(6, 10))
    assert (record.coverage.accounted, record.coverage.leftover) == (13, ())


def test_a_stretch_with_more_than_the_title_stays_a_section() -> None:
    title = Passage(text="Title", span=(0, 5))
    record = record_of("Title\nbody", lambda text: [stretch(text, 0, 2)], [Fact("title", title, title.span)])
    assert [part.span for part in record.sections] == [(0, 10)]


def test_a_document_that_is_nothing_but_its_title_has_no_sections_and_says_so(
    extracted: Callable[..., Extraction],
) -> None:
    record = extracted("Knee").record
    assert record.title is not None
    assert record.sections == ()
    assert record.status["sections"] == "absent"


def test_repairs_are_told_once_and_in_text_order() -> None:
    late, early = (Repair(kind="k", span=(at, at + 1), detail="d") for at in (3, 1))
    record = record_of("abcdef", lambda _text: [], [late, early, late])
    assert record.repairs == (early, late)


def test_a_cut_heading_is_a_finding() -> None:
    record = record_of("Head", lambda text: [stretch(text, 0, 1, heading=True, cut=True)], [], REPORT_LAYOUT)
    assert [(each.rule, each.span) for each in record.findings] == [("section.cut_heading", (0, 4))]


def test_only_the_generic_layout_says_that_no_layout_is_known() -> None:
    vocabulary = [
        [each.rule for each in record_of("x", lambda _text: [], [], layout).findings]
        for layout in (GENERIC, REPORT_LAYOUT)
    ]
    assert vocabulary == [["layout.unknown"], []]


@pytest.mark.parametrize(
    ("readings", "possible"),
    [
        pytest.param([], "none", id="no codes"),
        pytest.param([code("20610")], "possible", id="CPT"),
        pytest.param([code("J1030", "HCPCS")], "none", id="HCPCS"),
        pytest.param(
            [
                Fact(
                    "modifiers",
                    Modifier(code="22", description=None, when_to_use=None, span=(0, 1), complete=True),
                    (0, 1),
                )
            ],
            "possible",
            id="modifiers",
        ),
    ],
)
def test_the_text_may_hold_descriptors_of_cpt(readings: list[Reading], possible: str) -> None:
    assert record_of("x", lambda _text: [], readings).rights.cpt_text == possible


def test_the_source_says_what_was_read(extracted: Callable[..., Extraction]) -> None:
    raw = b"\xef\xbb\xbfKnee\r\ncaf\xc3\xa9"
    record, text = extracted(raw)
    source = record.source
    assert (record.id, source.uri) == ("page.txt", "raw/page.txt")
    assert source.sha256 == hashlib.sha256(raw).hexdigest()
    assert source.text_sha256 == hashlib.sha256("Knee\ncafé".encode()).hexdigest()
    assert (source.characters, text.text) == (9, "Knee\ncafé")
    assert (source.media_type, source.encoding, source.layout) == ("text/plain", "utf-8", "generic")
    assert record.producer.extractor == EXTRACTOR
    assert record.producer.rules
    assert "CMS-POS" in record.producer.code_sets


def test_lines_of_a_section_stand_in_its_span() -> None:
    line = Line(2, 5, "abc", 2)
    assert Section("other", None, 1, (line,)).span == line.span
