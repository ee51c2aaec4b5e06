"""What a policy says of coverage: medically necessary, not so, investigational or not covered.

A position is a sentence that says what a service is considered to be; one that opens a list ends at its
colon. That a service *must* be necessary, or what happens *if* it is not, is no position.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

from extractors.record.model import Position, PositionKind, Span
from extractors.record.readings import Fact, Reading
from extractors.structure.document import Document, Section
from extractors.text.folding import fold
from extractors.text.reading_text import Line, Mark

_NECESSARY = re.compile(
    r"\b(?:medically|reasonable\s+and)\s+necessary\b|\bdefinition\s+of\s+medical\s+necessity\b", re.IGNORECASE
)
_COVERED = re.compile(
    r"\b(?:is|are)\s+(?:considered\s+)?covered(?:\s+only)?(?=\s+(?:when|if|for)\b|:)(?!\s+if\s+selection)",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|cannot|never|neither|no\s+longer)\b[^.;:\n]{0,90}$|\bnot\s+consider\b[^.;:]{0,160}$",
    re.IGNORECASE,
)
_BUT = re.compile(
    r"\b(?:but|and|however|while)\b[^.;:]{0,60}\b(?:is|are|considers?|considered|be)\b", re.IGNORECASE
)
_INVESTIGATIONAL = re.compile(r"\b(?:investigational|experimental|unproven)\b", re.IGNORECASE)
_NOT_COVERED = re.compile(
    r"\b(?:is|are|be)\s+(?:generally\s+|therefore\s+)?(?:not\s+(?:a\s+)?(?:covered|reimbursable|reimbursed|"
    r"eligible\s+for\s+(?:coverage|reimbursement|payment))|non-?covered|excluded\s+from\s+coverage)\b|"
    r"\b(?:does|do|will|shall)\s+not\s+(?:cover|reimburse|provide\s+coverage)\b|"
    r"\b(?:is|are)\s+(?:considered\s+)?(?:cosmetic|a\s+convenience)\s+and\s+(?:therefore\s+)?(?:is\s+|are\s+)?not\s+covered\b|"
    r"\bcoverage\s+(?:is|will)\s+not\s+(?:be\s+)?(?:provided|available)\b",
    re.IGNORECASE,
)
_HELD = re.compile(
    r"\b(?:is|are|be|as|remains?)\s+(?:\w+ly\s+)?(?:(?:considered|deemed|regarded|not|proven|unproven|both|to|"
    r"be|as)[\s,]+(?:and\s+)?){0,5}$|\bconsider(?:s|ed)?\b[^.;]{0,240}$|\bmeets?\s+(?:\w+\s+){0,3}$",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:must|should|shall|whether|if|unless|when|that|which|until|once|where)\s+(?:(?:it|they|this|"
    r"these|the|services?|is|are|be|not|considered|deemed|both)\s+){0,5}$",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(
    r"\b(?:must|should|whether|documentation|records?|demonstrat\w*|determin\w*|certif\w*|describes?|"
    r"addresses|outlines?)\b|\bif\s[^,.;:]{0,160}$|\bnot\s+(?:considered\s+|be\s+)?$",
    re.IGNORECASE,
)
_REFUSED = re.compile(r"\bdenied\s+as\s+$", re.IGNORECASE)
_PAPERWORK = re.compile(
    r"^(?:in\s+this\s+scenario|otherwise|claims?\s+(?:will|shall|that))\b|"
    r"^(?:if|when)\b[^,]{0,300}\b(?:not|none|without)\b|"
    r"\b(?:proof\s+of\s+delivery|refill\s+request|written\s+order|documentation|coding\s+guidelines)\b",
    re.IGNORECASE,
)
_GRANTED = re.compile(
    r"\b(?:will|shall)\s+(?:provide\s+coverage|cover|be\s+covered)\b[^.;]{0,240}$", re.IGNORECASE
)
_COORDINATED = re.compile(
    r"\b(?:experimental|investigational|unproven|proven|reasonable|not medically necessary)"
    r"(?:\s?[,/]|\s(?:and|or)\b){1,3}\s?",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(
    r"\bevidence\b|(?<!coverage )\brationale\b|\bregulatory\b|\bdefinition|\bdocumentation\b"
)
_SENTENCE = re.compile(r"(?<=[a-z0-9)\]%][.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!\bvs\.)(?<!\bNo\.)\s+(?=[A-Z(*])")
_WINDOW = 260  # characters before the words that name a position, in which its verb must stand
_LONGEST_ITEM = 120  # characters of an item that neither a bullet nor its end shows
_MOST = 40  # times that a sentence may name a position; what follows adds nothing
_GOES_ON = re.compile(r"(?:[;,:]|\b(?:and|or|and/or))$", re.IGNORECASE)
_ROMAN = re.compile(r"[IVX]{1,5}[.)]\s{1,8}(?=\S)")
_ENUMERATED = re.compile(r"(?:\(?[ivxIVX]{1,5}[.)]|\(?[A-Za-z0-9]{1,2}[.)])\s")
_HEADINGS: tuple[tuple[PositionKind, re.Pattern[str]], ...] = (
    ("investigational", _INVESTIGATIONAL),
    ("not_medically_necessary", re.compile(r"^not\b.*\bmedically necessary\b")),
    ("not_covered", re.compile(r"\bnot\b.{0,20}\bcovered\b|\bnon-?covered\b|^exclusions?$")),
    ("medically_necessary", re.compile(r"^(?:proven (?:and|or) )?(?:considered )?medically necessary\b")),
)


def headed(words: str) -> PositionKind | None:
    """Return the position that a heading states for what stands below it.

    >>> headed("Not Medically Necessary:"), headed("Experimental and Investigational"), headed("Codes")
    ('not_medically_necessary', 'investigational', None)
    """
    key = fold(words).strip("*#: ")
    if len(key) > 80 or re.search(r"\bcodes?\b|\bdefin", key):
        return None
    return next((kind for kind, pattern in _HEADINGS if pattern.search(key)), None)


def positions(section: Section, document: Document) -> Iterator[Reading]:
    """Read the coverage positions of a section, in text order; sections that argue or define hold none.

    A sentence that ends in a colon ends there; the list below it states none of its own. Where only the
    heading tells a position, each paragraph below it is one.
    """
    if section.heading and _BACKGROUND.search(fold(section.heading.text)):
        return
    units = list(_units(section, document))
    told = [(kind, unit) for unit in units for kind in stated_positions(document.source[slice(*unit)])]
    kind = headed(section.heading.text) if section.heading and not told else None
    if kind:
        told = [(kind, paragraph) for paragraph in _whole(section)]
    for position, unit in told:
        passage = document.passage(*unit)
        yield Fact(
            "policy.positions", Position(position=position, text=passage.text, span=passage.span), unit
        )


def stated_positions(words: str) -> Iterator[PositionKind]:
    """Yield the positions that a sentence states: that something is necessary, and one that it is not.

    >>> list(stated_positions("Spinal widgets are considered medically necessary for adults."))
    ['medically_necessary']
    >>> list(stated_positions("All other uses are considered unproven and not medically necessary."))
    ['not_medically_necessary']
    >>> list(stated_positions("Its use at home is investigational and not medically necessary."))
    ['investigational']
    >>> denied = "Claims that break the coding guidelines are denied as not reasonable and necessary."
    >>> list(stated_positions(denied))
    []
    >>> list(stated_positions("A brace is covered when the knee is unstable."))
    ['medically_necessary']
    >>> list(stated_positions("Services must be medically necessary to be paid."))
    []
    """
    necessary = {_necessary(words, found.start()) for found in islice(_NECESSARY.finditer(words), _MOST)}
    covered = (found.start() for found in islice(_COVERED.finditer(words), _MOST))
    if "medically_necessary" in necessary or any(not _OPEN.search(_before(words, at)) for at in covered):
        yield "medically_necessary"
    if _is_investigational(words, denied="not_medically_necessary" in necessary):
        yield "investigational"
    elif "not_medically_necessary" in necessary:
        yield "not_medically_necessary"
    elif any(not _OPEN.search(_before(words, at)) for at in _not_covered(words)):
        yield "not_covered"


def _is_investigational(words: str, *, denied: bool) -> bool:
    """Whether something is held to be investigational; what is only unproven may be denied as unnecessary."""
    return any(
        _is_held(words, found.start()) and not (denied and found.group().lower() == "unproven")
        for found in islice(_INVESTIGATIONAL.finditer(words), _MOST)
    )


def _not_covered(words: str) -> Iterator[int]:
    return (found.start() for found in islice(_NOT_COVERED.finditer(words), _MOST))


def _before(words: str, at: int) -> str:
    return words[max(0, at - _WINDOW) : at]


def _necessary(words: str, at: int) -> PositionKind | None:
    before = _before(words, at)
    denied = _DENIED.search(before)
    if denied and not _BUT.search(denied.group()):
        if _REFUSED.search(before[: denied.start()]) and _PAPERWORK.search(words):
            return None
        return "not_medically_necessary" if not _OPEN.search(before[: denied.start()]) else None
    return "medically_necessary" if _is_held(words, at) else None


def _is_held(words: str, at: int) -> bool:
    """Whether a verb before the words says that something is held to be so, and not only supposed."""
    before = _before(words, at)
    coordinated = _COORDINATED.sub("", before)
    supposed = _OPEN.search(coordinated) or _SUPPOSED.search(coordinated)
    return bool(_GRANTED.search(before)) or (bool(_HELD.search(coordinated)) and not supposed)


def _units(section: Section, document: Document) -> Iterator[Span]:
    """The sentences of a section, without the lists that they open."""
    lines = [line for line in section.lines if not line.lone_bullet and not line.piped]
    index = 0
    while index < len(lines):
        stop = _paragraph(lines, index)
        start, end = _start(lines[index]), lines[stop - 1].end
        edges = [start, *(found.end() for found in _SENTENCE.finditer(document.source, start, end)), end]
        yield from pairwise(edges[:-1])
        listed = _list(lines, stop) if lines[stop - 1].text.endswith(":") else stop
        yield edges[-2], end
        index = listed


def _whole(section: Section) -> Iterator[Span]:
    """The paragraphs of a section, without the lists that they open."""
    lines = [line for line in section.lines if not line.lone_bullet and not line.piped]
    index = 0
    while index < len(lines):
        stop = _paragraph(lines, index)
        yield _start(lines[index]), lines[stop - 1].end
        index = _list(lines, stop) if lines[stop - 1].text.endswith(":") else stop


def _paragraph(lines: Sequence[Line], index: int) -> int:
    """Return the index behind the lines that were one before it was broken over several."""
    stop = index + 1
    while stop < len(lines) and _is_broken(lines[stop - 1], lines[stop]):
        stop += 1
    return stop


def _is_broken(line: Line, below: Line) -> bool:
    if _opens_item(below) or below.mark is not Mark.TEXT or line.text.endswith((".", ":", ";")):
        return False
    return below.text[:1].islower() or (
        len(line.text) > 60 and below.start - line.end == 1 and not line.closed
    )


def _list(lines: Sequence[Line], index: int) -> int:
    """Return the index behind the list that begins at a line: its items go on until one is closed."""
    stop = index
    while stop < len(lines) and _is_item(lines, index, stop):
        stop += 1
    return stop


def _is_item(lines: Sequence[Line], first: int, at: int) -> bool:
    line, above = lines[at], lines[at - 1]
    if any(True for _ in stated_positions(line.text)):
        return False
    if at > first and line.text[0] == "*" != above.text[0] and above.closed:
        return False  # a note below the list
    gap = lines[first].start - lines[first - 1].end
    plain = at > first and not _opens_item(above) and line.start - above.end <= gap
    short = plain and not above.closed and not line.closed and len(line.text) < _LONGEST_ITEM
    return _opens_item(line) or line.text[:1].islower() or bool(_GOES_ON.search(above.text)) or short


def _start(line: Line) -> int:
    """Where the words of a line begin, behind a bullet or a Roman number."""
    found = _ROMAN.match(line.text)
    return line.start + found.end() if found else line.body


def _opens_item(line: Line) -> bool:
    return line.bulleted or bool(_ENUMERATED.match(line.text))
