"""A disk that is full, folders that cannot be written, syncs that fail: what was there stays as it was."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flows import files
from flows.orchestration import ingest

if TYPE_CHECKING:
    from tests.flows.conftest import Command

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def before(raw: Path, output: Path, article: bytes) -> dict[str, bytes]:
    """What an output folder holds before its documents change and writing fails."""
    ingest.run([str(raw)], str(output))
    for name in ("b.txt", "c.txt"):
        (raw / name).write_bytes(article + b"\nOther words.\n")
    return _kept(output)


def _kept(output: Path) -> dict[str, bytes]:
    paths = [path for path in output.rglob("*") if path.suffix in {".json", ".txt", ".jsonl"}]
    found = {path.relative_to(output).as_posix(): path.read_bytes() for path in paths}
    kept = ("records/", "text/", "changes")
    return {path: content for path, content in found.items() if path.startswith(kept)}


@pytest.mark.parametrize("fault", [("write", errno.ENOSPC), ("fsync", errno.EDQUOT), ("open", errno.EROFS)])
def test_a_write_that_fails_leaves_the_old_output_and_names_the_document(
    raw: Path, output: Path, before: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, fault: tuple[str, int]
) -> None:
    call, code = fault

    def fail(*_: Any) -> int:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as faulty:
        faulty.setattr(files, "os", _Faulty(call, fail))
        account = ingest.run([str(raw)], str(output))
    assert account.exit_status == 1
    assert {trouble.id for trouble in account.tally.failed} >= {"b.txt", "c.txt"}
    [message] = {trouble.message for trouble in account.tally.failed}
    assert os.strerror(code) in message
    assert "'text/b.txt.txt'" in message
    assert _kept(output) == before
    healed = ingest.run([str(raw)], str(output))
    assert (healed.exit_status, healed.tally.written + healed.tally.duplicate) == (0, 2)


class _Faulty:
    """The module `os`, one call of which fails while a batch is written."""

    def __init__(self, call: str, fail: Callable[..., int]) -> None:
        self._call = call
        self._fail = fail
        self._failed = False

    def __getattr__(self, name: str) -> Any:
        if name == self._call and not self._failed:
            self._failed = True
            return self._fail
        return getattr(os, name)


def test_a_folder_of_records_that_cannot_be_written_ends_with_status_1(
    raw: Path, output: Path, before: dict[str, bytes], process: "Command"
) -> None:
    from tests.flows.test_cli import unprivileged

    for folder in ("records", "text"):
        (output / folder).chmod(0o555)
    done = process("ingest", raw, "--output", output, prefix=unprivileged)
    assert done.returncode == 1, done.stdout + done.stderr
    assert " more (not_written): its batch could not be written" in done.stdout
    assert "text/b.txt.txt" in done.stdout
    assert "Permission denied" in done.stdout
    assert "Traceback" not in done.stderr
    assert _kept(output) == before
