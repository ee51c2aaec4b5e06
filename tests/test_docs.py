"""The examples of the README, run as they stand there, with the output that it shows."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

import duckdb
import jq
import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
_BLOCK = re.compile(r"^```(?P<kind>\w+)(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    kind: str
    body: str
    shown: str | None


def examples() -> Iterator[Example]:
    """Each example of the README, with the output that stands right behind it."""
    blocks = list(_BLOCK.finditer(README))
    for block, following in zip_longest(blocks, blocks[1:]):
        if block["kind"] == "text":
            continue
        behind = following is not None and following["kind"] == "text" and not following["info"]
        between = README[block.end() : following.start()].strip() if following else ""
        yield Example(block["kind"], block["body"], following["body"] if behind and not between else None)


EXAMPLES = list(examples())


def run_python(body: str, folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", body], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout


def run_jq(body: str, folder: Path) -> str:
    _, flag, program, name = shlex.split(body)
    values = jq.compile(program).input_text((folder / name).read_text("utf-8")).all()
    if flag == "-r":
        return "".join(f"{value}\n" for value in values)
    return "".join(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n" for value in values)


def run_sql(body: str, folder: Path) -> str:
    query = body.replace("'output/", f"'{folder}/output/")
    return "".join("\t".join(map(str, row)) + "\n" for row in duckdb.connect().execute(query).fetchall())


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.kind == "python"], ids=lambda e: e.body[:30])
def test_python_examples_print_what_the_readme_shows(example: Example, ingested: Path) -> None:
    assert run_python(example.body, ingested.parent) == example.shown


@pytest.mark.parametrize(
    "example", [e for e in EXAMPLES if e.body.startswith("jq ")], ids=lambda e: e.body[:40]
)
def test_jq_examples_print_what_the_readme_shows(example: Example, ingested: Path) -> None:
    printed = run_jq(example.body, ingested.parent)
    assert printed == example.shown


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.kind == "sql"], ids=lambda e: e.body[:30])
def test_sql_examples_print_what_the_readme_shows(example: Example, ingested: Path) -> None:
    assert run_sql(example.body, ingested.parent) == example.shown


def test_excerpts_stand_in_their_files() -> None:
    excerpts = [block for block in _BLOCK.finditer(README) if "source=" in block["info"]]
    assert excerpts
    for block in excerpts:
        source = (ROOT / block["info"].split("source=")[1].strip()).read_text("utf-8")
        missing = [line for line in block["body"].splitlines() if line != "…" and line not in source]
        assert missing == []


def test_links_and_named_files_exist() -> None:
    named = re.findall(r"\]\((?!https?:)([^)#]+)\)|`((?:raw|docs|extractors|tests)/[\w./-]+)`", README)
    missing = [name for pair in named for name in pair if name and not (ROOT / name).exists()]
    assert missing == []
