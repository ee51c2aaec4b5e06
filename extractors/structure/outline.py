"""Title and headings of a page that no layout knows, by their form and by the vocabulary of section names."""

import re
from itertools import pairwise

from extractors.record.model import SectionKind
from extractors.structure.document import Document
from extractors.structure.printed_codes import labelled_code, titled_code
from extractors.structure.sections import Heading, split, telling_kind
from extractors.text.folding import heading_key
from extractors.text.reading_text import Line, Mark, Text
from extractors.vocabulary.vocabulary import Vocabulary

_MARKDOWN = re.compile(r"(#{1,6})\s+\S")
_MAIN = re.compile(r"#\s+\S")
_UNDERLINE = re.compile(r"(?:={3,}|-{3,}|~{3,})$")
_NUMBERED = re.compile(r"\d{1,2}[.)]\s+\S")
_LABEL = re.compile(
    r"(?:code|cpt|hcpcs|icd|revenue|service|site|place|payer|date|author|tags?|title)\b[^:]{0,20}:",
    re.IGNORECASE,
)
# No digit in the first word (a code in a list), no colon but at the end or behind one word ("Question: …?").
_BARE = re.compile(r"(?=[A-Z][^\d\s]*(?:\s|:?$))(?:[^:]*[^.,;!):]:?|\w+: [^:]*\?)")
_LONGEST_HEADING = 90
_LONGEST_BARE = 60  # of a heading that nothing but blank lines around it shows
_LONGEST_TITLE = 160


def outline(text: Text, vocabulary: Vocabulary) -> Document:
    """Cut a text at everything that has the form of a heading; the title is none."""
    title = title_line(text, vocabulary)
    lines = _after_front_matter(text.body_lines())
    levels = {line.start: level for line, level in _underlined(lines, text.text)}
    marked = text.media_type == "text/html" and any(
        line.mark is Mark.HEADING and line.level > 1 for line in lines
    )
    signed = any(_MARKDOWN.match(line.text) for line in lines if not line.cells)
    if text.media_type != "text/html" and not signed:
        levels = {**{line.start: 3 for line in _standing_alone(text)}, **levels}
    inside = {line.start for line in lines}

    def recognize(line: Line, _within: Heading | None) -> Heading | None:
        if line.start not in inside:
            return None
        level = _level(line, vocabulary, by_words=not marked) or levels.get(line.start, 0)
        return Heading(_kind(line, vocabulary), level) if level else None

    return split(text, recognize, "other", title)


def _after_front_matter(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines below a YAML header between two rules, where the text opens with one."""
    if not lines or lines[0].text != "---":
        return lines
    end = next((index for index, line in enumerate(lines[1:], 1) if line.text == "---"), 0)
    return lines[end + 1 :] if end else lines


def title_line(text: Text, vocabulary: Vocabulary) -> Line | None:
    """Return the page's title: its first main heading, a code with its title, or its first line."""
    lines = _after_front_matter(text.body_lines())
    main = [line for line in lines if line.mark is Mark.HEADING and line.level == 1]
    told = [
        line
        for line in lines[:12]
        if (_MAIN.match(line.text) and not line.cells) or titled_code(line, text.text)
    ]
    ruled = [line for line, level in _underlined(lines[:4], text.text) if level == 1]
    headed = [line for line in lines[:1] if _MARKDOWN.match(line.text)]
    first = [line for line in lines[:3] if _may_be_title(line)]
    opening = [line for line in lines[:1] if _may_be_title(line, colon=True) and not labelled_code(line)]
    found = [line for line in (*headed, *opening, *first) if line.key not in vocabulary.headings]
    return next(iter([*main, *ruled, *told, *found]), None)


def _may_be_title(line: Line, *, colon: bool = False) -> bool:
    """Whether a line may be a title; one with a colon is a label, except on top of a page."""
    plain = len(line.text) <= _LONGEST_TITLE and not line.piped and not line.bulleted
    if ":" in line.text:
        return plain and colon and not _LABEL.match(line.text) and line.text[-1] not in ".:"
    return plain and (not line.closed or line.text.endswith(")"))


def _kind(line: Line, vocabulary: Vocabulary) -> SectionKind:
    """The kind that a heading's words name, whole or by a telling word."""
    key = heading_key(line.words)
    return vocabulary.headings.get(key) or telling_kind(key) or "other"


def _level(line: Line, vocabulary: Vocabulary, *, by_words: bool) -> int:
    """The level of a line that markup, signs or the vocabulary make a heading; 0 for any other."""
    if line.mark is Mark.HEADING:
        return line.level
    markdown = None if line.cells else _MARKDOWN.match(line.text)
    if markdown:
        return len(markdown.group(1))
    if not _may_be_heading(line, _LONGEST_HEADING):
        return 2 if _NUMBERED.match(line.text) and _numbered(line, vocabulary) else 0
    if by_words and line.key in vocabulary.headings and line.text[:1].isupper():
        return 2
    strong = line.mark is Mark.STRONG or (line.text.startswith("**") and line.text.rstrip(":").endswith("**"))
    return 3 if strong and not line.text.rstrip("*").endswith((".", ",")) and len(line.text) > 2 else 0


def _numbered(line: Line, vocabulary: Vocabulary) -> bool:
    """Whether a numbered line is a heading and no item: in capitals, or one that the vocabulary knows."""
    known = heading_key(line.words) in vocabulary.headings or telling_kind(line.words) is not None
    return line.words.isupper() or (known and len(line.words) <= _LONGEST_BARE and not line.closed)


def _may_be_heading(line: Line, longest: int) -> bool:
    tabbed = "\t" in line.text and line.mark is Mark.TEXT
    plain = not (line.piped or tabbed or line.bulleted or line.lone_bullet or line.mark is Mark.LABEL)
    return plain and len(line.text) <= longest


def _underlined(lines: tuple[Line, ...], source: str) -> list[tuple[Line, int]]:
    """Lines with a rule of ``=`` (level 1) or ``-`` (level 2) right below them; a lone ``-`` is no rule."""
    return [
        (line, 1 if below.text[0] == "=" else 2)
        for line, below in pairwise(lines)
        if _UNDERLINE.match(below.text)
        and source.count("\n", line.end, below.start) == 1
        and _may_be_heading(line, _LONGEST_HEADING)
    ]


def _standing_alone(text: Text) -> list[Line]:
    """Short lines after a blank line, with more below, that open with a capital and end like no sentence."""
    return [
        line
        for above, line in pairwise(text.body_lines()[:-1])
        if text.text.count("\n", above.end, line.start) > 1
        and _may_be_heading(line, _LONGEST_BARE)
        and _BARE.fullmatch(line.text)
    ]
