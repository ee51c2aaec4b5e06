"""What this installation reads with: digests of the core that decide whether to read again, and the schema.

Nobody has to raise a number for a document to be read again: whatever the core does follows from its code,
its data files and the libraries below it, and what they are is found out here.
"""

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import CodeType
from typing import NamedTuple

from extractors import SCHEMA_VERSION, record_schema

#: What records follow from besides the core; pdfminer.six finds the letters that pdfplumber tells of.
_LIBRARIES = ("beautifulsoup4", "lxml", "spacy", "pdfplumber", "pdfminer.six", "python-docx", "pydantic")


class Versions(NamedTuple):
    """Everything besides a document's bytes and name that its record follows from.

    Attributes:
        code: a digest of what the modules of the core do; comments, the words of docstrings and the
            numbers of lines are no part of it. It is another one under another Python, whose regular
            expressions and classes of characters may be others too.
        libraries: the names and versions of the libraries that the core stands on.
        data: a digest of the files that the core ships beside its modules, such as vocabularies.
        schema: the version of the schema of records.
        encoding: of documents that are not UTF-8 and declare none, as people say; empty where nobody does.
    """

    code: str
    libraries: str
    data: str
    schema: str
    encoding: str = ""


@cache
def current_versions() -> Versions:
    """Return the versions of this installation; takes a tenth of a second, once a process."""
    code, data = core_digests(files("extractors"))
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return Versions(code=code, libraries=libraries, data=data, schema=SCHEMA_VERSION)


def core_digests(package: Traversable) -> tuple[str, str]:
    """Return the digests of the code and of the data files of a package."""
    code, data = hashlib.sha256(), hashlib.sha256()
    for name, file in _below(package, ""):
        content = file.read_bytes()
        if name.endswith(".py"):
            # Optimized as far as it goes, code holds no docstring. A tree would take three times as long.
            compiled = compile(content, name, "exec", dont_inherit=True, optimize=2)
            code.update(repr((name, _instructions(compiled))).encode())
        else:
            data.update(repr((name, hashlib.sha256(content).digest())).encode())
    return code.hexdigest()[:16], data.hexdigest()[:16]


def schema_file() -> bytes:
    """Return the JSON Schema of a record as the bytes of its file."""
    return json.dumps(record_schema(), indent=2, ensure_ascii=False).encode() + b"\n"


def _below(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    """Yield the files of a package by their paths, in order."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.startswith(".") or entry.name == "__pycache__":
            continue
        if entry.is_dir():
            yield from _below(entry, f"{path}{entry.name}/")
        else:
            yield path + entry.name, entry


def _instructions(value: object) -> object:
    """Return a constant as values whose ``repr`` is always the same; of code all but where its lines are."""
    if isinstance(value, CodeType):
        # Python 3.13 keeps the number of a class's first line as a constant of its body.
        line = value.co_firstlineno if "__firstlineno__" in value.co_names else None
        constants = [None if constant == line else _instructions(constant) for constant in value.co_consts]
        return (
            (value.co_name, value.co_flags, value.co_code, value.co_exceptiontable, constants),
            (value.co_argcount, value.co_posonlyargcount, value.co_kwonlyargcount),
            (value.co_names, value.co_varnames, value.co_freevars, value.co_cellvars),
        )
    if isinstance(value, frozenset):
        return ("frozenset", sorted(map(repr, value)))
    if isinstance(value, tuple):
        return tuple(map(_instructions, value))
    return value
