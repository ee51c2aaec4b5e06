"""Scoring against gold facts: by hand-made records, by a corpus on disk, and by the command."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from extractors import extract
from flows.errors import UsageError
from flows.evaluation import baseline
from flows.evaluation.evaluation import append, cases, drops, evaluate, figures, misses, report
from flows.evaluation.ledger import ledger, silences
from flows.evaluation.scoring import Counts, by_field, calibration, compare, soft, strict

if TYPE_CHECKING:
    from tests.flows.conftest import Command

ROOT = Path(__file__).parent.parent.parent
GOLD, RAW = ROOT / "tests" / "gold" / "samples", ROOT / "raw"


def record(**changes: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "source": {"layout": "billing-report", "layout_score": 0.9},
        "code": None,
        "title": None,
        "sections": [],
        "payers": [],
        "service_type": None,
        "sites_of_service": [],
        "clinical_context": None,
        "article": {},
        "status": {},
    }
    return {**empty, **changes}


def test_right_wrong_and_missing_facts_are_counted_apart() -> None:
    gold = {"payers": ["Aetna", "Cigna"], "title": "Knee work", "code": {"system": "CPT", "value": "29881"}}
    found = record(payers=[{"text": "Aetna"}, {"text": "Humana"}], title={"text": "Knee  work"})
    score = compare("a.txt", gold, found, strict)
    assert score.counts == {"code": Counts(1, 0, 0), "title": Counts(1, 1, 1), "payers": Counts(2, 2, 1)}
    assert score.misses == [
        "a.txt: code: missing ('CPT', '29881')",
        "a.txt: payers: missing ('Cigna',)",
        "a.txt: payers: wrong ('Humana',)",
    ]
    assert not score.whole


@pytest.mark.parametrize(("same", "right"), [(strict, 0), (soft, 1)])
def test_case_and_punctuation_count_to_the_letter_alone(same: Any, right: int) -> None:
    score = compare("a.txt", {"title": "Knee-Work."}, record(title={"text": "knee work"}), same)
    assert score.counts["title"] == Counts(1, 1, right)


def test_an_empty_gold_list_makes_every_found_fact_wrong() -> None:
    gold: dict[str, Any] = {"modifiers": []}
    found = record(modifiers=[{"code": "22", "description": None, "when_to_use": None}])
    assert compare("a.txt", gold, found, soft).counts["modifiers"] == Counts(0, 1, 0)


def test_more_mentions_and_other_statuses_are_no_fault() -> None:
    context = {"patient": None, "mentions": [{"label": "condition", "text": t} for t in ("asthma", "pain")]}
    gold = {"mentions": [{"label": "condition", "text": "asthma"}], "status": {"code": "present"}}
    found = record(clinical_context=context, status={"code": "present", "title": "absent"})
    assert compare("a.txt", gold, found, soft).whole


def test_precision_recall_and_f1() -> None:
    counts = Counts(gold=4, found=2, right=1) + Counts(0, 0, 0)
    assert (counts.precision, counts.recall) == (0.5, 0.25)
    assert counts.f1 == pytest.approx(1 / 3)
    assert Counts(0, 0, 0).f1 == 1.0


def test_the_samples_are_read_right_and_far_better_than_by_the_baseline() -> None:
    result = evaluate(cases(GOLD, RAW))
    assert sum(score.whole for score in result.soft) == len(result.soft)
    assert result.spans[0] == result.spans[1]
    ours, naive = by_field(result.soft), by_field(result.baseline)
    assert ours["modifiers"].f1 > naive["modifiers"].f1
    assert sum(step.documents for step in calibration(result.soft)) == len(result.soft)
    tables = report(result)
    assert "## billing-report (11 documents)" in tables
    assert "| **whole records** |" in tables


CANES = "# Canes\n\nCPT 97116 is the code for gait. A cane (E0100) has one foot.\n"


def silent_about(gold: dict[str, Any], words: str, **changes: Any) -> list[str]:
    made, text = extract(words, document="canes.md")
    return [*silences([ledger(gold, made.model_copy(update=changes), text.text)])]


def test_a_page_is_silent_where_a_coded_field_is_absent_though_gold_has_a_fact() -> None:
    gold = {"modifiers": [{"code": "RT"}], "diagnoses": [], "code": {"system": "CPT", "value": None}}
    assert silent_about(gold, CANES) == ["canes.md: modifiers: absent, and gold has a fact"]
    assert silent_about({"code": {"system": "CPT", "value": "97116"}}, CANES) == []
    read_nothing = {"status": {**extract(CANES).record.status, "modifiers": "unparsed"}}
    assert silent_about(gold, CANES, **read_nothing) == []


def test_a_page_is_silent_where_a_printed_code_is_nowhere() -> None:
    assert silent_about({}, CANES, other_codes=()) == ["canes.md: other_codes: E0100 is printed and nowhere"]
    assert silent_about({}, CANES) == []


def test_the_ledger_and_the_silent_pages_stand_beside_the_scores(tmp_path: Path) -> None:
    (tmp_path / "canes.md").write_text(CANES, "utf-8")
    (tmp_path / "canes.md.gold.json").write_text('{"modifiers": [{"code": "RT"}]}', "utf-8")
    result = evaluate(cases(tmp_path, tmp_path))
    assert "| generic | 1 | 2 | 1 | 1 | 0 | 0 | 1 (1.000) |" in report(result)
    assert [*misses(result)][-1] == "canes.md: modifiers: absent, and gold has a fact"


def test_the_baseline_reads_what_is_easy() -> None:
    found = baseline.read(b"Summary & Overview\nCPT 29881: Knee work\nAetna pays.\nService type: Surgery\n")
    assert found["code"] == {"system": "CPT", "value": "29881"}
    assert [payer["text"] for payer in found["payers"]] == ["Aetna"]


def test_the_history_tells_what_dropped(tmp_path: Path) -> None:
    result, history = evaluate(cases(GOLD, RAW)), tmp_path / "history.jsonl"
    assert drops(result, history) == []
    append(result, history)
    assert drops(result, history) == []
    better = json.loads(history.read_text("utf-8"))
    better["f1"]["generic"]["code"] = 1.5
    history.write_text(json.dumps(better) + "\n", "utf-8")
    assert drops(result, history) == [
        f"generic code: 1.500 before, {figures(result)['generic']['code']:.3f} now"
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "is no JSON"),
        ("[]", "holds no JSON object"),
        ("{}", "which is missing; name the folder with --raw"),
    ],
)
def test_a_gold_file_that_cannot_be_used_is_told(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "a.txt.gold.json").write_text(content, "utf-8")
    with pytest.raises(UsageError, match=told):
        cases(tmp_path, tmp_path / "raw")


def test_a_folder_without_gold_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no \*\.gold\.json below"):
        cases(tmp_path, tmp_path)


def test_a_document_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    shutil.copy(GOLD / "29881.txt.gold.json", tmp_path)
    (tmp_path / "29881.txt").write_bytes(b"\xff\xff")
    with pytest.raises(UsageError, match=r"29881\.txt cannot be read"):
        evaluate(cases(tmp_path, tmp_path))


def test_the_command_prints_writes_and_compares(command: "Command", tmp_path: Path) -> None:
    for folder, path in (("gold", GOLD / "29881.txt.gold.json"), ("raw", RAW / "29881.txt")):
        (tmp_path / folder).mkdir()
        shutil.copy(path, tmp_path / folder)
    history, tables = tmp_path / "history.jsonl", tmp_path / "report.md"
    line = ("evaluate", "--gold", tmp_path / "gold", "--history", history)
    done = command(*line, "--report", tables, "--misses")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("1 documents, 1 right in every scored field")
    assert tables.read_text("utf-8") == f"# Accuracy\n\n{done.stdout}"
    better = json.loads(history.read_text("utf-8"))
    better["f1"]["billing-report"]["code"] = 1.5
    history.write_text(json.dumps(better) + "\n", "utf-8")
    done = command(*line)
    assert (done.returncode, done.stderr) == (
        1,
        "dropped: billing-report code: 1.500 before, 1.000 now\n",
    )
