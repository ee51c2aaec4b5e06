"""Compare records with hand-made gold facts: counts of right, wrong and missing facts per field and layout.

The gold format is that of ``docs/evaluation.md``: one flat JSON object per document; a key that is missing
is not scored, an empty list or null says that the document holds no such fact.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from extractors.record.fields import FIELDS as RECORD_FIELDS
from extractors.record.fields import Field as Declared
from extractors.text.folding import fold

Facts = frozenset[tuple[str, ...]]
Fold = Callable[[str], str]


def strict(words: str) -> str:
    """Compare to the letter; runs of white space count as one space."""
    return " ".join(words.split())


def soft(words: str) -> str:
    """Compare letters and digits alone: case, dashes, punctuation and white space are no difference.

    >>> soft("Monitored anesthesia care (MAC).") == soft("monitored anesthesia-care MAC")
    True
    """
    return re.sub(r"[\W_]+", "", fold(words))


class Metric(NamedTuple):
    """How the facts of a field are found in a gold file and in a record."""

    gold: Callable[[Any], Iterable[tuple[Any, ...]]]
    record: Callable[[Mapping[str, Any]], Iterable[tuple[Any, ...]]]


def _one(value: Any) -> list[tuple[Any, ...]]:
    return [] if value in (None, "") else [(value,)]


def _rows(values: Any, *keys: str) -> list[tuple[Any, ...]]:
    return [tuple(_at(row, key) or "" for key in keys) for row in values or []]


def _each(values: Any) -> list[tuple[Any, ...]]:
    return [(value,) for value in values or []]


def _patient(record: Mapping[str, Any], name: str) -> list[tuple[Any, ...]]:
    patient = (record.get("clinical_context") or {}).get("patient") or {}
    value = patient.get(name)
    return _one(f"{value:g}" if isinstance(value, float | int) else value)


def _number(value: Any) -> list[tuple[Any, ...]]:
    return _one(f"{value:g}" if isinstance(value, float | int) else value)


def _scored(fields: Iterable[Declared]) -> Iterator[Declared]:
    """The fields of a record that hold what a document says; those that hold a list part by part."""
    for each in fields:
        if any(part.cardinality == "list" for part in each.parts):
            yield from _scored(each.parts)
        elif each.of.by == "readers" and each.value:
            yield each


def _declared(field: Declared) -> Metric:
    """How a field is scored, as the model declares: gold has words where words are compared, else objects."""
    keys = field.of.scored
    gold: Callable[[Any], Iterable[tuple[Any, ...]]]
    if field.cardinality == "list":
        gold = _each if keys == ("text",) else lambda rows: _rows(rows, *keys)
        return Metric(gold, lambda record: _rows(_at(record, field.path), *keys))
    gold = _one if keys == ("text",) else lambda value: _rows([value] if value else [], *keys)
    return Metric(gold, lambda record: _rows([value] if (value := _at(record, field.path)) else [], *keys))


def _at(record: Mapping[str, Any], path: str) -> Any:
    value: Any = record
    for name in path.split("."):
        value = (value or {}).get(name)
    return value


def _key(field: Declared) -> str:
    """Return the key of a field in a gold file."""
    return field.path.removeprefix("article.").removeprefix("clinical_context.")


#: What gold files are compared with: views of the record, and between them its fields, in their order.
METRICS: Mapping[str, Metric] = {
    "layout": Metric(_one, lambda record: _one(record["source"]["layout"])),
    "headings": Metric(
        _each, lambda record: [(s["heading"]["text"],) for s in record["sections"] if s["heading"]]
    ),
    "section_kinds": Metric(_each, lambda record: _rows(record["sections"], "kind")),
    **{_key(field): _declared(field) for field in _scored(RECORD_FIELDS)},
    "pos_codes": Metric(
        _each, lambda record: [(p,) for s in record["sites_of_service"] for p in s["pos_codes"]]
    ),
    "patient_age_years": Metric(_number, lambda record: _patient(record, "age_years")),
    "patient_sex": Metric(_one, lambda record: _patient(record, "sex")),
    "status": Metric(lambda gold: list(gold.items()), lambda record: list(record["status"].items())),
}


class Counts(NamedTuple):
    """Facts in the gold, in the record, and in both."""

    gold: int
    found: int
    right: int

    def __add__(self, other: object) -> "Counts":
        """Add up two counts."""
        if not isinstance(other, Counts):
            return NotImplemented
        return Counts(self.gold + other.gold, self.found + other.found, self.right + other.right)

    @property
    def precision(self) -> float:
        """Share of the found facts that are right; 1 where none was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of the gold facts that were found; 1 where there are none."""
        return self.right / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.gold + self.found
        return 2 * self.right / total if total else 1.0


@dataclass(slots=True)
class Score:
    """How one document's record compares with its gold: counts by field, and each miss in words."""

    document: str
    layout: str
    layout_score: float
    counts: dict[str, Counts] = field(default_factory=dict)
    misses: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether every scored field is right."""
        return all(count.gold == count.found == count.right for count in self.counts.values())


def compare(document: str, gold: Mapping[str, Any], record: Mapping[str, Any], same: Fold) -> Score:
    """Score one record.

    Args:
        document: its id.
        gold: the gold facts.
        record: the record as JSON values.
        same: what is compared of each text, `strict` or `soft`.
    """
    score = Score(document, gold.get("layout", record["source"]["layout"]), record["source"]["layout_score"])
    for name, how in METRICS.items():
        if name in gold:
            wanted, found = _facts(how.gold(gold[name]), same), _facts(how.record(record), same)
            if name == "status":  # only the statuses that the gold names are scored
                named = {fact[0] for fact in wanted}
                found = frozenset(fact for fact in found if fact[0] in named)
            if name == "mentions":  # gold lists the mentions that must be found; more is no fault
                found &= wanted
            score.counts[name] = Counts(len(wanted), len(found), len(wanted & found))
            score.misses += [f"{document}: {name}: missing {fact}" for fact in sorted(wanted - found)]
            score.misses += [f"{document}: {name}: wrong {fact}" for fact in sorted(found - wanted)]
    return score


def _facts(rows: Iterable[tuple[Any, ...]], same: Fold) -> Facts:
    return frozenset(tuple(same(str(value)) for value in row) for row in rows)


def by_field(scores: Iterable[Score]) -> dict[str, Counts]:
    """Add up the counts of many documents, field by field, in the order of `METRICS`."""
    totals: dict[str, Counts] = {}
    for score in scores:
        for name, count in score.counts.items():
            totals[name] = totals.get(name, Counts(0, 0, 0)) + count
    return {name: totals[name] for name in METRICS if name in totals}


def by_layout(scores: Iterable[Score]) -> dict[str, list[Score]]:
    """Group scores by the layout that the gold names."""
    groups: dict[str, list[Score]] = {}
    for score in scores:
        groups.setdefault(score.layout, []).append(score)
    return dict(sorted(groups.items()))


class Bin(NamedTuple):
    """Documents whose layout score lies in ``[low, high)``: how many, and how many were told right."""

    low: float
    high: float
    documents: int
    right: int


def calibration(scores: Iterable[Score], width: float = 0.2) -> list[Bin]:
    """Tell how often the layout was right, by the score it was chosen with."""
    bins: dict[int, list[bool]] = {}
    for score in scores:
        if "layout" in score.counts:
            count = score.counts["layout"]
            place = min(int(score.layout_score / width + 1e-9), round(1 / width) - 1)
            bins.setdefault(place, []).append(count.right == count.gold)
    return [Bin(n * width, (n + 1) * width, len(hits), sum(hits)) for n, hits in sorted(bins.items())]
