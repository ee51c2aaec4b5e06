"""The parts of a guide: items and paragraphs, sub-labels, placeholders, continued lines."""

from collections.abc import Callable

import pytest

from extractors.readers.passages import passages, summary
from extractors.record.model import Passage, SectionKind
from extractors.record.readings import Fact, Gap
from extractors.structure.document import Document, Section


def told(section: Section, document: Document) -> list[tuple[str, str]]:
    found = []
    for reading in passages(section, document):
        if isinstance(reading, Fact):
            assert isinstance(reading.value, Passage)
            assert document.source[slice(*reading.value.span)] == reading.value.text
            found.append((reading.field, reading.value.text))
        elif isinstance(reading, Gap):
            found.append((reading.field, reading.status))
    return found


@pytest.mark.parametrize(
    ("kind", "words", "parts"),
    [
        pytest.param(
            "risks",
            "- Bleeding\n- Pain",
            [("article.risks", "Bleeding"), ("article.risks", "Pain")],
            id="items",
        ),
        pytest.param(
            "procedure",
            "1. Clean\n2. Prick",
            [("article.steps", "Clean"), ("article.steps", "Prick")],
            id="numbers",
        ),
        pytest.param(
            "duration",
            "Ten minutes.\nOr more.",
            [("article.duration", "Ten minutes."), ("article.duration", "Or more.")],
            id="paragraphs",
        ),
        pytest.param(
            "risks",
            "- Bleeding that\ngoes on\n- Pain",
            [("article.risks", "Bleeding that\ngoes on"), ("article.risks", "Pain")],
            id="continued line",
        ),
        pytest.param(
            "procedure",
            "1. Clean. 2. Prick. 7. Rest",
            [("article.steps", "Clean."), ("article.steps", "Prick. 7. Rest")],
            id="run together as far as the numbers count on",
        ),
        pytest.param("risks", "•\nBleeding", [("article.risks", "Bleeding")], id="lone bullet"),
        pytest.param(
            "procedure",
            "Clean\nTools/Equipment:\n- Needle\nGoals:\nPrick",
            [("article.steps", "Clean"), ("article.equipment", "Needle"), ("article.steps", "Prick")],
            id="sub-labels",
        ),
        pytest.param("risks", "Data not available.", [("article.risks", "placeholder")], id="placeholder"),
        pytest.param(
            "benefits", "Goals:\nNone", [("article.benefits", "placeholder")], id="a label is no item"
        ),
        pytest.param("recovery", "", [], id="no lines"),
    ],
)
def test_parts(
    part: Callable[..., tuple[Section, Document]], kind: SectionKind, words: str, parts: list[tuple[str, str]]
) -> None:
    assert told(*part("Head\n" + words, kind, heading=True)) == parts


@pytest.mark.parametrize(
    ("words", "skip", "text", "gap"),
    [
        pytest.param("A\nB", 0, "A\nB", False, id="all lines"),
        pytest.param("A\nB", 1, "B", False, id="without the title"),
        pytest.param("Data not available.\n- N/A", 0, None, True, id="placeholders alone"),
        pytest.param(
            "Data not available.\nWords", 0, "Data not available.\nWords", False, id="words and a placeholder"
        ),
        pytest.param("A", 1, None, False, id="nothing left"),
    ],
)
def test_summary(
    part: Callable[..., tuple[Section, Document]], words: str, skip: int, text: str | None, gap: bool
) -> None:
    readings = list(summary(*part(words), "summary", skip))
    values = [r.value for r in readings if isinstance(r, Fact)]
    assert [value.text for value in values if isinstance(value, Passage)] == ([text] if text else [])
    assert any(isinstance(r, Gap) and r.status == "placeholder" for r in readings) is gap
