"""The core is a function: nothing is imported, opened, connected or started while it reads."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from extractors import SourceError, extract

PROLOGUE = """
import json
import sys

from extractors import extract
from extractors.resources import shipped_vocabulary

rules = shipped_vocabulary()


def run(words):
    return extract(words.encode(), document="x").record.to_json()
"""


def fresh(code: str) -> object:
    """Run code in a new interpreter; return what it prints, read as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_importing_the_core_loads_neither_prefect_nor_spacy_nor_the_flow() -> None:
    loaded = fresh(
        "import json, sys, extractors; print(json.dumps([name.split('.')[0] for name in sys.modules]))"
    )
    assert isinstance(loaded, list)
    assert not {"prefect", "spacy", "flows", "requests", "httpx", "sqlite3", "typer"} & set(loaded)


def test_spacy_is_loaded_when_a_clinical_context_is_read_and_not_before() -> None:
    told = fresh(
        PROLOGUE
        + """
run("Summary & Overview\\nCPT 20610: Joint\\nWords.\\nModifiers\\n22: x")
before = "spacy" in sys.modules
run("Page\\n\\nClinical Context:\\nA 9-year-old girl has asthma.")
print(json.dumps([before, "spacy" in sys.modules]))
"""
    )
    assert told == [False, True]


def test_nothing_is_opened_connected_or_started_while_documents_are_read() -> None:
    told = fresh(
        PROLOGUE
        + """
documents = [
    "Summary & Overview\\nCPT 20610: Joint\\nPayers are Aetna.\\nBilling Code Overview\\nIn an office.\\n"
    "Clinical & Coding Specifications\\nClinical Context\\nA 9-year-old girl has asthma.\\n"
    "Coding Specifications\\n"
    "| Modifier | Description |\\n|---|---|\\n| 22 | x |",
    "T\\nCPT4 code\\nName of the Procedure:\\nP\\nSummary\\ns\\nPurpose\\n- a\\nSimilar Codes\\n20611: x",
    "<main><h1>A page</h1><h2>Clinical Context</h2><p>A 70-year-old man denies fever &amp; pain.</p></main>",
    "# A page\\n\\n## Modifiers\\n22: x",
]
before = [run(words) for words in documents]
seen = []
watched = "open", "os.", "socket.", "subprocess.", "shutil.", "tempfile.", "import", "sqlite3.", "ctypes."


def watch(event, arguments):
    if armed and event.startswith(watched):
        seen.append([event, repr(arguments)[:200]])


armed = False
sys.addaudithook(watch)
armed = True
after = [run(words + "\\n") for words in documents] + [run(words) for words in documents]
armed = False
print(json.dumps([seen, after[4:] == before]))
"""
    )
    assert told == [[], True]


def test_reading_leaves_its_arguments_and_the_rules_as_they_were() -> None:
    told = fresh(
        PROLOGUE
        + """
raw = bytearray(b"# A page\\n\\n## Modifiers\\n22: x")
kept = bytes(raw)
digest = rules.digest, hash(frozenset(rules.payers.items())), hash(frozenset(rules.places.items()))
extract(bytes(raw), document="x")
again = rules.digest, hash(frozenset(rules.payers.items())), hash(frozenset(rules.places.items()))
print(json.dumps([bytes(raw) == kept, digest == again]))
"""
    )
    assert told == [True, True]


def test_the_hash_seed_does_not_show_in_the_record() -> None:
    code = (
        PROLOGUE
        + """
import hashlib
words = (
    "Summary & Overview\\nCPT 20610: x\\nPayers are Aetna and Cigna.\\n"
    "Billing Code Overview\\nData not available for payers, modifiers.\\n"
)
print(json.dumps(hashlib.sha256(run(words)).hexdigest()))
"""
    )
    digests = set()
    for seed in ("1", "2", "3"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        )
        digests.add(done.stdout)
    assert len(digests) == 1


LIBRARY = """
import json, locale, logging, os, signal, sys, warnings


def host():
    signals = [repr(signal.getsignal(number)) for number in signal.valid_signals()]
    logs = [logging.root.level, logging.root.manager.disable, logging.root.handlers[:]]
    return [dict(os.environ), logs, signals, locale.setlocale(locale.LC_ALL), warnings.filters[:]]


before = host()
from extractors import diff, extract

words = "Summary & Overview\\nCPT 20610: A Joint\\nClinical Context\\nA 9-year-old girl has asthma.\\n"
record, text = extract(words)
again, _ = extract(words)
assert record.clinical_context.mentions and "spacy" in sys.modules
print(json.dumps([record.code.value, len(diff(record, again)), before == host(), "flows" in sys.modules]))
"""


@pytest.mark.parametrize("own", [False, True])
def test_one_line_is_enough_in_a_folder_with_or_without_a_package_flows(tmp_path: Path, own: bool) -> None:
    if own:
        (tmp_path / "flows").mkdir()
        (tmp_path / "flows" / "__init__.py").write_text("raise SystemExit('the wrong package')\n")
    done = subprocess.run(
        [sys.executable, "-c", LIBRARY],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["20610", 0, True, False]


def test_characters_are_read_as_their_bytes_are_whatever_charset_a_page_declares() -> None:
    words = "\nSummary & Overview\r\nCPT 20610: Größe\n"
    assert extract(words).record == extract(words.encode()).record
    page = '<meta charset="iso-8859-1"><h1>Größe</h1><p>Words.</p>'
    record, text = extract(page)
    assert record.title is not None
    assert (record.title.text, record.source.encoding) == ("Größe", "utf-8")
    assert text.raw(record.title.span) == (page.index("Größe"), page.index("Größe") + 5)


@pytest.mark.parametrize(
    ("characters", "reason"), [("", "empty"), (" \n", "empty"), ("a\0", "binary"), ("a\ud800", "undecodable")]
)
def test_characters_that_are_no_document_are_refused_with_a_reason(characters: str, reason: str) -> None:
    with pytest.raises(SourceError) as refused:
        extract(characters)
    assert refused.value.reason == reason
