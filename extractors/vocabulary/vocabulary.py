"""Vocabularies as values, parsed from the text of their files; the caller reads the files.

One file a vocabulary, ``#`` for comments, one entry a line, tab-separated where it has columns.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import get_args

from extractors.errors import VocabularyError
from extractors.record.model import MentionLabel, SectionKind
from extractors.text.folding import fold

MENTION_FILES: tuple[MentionLabel, ...] = (
    "condition",
    "procedure",
    "anesthesia",
    "imaging",
    "substance",
    "anatomy",
    "device",
    "role",
)
FILES = (
    "EDITION",
    "headings.tsv",
    "modifiers.txt",
    "payers.tsv",
    "place_nouns.txt",
    "places.tsv",
    *(f"{label}.txt" for label in MENTION_FILES),
)
POS_EDITION = "2023-09"  # CMS place-of-service code set, the edition that places.tsv was made from


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """All vocabularies.

    Attributes:
        edition: the edition of the vocabularies as people name it.
        digest: SHA-256 over all files; changes when any of them does.
        mentions: phrases by label; a phrase with a capital letter is matched to the letter.
        payers: payer id by folded name.
        payer_name: finds a payer's name, the longest first.
        places: place-of-service numbers by folded name of a place; empty for rooms and ambiguous names.
        place_nouns: the nouns a place's name can end in, folded.
        modifiers: every known modifier code.
        headings: section kind by folded heading.
    """

    edition: str
    digest: str
    mentions: Mapping[MentionLabel, tuple[str, ...]]
    payers: Mapping[str, str]
    payer_name: re.Pattern[str]
    places: Mapping[str, tuple[str, ...]]
    place_nouns: frozenset[str]
    modifiers: frozenset[str]
    headings: Mapping[str, SectionKind]


def parse_vocabulary(files: Mapping[str, str]) -> Vocabulary:
    """Parse the vocabularies.

    Args:
        files: the text of each file in ``FILES``, by name.

    Raises:
        VocabularyError: a file is missing, or a line does not hold what its format asks for.
    """
    for name in FILES:
        if name not in files:
            raise VocabularyError(name, 0, "the vocabulary file is missing; install code-articles again")
    payers = {fold(name): payer for payer, name in _pairs("payers.tsv", files)}
    kinds = frozenset(get_args(SectionKind))
    headings: dict[str, SectionKind] = {}
    for number, kind, heading in _rows("headings.tsv", files):
        if kind not in kinds:
            raise VocabularyError("headings.tsv", number, f"{kind!r} is no kind of section")
        headings[fold(heading)] = kind  # type: ignore[assignment]
    digest = hashlib.sha256("\0".join(f"{name}\0{files[name]}" for name in FILES).encode())
    return Vocabulary(
        edition=files["EDITION"].strip(),
        digest=digest.hexdigest(),
        mentions={label: tuple(_entries(files[f"{label}.txt"])) for label in MENTION_FILES},
        payers=payers,
        payer_name=_names(payers),
        places={fold(name): _pos(codes) for name, codes in _pairs("places.tsv", files)},
        place_nouns=frozenset(map(fold, _entries(files["place_nouns.txt"]))),
        modifiers=frozenset(_entries(files["modifiers.txt"])),
        headings=headings,
    )


def _entries(content: str) -> Iterator[str]:
    return (line.rstrip() for line in content.splitlines() if line.strip() and not line.startswith("#"))


def _rows(name: str, files: Mapping[str, str]) -> Iterator[tuple[int, str, str]]:
    """The number and the two columns of each line that is no comment."""
    for number, line in enumerate(files[name].splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            left, tab, right = line.partition("\t")
            if not tab or not left.strip():
                raise VocabularyError(name, number, "two columns joined by a tab are expected")
            yield number, left.strip(), right.strip()


def _pairs(name: str, files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((left, right) for _, left, right in _rows(name, files))


def _pos(codes: str) -> tuple[str, ...]:
    return tuple(code.strip() for code in codes.split(",") if code.strip())


def _spaced(name: str) -> str:
    return re.escape(name).replace(r"\ ", r"\s+")


def _names(names: Mapping[str, str]) -> re.Pattern[str]:
    """Find any of the names, the longest first; grouped by first letter, so that few are tried."""
    ordered = sorted(names, key=lambda name: (name[0], -len(name), name))
    groups = (
        re.escape(letter) + "(?:" + "|".join(_spaced(name[1:]) for name in group) + ")"
        for letter, group in groupby(ordered, key=itemgetter(0))
    )
    return re.compile(r"(?<![\w-])(?:" + "|".join(groups) + r")(?![\w-])", re.IGNORECASE)
