"""Measure the reading against gold facts, per field and layout, beside a naive baseline."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from extractors import EXTRACTOR, SourceError, extract
from extractors.readers.mentions import memory_zone
from extractors.resources import shipped_vocabulary
from flows.errors import UsageError
from flows.evaluation import baseline
from flows.evaluation.ledger import Ledger, ledger, ledger_table, silences
from flows.evaluation.scoring import Counts, Score, by_field, by_layout, calibration, compare, soft, strict

SUFFIX = ".gold.json"


class Case(NamedTuple):
    """A document with its gold facts."""

    document: str
    content: bytes
    gold: dict[str, Any]


class Evaluation(NamedTuple):
    """The scores of all documents, three times: to the letter, softly, and softly for the baseline.

    ``fingerprint`` is a digest of the documents and their gold; figures with different fingerprints do not
    compare. ``spans`` counts the spans that hold their text, of all. ``ledgers`` say of each document how
    many codes its record holds, and whether it is silent.
    """

    fingerprint: str
    strict: tuple[Score, ...]
    soft: tuple[Score, ...]
    baseline: tuple[Score, ...]
    spans: tuple[int, int]
    ledgers: tuple[Ledger, ...]


def cases(gold: Path, raw: Path) -> list[Case]:
    """Load the gold files below a folder, and the documents that they are about, by document id.

    Raises:
        UsageError: there is no gold file, a gold file is no JSON object, or its document is missing.
    """
    found = []
    for path in sorted(gold.rglob(f"*{SUFFIX}")):
        document = path.relative_to(gold).as_posix().removesuffix(SUFFIX)
        try:
            facts = json.loads(path.read_text("utf-8"))
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            message = f"{path} is no JSON: {error}"
            raise UsageError(message) from error
        if not isinstance(facts, dict):
            message = f"{path} holds no JSON object; docs/evaluation.md describes the format"
            raise UsageError(message)
        if not (raw / document).is_file():
            message = f"{path} is about {raw / document}, which is missing; name the folder with --raw"
            raise UsageError(message)
        found.append(Case(document, (raw / document).read_bytes(), facts))
    if not found:
        message = f"there is no *{SUFFIX} below {gold}"
        raise UsageError(message)
    return found


def evaluate(found: Sequence[Case]) -> Evaluation:
    """Read every document and score it against its gold."""
    vocabulary = shipped_vocabulary()
    letter, loose, naive, ledgers = [], [], [], []
    true = total = 0
    with memory_zone(vocabulary):
        for case in found:
            try:
                record, text = extract(case.content, document=case.document, vocabulary=vocabulary)
            except SourceError as error:
                message = f"{case.document} cannot be read: {error.message}"
                raise UsageError(message) from error
            values = json.loads(record.to_json())
            letter.append(compare(case.document, case.gold, values, strict))
            loose.append(compare(case.document, case.gold, values, soft))
            naive.append(compare(case.document, case.gold, baseline.read(case.content), soft))
            ledgers.append(ledger(case.gold, record, text.text))
            for start, end, words in _spans(values):
                total += 1
                true += 0 <= start <= end <= len(text.text) and words in (None, text.text[start:end])
    spans = (true, total)
    return Evaluation(_fingerprint(found), tuple(letter), tuple(loose), tuple(naive), spans, tuple(ledgers))


def _spans(node: Any) -> Iterator[tuple[int, int, str | None]]:
    if isinstance(node, dict):
        if node.get("span"):
            yield *node["span"], node.get("text")
        for value in node.values():
            yield from _spans(value)
    elif isinstance(node, list):
        for value in node:
            yield from _spans(value)


def _fingerprint(found: Sequence[Case]) -> str:
    digest = hashlib.sha256()
    for case in found:
        digest.update(f"{case.document}\0{json.dumps(case.gold, sort_keys=True)}\0".encode())
        digest.update(hashlib.sha256(case.content).digest())
    return digest.hexdigest()


def figures(result: Evaluation) -> dict[str, dict[str, float]]:
    """Return soft F1 by layout and field, rounded down to three decimals; what floors are kept of."""
    return {
        layout: {name: int(1000 * counts.f1 + 1e-9) / 1000 for name, counts in by_field(scores).items()}
        for layout, scores in by_layout(result.soft).items()
    }


def entry(result: Evaluation) -> dict[str, Any]:
    """Return what the history keeps of an evaluation."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "extractor": EXTRACTOR,
        "rules": shipped_vocabulary().edition,
        "corpus": result.fingerprint,
        "documents": len(result.soft),
        "whole": sum(score.whole for score in result.soft),
        "f1": figures(result),
    }


def drops(result: Evaluation, history: Path) -> list[str]:
    """Tell where this evaluation lies below the last one of the same corpus."""
    if not history.exists():
        return []
    lines = map(json.loads, history.read_text("utf-8").splitlines())
    before = [line for line in lines if line["corpus"] == result.fingerprint]
    if not before:
        return []
    now = figures(result)
    return [
        f"{layout} {name}: {f1:.3f} before, {now[layout][name]:.3f} now"
        for layout, fields in before[-1]["f1"].items()
        for name, f1 in fields.items()
        if now.get(layout, {}).get(name, 0.0) < f1
    ]


def append(result: Evaluation, history: Path) -> None:
    """Add an evaluation to the history."""
    with history.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry(result)) + "\n")


def misses(result: Evaluation) -> Iterator[str]:
    """Yield every wrong or missing fact, and what silent pages are silent about."""
    yield from (miss for score in result.soft for miss in score.misses)
    yield from silences(result.ledgers)


def report(result: Evaluation) -> str:
    """Return the evaluation as Markdown."""
    whole = sum(score.whole for score in result.soft)
    lines = [
        f"{len(result.soft)} documents, {whole} right in every scored field "
        f"({sum(score.whole for score in result.strict)} to the letter); "
        f"{result.spans[0]:,} of {result.spans[1]:,} spans hold their text.",
        "",
        "Strict compares to the letter, white space aside; soft compares letters and digits. The baseline is",
        "the naive way: split at known headings, a few regular expressions, a list of payers (soft).",
        "",
        *_table("All layouts", result, None),
    ]
    for layout in by_layout(result.soft):
        lines += _table(layout, result, layout)
    lines += ["## Codes", "", *ledger_table(result.ledgers), ""]
    lines += [
        "## Calibration of `layout_score`",
        "",
        "| score | documents | layout right |",
        "|---|---:|---:|",
    ]
    for step in calibration(result.soft):
        lines.append(
            f"| {step.low:.1f}–{step.high:.1f} | {step.documents} | {step.right / step.documents:.3f} |"
        )
    return "\n".join(lines) + "\n"


def _table(title: str, result: Evaluation, layout: str | None) -> Iterator[str]:
    # The baseline takes a page that gold names no layout of for one of another layout than the record.
    shown = {score.document for score in result.soft if layout in (None, score.layout)}
    parts = [
        [score for score in scores if score.document in shown]
        for scores in (result.soft, result.strict, result.baseline)
    ]
    loose, letter, naive = map(by_field, parts)
    yield f"## {title} ({len(parts[0])} documents)"
    yield ""
    yield "| field | gold | found | precision | recall | F1 soft | F1 strict | F1 baseline |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for name, counts in loose.items():
        other = (letter[name].f1, naive.get(name, Counts(0, 0, 0)).f1)
        numbers = (counts.precision, counts.recall, counts.f1, *other)
        told = " | ".join(f"{figure:.3f}" for figure in numbers)
        yield f"| {name} | {counts.gold} | {counts.found} | {told} |"
    shares = (sum(score.whole for score in scores) / len(scores) for scores in parts)
    yield "| **whole records** | | | | | " + " | ".join(f"{share:.3f}" for share in shares) + " |"
    yield ""
