"""A guard: no field of any layout is read worse than its floor, on articles with gold facts.

``tests/quality.json`` holds the floors (soft F1) and a fingerprint of the articles. ``pytest --accept``
raises floors to what is reached; it never lowers one, and asks for nothing when the articles changed but
to be read: then the floors of the new fingerprint are written. It writes ``docs/accuracy.md`` too.
"""

import json
from functools import cache
from pathlib import Path

import pytest

from flows.evaluation.evaluation import Evaluation, cases, evaluate, figures, report

ROOT = Path(__file__).parent.parent
FLOORS = Path(__file__).with_name("quality.json")
ACCURACY = ROOT / "docs" / "accuracy.md"
CORPORA = (
    (ROOT / "tests" / "gold" / "samples", ROOT / "raw"),
    (ROOT / "tests" / "articles" / "gold", ROOT / "tests" / "articles" / "raw"),
)


@cache
def result() -> Evaluation:
    return evaluate([case for gold, raw in CORPORA for case in cases(gold, raw)])


def test_no_field_is_read_worse_than_its_floor(pytestconfig: pytest.Config) -> None:
    kept = json.loads(FLOORS.read_text("utf-8")) if FLOORS.exists() else {"corpus": None, "floors": {}}
    now, same = figures(result()), kept["corpus"] == result().fingerprint
    if pytestconfig.getoption("accept"):
        floors = {
            layout: {
                name: max(f1, kept["floors"].get(layout, {}).get(name, 0.0) if same else 0.0)
                for name, f1 in fields.items()
            }
            for layout, fields in now.items()
        }
        kept = {"corpus": result().fingerprint, "floors": floors}
        FLOORS.write_text(json.dumps(kept, indent=1) + "\n", "utf-8")
    assert kept["corpus"] == result().fingerprint, (
        "the articles changed: run pytest --accept and read the diff"
    )
    low = [
        f"{layout} {name}: {now.get(layout, {}).get(name, 0.0)} is below its floor {floor}"
        for layout, fields in kept["floors"].items()
        for name, floor in fields.items()
        if now.get(layout, {}).get(name, 0.0) < floor
    ]
    assert low == []
    unheld = [
        f"{layout} {name}"
        for layout, fields in now.items()
        for name in fields
        if name not in kept["floors"].get(layout, {})
    ]
    assert unheld == [], "these are scored and have no floor: run pytest --accept and read the diff"


def test_the_published_figures_are_those_of_this_code(pytestconfig: pytest.Config) -> None:
    published = f"# Accuracy\n\n{report(result())}"
    if pytestconfig.getoption("accept"):
        ACCURACY.write_text(published, "utf-8")
    assert tables(ACCURACY.read_text("utf-8")) == tables(published), (
        "the figures changed: run pytest --accept and read the diff"
    )


def tables(page: str) -> list[str]:
    """The rows; how many spans there are stands above them, and is not held."""
    return [line for line in page.splitlines() if line.startswith("|")]


def test_every_span_of_the_articles_holds_its_text() -> None:
    true, total = result().spans
    assert total > 1000
    assert true == total
