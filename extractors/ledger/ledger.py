"""The ledger of codes: every code that the page prints is in a field of the record, or here with its role."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from extractors.ledger.places import places
from extractors.ledger.plain import Plain, plain
from extractors.ledger.prints import Print, Token, prints, short_tokens, tokens
from extractors.ledger.roles import is_struck, role
from extractors.record.findings import finding
from extractors.record.model import CodeRole, Finding, OtherCode, PrintedSystem, Repair, Span
from extractors.record.readings import Fact, Gap, Reading
from extractors.structure.document import Document, Section
from extractors.text.reading_text import Line

#: The field that a listed code of a system belongs in; None: the document's list of procedures.
_FIELDS: Mapping[PrintedSystem, str | None] = {
    "CPT": None,
    "HCPCS": None,
    "CDT": None,
    "ICD-10-PCS": None,
    "MS-DRG": None,
    "ICD-10-CM": "diagnoses",
    "NUCC": "taxonomies",
    "REVENUE": "revenue_codes",
    "TOB": "bill_types",
    "MODIFIER": "modifiers",
}


_APART = 12  # characters between two codes that stand in no list together
_PROCEDURE = 5  # characters of a CPT code


class HeldCodes(NamedTuple):
    """The codes that the fields of a record hold, as `key` compares them: modifiers, and all others."""

    modifiers: frozenset[str]
    others: frozenset[str]

    @property
    def procedures(self) -> bool:
        """Whether they hold a procedure code."""
        return any(len(code) == _PROCEDURE and code[:4].isdigit() for code in self.others)

    def hold(self, code: OtherCode) -> bool:
        """Whether they hold a code, and the end of its range."""
        codes = self.modifiers if code.system == "MODIFIER" else self.others
        return all(key(each) in codes for each in (code.value, code.last) if each)


def key(code: str) -> str:
    """Return a code as two prints of it are compared: without point, in capitals.

    >>> key("m54.50")
    'M5450'
    """
    return code.replace(".", "").upper()


def ledger(document: Document, held: HeldCodes, repairs: Sequence[Reading]) -> Iterator[Reading]:
    """Account for the printed codes that no field holds.

    Args:
        document: what was read.
        held: the codes that fields hold.
        repairs: readings; the repairs among them say which words are struck out.

    Yields:
        Each such code, once for each place. Where no reader took a code that stands in a list, a table or a
        label, the field that it belongs in has a gap, and a finding points there.
    """
    found = plain(document.source)
    shelves = _Shelves(document)
    struck = tuple(one.span for one in repairs if isinstance(one, Repair) and one.kind == "text.struck")
    left: dict[tuple[str, int], list[OtherCode]] = {}
    for each, in_place in _all(document, found, held):
        code = _other(each, found)
        if held.hold(code):
            continue
        line, section = shelves.at(code.span[0])
        if line is None:
            continue
        told: CodeRole = (
            "struck"
            if is_struck(code.span, struck)
            else role(code.span[0], section, line, document.source, listed=in_place)
        )
        code = code.model_copy(update={"role": told})
        yield Fact("other_codes", code, code.span)
        if told == "unassigned":
            field = _FIELDS[code.system] or document.procedures
            left.setdefault((field, section.span[0] if section else 0), []).append(code)
    for (field, _), codes in left.items():
        yield Gap(field, "unparsed", (codes[0].span[0], codes[-1].span[1]))
        yield _unassigned(field, codes)


def _unassigned(field: str, codes: Sequence[OtherCode]) -> Finding:
    span = (codes[0].span[0], codes[-1].span[1])
    names = ", ".join(code.value for code in codes[:8]) + (", …" if len(codes) > 8 else "")
    message = f"{len(codes)} printed where codes stand, and taken by no reader: {names}"
    return finding("code.unassigned", message, field=field, span=span)


class _Shelves:
    """Which line and section an offset lies in."""

    def __init__(self, document: Document) -> None:
        self._lines = document.text.lines
        self._sections = document.sections

    def at(self, offset: int) -> tuple[Line | None, Section | None]:
        row = bisect_right(self._lines, offset, key=lambda line: line.start) - 1
        part = bisect_right(self._sections, offset, key=lambda section: section.span[0]) - 1
        section = self._sections[part] if part >= 0 and offset < self._sections[part].end else None
        return (self._lines[row] if row >= 0 else None), section


def _all(document: Document, found: Plain, held: HeldCodes) -> Iterator[tuple[Print, bool]]:
    """The prints of codes that may not be held, in text order, and whether each stands where codes stand.

    A section whose codes are all held is not looked at again.
    """
    words = found.words
    among = _leading(tokens(words), held.modifiers | held.others)
    left = [token.start for token in among]
    spots = [
        place
        for section in document.sections
        if _is_open(section, found, left, held)
        for place in places(section, found)
    ]
    if not (left or spots):
        return
    spots.sort(key=lambda place: place.start)
    starts = [place.start for place in spots]
    every = {each.value[0]: each for place in spots for each in place.prints}
    for each in prints(words, among):
        every.setdefault(each.value[0], each)
    sure = any(each.system == "CPT" and each.sure for each in every.values()) or held.procedures
    end = 0
    for start in sorted(every):
        each = every[start]
        if start < end or not (sure or each.sure):
            continue
        at = bisect_right(starts, start) - 1
        yield each, at >= 0 and start < spots[at].end
        end = each.end


def _leading(every: Sequence[Token], taken: Set[str]) -> list[Token]:
    """The tokens that are no held code, and the held ones right before them: a list may begin there."""
    kept: list[Token] = []
    for token in reversed(every):
        if key(token.text) not in taken or (kept and kept[-1].start - token.end < _APART):
            kept.append(token)
    return kept[::-1]


def _is_open(section: Section, found: Plain, left: Sequence[int], held: HeldCodes) -> bool:
    """Whether a section has what may be a code that no field holds, or a modifier where it speaks of them."""
    start, end = found.to(section.span[0]), found.to(section.end)
    at = bisect_right(left, start - 1)
    if at < len(left) and left[at] < end:
        return True
    if section.kind != "modifiers" and found.words.find("odif", start, end) < 0:
        return False
    return any(short.group() not in held.modifiers for short in short_tokens(found.words, start, end))


def _other(each: Print, found: Plain) -> OtherCode:
    first = found.span(*each.value)
    last = found.words[slice(*each.last)] if each.last else None
    span: Span = (first[0], found.span(*each.last)[1]) if each.last else first
    value = found.words[slice(*each.value)]
    return OtherCode(system=each.system, value=value, last=last, role="prose", span=span)
