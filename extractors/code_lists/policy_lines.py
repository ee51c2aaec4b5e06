"""The entries of a code list that begin in one line or cell: where, which codes, which words.

An entry begins at codes that open the line, at codes behind the name of their system, or, on a line that
holds a whole table, at codes that follow the words of the entry before. Its words run to the next entry.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from extractors.code_lists.policy_codes import (
    SYSTEM,
    Codes,
    codes,
    listing,
    merged,
    names_columns,
    opens,
    opens_pcs,
)
from extractors.record.model import Span
from extractors.structure.listing import Kind, Listing
from extractors.text.reading_text import trim
from extractors.vocabulary.vocabulary import Vocabulary

_LINK = frozenset(
    [
        "code",
        "codes",
        "with",
        "to",
        "and",
        "or",
        "of",
        "for",
        "see",
        "use",
        "report",
        "than",
        "from",
        "through",
        "by",
        "cpt",
        "hcpcs",
        "icd",
        "in",
        "on",
        "as",
        "per",
        "under",
        "except",
        "add-on",
        "modifier",
        "modifiers",
    ]
)
_SIGNS = " \t*_`•●▪■◦·#+†‡^\"'([–—-"
_ADDRESS = re.compile(r"\b(?:street|avenue|blvd|boulevard|suite|p\.?o\.? box)\b", re.IGNORECASE)
_VERB = re.compile(
    r"\s{1,3}(?:is|are|was|were|may|must|should|can|will|when|if|do|does|has|have|only|and|or|for|to|in)\b"
)
_PARTED = re.compile(r"[*†‡^)]{0,3}\s?[-–—:](?:\s|$)")
_WORDS = re.compile(r"[*†‡^)]{0,3}\s{1,3}[A-Z(]|[A-Z]")
_LONGEST_LABEL = 160  # characters; longer words before a colon are prose
LOOSE = frozenset(
    {"modifiers", "revenue_codes", "revenue", "ms_drg", "bill_types"}
)  # forms that words and numbers have too


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, item or mention: its codes, its words, and what the list says of them.

    Attributes:
        codes: the codes; several where one description stands beside a list of them.
        words: the description; None where there is none.
        use: the cell behind the description, which tells when to use a modifier.
        span: from the first character of the entry to the last.
        listing: what the list holds.
        bare: whether the codes stand alone on their line, so that the words may stand on the next.
        surplus: how many cells more than its table the row has; below 0 where some are missing.
    """

    codes: Codes
    words: Span | None
    span: Span
    listing: Listing
    use: Span | None = None
    bare: bool = False
    surplus: int = 0


class At(NamedTuple):
    """What every step needs: the reading text, and the vocabularies."""

    source: str
    vocabulary: Vocabulary


class _Start(NamedTuple):
    """Where an entry begins. A mention in prose has no words; a label lasts for the lines below it."""

    lead: int
    codes: Codes
    listing: Listing
    mention: bool = False
    lasts: bool = False


def line_entries(cell: Span, now: Listing | None, at: At) -> tuple[list[Entry], Listing | None]:
    """Return the entries of a line or cell, and what the lines below it list.

    Args:
        cell: where to look.
        now: what the list holds; None outside of lists: then only codes behind their system are read.
        at: the text.
    """
    label = _label(cell, now, at)
    if label:
        cell, now = label
    pcs = now and now.kind in ("any", "procedures") and opens_pcs(at.source, cell)
    starts = list(_starts(cell, now._replace(kind="icd_10_pcs") if now and pcs else now, at))
    found = [
        _entry(this, following.lead if following else cell[1], at)
        for this, following in zip_longest(starts, starts[1:])
    ]
    if len(found) == 1 and not starts[0].mention and not found[0].words and len(found[0].codes.spans) == 1:
        one = found[0]
        found = [Entry(one.codes, None, one.span, one.listing, bare=True)]
    if not found and now and (named := _name_first(cell, now, at)):
        found = [named]
    return found, next((start.listing for start in reversed(starts) if start.lasts and now), now)


def _label(cell: Span, now: Listing | None, at: At) -> tuple[Span, Listing] | None:
    """What stands behind a label that says what it is, and what: ``CPT codes not covered: 0483T``."""
    colon = at.source.find(":", cell[0], min(cell[1], cell[0] + _LONGEST_LABEL))
    words = at.source[cell[0] : max(colon, cell[0])]
    told = listing(words) if colon > 0 and at.source[colon + 1 : cell[1]].strip() else None
    if not told or any(True for kind in _NAMED for _ in codes(words, (0, len(words)), kind, at.vocabulary)):
        return None
    here = merged(now, told)
    if not here or (now is None and told.kind in ("any", "other")):
        return None
    return trim(at.source, colon + 1, cell[1]), here


_NAMED: tuple[Kind, ...] = ("any", "modifiers", "revenue_codes")


def _entry(start: _Start, end: int, at: At) -> Entry:
    words = None if start.mention else described((start.codes.end, end), at.source)
    return Entry(start.codes, words, (start.lead, (words or (0, start.codes.end))[1]), start.listing)


def described(span: Span, source: str) -> Span | None:
    """Return the words of a span without the signs that part them from codes; None where there are none."""
    start, end = trim(source, *span)
    start += len(source[start:end]) - len(source[start:end].lstrip(" \t\n*†‡^)]:–—-|,;."))
    end = start + len(source[start:end].rstrip(" \t\n,;|"))
    return (start, end) if re.search(r"\w", source[start:end]) else None


class _Piece(NamedTuple):
    """A stretch of a line that holds codes of one kind; ``lead`` is where the name of the system begins."""

    lead: int
    span: Span
    listing: Listing

    @property
    def named(self) -> bool:
        return self.lead < self.span[0]


def _pieces(cell: Span, now: Listing | None, at: At) -> Iterator[_Piece]:
    """Cut a line at each name of a system with codes right behind it."""
    lead, start, here = cell[0], cell[0], now
    for found in SYSTEM.finditer(at.source, *cell):
        told = merged(now, listing(found.group()))
        if told and opens(at.source, found.end(), told.kind, at.vocabulary):
            if here:
                yield _Piece(lead, (start, found.start()), here)
            lead, start, here = found.start(), found.end(), told
    if here:
        yield _Piece(lead, (start, cell[1]), here)


class _Group(NamedTuple):
    """Codes in a line, where they or the name of their system begin, and the words before them."""

    codes: Codes
    lead: int
    before: str
    listing: Listing
    named: bool
    opening: bool


def _groups(cell: Span, now: Listing | None, at: At) -> Iterator[_Group]:
    edge = cell[0]
    for piece in _pieces(cell, now, at):
        for index, group in enumerate(codes(at.source, piece.span, piece.listing.kind, at.vocabulary)):
            named = piece.named and index == 0
            lead = piece.lead if named else group.start
            yield _Group(group, lead, at.source[edge:lead], piece.listing, named, edge == cell[0])
            edge = group.end


def _starts(cell: Span, now: Listing | None, at: At) -> Iterator[_Start]:
    row, depth = False, 0
    for group in _groups(cell, now, at):
        depth = max(0, depth + group.before.count("(") - group.before.count(")"))
        if not row:
            start = _first(group, at, listed=now is not None)
        else:
            inner = depth == 0 and _is_inner(group, at.source)
            start = _Start(group.lead, group.codes, group.listing) if inner else None
        if start:
            yield start
            row = row or not start.mention
            depth = 0


def _first(group: _Group, at: At, *, listed: bool) -> _Start | None:
    """The first entry of a line, whose codes open it; before that there may be mentions."""
    after = at.source[group.codes.end : group.codes.end + 90]
    start = _Start(group.lead, group.codes, group.listing, mention=True)
    if not group.opening or not (not group.before.strip(_SIGNS) or names_columns(group.before)):
        return start if group.named else None
    verb = bool(_VERB.match(after))
    if not group.named and (_ADDRESS.search(after) or (verb and _is_word(group.codes, at.source))):
        return None
    mention = verb or not (listed or _PARTED.match(after))
    return start._replace(mention=mention, lasts=group.named and not mention)


def _is_inner(group: _Group, source: str) -> bool:
    """Whether codes in the words of an entry begin the next one, and are not only mentioned there."""
    before = source[max(0, group.lead - 24) : group.lead]
    after = source[group.codes.end : group.codes.end + 8]
    word = before.split()[-1:]
    if not before[-1:].isspace() or not word or word[0].lower() in _LINK or word[0][-1] in ",(/-–":
        return False
    if group.codes.kind in LOOSE:
        return not group.named and bool(_PARTED.match(after))
    certain = group.named or not _is_word(group.codes, source)
    return certain and bool(_PARTED.match(after) or _WORDS.match(after))


def _is_word(group: Codes, source: str) -> bool:
    """Whether codes may as well be a word, as in "vitamin B12"."""
    return group.kind == "diagnoses" and "." not in source[slice(*group.spans[0])]


def _name_first(cell: Span, now: Listing, at: At) -> Entry | None:
    """An item whose codes stand behind its name: ``Widget fitting (90471)``."""
    groups = list(codes(at.source, cell, now.kind, at.vocabulary))
    if len(groups) != 1 or at.source[groups[0].end : cell[1]].strip(")]. \t|"):
        return None
    before = at.source[cell[0] : groups[0].start]
    if before[-1:] not in ("(", "[") and at.source[slice(*cell)].rstrip().endswith("."):
        return None
    if not re.search(r"(?:[(\[]|\s[-–—]\s|:\s)$", before):
        return None
    words = described((cell[0], cell[0] + len(before.rstrip(" ([-–—:"))), at.source)
    return Entry(groups[0], words, cell, now) if words else None
