"""What makes a document be read again, and what the change feed says of it."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from extractors.ledger.balance import Balance
from flows.options import Options
from flows.reading.packing import Version, pack, unpack
from flows.reading.versions import Versions, core_digests, current_versions
from flows.show.codes import codes
from flows.store.history import says_the_same
from flows.store.state.manifest import Manifest

if TYPE_CHECKING:
    from tests.flows.conftest import Reader

ROOT = Path(__file__).parents[2]
MODULE = '''"""A module."""

from typing import NamedTuple

NAMES = {"knee", "hip"}


class Row(NamedTuple):
    """A row."""

    code: str


def is_known(name: str) -> bool:
    """Whether a name is known."""
    return name in {"knee", "hip", "back"} or name in NAMES
'''


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "core"
    (folder / "data").mkdir(parents=True)
    (folder / "rows.py").write_text(MODULE)
    (folder / "data" / "names.txt").write_text("knee\n")
    return folder


@pytest.mark.parametrize(
    "edit",
    [
        lambda words: "# A comment.\n\n\n" + words,
        lambda words: words.replace('"""A row."""', '"""A row\n    of a table.\n    """'),
        lambda words: words.replace("Whether a name is known.", "Whether the name was seen before."),
        lambda words: words.replace('{"knee", "hip", "back"}', '{\n"knee",\n"hip",\n"back",\n}'),
    ],
)
def test_comments_docstrings_and_lines_are_no_part_of_the_digest(
    package: Path, edit: Callable[[str], str]
) -> None:
    before = core_digests(package)
    (package / "rows.py").write_text(edit(MODULE))
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "rows.pyc").write_bytes(b"compiled")
    (package / ".rows.py.swp").write_bytes(b"open in an editor")
    assert core_digests(package) == before


@pytest.mark.parametrize(
    ("path", "edit"),
    [
        ("rows.py", lambda words: words.replace('"back"', '"neck"')),
        ("rows.py", lambda words: words.replace("name in NAMES", "name not in NAMES")),
        ("rows.py", lambda words: words.replace("code: str", "code: str = ''")),
        ("more.py", lambda words: words),
        ("data/names.txt", lambda _: "hip\n"),
        ("data/more.txt", lambda _: ""),
    ],
)
def test_what_the_core_does_and_the_data_it_has_each_have_a_digest(
    package: Path, path: str, edit: Callable[[str], str]
) -> None:
    code, data = core_digests(package)
    (package / path).write_text(edit(MODULE))
    now = core_digests(package)
    assert (now[0] == code, now[1] == data) == (not path.endswith(".py"), path.endswith(".py"))


def test_a_process_with_another_hash_seed_finds_the_same_versions() -> None:
    words = "from flows.reading.versions import current_versions; print(*current_versions(), sep='\\n')"
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", words],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert Versions(*done.stdout.splitlines()) == current_versions()


def test_every_library_that_records_follow_from_is_named() -> None:
    names = ("beautifulsoup4", "lxml", "spacy", "pdfplumber", "pdfminer.six", "python-docx", "pydantic")
    assert [each.split()[0] for each in current_versions().libraries.split(", ")] == list(names)


def remade(version: Version, change: Callable[[dict[str, Any]], object]) -> Version:
    record = json.loads(version.record)
    change(record)
    return Version(json.dumps(record).encode(), version.text)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (lambda record: record["producer"].update(extractor="0.9"), True),
        (lambda record: record["source"].update(layout_revision=0), True),
        (lambda record: record["source"].update(layout="other"), False),
        (lambda record: record["title"].update(span=[0, 1]), False),
        (lambda record: record.update(schema_version="0.9"), False),
    ],
)
def test_only_the_numbers_of_versions_say_nothing(
    raw: Path, output: Path, read: "Reader", change: Callable[[dict[str, Any]], object], same: bool
) -> None:
    read(raw, output)
    [now] = (row for row in packed(output) if b'"b.txt"' in row.record)
    assert says_the_same(remade(now, change), now) == same
    assert not says_the_same(now._replace(text=now.text + b" "), now)


def packed(output: Path) -> list[Version]:
    with closing(sqlite3.connect(output / "manifest.sqlite")) as manifest:
        rows = manifest.execute("SELECT packed FROM versions ORDER BY cursor")
        return [version for row in rows if (version := unpack(row[0]))]


def test_a_manifest_of_the_former_format_is_taken_over_and_nothing_is_told_as_changed(
    raw: Path, output: Path, read: "Reader"
) -> None:
    read(raw, output)
    feed = (output / "changes.jsonl").read_bytes()
    with closing(sqlite3.connect(output / "manifest.sqlite")) as manifest, manifest:
        for table in ("documents", "records"):
            for now, former, value in (
                ("code", "extractor", "1.0.0"),
                ("libraries", "layouts", "0123456789abcdef"),
                ("data", "rules", "0" * 64),
            ):
                manifest.execute(f"ALTER TABLE {table} RENAME COLUMN {now} TO {former}")
                manifest.execute(f"UPDATE {table} SET {former} = ?", [value])  # noqa: S608 (names of ours)
        older = remade(packed(output)[0], lambda record: record["source"].update(layout_revision=0))
        manifest.execute("UPDATE versions SET packed = ? WHERE cursor = 1", [pack(*older)])
        manifest.execute("DROP INDEX changes_by_from")
        manifest.execute('ALTER TABLE changes DROP COLUMN "from"')
        manifest.execute("ALTER TABLE documents DROP COLUMN tries")
        manifest.execute("ALTER TABLE records DROP COLUMN codes")
        for table in ("documents", "records"):
            manifest.execute(f"ALTER TABLE {table} DROP COLUMN encoding")
        manifest.execute("PRAGMA user_version = 2")
    for opened in range(2):  # the second time it is of this format
        with closing(Manifest(output / "manifest.sqlite")) as taken:
            summary = taken.summary()
        assert (summary.records, summary.codes, summary.uncounted) == (3, Balance(), 3), opened
    (output / "records" / "c.txt.json").unlink()
    done = read(raw, output, run="second")
    assert (done.tally.written, done.tally.unchanged) == (1, 2)
    assert (output / "changes.jsonl").read_bytes() == feed
    assert (output / "records" / "c.txt.json").exists()
    third = read(raw, output, run="third")
    assert (third.tally.unchanged, third.summary.uncounted) == (3, 0)
    assert third.summary.codes.printed > 0


def test_a_manifest_that_counted_no_codes_is_taken_over(raw: Path, output: Path, read: "Reader") -> None:
    first = read(raw, output)
    with closing(sqlite3.connect(output / "manifest.sqlite")) as manifest, manifest:
        manifest.execute("ALTER TABLE records DROP COLUMN codes")
        for table in ("documents", "records"):
            manifest.execute(f"ALTER TABLE {table} DROP COLUMN encoding")
        manifest.execute("PRAGMA user_version = 3")
    second = read(raw, output, run="second")
    assert (second.tally.unchanged, second.summary.uncounted) == (3, 3)
    assert "; 3 of 3 records not counted" in codes(second.summary)
    third = read(raw, output, run="third", options=Options(force=True))
    assert third.summary == first.summary


def test_a_manifest_of_before_encodings_is_taken_over_and_nothing_is_read_again(
    raw: Path, output: Path, read: "Reader"
) -> None:
    read(raw, output)
    with closing(sqlite3.connect(output / "manifest.sqlite")) as manifest, manifest:
        for table in ("documents", "records"):
            manifest.execute(f"ALTER TABLE {table} DROP COLUMN encoding")
        manifest.execute("ALTER TABLE records DROP COLUMN codes")
        manifest.execute("PRAGMA user_version = 3")
    assert read(raw, output, run="second").tally.unchanged == 3


def test_another_encoding_reads_again(raw: Path, output: Path, read: "Reader", article: bytes) -> None:
    (raw / "b.txt").write_bytes(article + b"\nThe caf\xe9 next door.\n")
    [refused] = read(raw, output).tally.quarantined
    assert (refused.id, refused.reason) == ("b.txt", "undecodable")
    assert "--encoding" in refused.message
    western = Options(encoding="Windows-1252")
    assert read(raw, output, run="second", options=western).tally.written == 1
    assert "caf\xe9" in (output / "text" / "b.txt.txt").read_text()
    assert read(raw, output, run="third", options=Options(encoding="cp1252")).tally.unchanged == 3
    assert read(raw, output, run="fourth", options=Options(encoding="cp1251")).tally.written == 1
    assert "caf\u0439" in (output / "text" / "b.txt.txt").read_text()
    last = json.loads((output / "changes.jsonl").read_text().splitlines()[-1])
    assert (last["id"], last["cause"]) == ("b.txt", "source")


STEPS = """
import json, sys
from pathlib import Path

from flows.reading.batch import read_batch
from flows.reading.versions import current_versions
from flows.sources.folder import discover
from flows.store.output_folder import Store

raw, output, run = sys.argv[1:]
with Store(Path(output), run=run, versions=current_versions(), replay="") as store:
    items = store.plan(discover([Path(raw)]).documents).items
    tally = store.commit(items, read_batch(items))
    store.publish()
print(json.dumps([len(items), tally.written]))
"""
#: A core that reads the title of one document otherwise.
OTHER = """

_read = extract


def extract(raw, *, document, **given):
    record, text = _read(raw, document=document, **given)
    return Extraction(record.model_copy(update={"title": None}) if document == "b.txt" else record, text)
"""


def test_a_changed_module_is_the_cause_of_what_it_changes_and_of_nothing_else(
    raw: Path, output: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "installed"
    for package in ("extractors", "flows"):
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__"))

    def ingest(run: str) -> list[int]:
        done = subprocess.run(
            [sys.executable, "-c", STEPS, str(raw), str(output), run],
            env={**os.environ, "PYTHONPATH": str(copy)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found: list[int] = json.loads(done.stdout)
        return found

    def edit(path: str, change: Callable[[str], str]) -> None:
        before = (copy / path).read_text("utf-8")
        assert change(before) != before
        (copy / path).write_text(change(before), "utf-8")

    def feed() -> list[dict[str, Any]]:
        return [json.loads(line) for line in (output / "changes.jsonl").read_text().splitlines()]

    time.sleep(2.1)  # until the files are old enough for their times to be trusted
    assert ingest("first") == [3, 3]
    edit("extractors/pipeline.py", lambda words: "# A comment.\n" + words)
    assert ingest("commented") == [0, 0]
    edit("extractors/pipeline.py", lambda words: words.replace('EXTRACTOR = "1.', 'EXTRACTOR = "9.'))
    edit("extractors/layouts/billing_report.py", lambda words: words.replace("revision=", "revision=90 + "))
    records = (output / "records.jsonl").read_bytes()
    assert ingest("renumbered") == [3, 0]
    assert ((output / "records.jsonl").read_bytes(), len(feed())) == (records, 3)
    edit("extractors/__init__.py", lambda words: words + OTHER)
    assert ingest("other") == [3, 1]
    [change] = feed()[3:]
    assert (change["id"], change["change"], change["cause"]) == ("b.txt", "changed", "extractor")
    assert [one["field"] for one in change["diff"]] == ["title.text"]
    assert ingest("again") == [0, 0]
