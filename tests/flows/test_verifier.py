"""The verifier finds every planted fault, and none in what was left alone."""

import ast
import copy
import hashlib
import json
import random
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from extractors import extract
from extractors.resources import code_set
from flows.verifier.folder import verify
from flows.verifier.record import check

if TYPE_CHECKING:
    from extractors import Vocabulary
    from tests.flows.conftest import Command, Reader

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "raw", ROOT / "tests" / "cases", ROOT / "tests" / "articles" / "raw")
LISTS = ("modifiers", "taxonomies", "diagnoses", "related_codes", "procedures", "other_codes")
LETTERED = {
    "ICD-10-CM": r"[A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]+",
    "NUCC": r"\d{3}[0-9A-Z]{6}X",
    "HCPCS": r"[A-CEGHJ-MP-V]\d{4}",
    "CPT": r"\d{4}[FMTU]",
}
Record = dict[str, Any]


@pytest.fixture(scope="module")
def pages(vocabulary: "Vocabulary") -> list[tuple[Record, str]]:
    """The records of samples, cases and articles, as values of JSON, and their texts."""
    found = []
    for folder in FOLDERS:
        for path in sorted(path for path in folder.rglob("*.*") if path.suffix in {".txt", ".html", ".md"}):
            if path.name != "why.txt":
                record, text = extract(path.read_bytes(), document=path.name, vocabulary=vocabulary)
                found.append((json.loads(record.to_json()), text.text))
    return found


@pytest.fixture
def written(raw: Path, output: Path, read: "Reader", article: bytes) -> Path:
    """An output folder with a history: records added, changed, moved and removed."""
    (raw / "d.txt").write_bytes(article + b"\nFourth article.\n")
    read(raw, output)
    (raw / "b.txt").write_bytes(article + b"\nAnother second article.\n")
    (raw / "c.txt").rename(raw / "e.txt")
    (raw / "d.txt").unlink()
    read(raw, output, run="second")
    return output


def objects(node: Any, path: str = "") -> Iterator[tuple[str, Record]]:
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from objects(value, f"{path}.{key}")
    elif isinstance(node, list):
        for value in node:
            yield from objects(value, path)


def values(record: Record) -> list[Record]:
    """What was read from somewhere."""
    apart = (".repairs", ".findings", ".sections", ".source", ".producer", ".status", ".coverage")
    return [each for path, each in objects(record) if each.get("span") and not path.startswith(apart)]


def is_known(code: str) -> bool:
    """Whether a code is one by its form and its code set alone."""
    return any(re.fullmatch(form, code) and code in code_set(name) for name, form in LETTERED.items())


def shifted_span(chance: random.Random, record: Record, text: str) -> bool:
    each = chance.choice([*values(record), *record["sections"]] or [{"span": [0, 0]}])
    by = chance.choice([-9, -5, -3, -2, -1, 1, 2, 3, 5, 9])
    start, end = each["span"]
    quoted = each.get("text") == text[start + by : end + by]  # a long line of one sign, say
    each["span"] = [start + by, end + by]
    return start != end and not quoted


def changed_digit(chance: random.Random, record: Record, text: str) -> bool:
    keys = ("code", "value", "last", "text", "description", "name", "when_to_use")
    places = [
        (each, key, found.start())
        for each in values(record)
        for key in keys
        if isinstance(each.get(key), str)
        for found in re.finditer(r"[0-9]", each[key])
    ]
    if not places:
        return False
    each, key, at = chance.choice(places)
    other = chance.choice("0123456789".replace(each[key][at], ""))
    each[key] = each[key][:at] + other + each[key][at + 1 :]
    return True


def swapped_rows(chance: random.Random, record: Record, text: str) -> bool:
    lists = [record[name] for name in LISTS if len({json.dumps(row) for row in record[name]}) > 1]
    if not lists:
        return False
    rows = chance.choice(lists)
    a, b = chance.sample(range(len(rows)), 2)
    rows[a], rows[b] = rows[b], rows[a]
    return bool(rows[a] != rows[b])


def swapped_words(chance: random.Random, record: Record, text: str) -> bool:
    rows = [
        (row, key)
        for name in LISTS
        for row in record[name]
        for key in ("name", "description")
        if row.get(key)
    ]
    if len(rows) < 2:
        return False
    (a, of), (b, to) = chance.sample(rows, 2)
    alike = re.sub(r"\W", "", a[of]) in re.sub(r"\W", "", b[to]) or re.sub(r"\W", "", b[to]) in re.sub(
        r"\W", "", a[of]
    )
    a[of], b[to] = b[to], a[of]
    return not alike


def dropped_section(chance: random.Random, record: Record, text: str) -> bool:
    title = record["title"]["span"] if record["title"] else None
    at = [n for n, part in enumerate(record["sections"]) if part["span"] != title]
    if at:
        del record["sections"][chance.choice(at)]
    return bool(at)


def invented_code(chance: random.Random, record: Record, text: str) -> bool:
    codes = ("99499", "Z99.89", "J9999", "207Q00000X", "0001U", "XX")
    code = chance.choice([code for code in codes if code not in text] or ["Q9999"])
    rows = [row for name in LISTS[:-1] for row in record[name]]
    if rows and chance.random() < 0.5:
        chance.choice(rows)["code"] = code
        return True
    start = chance.randrange(max(1, len(text) - 5))
    new = {"system": "CPT", "value": code, "last": None, "role": "prose", "span": [start, start + len(code)]}
    record["other_codes"] = sorted([*record["other_codes"], new], key=lambda other: other["span"])
    record["status"]["other_codes"] = "present"
    return True


def dropped_ledger_entry(chance: random.Random, record: Record, text: str) -> bool:
    sure = [
        n
        for n, code in enumerate(record["other_codes"])
        if code["role"] == "unassigned" or is_known(text[slice(*code["span"])])
    ]
    if not sure:
        return False
    del record["other_codes"][chance.choice(sure)]
    if not record["other_codes"]:
        record["status"]["other_codes"] = "absent"
    return True


def dropped_row(chance: random.Random, record: Record, text: str) -> bool:
    codes = [each.get("code") or each.get("value") for each in values(record)]
    rows = [
        (name, row)
        for name in LISTS[:-1]
        for row in record[name]
        if is_known(row["code"]) and codes.count(row["code"]) == 1 and f" {row['code']} " in text
    ]
    if not rows:
        return False
    name, row = chance.choice(rows)
    record[name].remove(row)
    record["status"][name] = "present" if record[name] else "absent"
    return not any(row["code"] in (each.get("last") or "") for each in values(record))


def changed_status(chance: random.Random, record: Record, text: str) -> bool:
    field = chance.choice([*record["status"]])
    before = record["status"][field]
    if before == "truncated":
        return False  # fits a field with values and one without
    others = ("absent", "placeholder", "unparsed") if before == "present" else ("present",)
    record["status"][field] = chance.choice(others)
    if chance.random() < 0.1:
        del record["status"][field]
    return True


def changed_coverage(chance: random.Random, record: Record, text: str) -> bool:
    coverage = record["coverage"]
    key = chance.choice(["characters", "accounted", "leftover"])
    if key == "leftover":
        coverage[key] = coverage[key][1:] if coverage[key] else [[0, 1]]
    else:
        coverage[key] += chance.choice([-1, 1, 10])
    return True


def changed_version(chance: random.Random, record: Record, text: str) -> bool:
    record["schema_version"] = chance.choice(["0.9", "2.0", "", None])
    return True


def changed_text(chance: random.Random, record: Record, text: str) -> bool:
    record["source"]["text_sha256"] = hashlib.sha256(f"{text} ".encode()).hexdigest()
    return True


IN_RECORDS: tuple[Callable[[random.Random, Record, str], bool], ...] = (
    *(shifted_span, changed_digit, swapped_rows, swapped_words, dropped_section, invented_code),
    *(dropped_ledger_entry, dropped_row, changed_status, changed_coverage, changed_version, changed_text),
)
EACH = 80  # faults of a kind: 960 in records, and 60 in files


def difference(record: Record, changed: Record) -> list[Any]:
    return [record["id"], *((record[key], changed.get(key)) for key in record if record[key] != changed[key])]


def test_what_was_left_alone_has_no_fault(pages: list[tuple[Record, str]]) -> None:
    assert len(pages) > 200
    assert [fault for record, text in pages for fault in check(record, text)] == []


@pytest.mark.parametrize("plant", IN_RECORDS, ids=lambda plant: plant.__name__)
def test_every_fault_in_a_record_is_found(
    pages: list[tuple[Record, str]], plant: Callable[[random.Random, Record, str], bool]
) -> None:
    chance = random.Random(plant.__name__)  # noqa: S311 (no secret)
    planted, missed = 0, []
    while planted < EACH:
        record, text = chance.choice(pages)
        changed = copy.deepcopy(record)
        if plant(chance, changed, text):
            planted += 1
            if not any(check(changed, text)):
                missed.append(difference(record, changed))
    assert missed == []


def lost_line(chance: random.Random, path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    path.write_bytes(b"".join(lines))


def swapped_lines(chance: random.Random, path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    a, b = chance.sample(range(len(lines)), 2)
    lines[a], lines[b] = lines[b], lines[a]
    path.write_bytes(b"".join(lines))


def changed_digest(chance: random.Random, path: Path) -> None:
    """Of the last line about a record that is there."""
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    last = {line["id"]: line for line in lines}
    current = [last[found.name.removesuffix(".json")] for found in (path.parent / "records").glob("*.json")]
    line = chance.choice(current)
    line["record_sha256"] = line["record_sha256"][::-1]
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def changed_record(chance: random.Random, path: Path) -> None:
    """The record says the same: only the feed tells that it was touched."""
    path.write_bytes(path.read_bytes().replace(b"{", b"{ ", 1))


def other_file(chance: random.Random, path: Path) -> None:
    path.write_bytes(chance.choice([b"", b"{", b"[]", b"null", b'{"schema_version": "1.1"}', b"\xff"]))


def removed(chance: random.Random, path: Path) -> None:
    path.unlink()


def changed_letter(chance: random.Random, path: Path) -> None:
    words = path.read_text("utf-8")
    at = chance.randrange(len(words))
    path.write_text(f"{words[:at]}{'x' if words[at] != 'x' else 'y'}{words[at + 1 :]}", "utf-8")


def copied(chance: random.Random, path: Path) -> None:
    shutil.copy(path, path.with_name(f"copy-{path.name}"))


@pytest.mark.parametrize(
    ("name", "plants"),
    [
        ("changes.jsonl", (lost_line, swapped_lines, changed_digest, other_file, removed)),
        ("records.jsonl", (lost_line, swapped_lines, other_file, removed)),
        ("records/b.txt.json", (changed_record, other_file, removed, copied)),
        ("text/b.txt.txt", (changed_letter, other_file, removed, copied)),
    ],
)
def test_every_fault_in_a_file_is_found(
    written: Path, tmp_path: Path, name: str, plants: tuple[Callable[[random.Random, Path], None], ...]
) -> None:
    assert [*verify(written)] == []
    chance = random.Random(name)  # noqa: S311 (no secret)
    for number in range(15):
        damaged = tmp_path / f"damaged-{number}"
        shutil.copytree(written, damaged)
        plant = plants[number % len(plants)]
        plant(chance, damaged / name)
        assert [*verify(damaged)] != [], plant


def test_a_fault_says_what_where_and_how(written: Path, command: "Command") -> None:
    assert (command("verify", written).returncode, command("verify", written).stdout) == (0, "")
    record = json.loads((written / "records" / "b.txt.json").read_bytes())
    record["title"]["text"] += "!"
    (written / "records" / "b.txt.json").write_text(json.dumps(record))
    done = command("verify", written)
    span, words = record["title"]["span"], record["title"]["text"]
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        f"b.txt: title {span}: holds {words[:-1]!r}, not {words!r}",
        "b.txt: its record is not what the feed says",
        "records.jsonl: is not the 3 records, by id",
    ]
    done = command("verify", written / "records")
    assert (done.returncode, "is no output folder" in done.stderr) == (2, True)


def test_records_of_the_first_schema_are_verified_too() -> None:
    record = json.loads((ROOT / "tests" / "schemas" / "record-1.0.json").read_text("utf-8"))
    faults = {fault.message for fault in check(record, "x" * record["source"]["characters"])}
    assert "is not that of the text" in faults


def test_nothing_but_the_standard_library_is_imported() -> None:
    for module in (ROOT / "flows" / "verifier").glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            foreign = [name for name in names if name.partition(".")[0] not in sys.stdlib_module_names]
            assert all(name.startswith("flows.verifier.") for name in foreign), module
