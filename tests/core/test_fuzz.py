"""The short form of `make fuzz`, and that it can fail."""

import random
from pathlib import Path

import pytest

from benchmarks import fuzz
from extractors import SourceError


def test_a_thousand_damaged_documents_are_read_or_refused(tmp_path: Path) -> None:
    assert not fuzz.search(1000, 7, tmp_path)


def test_the_same_seed_gives_the_same_mutants() -> None:
    some = fuzz.seeds()[:5]
    first, again = (list(fuzz.mutants(some, 20, random.Random(1))) for _ in range(2))  # noqa: S311 (a seed)
    assert first == again
    assert len(set(first)) > 10


@pytest.mark.parametrize(
    ("does", "told"),
    [
        pytest.param("while True: pass", "_TooSlow", id="a hang"),
        pytest.param("1 / 0", "ZeroDivisionError", id="a bug"),
        pytest.param("raise SourceError('', '')", "refused without a reason", id="a refusal without words"),
    ],
)
def test_what_goes_wrong_is_told(monkeypatch: pytest.MonkeyPatch, does: str, told: str) -> None:
    def read(_raw: bytes) -> None:
        exec(does, {"SourceError": SourceError})  # noqa: S102 (the lines above)

    monkeypatch.setattr(fuzz, "_SECONDS", 0.05)
    monkeypatch.setattr(fuzz, "extract", read)
    assert str(fuzz.fault(b"words")).startswith(told)


def test_a_mutant_that_fails_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "fault", lambda _raw: "wrong")
    assert fuzz.search(3, 0, tmp_path).total() == 3
    assert len(list(tmp_path.iterdir())) == 3
