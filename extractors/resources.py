"""The data files that are shipped with the core. The one module that reads anything, at first need, once."""

from functools import cache
from importlib.resources import files

from extractors.code_sets.code_set import CodeSet, parse_code_set
from extractors.vocabulary.vocabulary import FILES, Vocabulary, parse_vocabulary


@cache
def shipped_vocabulary() -> Vocabulary:
    """Return the vocabularies of the package.

    Raises:
        VocabularyError: a file is missing or malformed.
    """
    folder = files("extractors.vocabulary") / "data"
    found = {entry.name: entry for entry in folder.iterdir()}
    return parse_vocabulary({name: found[name].read_text("utf-8") for name in FILES if name in found})


#: The data file of each code set, by system.
CODE_SETS = {
    "CPT": "cpt.txt",
    "HCPCS": "hcpcs.tsv",
    "ICD-10-CM": "icd10cm.tsv",
    "NUCC": "nucc.tsv",
    "MODIFIER": "modifiers.tsv",
    "POS": "pos.tsv",
    "REVENUE": "revenue.txt",
    "TOB": "tob.txt",
}


@cache
def code_set(system: str) -> CodeSet:
    """Return the codes of a system, as the package knows them.

    Raises:
        CodeSetError: its file is malformed.
        KeyError: the package has no set of this system.
    """
    name = CODE_SETS[system]
    return parse_code_set(name, (files("extractors.code_sets") / "data" / name).read_text("utf-8"))
