"""Title and headings of a page that no layout knows, by their form and by the vocabulary of section names."""

import re
from collections.abc import Sequence
from itertools import pairwise

from extractors.record.model import SectionKind
from extractors.structure.document import Document
from extractors.structure.listing import names_columns
from extractors.structure.printed_codes import labelled_code, opened_title, titled_code
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
_BARE = re.compile(r"(?=[A-Z][^\d\s]{0,60}(?:\s|:?$))(?:[^:]{0,60}[^.,;!):]:?|\w{1,60}: [^:]{0,60}\?)")
_MENU = frozenset(
    [
        *("home", "menu", "blog", "search", "login", "log in", "sign in", "sign up", "contact", "contact us"),
        *("about", "about us", "skip to content", "skip to main content", "print", "share", "back", "news"),
        *("printer friendly version", "subscribe", "faq", "resources", "toggle navigation", "start"),
    ]
)
_CAPTION = re.compile(r"(?:Table|Figure|Exhibit) \d|\S[^,]{0,60},\S")
_CODE_ALONE = re.compile(r"(?=[A-Z.]{0,4}[0-9])[0-9A-Z][0-9A-Z.]{1,9}")
_PLURAL = re.compile(r"\b(?:codes|modifiers|diagnoses)\b", re.IGNORECASE)
_OF_USE = re.compile(r"(?:when|how) to use|usage|use", re.IGNORECASE)
_QUESTION = re.compile(r"(?:What|When|Where|Who|Why|How|Which|Is|Are|Can|Do|Does)\b[^.:;|]{4,80}\?")
_SMALL = r"(?:an?|and|as|at|by|for|from|in|is|of|on|or|the|to|vs\.?|with|your)"
_CAPITALIZED = re.compile(
    rf"(?<!\S)(?:[A-Z][\w'’/-]{{0,40}}+|[0-9]{{4}}[0-9A-Z])"
    rf"(?: (?:[A-Z0-9][\w'’/&-]{{0,40}}+|[–—&-]|{_SMALL})){{1,9}}:?"
)
_LONGEST_HEADING = 90
_LONGEST_BARE = 60  # of a heading that nothing but blank lines around it shows
_LONGEST_TITLE = 160
_BELOW_MENU = 8  # lines among which a title stands where the first is left of a menu


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
        formed = [*_standing_alone(text), *_between_sentences(text)]
        levels = {**{line.start: 3 for line in formed}, **levels}
    inside = {line.start for line in lines} - _column_names(text)

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
    top = lines[: next((at for at, line in enumerate(lines[:12]) if _is_prose(line)), 12)]
    told = [
        line for line in top if (_MAIN.match(line.text) and not line.cells) or titled_code(line, text.text)
    ]
    ruled = [line for line, level in _underlined(lines[:4], text.text) if level == 1]
    headed = [line for line in lines[:1] if _MARKDOWN.match(line.text)]
    plain = [line for line in top[:3] if not is_chrome(line, lines)]
    first = [line for line in plain if _may_be_title(line)]
    opening = [line for line in plain[:1] if _may_be_title(line, colon=True) and not labelled_code(line)]
    found = [line for line in (*headed, *opening, *first) if line.key not in vocabulary.headings]
    return next(iter([*main, *ruled, *told, *_opened(top), *found]), None)


def _is_prose(line: Line) -> bool:
    """Whether a line is a sentence, which no title stands below."""
    return len(line.text) > _LONGEST_BARE and line.text.endswith(".") and not line.piped


def _opened(lines: Sequence[Line]) -> list[Line]:
    """The line that opens with a known code and has a title behind it, on top or below a menu."""
    top = lines[: _BELOW_MENU if lines and is_chrome(lines[0], lines) else 2]
    found = [line for line in top if not line.piped and not line.bulleted and opened_title(line)]
    return found if len(found) == 1 else []


def is_chrome(line: Line, lines: Sequence[Line]) -> bool:
    """Whether a line of plain text is left of a menu: one of its names, or printed again and again."""
    return line.key in _MENU or sum(1 for other in lines[:12] if other.text == line.text) > 1


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


def _between_sentences(text: Text) -> list[Line]:
    """Lines between sentences that have the form of a heading: a short question, or words in capitals.

    Scraping often leaves no blank lines around headings.
    """
    lines = text.body_lines()
    return [
        line
        for above, line, below in zip(lines, lines[1:], lines[2:], strict=False)
        if (above.text.endswith((".", "!", "?")) or above.bulleted)
        and _may_be_heading(line, _LONGEST_BARE)
        and (_QUESTION.fullmatch(line.text) or _CAPITALIZED.fullmatch(line.text))
        and (below.bulleted or (_is_sentence(below) and len(below.text) > len(line.text)))
    ]


def _is_sentence(line: Line) -> bool:
    return line.text.endswith((".", ":")) and not line.piped and " " in line.text


def _standing_alone(text: Text) -> list[Line]:
    """Short lines after a blank line, with more below, that open with a capital and end like no sentence.

    A caption, a row between commas, and a name with its code on the next line are none.
    """
    lines = text.body_lines()
    return [
        line
        for above, line, below in zip(lines, lines[1:], lines[2:], strict=False)
        if text.text.count("\n", above.end, line.start) > 1
        and _may_be_heading(line, _LONGEST_BARE)
        and _BARE.fullmatch(line.text)
        and not (_CAPTION.match(line.text) or _CODE_ALONE.fullmatch(below.text))
    ]


def _column_names(text: Text) -> frozenset[int]:
    """Where the names of columns stand that scraping left one a line: two of them right below each other.

    A line behind them that tells of use is the name of a third.
    """
    lines = text.body_lines()
    named = [not line.piped and names_columns(line.text) for line in lines]
    found: set[int] = set()
    for index, (line, below) in enumerate(pairwise(lines)):
        if text.text.count("\n", line.end, below.start) > 1:
            continue
        if named[index] and named[index + 1] and not _PLURAL.search(line.text):
            found |= {line.start, below.start}
        elif line.start in found and _OF_USE.fullmatch(below.text):
            found.add(below.start)
    return frozenset(found)
