"""Vocabularies: parsed from their text, refused with file and line where they are malformed."""

from importlib.resources import files

import pytest

from extractors import Vocabulary, VocabularyError, parse_vocabulary
from extractors.text.folding import fold, fold_dashes
from extractors.vocabulary.vocabulary import FILES


def shipped() -> dict[str, str]:
    folder = files("extractors.vocabulary") / "data"
    return {name: (folder / name).read_text("utf-8") for name in FILES}


@pytest.mark.parametrize(
    ("words", "folded"),
    [
        ("Summary \u2011 Overview ", "summary - overview"),
        ("A\u00a0B", "a b"),
        ("it\u2019s", "it's"),
        ("soft\u00adhyphen", "softhyphen"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\u2010\u2012\u2013\u2014\u2015\u2212", "------"),
        ("Stra\u00dfe", "strasse"),
        ("a \t\n b", "a b"),
        ("", ""),
    ],
)
def test_fold(words: str, folded: str) -> None:
    assert fold(words) == folded
    assert fold(folded) == folded


@pytest.mark.parametrize("words", ["a\u2011b\u00a0c\u2019d", "plain", "\u00adx"])
def test_fold_dashes_keeps_the_length(words: str) -> None:
    folded = fold_dashes(words)
    assert len(folded) == len(words)
    assert not set(folded) & set("\u2011\u00a0\u2019")


def test_the_shipped_vocabularies_parse_and_say_their_edition(vocabulary: Vocabulary) -> None:
    assert parse_vocabulary(shipped()).digest == vocabulary.digest
    assert vocabulary.edition
    assert vocabulary.payers["aetna"] == "aetna"
    assert vocabulary.places["office"] == ("11",)
    assert "clinic" in vocabulary.place_nouns
    assert {"22", "LT"} <= vocabulary.modifiers
    assert vocabulary.headings["modifiers"] == "modifiers"
    assert all(vocabulary.mentions.values())


def test_every_place_of_service_number_has_two_digits(vocabulary: Vocabulary) -> None:
    numbers = {number for codes in vocabulary.places.values() for number in codes}
    assert all(len(number) == 2 and number.isdigit() for number in numbers)


def test_every_modifier_has_two_characters(vocabulary: Vocabulary) -> None:
    assert all(len(code) == 2 and (code.isupper() or code.isdigit()) for code in vocabulary.modifiers)


@pytest.mark.parametrize("name", FILES)
def test_the_digest_changes_with_every_file(vocabulary: Vocabulary, name: str) -> None:
    changed = shipped()
    changed[name] += "# a comment\n"
    assert parse_vocabulary(changed).digest != vocabulary.digest


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        pytest.param("headings.tsv", "# c\nmodifiers\tModifiers\nnonsense\tX\n", 3, id="unknown kind"),
        pytest.param("headings.tsv", "# c\nmodifiers Modifiers\n", 2, id="heading without tab"),
        pytest.param("payers.tsv", "\naetna Aetna\n", 2, id="payer without tab"),
        pytest.param("places.tsv", "\t11\n", 1, id="place without a name"),
    ],
)
def test_a_malformed_line_is_refused_with_its_number(name: str, text: str, line: int) -> None:
    with pytest.raises(VocabularyError) as caught:
        parse_vocabulary({**shipped(), name: text})
    assert (caught.value.file, caught.value.line) == (name, line)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused_by_name(name: str) -> None:
    texts = shipped()
    del texts[name]
    with pytest.raises(VocabularyError) as caught:
        parse_vocabulary(texts)
    assert (caught.value.file, caught.value.line) == (name, 0)


def test_payer_names_are_found_whole_and_the_longest_first(vocabulary: Vocabulary) -> None:
    found = [
        hit.group() for hit in vocabulary.payer_name.finditer("Aetna Better Health, aetna, Aetnas, x-Aetna")
    ]
    assert found[-1] == "aetna"
    assert len(found) == 2
    assert found[0].startswith("Aetna")
