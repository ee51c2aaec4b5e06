"""A record as a whole, beside its text: digests, spans, sections, statuses."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from flows.verifier.facts import facts
from flows.verifier.fault import Fault, Found, Span, Values
from flows.verifier.ledger import ledger
from flows.verifier.printed import letters
from flows.verifier.rows import codes, rows

_SCHEMAS = frozenset({"1.0", "1.1"})
_UNSTATED = frozenset(  # keys of a record that have no status
    {"schema_version", "id", "source", "producer", "status", "repairs", "decisions", "findings", "coverage"}
) | {"rights"}


def check(record: Values, text: str) -> Iterator[Fault]:
    """Yield what does not hold in a record, beside the text that its spans count in.

    Raises:
        LookupError: the record does not have the form of one; TypeError, ValueError, AttributeError too.
    """
    if record["schema_version"] not in _SCHEMAS:
        yield Fault(record["id"], "schema_version", None, f"{record['schema_version']!r} is not known")
        return
    for part in (_source, _spans, codes, rows, facts, _sections, ledger, _statuses):
        yield from (Fault(record["id"], *found) for found in part(record, text))


def _source(record: Values, text: str) -> Found:
    if hashlib.sha256(text.encode()).hexdigest() != record["source"]["text_sha256"]:
        yield "source.text_sha256", None, "is not that of the text"
    if not record["source"]["characters"] == record["coverage"]["characters"] == len(text):
        yield "source.characters", None, f"or coverage.characters is not {len(text)}"


def _objects(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from _objects(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _objects(value, f"{path}[{index}]")


def _spans(record: Values, text: str) -> Found:
    """Every span lies in the text, and holds its words to the letter, or begins and ends with a word."""
    for path, value in _objects(record, ""):
        quoted = value.get("text", value.get("quote") if value.get("state") != "stale" else None)
        for key, span in [(key, value[key]) for key in value if key.endswith("span") and value[key]]:
            words = text[slice(*span)]
            if not 0 <= span[0] <= span[1] <= len(text):
                yield path, span, f"lies outside of the {len(text)} characters"
            elif key == "span" and quoted is not None:
                if words != quoted:
                    yield path, span, f"holds {words!r}, not {quoted!r}"
            elif not path.startswith(("repairs", "findings")) and _is_cut(words, span, text, path):
                yield path, span, f"does not begin and end with a whole word: {words!r}"


def _is_cut(words: str, span: Span, text: str, path: str) -> bool:
    if words != words.strip() or path.startswith("sections"):  # a section may be glued to the next heading
        return words != words.strip()
    edges = words.split("\n")
    inside = (re.match("[0-9A-Za-z]{2}", text[max(0, at - 1) : at + 1]) for at in span)
    return any(inside) or not (letters(edges[0]) and letters(edges[-1]))


def _sections(record: Values, text: str) -> Found:
    """Sections follow one another; they, the title and what is left over are the whole text."""
    spans = [section["span"] for section in record["sections"]]
    for section, (_, before) in zip(record["sections"], [(0, 0), *spans], strict=False):
        heading = (section["heading"] or section)["span"]
        if not before <= section["span"][0] <= heading[0] <= heading[1] <= section["span"][1]:
            yield "sections", section["span"], "overlaps the one before, or its heading stands outside of it"
    told = [*spans, *([record["title"]["span"]] if record["title"] else [])]
    outside = _outside(told, text)
    leftover = record["coverage"]["leftover"]
    if [*map(list, outside)] != [*map(list, leftover)]:
        yield "coverage.leftover", None, f"is {leftover}, and {outside} lie outside of title and sections"
    accounted = len(_unspaced(text)) - sum(len(_unspaced(text[slice(*span)])) for span in outside)
    if record["coverage"]["accounted"] != accounted:
        yield "coverage.accounted", None, f"is {record['coverage']['accounted']}, and {accounted} are"


def _unspaced(words: str) -> str:
    return "".join(words.split())


def _outside(spans: Iterable[Span], text: str) -> list[Span]:
    """The stretches outside of all spans that hold more than white space, trimmed."""
    found: list[Span] = []
    at = 0
    for start, end in [*sorted((start, end) for start, end in spans), (len(text), len(text))]:
        words = text[at:start]
        if words.strip():
            found.append((at + len(words) - len(words.lstrip()), at + len(words.rstrip())))
        at = max(at, end)
    return found


def _statuses(record: Values, _text: str) -> Found:
    """A field with values is present or truncated, one without is not present; each has a status."""
    status = record["status"]
    fields = {field: record[field] for field in record if field not in _UNSTATED}
    fields |= {f"article.{name}": value for name, value in record["article"].items()}
    if fields.keys() != status.keys():
        yield "status", None, f"names other fields: {sorted(fields.keys() ^ status.keys())}"
    for field in fields.keys() & status.keys():
        value = fields[field]
        told = value["value"] if field == "code" and value else value
        told = bool(any(value.values()) if field == "article" else told)
        if status[field] != "truncated" and told != (status[field] == "present"):
            yield f"status.{field}", None, f"cannot be {status[field]}"
