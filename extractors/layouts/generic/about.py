"""The code that a page of no known layout is about: by identity, never the first that its prose names.

A title or heading with one code, a label, a sentence of identity ("E0601 is the HCPCS code for …") each speak
for a code. A page whose title has several codes, or for several of whose codes as much speaks, is about none.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from extractors.code_sets.forms import procedure_system
from extractors.ledger.plain import Plain, plain
from extractors.ledger.prints import Print, prints
from extractors.record.model import Code, CodeSystem, SectionKind
from extractors.record.readings import Fact
from extractors.resources import code_set
from extractors.structure.document import Document, Section
from extractors.structure.labels import labelled
from extractors.structure.printed_codes import coded_label
from extractors.text.folding import fold
from extractors.text.reading_text import Line
from extractors.vocabulary.vocabulary import Vocabulary

_SYSTEMS: dict[str, CodeSystem] = {
    "CPT": "CPT",
    "HCPCS": "HCPCS",
    "CDT": "CDT",
    "ICD-10-CM": "ICD-10-CM",
    "ICD-10-PCS": "ICD-10-PCS",
    "MS-DRG": "MS-DRG",
    "REVENUE": "REVENUE",
}
_NAMES = (
    *("code", "billing code", "procedure code", "cpt code", "hcpcs code", "cpt/hcpcs code", "icd-10 code"),
    *("icd-10-cm code", "cpt", "hcpcs", "icd-10", "icd-10-cm", "code value", "code number", "cdt code"),
    *("diagnosis code", "revenue code", "drg", "ms-drg", "hcpcs level ii code", "cpt®", "cpt® code"),
)
_LABELS = dict.fromkeys(_NAMES, "code")
_BARE = re.compile(r"(?<![\w.$-])(?:[0-9]{4}[0-9AFMTU]|[A-V][0-9]{4})(?![\w]|[.,][0-9])")
_CELL = re.compile(
    r"(?:^|[|\t\n])[ *_]{0,4}(?P<label>[^|\t\n]{2,40}?)[ *_:]{0,4}[|\t][ *_]{0,4}"
    r"(?:(?:CPT|HCPCS|CDT|ICD-10(?:-CM)?)®?\s)?$"
)
_SYSTEM = re.compile(
    r"\W{0,6}(?:CPT|HCPCS|CDT|ICD-10(?:-CM)?|MS-DRG|Revenue)®?\W{1,3}(?:code\W{1,3})?", re.IGNORECASE
)
_IS_ONE = re.compile(r"\sis\s(?:the|an?)\s")
_REST = re.compile(r"[^\w\n]{0,40}\w")  # something behind a code on its line
_IS = re.compile(
    r"[®\"”]?\s(?:is|was)\s(?:the|an?)\s(?:[\w®/-]{1,20}\s){0,6}code\b|"
    r"[®\"”]?\s(?:\([^()]{1,80}\)\s)?(?:is\sused\sto\s(?:report|bill|describe)|describes|represents|refers\sto|stands\sfor|"
    r"denotes|identifies|covers\sthe)\b"
)
_LEADS = re.compile(
    r"(?:\bwhat\s(?:is|does)\s(?:the\s)?(?:[\w®/-]{1,12}\s){0,3}|^\W{0,3}report\s(?:[\w®/-]{1,12}\s){0,2}|"
    r"\b(?:guide|page|article|blog|post|look|overview)\s(?:[a-z]{1,12}\s){0,3}(?:of|on|to|at|for)\s"
    r"(?:[a-z®/-]{1,12}\s){0,4}|\babout\s(?:[\w®/-]{1,12}\s){0,3}|\bcodes?/)$",
    re.IGNORECASE,
)
_APART: frozenset[SectionKind] = frozenset({"boilerplate", "revision_history", "references"})
_LISTS: frozenset[SectionKind] = frozenset({"diagnoses", "modifiers", "related_codes", "taxonomies", "codes"})
_LABELLED, _HEADED, _IDENTIFIED = 6, 3, 1
_NEAR = 60  # characters before a code in which its lead stands


def about(document: Document, _vocabulary: Vocabulary) -> Iterator[Fact]:
    """Yield the code that the page is about; nothing for a page about none, or about several."""
    found = plain(document.source)
    every = {each.value[0]: each for each in prints(found.words) if each.system in _SYSTEMS and not each.last}
    for line in _heads(document):
        every.update((each.value[0], each) for each in _bare(line, found))
    titled = _codes(_title(document), every, found)
    if len(titled) > 1:
        return
    votes, first = _votes(document, every, found)
    for code in _labelled(document):
        votes[code.value or ""] += _LABELLED
        first.setdefault(code.value or "", code)
    ranked = votes.most_common(2)
    if ranked and (len(ranked) == 1 or ranked[0][1] > ranked[1][1]):
        code = first[ranked[0][0]]
        yield Fact("code", code, code.span)


def _votes(document: Document, every: dict[int, Print], found: Plain) -> tuple[Counter[str], dict[str, Code]]:
    """How much speaks for each code, and where it first stands."""
    votes: Counter[str] = Counter()
    first: dict[str, Code] = {}
    spoken = {line.start: line for line in _heads(document)}
    listed = [section.span for section in document.sections if section.kind in _APART | _LISTS]
    for start in sorted(every):
        code = _code(every[start], found)
        first.setdefault(code.value or "", code)
        at = code.span[0]
        if any(line.start <= at < line.end for line in spoken.values()):
            votes[code.value or ""] += _HEADED
        elif not any(left <= at < right for left, right in listed):
            votes[code.value or ""] += _weight(every[start], found.words)
    return +votes, first


def _weight(each: Print, words: str) -> int:
    """How much what stands around a code on its line speaks for it."""
    start, end = each.value
    line = words.rfind("\n", 0, start) + 1
    cell = _CELL.search(words, line, start)
    if cell and fold(cell["label"]) in _LABELS:
        return _LABELLED
    if _SYSTEM.fullmatch(words, line, start) and not _REST.match(words, end):
        return _HEADED
    if _SYSTEM.fullmatch(words, line, start) and _IS_ONE.match(words, end):
        return _IDENTIFIED
    before = max(line, start - _NEAR)
    return _IDENTIFIED if _IS.match(words, end) or _LEADS.search(words, before, start) else 0


def _labelled(document: Document) -> Iterator[Code]:
    """Codes behind a label that says "code", also in the cell behind it or on the next line."""
    for section in document.sections:
        for pair in labelled(section, document, _LABELS)[0] if section.kind not in _LISTS else ():
            words = document.source[slice(*pair.value)]
            code = coded_label(document.source[slice(*pair.span)], words, pair.value)
            yield from [code] if code else []


def _title(document: Document) -> Sequence[Line]:
    return [section.lines[0] for section in document.sections if section.title and section.lines][:1]


def _heads(document: Document) -> Sequence[Line]:
    """The title and the headings."""
    headings = [section.heading for section in document.sections if _is_head(section)]
    return [*_title(document), *(line for line in headings if line)]


def _is_head(section: Section) -> bool:
    return section.kind != "boilerplate" and section.heading is not None


def _codes(lines: Sequence[Line], every: dict[int, Print], found: Plain) -> set[str]:
    inside = [(found.to(line.start), found.to(line.end)) for line in lines]
    return {
        found.words[slice(*each.value)]
        for start, each in every.items()
        if any(left <= start < right for left, right in inside)
    }


def _bare(line: Line, found: Plain) -> Iterator[Print]:
    """Known codes in a title or heading without a word that says so: "27447 Total knee replacement"."""
    for one in _BARE.finditer(found.words, found.to(line.start), found.to(line.end)):
        if any(one.group() in code_set(system) for system in ("CPT", "HCPCS")):
            yield Print(procedure_system(one.group()), one.span(), None)


def _code(each: Print, found: Plain) -> Code:
    value = found.words[slice(*each.value)]
    return Code(system=_SYSTEMS[each.system], value=value, span=found.span(*each.value))
