"""A document by itself is read within the limits of a run."""

from pathlib import Path

import pytest
import typer

from flows.cli.documents import extract
from flows.reading import one_document
from flows.reading.batch import Failed, Read, Refused, Result
from tests.flows import misbehaving


@pytest.mark.parametrize(
    ("name", "reason"), [("regex", "timeout"), ("memory", "memory"), ("crash", "crashed"), ("good", None)]
)
def test_a_document_is_held_to_the_limits_of_a_run(
    tmp_path: Path, article: bytes, name: str, reason: str | None
) -> None:
    file = tmp_path / f"{name}.txt"
    file.write_bytes(article)
    result = one_document.read_held(str(file), misbehaving.work)
    assert isinstance(result, Refused if reason else Read)
    assert getattr(result, "reason", None) == reason


@pytest.mark.parametrize(
    ("result", "status", "told"),
    [
        (
            Refused("a", None, "timeout", "reading it took more than 10 s; take it out", None),
            3,
            "code-articles: a.txt cannot be read: reading it took more than 10 s; "
            "shorten or split it, or take it out.\n",
        ),
        (
            Refused("a", None, "empty", "it holds nothing", None),
            1,
            "code-articles: a.txt cannot be read: it holds nothing.\n",
        ),
        (
            Failed("a", "bug", "KeyError: 1", ("File x\n",)),
            1,
            "File x\n\ncode-articles: a.txt shows a bug: KeyError: 1; report it with the document.\n",
        ),
    ],
)
def test_what_cannot_be_read_is_told_with_the_document_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    result: Result,
    status: int,
    told: str,
) -> None:
    monkeypatch.setattr(one_document, "read_held", lambda _file, **_: result)
    with pytest.raises(typer.Exit) as end:
        extract("a.txt")
    assert (end.value.exit_code, capsys.readouterr().err) == (status, told)
