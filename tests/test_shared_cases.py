"""The articles with gold facts that lie beside the project, scored by the script beside them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from extractors import SourceError, Vocabulary, extract

SHARED = Path(__file__).parent.parent.parent / "shared"
CASES = SHARED / "cases"
FLOORS = {"seeds": 1.0, "rewritten": 0.97}


@pytest.fixture(scope="module", autouse=True)
def shared() -> None:
    if not (SHARED / "score.py").exists():
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs the shared cases beside the checkout, and they are missing")
        pytest.skip("the shared cases do not lie beside this checkout")


def extract_all(raw: Path, output: Path, vocabulary: Vocabulary) -> None:
    for path in sorted(path for path in raw.rglob("*") if path.is_file()):
        name = path.relative_to(raw).as_posix()
        record, text = extract(path.read_bytes(), document=name, uri=f"raw/{name}", vocabulary=vocabulary)
        for folder, suffix, content in (
            ("records", ".json", record.to_json()),
            ("text", ".txt", text.text.encode()),
        ):
            target = output / folder / f"{name}{suffix}"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


@pytest.mark.parametrize("name", FLOORS)
def test_every_field_reaches_its_floor_and_every_span_is_true(
    name: str, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    extract_all(CASES / name / "raw", tmp_path, vocabulary)
    done = subprocess.run(
        [
            sys.executable,
            SHARED / "score.py",
            "--records",
            tmp_path,
            "--gold",
            CASES / name / "gold",
            "--json",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    score = json.loads(done.stdout)
    short = {field: row[-1] for field, row in score["fields"].items() if row[-1] < FLOORS[name]}
    assert short == {}
    assert score["spans"] == 1.0


def test_every_shared_document_is_accounted_for(vocabulary: Vocabulary) -> None:
    refused: dict[str, str] = {}
    for path in sorted(path for path in CASES.rglob("raw/*") if path.is_file()):
        try:
            record, text = extract(
                path.read_bytes(), document=path.name, uri=path.name, vocabulary=vocabulary
            )
        except SourceError as error:
            refused[path.name] = error.reason
            continue
        leftover = sum(len("".join(text.text[a:b].split())) for a, b in record.coverage.leftover)
        assert record.coverage.accounted + leftover == len("".join(text.text.split())), path.name
    assert refused == {"challenge.html": "no_article"}  # a page that only checks the browser
