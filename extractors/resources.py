"""The data files that are shipped with the core. The one module that reads anything, at first need, once."""

from functools import cache
from importlib.resources import files

from extractors.vocabulary.vocabulary import FILES, Rules, parse_rules


@cache
def shipped_vocabulary() -> Rules:
    """Return the vocabularies of the package.

    Raises:
        RulesError: a file is missing or malformed.
    """
    folder = files("extractors.vocabulary") / "data"
    found = {entry.name: entry for entry in folder.iterdir()}
    return parse_rules({name: found[name].read_text("utf-8") for name in FILES if name in found})
