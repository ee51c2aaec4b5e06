"""Make the data files of `extractors.code_sets` from tables of public code sets.

    python -m tools.code_sets FOLDER

FOLDER holds the tables as CSV or text, under the names below. What is taken from them are facts: numbers,
and the names that CMS, NCHS and NUCC publish. Descriptors of CPT and CDT (AMA, ADA), of revenue codes and of
types of bill (NUBC) are never read. A row that does not have the form of its set stops the build, unless it
is one of the oddities listed here, each with its reason.
"""

import csv
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from extractors.code_sets.forms import CPT, HCPCS, MODIFIER, TAXONOMY

_TARGET = Path(__file__).parent.parent / "extractors" / "code_sets" / "data"
_PUBLIC = "public domain (works of the US government)"
#: Rows of the tables that are no entries, by file: accepted, each with its reason.
_ODDITIES = {
    "tob.txt": {"~~~": "stands for a missing number"},
    "revenue.txt": {"~~~~": "stands for a missing number"},
}
_Entries = Iterable[tuple[str, ...]]


class _Set(NamedTuple):
    """One file to make: what is said at its head, where its entries come from, and the form of a code."""

    file: str
    head: Mapping[str, str]
    entries: Callable[[Path], _Entries]
    form: str


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _numbers(name: str) -> Callable[[Path], _Entries]:
    return lambda folder: ((code,) for code in (folder / name).read_text("utf-8").split() if code != "code")


def _hcpcs(folder: Path) -> _Entries:
    """Level II codes; one that only the list of 2020 has says so."""
    for row in _rows(folder / "hcpcs_level2.csv"):
        if len(row["code"]) == 5:  # the table opens with a header of another file
            yield row["code"], "" if row["status_2026"] == "active" else "2020"


def _modifiers(folder: Path) -> _Entries:
    for row in _rows(folder / "modifiers.csv"):
        yield row["code"], row["system"]


def _places(folder: Path) -> _Entries:
    """Place-of-service numbers with their names; ``Unassigned`` ones are no codes."""
    for row in _rows(folder / "place_of_service.csv"):
        if "unassigned" not in row["name"].casefold():
            yield row["code"].zfill(2), " ".join(row["name"].split())


def _taxonomies(folder: Path) -> _Entries:
    """NUCC codes with their names and, for one that has gone, the last version that had it."""
    for row in _rows(folder / "nucc_taxonomy_history_v9_to_v25_1.csv"):
        name = row["display_name"] or row["specialization"] or row["classification"]
        yield row["code"], " ".join(name.split()), "" if row["in_latest"] == "1" else row["last_version"]


def _diagnoses(folder: Path) -> _Entries:
    """The tabular list: code, name, ``leaf`` where no longer code stands below it, seventh characters."""
    for row in _rows(folder / "icd10cm_rules_2026-04.csv"):
        leaf = "leaf" if row["tabular_leaf"] == "1" else ""
        yield row["code"], " ".join(row["name"].split()), leaf, row["seventh_characters"] if leaf else ""


_SETS = (
    _Set(
        "cpt.txt",
        {
            "system": "CPT",
            "edition": "2026-04",
            "source": "CMS OPPS Addendum B, April 2026: categories I to III, PLA, MAAA",
            "rights": "numbers only; CPT and its descriptors are © American Medical Association",
        },
        _numbers("cpt_numbers.txt"),
        CPT,
    ),
    _Set(
        "hcpcs.tsv",
        {
            "system": "HCPCS",
            "edition": "2026-04",
            "source": "CMS OPPS Addendum B, April 2026; marked 2020: CMS Alpha-Numeric HCPCS File, 2020",
            "rights": _PUBLIC,
            "columns": "code, edition (empty: the newest)",
        },
        _hcpcs,
        HCPCS,
    ),
    _Set(
        "icd10cm.tsv",
        {
            "system": "ICD-10-CM",
            "edition": "2026-04",
            "source": "NCHS tabular list of April 1, 2026, by way of simple-icd-10-cm 1.5.0 (MIT)",
            "rights": _PUBLIC,
            "columns": "code, name, leaf, seventh characters",
        },
        _diagnoses,
        r"[A-Z][0-9A][0-9AB](?:\.[0-9A-Z]{1,4})?",  # a letter in the second place: QA0, new in 2025
    ),
    _Set(
        "nucc.tsv",
        {
            "system": "NUCC",
            "edition": "25.1",
            "source": "NUCC Health Care Provider Taxonomy, versions 9.0 to 25.1",
            "rights": "codes and names © American Medical Association for the NUCC; definitions left out",
            "columns": "code, name, last version (empty: still there)",
        },
        _taxonomies,
        TAXONOMY,
    ),
    _Set(
        "modifiers.tsv",
        {
            "system": "MODIFIER",
            "edition": "2026-10",
            "source": "CMS HCPCS modifiers of 2020, and later ones as public lists of 2026-10 have them",
            "rights": f"HCPCS: {_PUBLIC}; CPT: numbers only",
            "columns": "code, level (HCPCS or CPT)",
        },
        _modifiers,
        MODIFIER,
    ),
    _Set(
        "pos.tsv",
        {
            "system": "POS",
            "edition": "2023-09",
            "source": "CMS Place of Service Code Set, September 2023",
            "rights": _PUBLIC,
            "columns": "code, name",
        },
        _places,
        r"[0-9]{2}",
    ),
    _Set(
        "revenue.txt",
        {
            "system": "REVENUE",
            "edition": "2026-08",
            "source": "CMSgov/beneficiary-fhir-data, August 2026",
            "rights": "numbers only; their names are © American Hospital Association (NUBC)",
        },
        _numbers("revenue_code_numbers.csv"),
        r"[0-9]{4}",
    ),
    _Set(
        "tob.txt",
        {
            "system": "TOB",
            "edition": "2026-08",
            "source": "CMSgov/beneficiary-fhir-data, August 2026",
            "rights": "numbers only; their names are © American Hospital Association (NUBC)",
        },
        _numbers("type_of_bill_numbers.csv"),
        r"[0-9]{2}[0-9A-Z]",
    ),
)


def build(folder: Path, target: Path) -> dict[str, int]:
    """Write every data file; return how many entries each has.

    Raises:
        ValueError: an entry does not have the form of its set, or stands twice.
    """
    counts = {}
    for made in _SETS:
        odd = _ODDITIES.get(made.file, {})
        entries = sorted({entry for entry in made.entries(folder) if entry[0] not in odd})
        _check(made, entries)
        head = "".join(f"# {key}: {value}\n" for key, value in made.head.items())
        lines = "".join("\t".join(entry).rstrip("\t") + "\n" for entry in entries)
        (target / made.file).write_text(head + lines, encoding="utf-8", newline="\n")
        counts[made.file] = len(entries)
    return counts


def _check(made: _Set, entries: list[tuple[str, ...]]) -> None:
    seen: set[str] = set()
    for code, *_rest in entries:
        if not re.fullmatch(made.form, code):
            message = f"{made.file}: {code!r} does not have the form of {made.head['system']}"
            raise ValueError(message)
        if code in seen:
            message = f"{made.file}: {code} stands twice, with different words"
            raise ValueError(message)
        seen.add(code)


if __name__ == "__main__":
    for name, count in build(Path(sys.argv[1]), _TARGET).items():
        print(f"{count:7,} {name}")
