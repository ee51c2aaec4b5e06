import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import typer

from flows.cli import errors
from flows.reading import one_document
from flows.reading.one_document import read
from flows.sources.folder import discover
from flows.store.lock import SCHEDULE, hold
from tests.flows import misbehaving

if TYPE_CHECKING:
    from tests.flows.conftest import Command

ROOT = Path(__file__).parents[2]
SAMPLE = "raw/29881.txt"

#: Runs a command as someone to whom permissions apply, even where that is root.
UNPRIVILEGED = """
import ctypes, os, sys
if os.geteuid() == 0:
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
os.execv(sys.argv[1], sys.argv[1:])
"""
unprivileged = [sys.executable, "-c", UNPRIVILEGED]


def imported(*arguments: str) -> set[str]:
    """The packages that a command imports."""
    line = [sys.executable, "-X", "importtime", "-m", "flows.cli", *arguments]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
    names = (
        line.rpartition("|")[2].strip()
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    )
    return {name.partition(".")[0] for name in names}


def alive(group: int) -> bool:
    """Whether a process of the group is still there."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_help_imports_nothing_heavy(command: "Command") -> None:
    assert not imported("--help") & {"extractors", "pydantic", "prefect", "rich", "spacy", "sqlalchemy"}
    assert "Exit status: 0 all good, 3 finished with documents in quarantine" in command("--help").stdout


def test_extract_imports_no_prefect() -> None:
    assert not imported("extract", SAMPLE) & {"prefect", "sqlalchemy"}


DEFAULTS = """
import os, sys

before = dict(os.environ)
import flows.reading.batch, flows.reading.versions, flows.runs.replay, flows.store.output_folder
assert dict(os.environ) == before
import flows.orchestration.supervision
print(os.environ["PREFECT_LOGGING_LEVEL"], os.environ["DO_NOT_TRACK"], "prefect" in sys.modules)
"""


def test_defaults_of_prefect_are_set_before_its_import_for_children_too_and_by_orchestration_alone() -> None:
    line = [sys.executable, "-c", DEFAULTS]
    unset = {
        name: value for name, value in os.environ.items() if "PREFECT" not in name and "TRACK" not in name
    }
    done = subprocess.run(line, cwd=ROOT, env=unset, capture_output=True, text=True, check=True)
    assert done.stdout == "CRITICAL 1 False\n"


def test_extract_prints_the_record_and_the_text_that_ingest_writes(
    command: "Command", ingested: Path
) -> None:
    assert command("extract", SAMPLE).stdout == (ingested / "records" / "29881.txt.json").read_text()
    below = command("extract", "./raw/anesthesia/00811.txt").stdout
    assert below == (ingested / "records" / "anesthesia" / "00811.txt.json").read_text()
    assert command("extract", "--text", SAMPLE).stdout == (ingested / "text" / "29881.txt.txt").read_text()


def test_extract_decodes_as_it_is_told(command: "Command") -> None:
    raw = "CPT 20610: Knee joint, caf\xe9".encode("cp1252")
    refused = command("extract", "-", stdin=raw)
    assert (refused.returncode, "name its encoding with --encoding" in refused.stderr) == (1, True)
    done = command("extract", "-", "--text", "--encoding", "windows-1252", stdin=raw)
    assert (done.returncode, done.stdout.strip()) == (0, "CPT 20610: Knee joint, caf\xe9")


def test_extract_reads_standard_input(command: "Command", article: bytes) -> None:
    record = json.loads(command("extract", "-", stdin=article).stdout)
    assert (record["id"], record["code"]["value"]) == ("-", "29881")


@pytest.mark.parametrize(
    ("given", "document", "uri"),
    [
        ("raw/b.txt", "b.txt", "raw/b.txt"),
        ("raw/knee/50%41\n.txt", "knee/50%2541%0A.txt", "raw/knee/50%2541%0A.txt"),
        ("raw/../raw/b.txt", "b.txt", "raw/b.txt"),
        ("{}/raw/knee/50%41\n.txt", "50%2541%0A.txt", "knee/50%2541%0A.txt"),
    ],
)
def test_extract_names_a_document_as_ingest_of_its_first_folder_does(
    raw: Path, monkeypatch: pytest.MonkeyPatch, given: str, document: str, uri: str
) -> None:
    (raw / "knee" / "29881.txt").rename(raw / "knee" / "50%41\n.txt")
    monkeypatch.chdir(raw.parent)
    record = read(given.format(raw.parent)).record
    assert (record.id, record.source.uri) == (document, uri)
    if not given.startswith("{"):
        ingest = {each.id: each.uri for each in discover([Path("raw")]).documents}
        assert ingest[document] == uri


def test_schema_and_version_print_what_they_name(command: "Command", ingested: Path) -> None:
    assert command("schema").stdout == (ingested / "schema" / "record.schema.json").read_text()
    assert command("--version").stdout.startswith("code-articles 1.")


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["extract", "nothing.txt"], 2, "nothing.txt does not exist; name a file, or - for standard input."),
        (["extract", "raw"], 2, "raw is a folder; name a file, or use code-articles ingest for folders."),
        (["extract", "/dev/null"], 1, "/dev/null cannot be read: the document holds no characters"),
        (
            ["ingest", "nothing", "--output", "out"],
            2,
            "nothing does not exist; name a folder or file of documents.",
        ),
        (["ingest", "raw", "--output", "raw/out"], 2, "raw/out would lie inside the raw folder raw;"),
        (["ingest", "raw", "--output", "README.md"], 2, "README.md cannot be written: "),
        (["ingest", "raw", "--output", "README.md/out"], 2, "README.md/out cannot be written: "),
        (["ingest", "raw", "raw", "--output", "out"], 2, "would both become the record"),
        (["ingest", "raw"], 2, "Missing option '--output'"),
        (["ingest", "raw", "--output", "out", "--workers", "0"], 2, "Invalid value for '--workers'"),
        (["ingest", "raw", "--output", "out", "--on-failure", "nothing"], 2, "nothing names no function"),
        (["ingest", "pyproject.toml", "--output", "out"], 2, "Extra inputs are not permitted"),
        (["schedule", "raw", "--output", "out", "--every", "soon"], 2, "soon is no interval"),
        (["extract", "README.md", "--encoding", "klingon"], 2, "klingon is no encoding of text that Python"),
        (["ingest", "raw", "--output", "out", "--encoding", "base64"], 2, "base64 is no encoding of text"),
        (["schedule", "raw", "--output", "out", "--every", "1h", "--encoding", "x"], 2, "x is no encoding"),
        (["nonsense"], 2, "No such command 'nonsense'"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(
    command: "Command", arguments: Sequence[str], status: int, message: str
) -> None:
    done = command(*arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_an_empty_folder_is_told_in_a_sentence(command: "Command", tmp_path: Path) -> None:
    done = command("ingest", tmp_path, "--output", tmp_path.with_name("output"))
    assert (done.returncode, "no documents in" in done.stderr) == (2, True)


def test_an_unreadable_file_is_told_in_a_sentence(process: "Command", raw: Path) -> None:
    (raw / "b.txt").chmod(0)
    done = process("extract", raw / "b.txt", prefix=unprivileged)
    assert (done.returncode, done.stderr) == (1, f"code-articles: {raw / 'b.txt'}: Permission denied.\n")


def test_a_prefect_server_that_does_not_answer_is_told_in_a_sentence(
    command: "Command", raw: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    monkeypatch.setenv("PREFECT_CLIENT_MAX_RETRIES", "0")
    done = command("ingest", raw, "--output", output)
    assert done.returncode == 1
    assert "no Prefect server answers at http://127.0.0.1:9/api" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_of_prefect_that_is_none_is_told_in_a_sentence(
    command: "Command", raw: Path, output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    (tmp_path / "prefect.db").write_bytes(b"no database " * 100)
    done = command("ingest", raw, "--output", output)
    assert done.returncode == 1
    assert "prefect.db, Prefect's database, cannot be used (it is no database of SQLite)" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_has_seen_enough_ends_it_quietly() -> None:
    reader, writer = os.pipe()
    line = [sys.executable, "-m", "flows.cli", "extract", SAMPLE]
    process = subprocess.Popen(line, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    os.close(reader)
    assert process.communicate()[1] == ""
    assert process.returncode == 0


def test_bad_input_ends_in_quarantine_or_a_counted_skip(
    process: "Command", raw: Path, output: Path, article: bytes
) -> None:
    (raw / "empty.txt").write_bytes(b"")
    (raw / "binary.txt").write_bytes(bytes(range(256)) * 20)
    (raw / "undecodable.txt").write_bytes(b"caf\xe9\n" * 20)
    with (raw / "huge.txt").open("wb") as file:
        file.truncate(50 * 2**20)
    (raw / "folder.txt").mkdir()
    (raw / "unreadable.txt").write_bytes(article)
    (raw / "unreadable.txt").chmod(0)
    (raw / "outside.txt").symlink_to(ROOT / "README.md")
    (raw / "twin.txt").write_bytes(article)
    done = process("ingest", raw, "--output", output, prefix=unprivileged)
    assert done.returncode == 3, done.stderr
    assert "9 documents in: 3 written, 0 unchanged, 1 duplicate, 5 quarantined, 0 failed" in done.stdout
    assert "Skipped: folder 1, link_outside 1" in done.stdout
    for document, reason in (
        ("empty.txt", "empty"),
        ("binary.txt", "binary"),
        ("undecodable.txt", "undecodable"),
        ("huge.txt", "too_large"),
        ("unreadable.txt", "unreadable"),
    ):
        assert f"  {document} ({reason}): " in done.stdout
        assert json.loads((output / "quarantine" / f"{document}.json").read_text())["reason"] == reason
    assert "  folder.txt is a folder named like a file" in done.stdout
    assert "  outside.txt is a link out of the raw folder" in done.stdout
    told = done.stderr.splitlines()
    assert told[0] == "Starting Prefect; this takes some 10 seconds, the first time 20 ..."
    assert all(line.endswith("documents read") for line in told[1:])
    assert (output / "records.jsonl").read_text().count("\n") == 4


def test_of_two_runs_at_once_one_works_and_one_is_skipped(raw: Path, output: Path) -> None:
    line = [sys.executable, "-m", "flows.cli", "ingest", str(raw), "--output", str(output)]
    both = [
        subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
        for env in ({**os.environ, "PREFECT_HOME": f"{output}-{number}"} for number in range(2))
    ]
    done = [process.communicate(timeout=600) for process in both]
    assert [process.returncode for process in both] == [0, 0], done
    written = [told for told, _ in done if "3 documents in: " in told]
    skipped = [errors for _, errors in done if "skipped: " in errors]
    # They start at the same time, but one may have ended before the other looks.
    assert len(written) + len(skipped) == 2
    assert written
    for told in skipped:
        assert re.search(r"is being written by run \S+, process \d+ on .*, since 20\S+; nothing was", told)
    assert (output / "records.jsonl").read_text().count("\n") == 3
    assert len(list((output / "runs").iterdir())) == len(written)


def test_a_run_beside_another_is_skipped_before_prefect_starts(
    command: "Command", raw: Path, output: Path
) -> None:
    output.mkdir()
    with hold(output, "first"):
        done = command("ingest", raw, "--output", output)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith(f"code-articles: skipped: {output} is being written by run first, ")


def test_a_schedule_beside_another_is_refused(command: "Command", raw: Path, output: Path) -> None:
    output.mkdir()
    with hold(output, "schedule-1a2b", SCHEDULE):
        done = command("schedule", raw, "--output", output, "--every", "1h")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"code-articles: {output} is scheduled already (run schedule-1a2b, ")


def test_an_interrupt_and_a_termination_are_told_apart() -> None:
    def end(number: signal.Signals) -> int:
        handler = signal.signal(signal.SIGTERM, errors.terminate)
        try:
            with pytest.raises(typer.Exit) as ended, errors.told():
                signal.raise_signal(number)
        finally:
            signal.signal(signal.SIGTERM, handler)
        return ended.value.exit_code

    assert (end(signal.SIGINT), end(signal.SIGTERM)) == (130, 143)


def test_a_document_that_breaks_its_process_or_the_program_is_told_with_what_to_do(
    command: "Command", tmp_path: Path, article: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = partial(one_document.read_held, work=misbehaving.work)
    monkeypatch.setattr(one_document, "read_held", held)
    (tmp_path / "crash.txt").write_bytes(article)
    done = command("extract", tmp_path / "crash.txt")
    assert (done.returncode, done.stdout) == (3, "")
    assert (
        "ended by SIGSEGV while this document was read; shorten or split it, or take it out." in done.stderr
    )
    (tmp_path / "bug.txt").write_bytes(article)
    done = command("extract", tmp_path / "bug.txt")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(
        "bug.txt shows a bug: ZeroDivisionError at flows/misbehaving.py:28; report it with the document.\n"
    )
    assert "in _divide" in done.stderr


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_stopped_says_so_and_leaves_nothing_running(
    raw: Path, output: Path, number: signal.Signals, status: int
) -> None:
    line = [sys.executable, "-m", "flows.cli", "ingest", str(raw), "--output", str(output)]
    process = subprocess.Popen(line, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)
    while not (output / ".aside").exists():
        assert process.poll() is None
        time.sleep(0.02)
    # A terminal interrupts every process of its group; kill and a container's stop end the command alone.
    if number == signal.SIGINT:
        os.killpg(process.pid, number)
    else:
        os.kill(process.pid, number)
    _, told = process.communicate(timeout=120)
    assert process.returncode == status
    assert told.endswith(
        "\ncode-articles: stopped; records that were finished are kept, and a new run goes on from there.\n"
    )
    deadline = time.monotonic() + 10
    while alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(process.pid)
