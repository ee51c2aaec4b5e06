"""The data files that are shipped with the core. The one module that reads anything, at first need, once."""

from functools import cache
from importlib.resources import files

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
