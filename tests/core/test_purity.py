"""The core is a function: nothing is imported, opened, connected or started while it reads."""

import json
import subprocess
import sys
import textwrap

PROLOGUE = """
import json
import sys

from extractors import extract, parse_rules
from importlib.resources import files
from extractors.vocabulary.vocabulary import FILES

folder = files("extractors.vocabulary") / "data"
rules = parse_rules({name: (folder / name).read_text("utf-8") for name in FILES})


def run(words):
    return extract(words.encode(), document="x", uri="x", rules=rules).record.to_json()
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
extract(bytes(raw), document="x", uri="x", rules=rules)
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
