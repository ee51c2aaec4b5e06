"""Which pages print a code: in which field or role, in which line, alone or in a range."""

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from flows.errors import OutputError
from flows.reading.packing import pack
from flows.store.code_search import find
from flows.store.history import open_manifest
from flows.store.state.manifest import keep
from flows.store.state.tables import VERSIONS

if TYPE_CHECKING:
    from tests.flows.conftest import Command, Reader

PAGES = {
    "back.txt": (
        "# Back pain\n\nCPT 97110 is the code for exercise.\n\n## ICD-10 Diagnoses\n\n"
        "- M54.50: Low back pain\n- J45.40: Asthma\n"
    ),
    "gel.txt": (
        "# Gel\n\nHCPCS codes J7321-J7325 are gels.\n\n"
        "| Part | Number |\n|---|---|\n| Gel | J7331 |\n| Pen | J7323 |\n"
    ),
    "neck.txt": "# Neck pain\n\nThe ICD-10 codes M54.1-M54.5 and A00-B99 are named. Use modifier 50.\n",
}


@pytest.fixture
def pages(tmp_path: Path, output: Path, read: "Reader") -> Path:
    """An output folder of three pages about codes, one of which had other words before."""
    raw = tmp_path / "pages"
    raw.mkdir()
    for name, words in PAGES.items():
        (raw / name).write_text(words, "utf-8")
    (raw / "back.txt").write_text(PAGES["back.txt"].replace("M54.50", "M54.51"), "utf-8")
    read(raw, output)
    (raw / "back.txt").write_text(PAGES["back.txt"], "utf-8")
    read(raw, output, run="second")
    return output


def sightings(output: Path, code: str) -> list[tuple[str, str, int, str, bool]]:
    with closing(open_manifest(output)) as manifest:
        return [(one.id, one.role, one.line, one.code, one.in_range) for one in find(manifest, code)]


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("97110", [("back.txt", "code", 3, "97110", False)]),
        ("m5450", [("back.txt", "diagnoses", 7, "M54.50", False), ("neck.txt", "prose", 3, "M54.1", True)]),
        ("M54.16", [("neck.txt", "prose", 3, "M54.1", True)]),
        ("M54.5", [("neck.txt", "prose", 3, "M54.1", False)]),
        ("M54.51", [("neck.txt", "prose", 3, "M54.1", True)]),
        ("J7323", [("gel.txt", "prose", 3, "J7321", True), ("gel.txt", "unassigned", 8, "J7323", False)]),
        ("j7325", [("gel.txt", "prose", 3, "J7321", False)]),
        ("50", [("neck.txt", "prose", 3, "50", False)]),
        ("J4540", [("back.txt", "diagnoses", 8, "J45.40", False)]),
        ("J73.23", []),
        ("A9999", []),
    ],
)
def test_where_a_code_is_printed(
    pages: Path, code: str, places: list[tuple[str, str, int, str, bool]]
) -> None:
    assert sightings(pages, code) == places


def test_the_places_are_told_to_people_and_to_programs(pages: Path, command: "Command") -> None:
    shown = command("find", "J7323", "--output", pages).stdout
    assert "within J7321-J7325" in shown
    assert "| Pen | J7323 |" in shown
    first, second = map(json.loads, command("find", "J7323", "-o", pages, "--json").stdout.splitlines())
    assert first == {
        "id": "gel.txt",
        "role": "prose",
        "system": "HCPCS",
        "code": "J7321",
        "last": "J7325",
        "in_range": True,
        "span": [19, 30],
        "line": 3,
        "text": "HCPCS codes J7321-J7325 are gels.",
    }
    assert (second["role"], second["text"]) == ("unassigned", "| Pen | J7323 |")


def test_a_code_that_no_page_prints_is_told_in_a_sentence(pages: Path, command: "Command") -> None:
    done = command("find", "Z99.89", "--output", pages)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"code-articles: no page in {pages} prints Z99.89.\n"


def test_a_record_of_an_unknown_schema_is_told(pages: Path) -> None:
    with closing(open_manifest(pages)) as manifest:
        with manifest.writing() as connection:
            keep(connection, VERSIONS, [{"cursor": 4, "packed": pack(b'{"schema_version": "9"}', b"")}])
        with pytest.raises(OutputError, match=r"the record of back\.txt cannot be read"):
            [*find(manifest, "97110")]
