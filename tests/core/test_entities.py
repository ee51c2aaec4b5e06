"""Clinical terms of a vignette: longest first, without overlap, and denied where the sentence denies them."""

import time
from itertools import pairwise

import pytest

from extractors import Vocabulary
from extractors.readers.mentions import memory_zone, mentions


def found(words: str, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    return [(mention.label, mention.text) for mention in mentions(words, (0, len(words)), vocabulary)]


def denied(words: str, vocabulary: Vocabulary) -> dict[str, bool]:
    return {mention.text: mention.negated for mention in mentions(words, (0, len(words)), vocabulary)}


@pytest.mark.parametrize(
    ("words", "terms"),
    [
        pytest.param("osteoporosis", [("condition", "osteoporosis")], id="condition"),
        pytest.param("OSTEOPOROSIS", [("condition", "OSTEOPOROSIS")], id="upper case"),
        pytest.param("AAA, aaa", [("condition", "AAA")], id="an abbreviation to the letter"),
        pytest.param("pneumonias", [("condition", "pneumonias")], id="plural"),
        pytest.param("type 2 diabetes mellitus", [("condition", "type 2 diabetes mellitus")], id="longest"),
        pytest.param(
            "image\u2011guided biopsy", [("procedure", "image\u2011guided biopsy")], id="no-break hyphen kept"
        ),
        pytest.param("general anesthesia", [("anesthesia", "general anesthesia")], id="anesthesia"),
        pytest.param("IV contrast", [("substance", "IV contrast")], id="substance"),
        pytest.param("the surgeon", [("role", "surgeon")], id="role"),
        pytest.param("MRI", [("imaging", "MRI")], id="imaging"),
        pytest.param("abdomen", [("anatomy", "abdomen")], id="anatomy"),
        pytest.param("CPAP machine or AED", [("device", "CPAP machine"), ("device", "AED")], id="device"),
        pytest.param(
            "T8, L4-L5 and C5/6", [("anatomy", "T8"), ("anatomy", "L4-L5"), ("anatomy", "C5/6")], id="levels"
        ),
        pytest.param("T13 and L9", [], id="no levels"),
        pytest.param(
            "P2 and ASA III", [("physical_status", "P2"), ("physical_status", "ASA III")], id="status"
        ),
        pytest.param(
            "ASA physical status class 3E",
            [("physical_status", "ASA physical status class 3E")],
            id="status in words",
        ),
        pytest.param("zzxxitis", [("condition", "zzxxitis")], id="unknown condition by its ending"),
        pytest.param("zzxotomy", [("procedure", "zzxotomy")], id="unknown procedure by its ending"),
        pytest.param("zzxxography", [("imaging", "zzxxography")], id="unknown imaging by its ending"),
        pytest.param("no clinical word", [], id="none"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_terms_and_their_labels(vocabulary: Vocabulary, words: str, terms: list[tuple[str, str]]) -> None:
    assert found(words, vocabulary) == terms


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param("She denies asthma.", {"asthma": True}, id="denies"),
        pytest.param(
            "No asthma, fever, or cough.", {"asthma": True, "fever": True, "cough": True}, id="a list"
        ),
        pytest.param("without evidence of asthma", {"asthma": True}, id="without evidence"),
        pytest.param("negative for asthma", {"asthma": True}, id="negative for"),
        pytest.param("Asthma was ruled out.", {"Asthma": True}, id="ruled out behind it"),
        pytest.param("Asthma is not present.", {"Asthma": True}, id="not present"),
        pytest.param("No asthma but fever.", {"asthma": True, "fever": False}, id="but"),
        pytest.param("Denies asthma and has fever.", {"asthma": True, "fever": False}, id="and has"),
        pytest.param("No asthma. Fever came.", {"asthma": True, "Fever": False}, id="next sentence"),
        pytest.param("No asthma\nFever", {"asthma": True, "Fever": False}, id="next line"),
        pytest.param("No asthma; fever.", {"asthma": True, "fever": False}, id="semicolon"),
        pytest.param("Fever, no asthma.", {"Fever": False, "asthma": True}, id="before the cue"),
        pytest.param("Not only asthma.", {"asthma": False}, id="not only"),
        pytest.param("No increase of fever.", {"fever": False}, id="no increase"),
        pytest.param("No " + "so " * 60 + "asthma", {"asthma": False}, id="too far away"),
        pytest.param(
            "No asthma in the abdomen", {"asthma": True, "abdomen": False}, id="anatomy is not denied"
        ),
        pytest.param("Asthma was treated.", {"Asthma": False}, id="affirmed"),
        pytest.param("Rule out asthma.", {"asthma": True}, id="rule out"),
        pytest.param("Nodules, noted asthma.", {"Nodules": False, "asthma": False}, id="no inside a word"),
    ],
)
def test_negation_follows_the_sentence(vocabulary: Vocabulary, words: str, told: dict[str, bool]) -> None:
    assert denied(words, vocabulary) == told


@pytest.mark.parametrize(
    ("words", "code"),
    [
        pytest.param("asthma (J45.909)", "J45.909", id="round"),
        pytest.param("asthma [J45.909]", "J45.909", id="square"),
        pytest.param("asthma (ICD-10-CM: J45.909)", "J45.909", id="with its system"),
        pytest.param("asthma (ICD-10 J45)", "J45", id="category"),
        pytest.param("asthma (mild)", None, id="other words"),
        pytest.param("asthma, J45.909", None, id="no brackets"),
    ],
)
def test_a_code_printed_beside_a_term(vocabulary: Vocabulary, words: str, code: str | None) -> None:
    assert next(mentions(words, (0, len(words)), vocabulary)).code == code


def test_spans_count_in_the_whole_text_and_do_not_overlap(vocabulary: Vocabulary) -> None:
    source = (
        "Asthma before. " + "Chronic obstructive pulmonary disease with low back pain, type 2 diabetes. " * 3
    )
    kept = list(mentions(source, (15, len(source)), vocabulary))
    assert len(kept) > 5
    assert all(source[slice(*mention.span)] == mention.text for mention in kept)
    assert all(before.span[1] <= after.span[0] for before, after in pairwise(kept))
    assert kept[0].span[0] >= 15


def test_a_memory_zone_frees_and_leaves_the_matchers_working(vocabulary: Vocabulary) -> None:
    with memory_zone(vocabulary):
        assert found("asthma qqqzzz", vocabulary) == [("condition", "asthma")]
    assert found("asthma qqqzzz", vocabulary) == [("condition", "asthma")]


def test_terms_of_a_text_longer_than_any_article(vocabulary: Vocabulary) -> None:
    words = "no words here. " * 70_000 + "General anesthesia."
    assert found(words, vocabulary) == [("anesthesia", "General anesthesia")]


@pytest.mark.parametrize("between", [",", ", ", "/", "...", "-", "; "])
@pytest.mark.parametrize("before", ["", "x", "lorem,", "a" * 97 + ","])
def test_a_run_without_white_space_loses_nothing(between: str, before: str, vocabulary: Vocabulary) -> None:
    terms = ["asthma", "hypertension", "MRI", "image-guided biopsy"]
    words = f"{before} {between.join(terms * 20)} and"
    assert [text for _, text in found(words, vocabulary)] == terms * 20


@pytest.mark.parametrize(
    "run", ["a" * 200, "é" * 150, "e\u0301" * 120, "1" * 300, "a1" * 400, "x\u00ad" * 120]
)
def test_a_run_without_white_space_invents_nothing(run: str, vocabulary: Vocabulary) -> None:
    for length in range(len(run) - 110, len(run)):
        assert found(f"{run[:length]}asthma{run[length:]}", vocabulary) == []


@pytest.mark.parametrize(
    "pump", [",", "'", "-", "a,", "a'", "(a)", "1.2.", "a", "\u2019", "\u00a7", "e\u0301"]
)
def test_a_run_of_signs_is_read_in_time(pump: str, vocabulary: Vocabulary) -> None:
    words = "A man has " + pump * (10_000 // len(pump))
    start = time.process_time()
    found(words, vocabulary)
    assert time.process_time() - start < 2
