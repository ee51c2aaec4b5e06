"""The clinical context: prose up to a table, without placeholder lines, with its patient and terms."""

from collections.abc import Callable

import pytest

from extractors import Vocabulary
from extractors.readers.vignette import clinical_context
from extractors.record.model import ClinicalContext
from extractors.record.readings import Fact, Gap
from extractors.structure.document import Document, Section


@pytest.mark.parametrize(
    ("words", "text", "gaps"),
    [
        pytest.param(
            "A 9-year-old girl has asthma.\nShe rests.",
            "A 9-year-old girl has asthma.\nShe rests.",
            [],
            id="prose",
        ),
        pytest.param(
            "A girl rests.\n| Modifier | Description |\n| 22 | x |", "A girl rests.", [], id="up to a table"
        ),
        pytest.param("Data not available.\nA girl rests.", "A girl rests.", [], id="placeholder above"),
        pytest.param("Data not available.", None, ["placeholder"], id="placeholder alone"),
        pytest.param("| 22 | x |", None, [], id="a table alone"),
        pytest.param("", None, [], id="nothing"),
    ],
)
def test_the_text_of_a_clinical_context(
    part: Callable[..., tuple[Section, Document]],
    vocabulary: Vocabulary,
    words: str,
    text: str | None,
    gaps: list[str],
) -> None:
    here, document = part("Clinical Context\n" + words, "clinical_context", heading=True, last=False)
    readings = list(clinical_context(here, document, vocabulary))
    values = [reading.value for reading in readings if isinstance(reading, Fact)]
    assert [value.text for value in values if isinstance(value, ClinicalContext)] == ([text] if text else [])
    assert [reading.status for reading in readings if isinstance(reading, Gap)] == gaps


def test_patient_and_terms_stand_in_the_context(
    part: Callable[..., tuple[Section, Document]], vocabulary: Vocabulary
) -> None:
    here, document = part(
        "Head\nA 9-year-old girl denies asthma.", "clinical_context", heading=True, last=False
    )
    (fact,) = [
        reading for reading in clinical_context(here, document, vocabulary) if isinstance(reading, Fact)
    ]
    value = fact.value
    assert isinstance(value, ClinicalContext)
    assert value.patient is not None
    assert (value.patient.age_years, value.patient.sex) == (9, "female")
    assert document.source[slice(*value.patient.span)] == "9-year-old girl"
    assert [(each.text, each.negated) for each in value.mentions] == [("asthma", True)]
    assert value.span == (document.source.index("A 9-year-old"), here.end)
