"""No word of a document reaches a log, an account or Prefect: ids, counts and reasons do."""

import io
import json
import logging
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from extractors import extract
from flows.cli.commands import app
from flows.options import Options
from flows.orchestration import ingest
from flows.reading import batch
from flows.store.output_folder import Store
from tests.flows.conftest import Reader
from tests.flows.web import Page, serve

CANARY = "Zyxwv Patientname"
WORD = CANARY.partition(" ")[0]
_C = CANARY.encode()
PLACES = (
    "records/",
    "text/",
    "removed/",
    "records.jsonl",
    "changes.jsonl",
    "manifest.sqlite",
    "web/",
    "fetched/",
)


def packed(member: str, body: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr(member, body)
    return held.getvalue()


def documents(article: bytes) -> dict[str, bytes]:
    """Documents that cannot be read, or that the program fails on, each with the canary in it."""
    half = b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    page = b"3 0 obj<</Type/Page/Contents 4 0 R/MediaBox[" + _C + b"]>>endobj "
    stream = (
        b"4 0 obj<</Length 9/Filter/" + _C.replace(b" ", b"") + b">>stream\n" + _C + b"\nendstream endobj"
    )
    return {
        "whole.txt": article + b"\n" + _C + b"\n",
        "nul.txt": _C + b"\x00\x01\x02" + _C,
        "binary.txt": bytes(range(256)) * 4 + _C,
        "utf8.txt": _C + b"\xff\xfe\x80 " + _C,
        "utf16.txt": b"\xff\xfe" + CANARY.encode("utf-16-le") + b"\x00",
        "utf16odd.txt": b"\xff\xfe" + b"\x00\xd8" + CANARY.encode("utf-16-le"),
        "charset.html": b"<meta charset=" + WORD.encode() + b"><p>" + _C + b"\x81\x9d",
        "xml.html": b"<?xml version='1.0'?><" + WORD.encode() + b">" + _C + b"</" + WORD.encode() + b">",
        "encoding.html": b"<?xml version='1.0' encoding='" + WORD.encode() + b"'?><p>" + _C,
        "deep.html": b"<div>" * 5000 + _C,
        "empty.html": b"<title>" + _C + b"</title><script>" + _C + b"</script>",
        "json.txt": json.dumps({CANARY: CANARY}).encode(),
        "mail.txt": b"MIME-Version: 1.0\nSubject: " + _C + b"\n\n" + _C,
        "bad.pdf": b"%PDF-1.4\n1 0 obj <</Title (" + _C + b")>> endobj\ntrailer <<>>" + _C,
        "half.pdf": b"%PDF-1.4\n" + half + page + stream + b" trailer<</Root 1 0 R>>",
        "xml.docx": packed("word/document.xml", f"<w><{CANARY}></w>"),
        "types.docx": packed("[Content_Types].xml", f"<Types><Default Extension='{CANARY}'/></Types>"),
        "other.docx": packed(f"{CANARY}.xml", CANARY),
        "bug.txt": article + b"\nbug " + _C + b"\n",
        "key.txt": article + b"\nkey " + _C + b"\n",
        "chain.txt": article + b"\nchain " + _C + b"\n",
    }


def broken(kind: str) -> None:
    """Fail as bugs do, with words of the document in hand."""
    if kind == "bug.txt":
        raise ValueError(CANARY)
    if kind == "key.txt":
        dict[str, str]()[CANARY]
    if kind == "chain.txt":
        try:
            int(CANARY)
        except ValueError as error:
            raise RuntimeError(CANARY) from error


@pytest.fixture
def raw(tmp_path: Path, article: bytes) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    for name, content in documents(article).items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """What was logged or printed while a test ran holds no canary."""
    caplog.set_level(logging.INFO)
    more: list[str] = []
    yield more
    told = capfd.readouterr()
    for words in (told.out, told.err, caplog.text, *more):
        assert WORD not in words


def leaks(output: Path) -> list[str]:
    """The files of an output folder that hold the canary, those of records aside."""
    paths = [path for path in output.rglob("*") if path.is_file() and WORD.encode() in path.read_bytes()]
    names = [path.relative_to(output).as_posix() for path in paths]
    return [name for name in names if not name.startswith(PLACES)]


def test_no_word_of_a_document_is_told(
    raw: Path, output: Path, read: Reader, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    whole = extract

    def breaking(content: bytes, *, document: str, **more: Any) -> Any:
        broken(document)
        return whole(content, document=document, **more)

    monkeypatch.setattr(batch, "extract", breaking)
    with warnings.catch_warnings(record=True) as warned:
        done = read(raw, output)
    assert {trouble.id for trouble in done.tally.failed} == {"bug.txt", "key.txt", "chain.txt"}
    assert len(done.tally.quarantined) >= 12
    said += [repr(trouble) for trouble in (*done.tally.failed, *done.tally.quarantined)]
    said += [str(warning.message) for warning in warned]
    at = ("--output", str(output))
    for command in (("quarantine", "list"), ("changes",), ("changes", "--json"), ("history", "whole.txt")):
        said.append(CliRunner().invoke(app, [*command, *at]).output)
    assert not leaks(output)


def database() -> bytes:
    """All that the database of Prefect's server holds."""
    address = PREFECT_API_DATABASE_CONNECTION_URL.value()
    told = address if isinstance(address, str) else address.get_secret_value()
    place = Path(str(make_url(told).database))
    return b"".join(path.read_bytes() for path in place.parent.glob(f"{place.name}*"))


def fail(*_: object) -> NoReturn:
    raise ValueError(CANARY)


@pytest.mark.usefixtures("prefect_server")
def test_no_word_of_a_document_reaches_prefect(
    raw: Path, output: Path, monkeypatch: pytest.MonkeyPatch, said: list[str]
) -> None:
    with serve() as site:
        site.pages = {
            "/coding": Page(_C, headers=(("Content-Encoding", CANARY),)),
            "/length": Page(_C, headers=(("Content-Length", CANARY),)),
            "/name": Page(_C, headers=((CANARY, "x"),)),
            "/other": Page(status=302, headers=(("Location", f"{WORD}:{CANARY}"),)),
            "/nowhere": Page(status=302, headers=(("Location", f"http://[{WORD}/"),)),
            "/status": Page(_C, status=404),
        }
        urls = json.dumps([site.url + path for path in site.pages])
        (raw.parent / "urls.toml").write_text(f"interval = 0\nurls = {urls}\n")
        sources = [str(raw), str(raw.parent / "urls.toml")]
        account = ingest.run(sources, str(output), options=Options(allow_private=True))
    assert len([skip for skip in account.skips if skip.reason == "not_fetched"]) == len(site.pages)
    monkeypatch.setattr(Store, "commit", fail)
    failed = ingest.run([str(raw)], str(output), options=Options(force=True))
    assert "ValueError at flows/test_canary.py" in failed.tally.failed[0].message
    monkeypatch.setattr(Store, "publish", fail)
    with pytest.raises(Exception, match=r"ValueError at flows/test_canary\.py") as told:
        ingest.run([str(raw)], str(output))
    said += [str(told.value), account.to_json().decode(), failed.to_json().decode()]
    assert not leaks(output)
    held = database()
    assert b"no whole one" in held  # so that this is the database
    assert WORD.encode() not in held
