"""Age and sex of the patient, as the vignette states them, and of nobody else."""

import pytest

from extractors.readers.patient import patient
from extractors.record.model import Finding


def read(words: str, *, last: bool = False) -> tuple[float | None, str | None, str] | None:
    source = f"Before.\n{words}"
    who, _ = patient(source, (8, len(source)), last=last)
    return (who.age_years, who.sex, source[slice(*who.span)]) if who else None


@pytest.mark.parametrize(
    ("words", "age", "sex"),
    [
        pytest.param("A 68-year-old man has pain.", 68, "male", id="hyphens"),
        pytest.param("A 68 year old woman has pain.", 68, "female", id="spaces"),
        pytest.param("A 68\u2011year\u2011old man has pain.", 68, "male", id="no-break hyphens"),
        pytest.param("A 68\u2013year\u2013old man has pain.", 68, "male", id="dashes"),
        pytest.param("A 68-YEAR-OLD MAN has pain.", 68, "male", id="upper case"),
        pytest.param("A 68-years-old man", 68, "male", id="years"),
        pytest.param("A 68 yr old lady", 68, "female", id="yr"),
        pytest.param("A 68yo female", 68, "female", id="yo"),
        pytest.param("A 68 y/o male", 68, "male", id="y/o"),
        pytest.param("A 72 y.o. woman", 72, "female", id="y.o."),
        pytest.param("A 2.5-year-old girl", 2.5, "female", id="decimal"),
        pytest.param("A 3-month-old boy", 0.25, "male", id="months"),
        pytest.param("An 18-month-old girl", 1.5, "female", id="months beyond a year"),
        pytest.param("A 12-month-old boy", 1, "male", id="twelve months"),
        pytest.param("A 4 mo old boy", 0.33, "male", id="mo"),
        pytest.param("A 26-week-old girl", 0.5, "female", id="weeks"),
        pytest.param("A 10-day-old neonate", 0.03, None, id="days"),
        pytest.param("A five-year-old boy", 5, "male", id="spelled out"),
        pytest.param("A sixty-eight-year-old gentleman", 68, "male", id="spelled out with a hyphen"),
        pytest.param("A two-month-old infant", 0.17, None, id="months spelled out"),
        pytest.param("An eighty two year old man", 82, "male", id="spelled out with a space"),
        pytest.param("The patient, aged 54, rests.", 54, None, id="aged"),
        pytest.param("Age: 45 years", 45, None, id="label"),
        pytest.param("at the age of 9 months, the boy", 0.75, "male", id="age of"),
        pytest.param("The infant, 4 months old, rests.", 0.33, None, id="behind the noun"),
        pytest.param("A 34-year-old pregnant woman", 34, "female", id="adjective between"),
        pytest.param("A 34-year-old rests. She goes home.", 34, "female", id="pronoun in another sentence"),
        pytest.param(
            "A 34-year-old rests and she eats.", 34, None, id="pronoun inside a sentence tells nothing"
        ),
        pytest.param("A 34-year-old rests. She eats. He waits.", 34, None, id="pronouns that differ"),
        pytest.param(
            "A 70-year-old patient whose wife, a woman, comes", 70, None, id="a noun for somebody else"
        ),
        pytest.param("A 7-year-old boy and his 40-year-old mother", 7, "male", id="the first age counts"),
        pytest.param("The patient is a 45-year-old roofer.", 45, None, id="no sex"),
    ],
)
def test_age_and_sex(words: str, age: float, sex: str | None) -> None:
    found = read(words)
    assert found is not None
    assert found[:2] == (age, sex)


@pytest.mark.parametrize(
    ("words", "sex", "span"),
    [
        pytest.param("A woman has pain.", "female", "A woman", id="noun"),
        pytest.param(
            "This elderly frail gentleman has pain.", "male", "This elderly frail gentleman", id="adjectives"
        ),
        pytest.param("Pain in a male patient.", "male", "male patient", id="male patient"),
        pytest.param("The patient is a young woman.", "female", "patient is a young woman", id="patient is"),
        pytest.param("Pain came. She rests.", "female", "She", id="pronoun"),
    ],
)
def test_sex_without_age(words: str, sex: str, span: str) -> None:
    assert read(words) == (None, sex, span)


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("The patient has pain.", id="nothing told"),
        pytest.param("His mother, a 50-year-old woman, brings the child.", id="mother"),
        pytest.param("The caregiver is a 50-year-old.", id="caregiver"),
        pytest.param("For patients aged 18 to 65.", id="range"),
        pytest.param("For patients aged 65 or older.", id="or older"),
        pytest.param("For patients aged 65+.", id="plus"),
        pytest.param("A 68 mm lesion.", id="another unit"),
        pytest.param("In 1968-year-old walls", id="four digits"),
        pytest.param("He came. She left.", id="pronouns that differ"),
        pytest.param("", id="no words"),
    ],
)
def test_no_patient(words: str) -> None:
    assert read(words) is None


@pytest.mark.parametrize(
    ("words", "last", "age"),
    [
        pytest.param("A 68", True, 68, id="behind the number"),
        pytest.param("A 68-", True, 68, id="behind the hyphen"),
        pytest.param("An 8-year-o", True, 8, id="inside old"),
        pytest.param("A 68-ye", True, 68, id="inside year"),
        pytest.param("A 68", False, None, id="more follows"),
        pytest.param("Levels T8 and 68", True, None, id="a number elsewhere"),
    ],
)
def test_an_age_cut_off_at_the_end_is_read_as_years_and_told(words: str, last: bool, age: int | None) -> None:
    who, notes = patient(words, (0, len(words)), last=last)
    assert (who.age_years if who else None) == age
    told = [note for note in notes if isinstance(note, Finding)]
    assert [note.rule for note in told] == (["patient.age_cut"] if age else [])
    assert all(note.span and note.span[1] == len(words) for note in told)


def test_the_span_holds_age_and_sex_to_the_letter() -> None:
    assert read("A 68\u2011year\u2011old retired man has pain.") == (
        68,
        "male",
        "68\u2011year\u2011old retired man",
    )
