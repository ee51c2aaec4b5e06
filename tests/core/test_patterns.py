"""No pattern takes more than time in proportion to the text, and no document does."""

import pickle
import re
import subprocess
import sys
import time
from contextlib import suppress
from functools import cache

import pytest

from extractors import SourceError, extract
from tests.patterns import ROOT, Pattern
from tests.pumps import worst

LENGTH = 65_536  # characters of a document; a real article has a tenth
SECONDS = 2.0  # of processor time that it takes at most; the slowest takes half of it on an idle machine
MOST = 6  # times as long as a quarter of it, where a busy machine makes it take more

VIGNETTE = "Summary & Overview\nCPT 20610: A Joint\nClinical Context\nA 60-year-old man has "
LABELS = "CPT Code Overview\nCPT 20610: A Joint\nSite of service: "
CODES = "Coding Specifications\nDiagnoses:\nM54.5: a\nModifiers:\n22: "
POLICY = "Medical Policy\nPolicy Number: 1.2\nCoverage Criteria\nA widget is considered medically necessary "
PUMPS = {
    "": (
        " ",
        "\n",
        "a",
        "0",
        ".",
        "|",
        "*",
        "* _ ",
        "a\n",
        "A\n",
        "A: ",
        "\n|",
        "\n| a | b |",
        "\n# A\n",
        "§",
    ),
    VIGNETTE: (",", " ", "-", "'", "no ", "no pain ", "a, ", "ASA ", "in a clinic setting ", "60-year-old "),
    LABELS: (" ", ", ", "a or ", "POS 11 ", "(POS ", "for ", "in a ", "Service type: a ", "\t", "Aetna, "),
    CODES: (" ", "22, ", "M54.5 ", "M54.5, ", "\n22: a", "\n22 ", "CPT ", "Use ", "; ", "\n\n", "1)"),
    POLICY: (" ", "when ", "if ", "is not covered ", "20610, ", "CPT 20610 ", "(", "and ", "\n- a", "(see) "),
    "<html><body><p>": ("<", "<a ", "<!--", "&", "&amp;", "<b>", "<p>a", "<tr><td>a", "'", '"', "<a '\"'"),
}


@cache
def patterns() -> tuple[Pattern, ...]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.patterns"], cwd=ROOT, capture_output=True, timeout=300, check=True
    )
    return tuple(Pattern(*each) for each in pickle.loads(done.stdout))  # noqa: S301 (written by us)


def test_the_patterns_of_both_packages_are_found() -> None:
    modules = {module for pattern in patterns() for module in pattern.modules}
    assert {"extractors.structure.labels", "extractors.vocabulary.vocabulary", "flows.sources.ids"} <= modules
    assert len(patterns()) > 300


def test_every_pattern_takes_time_in_proportion_to_the_text() -> None:
    grown = ((worst(pattern), pattern) for pattern in patterns())
    assert not [(growth, pattern) for growth, pattern in grown if growth.bad]


@pytest.mark.parametrize(
    ("bad", "method"),
    [
        (r"(a+)+b", "search"),
        (r"(?:a|a)*b", "match"),
        (r"(?:\w+\s*)*;", "match"),
        (r"\s*,", "search"),
        (r"\s*\S*\s*$", "search"),
        (r"[;\s]+$", "sub"),
        (r"<!--.*-->", "finditer"),
        (r"CPT\s*:?\s*\d", "match"),
        (r"(?:\s+[-–—|]\s+|\s*\n\s*)(?=Use\b)", "search"),  # that of the use of a modifier
        (r"(?:\s*[*_`|•·]|\s+[-–—])*\s*$", "search"),  # that of what parts labels
        (r"(?:(?:CPT\s*:?\s+)?[A-Z][0-9]{2}(?:\.[0-9]{1,4})?\s*(?:,|and\b)?\s*)+", "fullmatch"),  # of codes
    ],
)
def test_a_pattern_that_takes_too_long_is_caught(bad: str, method: str) -> None:
    assert worst(Pattern(bad, re.compile(bad).flags, (), (method,))).bad


@pytest.mark.parametrize(
    "good", [r"\w+", r"(?<!\s)\s++,", r"a.{0,40}b", r"(?<!a)(?>a+)b|c", r"^\s*+\S*+\s*+$"]
)
def test_a_pattern_that_takes_its_time_is_let_through(good: str) -> None:
    assert not worst(Pattern(good, re.compile(good).flags, (), ("finditer",))).bad


@pytest.mark.parametrize("head", PUMPS, ids=lambda head: head[:20].strip() or "plain")
def test_a_document_of_one_thing_again_and_again_is_read_in_time(head: str) -> None:
    assert not [pump for pump in PUMPS[head] if _is_slow(head, pump)]


def _is_slow(head: str, pump: str) -> bool:
    seconds = _seconds(head, pump, LENGTH)
    if seconds > SECONDS:
        seconds = min(seconds, _seconds(head, pump, LENGTH))
    return seconds > SECONDS and seconds > MOST * _seconds(head, pump, LENGTH // 4)


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    extract(VIGNETTE)  # spaCy is loaded once, and by no document's fault


def _seconds(head: str, pump: str, length: int) -> float:
    words = head + pump * (length // len(pump)) + "\nThe end."
    start = time.process_time()
    with suppress(SourceError):
        extract(words)
    return time.process_time() - start
