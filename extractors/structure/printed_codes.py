"""Codes that a line or a sentence prints with their system, and the code that an article is about."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from extractors.code_sets.forms import CPT, HCPCS, ICD10CM, procedure_system, system_of
from extractors.record.findings import finding
from extractors.record.model import Code, Passage, Span
from extractors.record.readings import Fact, Reading
from extractors.resources import code_set
from extractors.structure.document import Document, Section
from extractors.text.reading_text import Line, trim

_SYSTEM = (
    r"CPT(?:®|\(R\))?(?:[ -]?4)?|HCPCS(?:®)?(?:\s+Level\s+(?:II|2))?|CDT(?:®)?|ICD-10-CM|ICD-10-PCS|ICD-10|"
    r"MS-DRG|DRG|Rev(?:enue|\.)?"
)
_VALUE = rf"{CPT}|{HCPCS}|{ICD10CM}|[0-9A-Z]{{7}}|[0-9]{{3,4}}"
_MARK = r"(?:\u202f[^\s:|]{1,3})?"  # of a footnote; markup puts a narrow space between it and the word before
_TITLE = re.compile(
    rf"\W*(?P<system>{_SYSTEM})(?:\s++codes?)?(?>\s*+[:#]\s++|\s++)(?P<value>(?-i:{_VALUE}))\b{_MARK}\s*(?:[:|]|[-–—](?=\s)|[-–—])"
    rf"\s*(?P<title>\S.*)?$",
    re.IGNORECASE,
)
_OPENED = re.compile(
    rf"[*# ]{{0,6}}(?P<value>{CPT}|{HCPCS})(?:\s?[:|–—-]\s{{1,3}}|\s{{1,3}})(?P<title>[A-Z].{{2,}})$"
)
_NAMED = re.compile(
    rf"\b(?P<system>{_SYSTEM})(?:\s+Procedure)?(?:\s++codes?)?(?>\s*+[:#]\s++|\s++)(?P<value>{CPT}|{HCPCS})\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    rf"\W*(?P<system>{_SYSTEM})\s++codes?\s*+(?::\s*+)?(?P<value>{_VALUE})?\W*+$", re.IGNORECASE
)
_BARE = re.compile(
    rf"\W*(?:(?P<system>{_SYSTEM})\s+(?:codes?\s+)?)?(?P<value>{CPT}|{HCPCS}|{ICD10CM})(?![\w.-]*\w)",
    re.IGNORECASE,
)
_PARENTHESIS = re.compile(rf"\((?:[^()]{{0,30}}?\s)?(?P<value>{CPT}|{HCPCS})\)")


class Printed(NamedTuple):
    """A code as a line prints it: the value may be missing; the title is what follows, if anything."""

    code: Code
    title: Passage | None


def titled_code(line: Line, section_text: str) -> Printed | None:
    """Read a title line such as ``CPT 01941: Anesthesia for …``; the title may be cut off."""
    found = _TITLE.match(line.text)
    if not found or found["system"].islower() or not _fits(found["system"], found["value"]):
        return None
    title = None
    if found["title"]:
        start, end = trim(section_text, line.start + found.start("title"), line.end)
        end = start + len(section_text[start:end].rstrip("*# "))
        title = Passage(text=section_text[start:end], span=(start, end))
    return Printed(_code(found, line.start), title)


def opened_title(line: Line) -> Passage | None:
    """Return the words behind a known procedure code that opens a line: ``27447 Total knee replacement``."""
    found = _OPENED.match(line.words)
    if not found or not any(found["value"] in code_set(system) for system in ("CPT", "HCPCS")):
        return None
    start = line.body + found.start("title")
    words = line.words[found.start("title") :].rstrip("*# ")
    return Passage(text=words, span=(start, start + len(words)))


def is_code(words: str) -> bool:
    """Return whether words are a known procedure code and nothing else."""
    return any(words.strip("*# ") in code_set(system) for system in ("CPT", "HCPCS"))


def _fits(system: str, value: str) -> bool:
    """Whether a value has the form that the printed system asks for."""
    if system.upper().startswith(("CPT", "HCPCS", "CDT")):
        return bool(re.fullmatch(f"{CPT}|{HCPCS}", value, re.IGNORECASE))
    return True


def labelled_code(line: Line) -> Code | None:
    """Read a line that names a kind of code, with it or without: ``CPT4 code``, ``HCPCS code: J1095``."""
    found = _LABEL.match(line.text)
    return _code(found, line.start) if found else None


def named_codes(document: Document, start: int, end: int) -> Iterator[Code]:
    """Find codes that the text names with their system, ``CPT code 01941``."""
    for found in _NAMED.finditer(document.source, start, end):
        yield _code(found, 0)


def bracketed_codes(lines: Iterable[Line]) -> Iterator[Code]:
    """Find procedure codes in brackets, ``… (J1095)``."""
    for line in lines:
        for found in _PARENTHESIS.finditer(line.text):
            value = found["value"].upper()
            start = line.start + found.start("value")
            yield Code(system=procedure_system(value), value=value, span=(start, start + len(value)))


def _code(found: re.Match[str], shift: int) -> Code:
    value = found["value"]
    start, end = found.span("value") if value else found.span("system")
    return Code(system=system_of(found["system"], value), value=value, span=(shift + start, shift + end))


def conflicts(code: Code, section: Section) -> Iterator[Reading]:
    """Report codes of the same text that the article calls its own and that differ from its title's."""
    for line in section.lines:
        found = re.match(rf"(?:{_SYSTEM})\s+code\s+({CPT}|{HCPCS})\b", line.text, re.IGNORECASE)
        if found and code.value and found.group(1) != code.value:
            span = (line.start + found.start(1), line.start + found.end(1))
            message = f"the title says {code.value}, this paragraph {found.group(1)}"
            yield finding("code.conflict", message, field="code", span=span)


def as_facts(printed: Printed) -> Iterator[Fact]:
    """Turn a printed code and its title into facts."""
    yield Fact("code", printed.code, printed.code.span)
    if printed.title:
        yield Fact("title", printed.title, printed.title.span)


def coded_label(label: str, words: str, span: Span) -> Code | None:
    """Read the value of a label such as ``Code: 97110``: a code that may name its system in front.

    The label itself names a system where it does ("HCPCS code"), else the form of the code decides.
    """
    found = _BARE.match(words)
    if not found:
        return None
    value = found["value"]
    named = found["system"] or next(iter(re.findall(_SYSTEM, label, re.IGNORECASE)), None)
    system = system_of(named, value) if named else procedure_system(value)
    start = span[0] + found.start("value")
    return Code(system=system, value=value, span=(start, start + len(value)))
