"""Cut a text into sections at its headings.

A layout says which headings it knows; a heading stands on a line of its own. A last line that is the
beginning of a heading that the layout expects is that heading, cut off.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from extractors.record.model import Passage, Repair, SectionKind
from extractors.structure.document import Document, Section
from extractors.structure.listing import headed
from extractors.text.folding import fold
from extractors.text.reading_text import Line, Mark, Text

_SIGNS = "#*_ \t\u00a0"
_TELLING: tuple[tuple[SectionKind, re.Pattern[str]], ...] = (
    ("modifiers", re.compile(r"\bmodifiers?\b")),
    ("taxonomies", re.compile(r"\btaxonom")),
    ("diagnoses", re.compile(r"\bdiagnos[ie]s\b|\bicd-10")),
    ("related_codes", re.compile(r"\bcodes\b")),
)
_LONGEST_LABEL = 70  # characters
_LONGEST_HEADING = 160  # characters; longer lines are prose
_SHORTEST_CUT = 5  # characters that a cut-off heading must still show


class Heading(NamedTuple):
    """What a heading opens: the kind of section and its level (1: main); ``cut`` if it breaks off."""

    kind: SectionKind
    level: int
    cut: bool = False


Recognizer = Callable[[Line, Heading | None], Heading | None]


def telling_kind(words: str) -> SectionKind | None:
    """Return the kind of coded list that a heading's words tell, by a telling word.

    >>> telling_kind("Diagnoses that go with it"), telling_kind("Why claims come back")
    ('diagnoses', None)
    """
    return next((kind for kind, pattern in _TELLING if pattern.search(fold(words))), None)


def labelled_block(line: Line) -> Heading | None:
    """Recognise a label that opens a block of coded items: "Associated ICD-10 Diagnoses:"."""
    if not line.text.rstrip("*_ ").endswith(":") or line.end - line.start > _LONGEST_LABEL or line.piped:
        return None
    kind = telling_kind(line.words)
    return Heading(kind, 3) if kind else None


def heading_words(line: Line) -> Passage:
    """Return a heading's words without bullet and Markdown signs; a closing colon is part of them."""
    words = line.words.lstrip(_SIGNS)
    start = line.end - len(words)
    words = words.rstrip(_SIGNS)
    if not words:
        return Passage(text=line.text, span=line.span)
    return Passage(text=words, span=(start, start + len(words)))


def known_headings(headings: Mapping[str, Heading]) -> Recognizer:
    """Return a recognizer for lines that are one of the headings, whatever their case and decoration."""

    def recognize(line: Line, _within: Heading | None) -> Heading | None:
        if line.end - line.start > _LONGEST_HEADING or line.body > line.start or line.piped:
            return None
        return headings.get(line.key)

    return recognize


def cut_heading(line: Line, expected: Mapping[str, Heading]) -> Heading | None:
    """Return the expected heading that the document's last line begins to print, if there is just one."""
    key = fold(line.text).strip("#* ")
    if len(key) < _SHORTEST_CUT or line.closed or line.text[0].islower():
        return None
    fits = {heading for name, heading in expected.items() if name.startswith(key) and name != key}
    return fits.pop()._replace(cut=True) if len(fits) == 1 else None


@dataclass(slots=True)
class _Stretch:
    """A section while its lines are gathered."""

    opened: Heading
    heading: Line | None
    lines: list[Line]
    title: bool = False
    under: Line | None = None


_CHROME = Heading("boilerplate", 1)


def split(text: Text, recognize: Recognizer, head: SectionKind, title: Line | None = None) -> Document:
    """Cut a text into sections, in order and without overlap.

    Args:
        text: the document.
        recognize: tells what a line opens, given the section it stands in; None for a line of a body.
        head: the kind of the stretch before the first heading.
        title: the line that is the page's title, if the layout knows it; a stretch of its own.

    Returns:
        The document, its sections with at least one line each; runs of site chrome are ``boilerplate``.
    """
    stretches: list[_Stretch] = []
    within: Heading | None = None
    under: Line | None = None
    for line in text.lines:
        last = stretches[-1] if stretches else None
        if line.mark is Mark.CHROME:
            if last is None or last.opened is not _CHROME:
                stretches.append(_Stretch(_CHROME, None, []))
            stretches[-1].lines.append(line)
        elif line is title:
            stretches.append(_Stretch(within or Heading(head, 1), None, [line], title=True))
        elif opened := recognize(line, within):
            within, under = opened, line
            stretches.append(_Stretch(opened, line, [], under=under))
        else:
            if last is None or last.opened is _CHROME:
                stretches.append(_Stretch(within or Heading(head, 1), None, [], under=under))
            stretches[-1].lines.append(line)
    return Document(text, tuple(map(_section, stretches)))


def _section(stretch: _Stretch) -> Section:
    return Section(
        kind=stretch.opened.kind,
        heading=stretch.heading,
        level=stretch.opened.level,
        lines=tuple(stretch.lines),
        cut=stretch.opened.cut,
        title=stretch.title,
        under=stretch.under,
        listing=headed(stretch.opened.kind, stretch.under.text if stretch.under else None),
    )


def unglue(text: Text, headings: Mapping[str, Heading]) -> Text:
    """Part lines in which a heading and the words below it run together: ``Clinical ContextA 68-year-old``.

    A line is parted where a known heading at its start ends in a small letter and a capital follows.
    """
    glued = _glued(tuple(headings))
    lines: list[Line] = []
    notes = list(text.notes)
    for line in text.lines:
        found = None if line.piped or line.mark is Mark.CHROME else glued.match(line.text)
        if found:
            at = line.start + found.end()
            lines.append(Line(line.start, at, found.group(), line.start))
            lines.append(replace(line, start=at, text=line.text[found.end() :], body=at))
            notes.append(
                Repair(
                    kind="heading.run_together",
                    span=line.span,
                    detail="a heading and the words below it share a line",
                )
            )
        else:
            lines.append(line)
    return text if len(lines) == len(text.lines) else replace(text, lines=tuple(lines), notes=tuple(notes))


@lru_cache(maxsize=8)
def _glued(headings: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(map(re.escape, headings))
    return re.compile(rf"(?i:{names})(?<=[a-z]):?(?=[A-Z])(?=.{{12}})")
