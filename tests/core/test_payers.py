"""Payers: the names in the sentence that lists them, each once, with the id that the vocabulary gives."""

from collections.abc import Callable

import pytest

from extractors import Vocabulary
from extractors.readers.payers import listed_payers, payers
from extractors.record.model import Payer
from extractors.record.readings import Fact
from extractors.structure.document import Document, Section


def listed(section: Section, document: Document, vocabulary: Vocabulary) -> list[tuple[str, str | None]]:
    found = [reading.value for reading in payers(section, document, vocabulary) if isinstance(reading, Fact)]
    named = [value for value in found if isinstance(value, Payer)]
    assert all(document.source[slice(*value.span)] == value.text for value in named)
    return [(value.text, value.payer) for value in named]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        pytest.param(
            "Key payers include Aetna, Cigna Health, and Medicare.",
            [("Aetna", "aetna"), ("Cigna Health", "cigna"), ("Medicare", "medicare")],
            id="a list",
        ),
        pytest.param(
            "Payers are Blue Cross and Blue Shield and Humana.",
            [("Blue Cross and Blue Shield", "bcbs"), ("Humana", "humana")],
            id="and inside a name",
        ),
        pytest.param(
            "Payers: UnitedHealthcare; Humana",
            [("UnitedHealthcare", "unitedhealthcare"), ("Humana", "humana")],
            id="semicolons",
        ),
        pytest.param(
            "Payers such as Acme Health Plan, Aetna pay.",
            [("Acme Health Plan", None), ("Aetna", "aetna")],
            id="an unknown name before a known one",
        ),
        pytest.param(
            "Payers are Aetna, Acme Mutual, and Cigna.",
            [("Aetna", "aetna"), ("Acme Mutual", None), ("Cigna", "cigna")],
            id="an unknown name between known ones",
        ),
        pytest.param(
            "Payers are Aetna, among others, and Cigna.",
            [("Aetna", "aetna"), ("Cigna", "cigna")],
            id="words between",
        ),
        pytest.param("Payers are AETNA, Aetna Health and aetna.", [("AETNA", "aetna")], id="each once"),
        pytest.param("Insurers like Aetna pay. Tea is hot.", [("Aetna", "aetna")], id="insurers"),
        pytest.param(
            "Health plans: Medicare Advantage",
            [("Medicare Advantage", "medicare-advantage")],
            id="longest name",
        ),
        pytest.param("Payers vary by state.", [], id="no name"),
        pytest.param("Payers cover theAetnas.", [], id="inside a word"),
        pytest.param("The surgeon met Aetna.", [], id="one name in a sentence that does not speak of payers"),
        pytest.param("Aetna and Cigna pay.", [("Aetna", "aetna"), ("Cigna", "cigna")], id="two names"),
    ],
)
def test_payers_of_a_sentence(
    part: Callable[..., tuple[Section, Document]],
    vocabulary: Vocabulary,
    words: str,
    named: list[tuple[str, str | None]],
) -> None:
    assert listed(*part(words, last=False), vocabulary) == named


def test_payers_keep_text_order_over_lines(
    part: Callable[..., tuple[Section, Document]], vocabulary: Vocabulary
) -> None:
    here, document = part("Major payers are Humana and Aetna.\nOther payers: Cigna, Humana.", last=False)
    assert [payer for _, payer in listed(here, document, vocabulary)] == ["humana", "aetna", "cigna"]


def test_payers_of_a_label(vocabulary: Vocabulary) -> None:
    source = "Payers: Aetna, Acme Health, Cigna, Bar"
    found = [r.value for r in listed_payers(source, (8, len(source)), vocabulary) if isinstance(r, Fact)]
    assert [value.payer for value in found if isinstance(value, Payer)] == ["aetna", None, "cigna"]


def test_a_label_without_known_payers_gives_none(vocabulary: Vocabulary) -> None:
    assert list(listed_payers("Acme", (0, 4), vocabulary)) == []
