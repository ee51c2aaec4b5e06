"""Whatever a path, a title or a message holds, no terminal and no page is steered by it."""

import html
import itertools
import json
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.account import Account, Skip, Summary, Tally, Trouble
from flows.cli import quarantine
from flows.cli.commands import app
from flows.errors import FlowError, OutputError, UsageError
from flows.printable import STEERING as STEERS
from flows.printable import printable, printable_json, printable_lines, printable_text
from flows.show.markdown import _cell, markdown
from tests.flows.conftest import Reader

STEERING = [
    "\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "\x07", "\x08\x08", "\x7f", "\x85", "\r", "\u2028", "\u2029",
    "\u202a", "\u202e", "\u2066", "\u2069", "\u200e", "\u200f", "\u061c", "\x1b[8m", "\x00", "\x0b",
]  # fmt: skip
MARKUP = [
    "[red]", "[/]", "[link=http://evil.example]x[/link]", ":bomb:", "<script>alert(1)</script>",
    "[x](javascript:alert(1))", "![x](http://evil.example/x.png)", "a|b", "`code`", "<http://evil.example>",
    "http://evil.example", "&lt;b&gt;", "**bold**", "$x$", "me@evil.example", "~~x~~", "# x", "<!--", "\\`",
    "_x_",
]  # fmt: skip
FORMS = ["{}", "a{}b", "{0}{0}", "x {} y", "{}.txt"]
PAYLOADS = [form.format(sign) for form, sign in itertools.product(FORMS, STEERING + MARKUP)]
HANDFULS = ["".join(PAYLOADS[start::25]) for start in range(25)]  # a command takes 10 ms for one
SURROGATES = ["\ud800", "\udcff", "\udfff"]
_STEERS = re.compile(f"(?![\n]){STEERS}")


def account(**parts: Any) -> Account:
    given: dict[str, Any] = {
        "run": "20261122T060000Z-1a2b", "started": "", "ended": "", "seconds": 1.0, "sources": (),
        "output": "out", "host": {}, "versions": {}, "tally": Tally(), "skips": (),
        "summary": Summary(1, {}, {}),
    }  # fmt: skip
    return Account(**given | parts)


def troubled(payload: str) -> Account:
    trouble = Trouble(payload, payload, payload)
    return account(
        sources=(payload,),
        output=payload,
        tally=Tally(quarantined=(trouble,), failed=(trouble,)),
        skips=(Skip(payload, "not_fetched", payload),),
    )


def test_there_are_200_of_them() -> None:
    assert len(set(PAYLOADS)) == 200


@pytest.mark.parametrize("payload", PAYLOADS + SURROGATES)
def test_an_escaped_payload_steers_nothing(payload: str) -> None:
    for shown in (printable(payload), printable_lines(payload)):
        assert not _STEERS.search(shown)
        assert not _STEERS.sub("", payload) or _STEERS.sub("", payload)[:1] in shown
    assert len(printable_text(payload)) == len(payload)
    assert not _STEERS.search(printable_text(payload))


@pytest.mark.parametrize("payload", PAYLOADS)
def test_escaped_json_says_the_same(payload: str) -> None:
    content = json.dumps({payload: [payload]}, ensure_ascii=False, indent=2).encode()
    assert not _STEERS.search(printable_json(content).decode())
    assert json.loads(printable_json(content)) == {payload: [payload]}


@pytest.mark.parametrize("payload", PAYLOADS + SURROGATES)
def test_the_page_of_a_run_shows_a_payload_as_words(payload: str) -> None:
    page = markdown(troubled(payload), {(payload, payload): 1})
    words = _cell(payload)
    assert page == markdown(troubled("XYZ"), {("XYZ", "XYZ"): 1}).replace("XYZ", words)
    assert not _STEERS.search(words)
    plain = re.sub(r"&#\d+;", "", words)
    assert not re.search(r"[\\`*_\[\]<>|~!#@$&:\n]", plain)
    assert html.unescape(words) == printable(" ".join(payload.split()))


def each(document: str, words: str, output: Path) -> Iterator[Sequence[str]]:
    """Every command that is given an id or words, such as of a path."""
    at = ("--output", str(output))
    yield ("history", document, *at)
    yield ("history", document, *at, "--json")
    yield ("show", document, *at)
    yield ("show", document, *at, "--text")
    yield ("show", document, *at, "--version", "7")
    yield ("quarantine", "show", document, *at)
    yield ("quarantine", "show", words, *at)
    yield ("quarantine", "replay", words, *at)
    yield ("history", words, *at)
    yield ("show", words, *at)
    yield ("changes", "--since", words)
    yield ("changes", "--output", words)
    yield ("quarantine", "list", "--output", words)
    yield ("extract", words)
    yield ("evaluate", "--gold", words)
    yield ("doctor", words)
    yield ("verify", words)
    yield ("find", words, *at)
    yield ("find", words, *at, "--json")
    yield ("schema", words)
    yield ("ingest", words, "--output", f"{words}/{words}")
    yield ("ingest", str(output), "--output", str(output), "--on-failure", words)
    yield ("schedule", words, "--output", words, "--every", words)
    yield ("schedule", str(output), "--output", f"{output}2", "--cron", words)
    yield ("schedule", str(output), "--output", f"{output}2", "--cron", "0 6 * * *", "--timezone", words)
    yield (words,)
    yield ("quarantine", words)
    yield (f"--{words}",)


def once(raw: Path, output: Path) -> Iterator[Sequence[str]]:
    """Every command that tells of many documents, or of one that holds all payloads."""
    at = ("--output", str(output))
    yield ("changes", *at)
    yield ("changes", *at, "--json")
    yield ("quarantine", "list", *at)
    yield ("quarantine", "list", *at, "--json")
    yield ("quarantine", "replay", "--all", *at)
    yield ("doctor", str(output))
    yield ("doctor", str(output), "--repair")
    yield ("extract", str(raw / "all.txt"))
    yield ("extract", str(raw / "all.txt"), "--text")
    yield ("extract", str(next(raw.glob("001* empty.txt"))))
    yield ("evaluate", "--gold", str(raw.parent / "gold"), "--raw", str(raw), "--misses")
    yield ("schema",)
    yield ("find", "29881", *at)
    yield ("find", "29881", *at, "--json")
    yield ("verify", str(output))


def names(arguments: Iterable[Sequence[str]]) -> set[str]:
    return {" ".join(given[: 2 if given[0] == "quarantine" else 1]) for given in arguments}


def test_every_command_is_tried() -> None:
    ours = {command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands}
    ours |= {f"quarantine {command.name}" for command in quarantine.commands.registered_commands}
    some = Path("x")
    assert ours <= names(each("id", "words", some)) | {"quarantine list"} | {"schema"}


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory, article: bytes, read: Reader) -> tuple[Path, Path]:
    """A raw and an output folder: every payload is in a name, in a title, and in what a change says."""
    folder = tmp_path_factory.mktemp("poisoned")
    raw, output = folder / "raw", folder / "output"
    raw.mkdir()
    safe = [payload.replace("/", "").replace("\0", "") for payload in HANDFULS]
    title = article.decode().splitlines()[1]
    for number, (payload, name) in enumerate(zip(HANDFULS, safe, strict=True)):
        words = article.decode().replace(title, f"{title} {payload.replace(chr(0), '')}", 1)
        (raw / f"{number:03}{name}.txt").write_text(words, "utf-8", newline="")
        (raw / f"{number:03}{name} empty.txt").write_bytes(b"")
    every = " ".join(PAYLOADS).replace("\0", "")
    (raw / "all.txt").write_text(article.decode().replace(title, f"{title} {every}", 1), "utf-8", newline="")
    (folder / "gold").mkdir()
    gold = {"layout": "generic", "title": every, "payers": [every]}
    (folder / "gold" / "all.txt.gold.json").write_text(json.dumps(gold))
    read(raw, output, run="20261122T060000Z-1a2b")
    for number, name in enumerate(safe):
        if number % 3 == 0:
            shutil.move(raw / f"{number:03}{name}.txt", raw / f"{number:03}{name} moved.txt")
        if number % 3 == 1:
            (raw / f"{number:03}{name}.txt").write_bytes(article)
    read(raw, output, run="20261123T060000Z-1a2b")
    (output / "records" / f"{STEERING[0]}.json").write_bytes(b"{}")
    return raw, output


def steered(arguments: Sequence[str]) -> str:
    """Run a command that must steer nothing and not crash; return what it prints."""
    told = CliRunner().invoke(app, arguments)
    assert not _STEERS.search(told.output), (arguments, told.output)
    assert told.exception is None or isinstance(told.exception, SystemExit), (arguments, told)
    return told.output


def test_no_command_prints_what_steers_a_terminal(
    poisoned: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, output = poisoned
    monkeypatch.chdir(raw.parent)
    monkeypatch.setenv("COLUMNS", "1000")
    ids = [path.relative_to(output / "text").as_posix() for path in (output / "text").rglob("*.txt")]
    assert len(ids) > len(HANDFULS)
    for payload, id_ in zip(HANDFULS, ids, strict=False):
        for arguments in each(id_.removesuffix(".txt"), payload.replace("\0", "\x01"), output):
            steered(arguments)
    told = [steered(arguments) for arguments in once(raw, output)]
    assert "[red]" in told[0]
    assert ":bomb:" in told[0]
    assert "\\u001b" in told[7]
    assert "\N{REPLACEMENT CHARACTER}" in told[8]


@pytest.mark.parametrize("kind", [OutputError, UsageError])
def test_what_goes_wrong_is_told_without_steering(kind: type[FlowError]) -> None:
    told = str(kind("".join(STEERING + MARKUP + SURROGATES)))
    assert not re.search(STEERS, told)
    assert "[red]" in told


def test_the_account_of_a_run_is_shown_without_steering(capsys: pytest.CaptureFixture[str]) -> None:
    from rich.console import Console

    from flows.show.terminal import show

    for payload in PAYLOADS + SURROGATES:
        show(troubled(payload), Console(file=sys.stdout, width=1000))
    told = capsys.readouterr().out
    assert not _STEERS.search(told)
    assert all(f"  {sign} ({sign}): {sign}\n" in told for sign in MARKUP)


def test_the_file_of_a_record_keeps_what_is_printed_escaped(
    raw: Path, output: Path, read: Reader, article: bytes
) -> None:
    title = article.splitlines()[1]
    (raw / "b.txt").write_bytes(article.replace(title, title + " \u202etitle".encode(), 1))
    read(raw, output)
    file = (output / "records" / "b.txt.json").read_text("utf-8")
    whole = (output / "text" / "b.txt.txt").read_text("utf-8")
    at = ("--output", str(output))
    told = CliRunner().invoke(app, ["show", "b.txt", *at]).stdout
    text = CliRunner().invoke(app, ["show", "b.txt", "--text", *at]).stdout
    assert text == whole.replace("\u202e", "\N{REPLACEMENT CHARACTER}")
    assert "\u202e" in file
    assert "\\u202e" in told
    assert json.loads(told) == json.loads(file)
