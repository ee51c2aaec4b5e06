"""Sections of a payer policy: its headings by their words, and what each coding section lists."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from extractors.code_lists.codes import At, codes, opens
from extractors.layouts.payer_policy.heads import banners, policy_title
from extractors.readers.policy.facts import DATE_LABELS, NUMBER_LABELS, TYPE_LABELS
from extractors.readers.policy.positions import headed, stated_positions
from extractors.record.model import SectionKind
from extractors.structure.document import Document, Section
from extractors.structure.listing import (
    SYSTEM,
    Listing,
    coverage_label,
    listing,
    merged,
    names_columns,
    system_alone,
)
from extractors.structure.sections import Heading, cut_heading, split
from extractors.structure.tables import cells_of
from extractors.text.folding import fold, heading_key
from extractors.text.reading_text import Line, Mark, Text
from extractors.vocabulary.vocabulary import Vocabulary

_CODING: frozenset[SectionKind] = frozenset({"codes", "diagnoses", "modifiers"})
#: Kinds that section names have on other pages, and what they are in a policy.
_KINDS: Mapping[SectionKind, SectionKind] = {
    "indications": "guidance",
    "related_codes": "codes",
    "coding_specifications": "codes",
    "taxonomies": "other",
}
_LABELS = frozenset({*DATE_LABELS, *NUMBER_LABELS, *TYPE_LABELS} - {"policy"})
_OPENS = re.compile(
    r"(?:the following |other |applicable |covered |non-?covered |not covered |additional |related |"
    r"relevant |associated |excluded |investigational |experimental |unproven |billing |list of |group \d+ |"
    r"table \d+ |"
    r"eligible |payable |medically necessary |not medically necessary |all other ){0,3}"
    r"(?:cpt|hcpcs|cdt|icd|codes?\b|coding\b|modifiers?\b|revenue|procedure codes?|diagnos[ei]s codes?|"
    r"diagnostic codes?|diagnos[ei]s\b|level ii)"
)
_WHEN = re.compile(r"(?:when|services|indications) .{3,80}(?:covered|medically necessary)")
_NUMBERED = re.compile(
    r"(?:(?:[IVX]{1,5}|\d{1,2}|[A-Z])[.)]|\d{1,2}\.\d{1,2}\.?|(?:Section|Attachment|Appendix)\s[A-Z0-9]{1,3}[:.])"
    r"\s{1,8}(?=[A-Z])"
)
_RELATED = re.compile(r"related .{0,40}(?:policies|documents|guidelines)")
_DESCRIPTION = re.compile(r"description of (?:the )?(?:procedure|service|item)s?\b")
_SHORT = re.compile(r"[A-Z][A-Za-z'’-]{1,20}(?: [A-Za-z'’-]{1,20}){0,4}")
_SENTENCE = 40  # characters; shorter lines below words are no prose
_ARGUED: frozenset[SectionKind] = frozenset({"guidance", "overview"})
_DEEPEST = 3  # level of a heading that only its form shows
_CONTENTS = frozenset({"table of contents", "contents"})
_LEADER = re.compile(r"(?<![ .])[ .]{2,}+\d{0,3}$")
_LONGEST_POSITION = 9  # words of a heading that names a position
_LONGEST = 160  # characters of a heading
_EXPECTED = tuple(
    f"{system} codes {told}"
    for system in ("CPT", "HCPCS", "ICD-10")
    for told in ("covered if selection criteria are met", "not covered for indications listed")
)


def policy_outline(text: Text, vocabulary: Vocabulary, headings: Mapping[str, Heading]) -> Document:
    """Cut a policy into sections; those that list codes say what.

    Args:
        text: the document.
        vocabulary: for section names in general use.
        headings: the names that payer policies use, folded; they go before those of ``vocabulary``.
    """
    title = policy_title(text, vocabulary)
    lines = text.body_lines()
    apart = _header_cells(lines) | banners(lines, vocabulary) | _contents(lines)
    last = lines[-1] if lines else None
    names = _Names(headings, vocabulary)
    formed = _formed(lines, text.text)

    def recognize(line: Line, within: Heading | None) -> Heading | None:
        if line.start in apart:
            return None
        cut = _cut(line, vocabulary, headings) if line is last and _may_be_cut(line) else None
        return cut or _heading(line, within, names) or _by_form(line, within, formed)

    document = split(text, recognize, "document_info", title)
    sections = tuple(_told([_indications(one, vocabulary) for one in document.sections]))
    listed = any(_lists_procedures(one, document, vocabulary) for one in sections if one.kind in _CODING)
    unlisted: Literal["items", "mentions"] = "items" if listed else "mentions"
    return replace(document, sections=sections, procedures="procedures", unlisted=unlisted)


def _cut(line: Line, vocabulary: Vocabulary, headings: Mapping[str, Heading]) -> Heading | None:
    """The heading that the document's last line begins to print."""
    named = {name: Heading(_KINDS.get(kind, kind), 1) for name, kind in vocabulary.headings.items()}
    lists = {fold(words): Heading("codes", 2) for words in _EXPECTED}
    return cut_heading(line, {**named, **headings, **lists})


def _may_be_cut(line: Line) -> bool:
    return not line.piped and not system_alone(line.text)


def _header_cells(lines: Sequence[Line]) -> frozenset[int]:
    """Lines that are cells of a table's header, one below the other: ``CPT Code``, ``Description``."""
    named = [not line.piped and names_columns(line.text) for line in lines]
    described = [
        bool(re.match(r"(?:code |long |short )?descri|definition$", fold(line.text))) for line in lines
    ]
    return frozenset(
        line.start
        for index, line in enumerate(lines)
        if named[index]
        and (
            described[index]
            or (
                any(described[index + 1 : index + 3])
                and all(named[index : index + 2])
                and not _is_plural(line)
            )
        )
        and any(named[max(0, index - 1) : index] + named[index + 1 : index + 2])
    )


def _contents(lines: Sequence[Line]) -> frozenset[int]:
    """The lines of a table of contents: until a gap, a sentence, or the first of them again."""
    opens = next((i for i, line in enumerate(lines) if fold(line.text).rstrip(":") in _CONTENTS), None)
    if opens is None:
        return frozenset()
    listed = lines[opens + 1 : opens + 80]
    keys = [_LEADER.sub("", fold(line.text)) for line in listed]
    stop = next(
        (
            i
            for i, line in enumerate(listed)
            if i > 0 and (keys[i] == keys[0] or line.start - listed[i - 1].end > 1 or line.text.endswith("."))
        ),
        len(listed),
    )
    return frozenset(line.start for line in listed[:stop])


def _is_plural(line: Line) -> bool:
    return fold(line.text).rstrip(":").endswith("codes")


class _Names(NamedTuple):
    """The names of sections: those of payer policies, and those in general use."""

    headings: Mapping[str, Heading]
    vocabulary: Vocabulary


def _heading(line: Line, within: Heading | None, names: _Names) -> Heading | None:
    words = line.text.rstrip(" |") if line.text.endswith("|") and line.text.count("|") == 1 else line.text
    numbered = _NUMBERED.match(words)
    if not _may_be_heading(line, words) or (line.bulleted and not numbered):
        return None
    marked = line.mark is Mark.HEADING
    words = words[numbered.end() :] if numbered else words
    if {heading_key(words), fold(words).rstrip(": ")} & _LABELS and not marked:
        return None
    found = None
    if numbered or marked or not words.endswith((".", ",", ";")):
        found = _by_words(words, within, names)
    if not marked:
        return found
    if line.level > 1 and not found:
        found = Heading(within.kind if within and within.level < line.level else "other", line.level)
    return found._replace(level=line.level) if found else None


def _formed(lines: Sequence[Line], source: str) -> Mapping[int, Line]:
    """Lines that only their form shows to be headings, and the first line below each.

    A few words without a sign at their end, after a gap, with a sentence right below.
    """
    return {
        line.start: below
        for above, line, below in zip(lines, lines[1:], lines[2:], strict=False)
        if source.count("\n", above.end, line.start) > 1 == source.count("\n", line.end, below.start)
        and below.text.endswith(".")
        and len(below.text) > _SENTENCE
        and _SHORT.fullmatch(line.text)
        and line.mark is below.mark is Mark.TEXT
        and not (line.bulleted or below.bulleted or below.piped)
    }


def _by_form(line: Line, within: Heading | None, formed: Mapping[int, Line]) -> Heading | None:
    below = formed.get(line.start)
    if below is None or listing(line.text) or names_columns(line.text) or fold(line.text) in _LABELS:
        return None
    if within and within.kind in _ARGUED:
        return Heading(within.kind, within.level + 1 if within.level < _DEEPEST else within.level)
    return Heading("guidance" if any(True for _ in stated_positions(below.text)) else "other", 1)


def _may_be_heading(line: Line, words: str) -> bool:
    plain = not (line.cells or "|" in words or "\t" in words or line.lone_bullet)
    return plain and len(words) <= _LONGEST and bool(re.search(r"[A-Za-z]{2}", words))


def _by_words(words: str, within: Heading | None, names: _Names) -> Heading | None:
    """A heading by its words; in a list of codes the names of columns and systems are none."""
    key = heading_key(words)
    listed = within is not None and within.kind in _CODING
    if listed and (system_alone(words) or names_columns(words)) and not _names_codes(words):
        return None
    if not (words[:1].isupper() or words[:1] in "*#_"):
        return None
    told = _coding(words, key, names.vocabulary) or (coverage_label(words) if listed else None)
    if told and (listed or key not in names.headings):
        return _list_heading(told)
    return names.headings.get(key) or _position(words, key) or _named(key, names)


def _list_heading(told: Listing) -> Heading:
    kind: SectionKind = "codes"
    if told.kind == "modifiers" or (told.kind == "diagnoses" and told.coverage != "not_covered"):
        kind = told.kind
    return Heading(kind, 3 if told.kind != "any" else 2 if told.coverage else 1)


def _position(words: str, key: str) -> Heading | None:
    short = len(key.split()) <= _LONGEST_POSITION and not any(True for _ in stated_positions(words))
    return Heading("guidance", 2) if (short and headed(words)) or _WHEN.fullmatch(key) else None


def _named(key: str, names: _Names) -> Heading | None:
    if _RELATED.fullmatch(key):
        return Heading("references", 1)
    if _DESCRIPTION.match(key):
        return Heading("overview", 1)
    kind = names.vocabulary.headings.get(key)
    return Heading(_KINDS.get(kind, kind), 1) if kind else None


def _names_codes(words: str) -> bool:
    plural = re.search(r"\bcodes\b|^modifiers\W*$", fold(words))
    return bool(plural) and listing(words) != Listing("any")


def _coding(words: str, key: str, vocabulary: Vocabulary) -> Listing | None:
    """What a heading lists; None where it is no heading of a list of codes."""
    told = listing(words)
    opens = _OPENS.match(key)
    if told is None or told.kind == "other" or _holds_code(words, vocabulary):
        return told if told and told.kind == "other" and opens and len(key.split()) < 7 else None
    count = len(key.split())
    colon = words.rstrip("*_ ").endswith(":")
    if opens:
        return told if colon or count <= 5 or (count <= 16 and told.coverage) else None
    speaks = re.search(r"\bcodes\b|\bmodifiers\b", key)
    return told if speaks and ((colon and count <= 14) or count <= 5) else None


def _holds_code(words: str, vocabulary: Vocabulary) -> bool:
    at = At(words, vocabulary)
    return any(codes(words, (0, len(words)), "any", at)) or any(
        opens(words, found.end(), told.kind, at)
        for found in SYSTEM.finditer(words)
        if (told := listing(found.group()))
    )


def _told(sections: Iterable[Section]) -> Iterator[Section]:
    """The sections, each with what its codes are. A heading without a system speaks for those below it."""
    above: Listing | None = None
    for section in sections:
        under: Listing | None = None
        if section.kind in _CODING:
            own = _own(section.heading) if section.heading else None
            above = own if own and own.kind == "any" else above
            under = merged(merged(Listing("any"), above), own)
        elif section.kind != "boilerplate":
            above = None
        yield replace(section, heading=_without_pipe(section), listing=under)


def _indications(section: Section, vocabulary: Vocabulary) -> Section:
    """A section of guidance that only lists indications, and states no position, is one of indications."""
    heading = section.heading
    if section.kind != "guidance" or heading is None or section.heading is not section.under:
        return section
    listed = vocabulary.headings.get(heading.key) == "indications"
    items = [line for line in section.lines if line.bulleted]
    argued = headed(heading.text) or any(True for line in section.lines for _ in stated_positions(line.text))
    return replace(section, kind="indications") if listed and items and not argued else section


def _own(heading: Line) -> Listing | None:
    return listing(heading.text) or coverage_label(heading.text)


def _without_pipe(section: Section) -> Line | None:
    """The heading without the pipe that scraping left behind it."""
    line = section.heading
    if line is None or not section.lines or not line.text.endswith("|"):
        return line
    words = line.text.rstrip(" |")
    return replace(line, text=words, end=line.start + len(words))


def _lists_procedures(section: Section, document: Document, vocabulary: Vocabulary) -> bool:
    return any(
        group.kind == "procedures"
        for line in section.lines
        for cell in cells_of(line)[:2]
        for group in codes(document.source, cell, "any", At(document.source, vocabulary))
    )
