"""A code set as a value: which codes exist, by edition. It recognises; it never overwrites what is printed.

A data file opens with ``# key: value`` lines (system, edition, source, rights, columns); an entry a line
follows, in the order of their code points: its code first, tab-separated columns behind it.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.errors import CodeSetError

_HEAD = ("system", "edition", "source", "rights")
_WHOLE = 8  # characters of an ICD-10-CM code with its point and its seventh character


@dataclass(frozen=True, slots=True, eq=False)
class CodeSet:
    """The codes of one system.

    Attributes:
        system: its name, as in the record.
        edition: the edition of its source.
        source: where it comes from.
        rights: who owns what of it.
        entries: an entry a line: the code, and what stands behind it; in order.
    """

    system: str
    edition: str
    source: str
    rights: str
    entries: Sequence[str]

    def __contains__(self, code: str) -> bool:
        return self.entry(code) is not None

    def entry(self, code: str) -> tuple[str, ...] | None:
        """Return the columns behind a code; None where this edition does not have it.

        An ICD-10-CM code with its seventh character has the columns of the code that it extends, which is
        filled up with ``X`` to six characters (guidelines I.A.4 and I.A.5).
        """
        columns = self._columns(code)
        if columns is None and self.system == "ICD-10-CM" and len(code) == _WHOLE and code[3] == ".":
            return self._extended(code)
        return columns

    def _columns(self, code: str) -> tuple[str, ...] | None:
        at = bisect_left(self.entries, code)
        found, *columns = self.entries[at].split("\t") if at < len(self.entries) else ("",)
        return tuple(columns) if code and found == code else None

    def _extended(self, code: str) -> tuple[str, ...] | None:
        """The columns of the code that a seventh character extends, if it can be this one."""
        columns = self._columns(code[:7].rstrip("X").rstrip("."))
        return columns if columns and columns[1:] and code[7] in columns[-1] else None


def parse_code_set(name: str, content: str) -> CodeSet:
    r"""Parse a data file.

    Args:
        name: the file's name, for errors.
        content: its text.

    Raises:
        CodeSetError: its head is not whole, or it holds no entries.

    >>> made = parse_code_set("x", "# system: POS\n# edition: 1\n# source: s\n# rights: r\n11\tOffice\n")
    >>> made.entry("11"), "12" in made
    (('Office',), False)
    """
    lines = content.splitlines()
    heads = [line[2:].partition(": ") for line in lines[: len(_HEAD) + 1] if line.startswith("# ")]
    head = {key: words for key, _colon, words in heads}
    missing = [key for key in _HEAD if key not in head]
    if missing:
        raise CodeSetError(name, f"its head does not say {', '.join(missing)}; make it again")
    if not lines[len(heads) :]:
        raise CodeSetError(name, "it holds no entries; make it again")
    return CodeSet(head["system"], head["edition"], head["source"], head["rights"], lines[len(heads) :])
