"""The entries of a code list that begin in one line or cell: where, which codes, which words.

An entry begins at codes that open the line, at codes behind the name of their system, or, where entries run
together, at codes that follow the words of the entry before. Its words run to the next entry. Offsets are
those of the line's bare words until an entry is made of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import NamedTuple

from extractors.code_lists.codes import LOOSE, At, Codes, Listed, codes, is_word, opens, raised
from extractors.record.model import Span
from extractors.structure.listing import SYSTEM, Kind, Listing, listing, merged, names_columns
from extractors.text.bare import Bare, bare
from extractors.text.reading_text import trim

#: Words before a code that is only mentioned.
_LINK = frozenset(
    re.findall(
        r"\S+",
        "code codes with to and or of for see use report than from through by cpt hcpcs icd in on as per "
        "under except add-on modifier modifiers also",
    )
)
#: Words before a number that is no code.
_NUMBERED = frozenset(
    re.findall(
        r"\S+",
        "suite box phone fax call tel form page section chapter table contract id number no zip room street "
        "version edition line sum total until since year",
    )
)
_STATE = 2  # letters of a state before its ZIP code
_SIGNS = " \t●▪■◦·•#+†‡^\"'([<-*"
_ADDRESS = re.compile(r"\b(?:street|avenue|blvd|boulevard|suite|p\.?o\.? box)\b", re.IGNORECASE)
_VERB = re.compile(
    r"\s{1,3}(?:is|are|was|were|may|must|should|can|will|when|if|do|does|has|have|only|and|or|for|to|in)\b"
)
_PARTED = re.compile(r"[†‡^)²³¹]{0,3}\s?(?:[:=|]|-{1,3})(?:\s|$|[A-Z][a-z])|\)\s?[A-Za-z]")
_WORDS = re.compile(r"[†‡^)²³¹]{0,3}\s{1,3}[A-Z(]|[A-Z]")
#: What follows codes in their list and is none, but looks like one.
_REST = re.compile(
    r"(?:\s?[,;/&]\s{0,3}(?:(?:and|or)\s)?(?=[A-Za-z]{0,7}[0-9][0-9A-Za-z.]{1,7}\s?(?:$|[,;:/&(|]))|"
    r"-(?=[0-9A-Z]{1,3}(?:[\s,;:/&(|]|$)))(?P<rest>[0-9A-Za-z.]{1,15})"
)
_CAPITAL = re.compile(r"\W{1,5}[A-Z]")
_LONGEST_LABEL = 160  # characters; longer words before a colon are prose
_BEFORE = ' \t\n†‡^)]:-–—|,;.=>*¹²³®™©"'  # signs that part codes from the words behind them
_NAME_ENDS = re.compile(r"(?:[(\[]|\s-\s|:\s)$")
_NO_NAME = re.compile(
    r"(?:group|table|list|tier|part)\s\w{1,3}$|(?:any|one|all|some|each|either)\sof\b|(?:\w+\s){0,6}following$",
    re.IGNORECASE,
)
_LONGEST_NAME = 10  # words before a code that no sign parts from them
_CLOSES = {"(": ")", "[": "]"}
_MOST_WRAPS = 2  # of a code in a narrow cell
_NAMED: tuple[Kind, ...] = ("any", "modifiers", "revenue_codes")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, item or mention: its codes, its words, and what the list says of them.

    Attributes:
        codes: the codes, as they stand in the reading text; several where words are shared, or none stand.
        words: the description; None where there is none.
        span: from the first character of the entry to the last.
        listing: what the list holds.
        use: when to use a modifier, where a cell of its own says so.
        relation: how the code is related, where a cell of its own says so.
        bare: whether a code stands alone on its line, so that its words may stand on another.
        inner: whether the entry begins in the middle of a line.
        whole: whether it is a row with as many cells as its table; None for an entry that is no row.
        rest: what stands in the list of codes and is nearly one.
        mention: whether a sentence only names the codes.
    """

    codes: tuple[Listed, ...]
    words: Span | None
    span: Span
    listing: Listing
    use: Span | None = None
    relation: Span | None = None
    bare: bool = False
    inner: bool = False
    whole: bool | None = None
    rest: Span | None = None
    mention: bool = False


class _Start(NamedTuple):
    """Where an entry begins. A mention in prose has no words; a label lasts for the lines below it."""

    lead: int
    codes: Codes
    listing: Listing
    mention: bool = False
    lasts: bool = False


class _Group(NamedTuple):
    """Codes in a line, where they or the name of their system begin, and the words before them."""

    codes: Codes
    lead: int
    before: str
    listing: Listing
    named: bool
    opening: bool


def line_entries(cell: Span, now: Listing | None, at: At) -> tuple[list[Entry], Listing | None]:
    """Return the entries of a line or cell, and what the lines below it list.

    Args:
        cell: where to look.
        now: what the list holds; None outside of lists: then only codes behind their system are read.
        at: the text.
    """
    view = bare(at.source, cell)
    behind, now = _label(view.text, now, at)
    view = view._replace(text=raised(view.text)) if now else view
    starts = list(_starts(view.text, behind, now, at))
    ends = [start.lead for start in starts[1:]]
    found = [_entry(view, this, end, at) for this, end in zip_longest(starts, ends)]
    found[1:] = [replace(one, inner=one.words is not None) for one in found[1:]]
    if len(found) == 1 and not starts[0].mention and not found[0].words and len(found[0].codes) == 1:
        found = [replace(found[0], bare=True)]
    if not found and now and (named := _name_first(view, (behind, len(view.text)), now, at)):
        found = [named]
    return found, next((start.listing for start in reversed(starts) if start.lasts and now), now)


def cell_codes(cell: Span, now: Listing, at: At) -> Entry | None:
    """Return the entry of a cell that holds codes and nothing else, whatever the form of a modifier.

    A code that the edge of a narrow cell wraps is one code.
    """
    view = bare(at.source, cell)
    if now.kind not in LOOSE and 0 < len(view.text.split()) - 1 <= _MOST_WRAPS:
        kept = [index for index, sign in enumerate(view.text) if not sign.isspace()]
        offsets = tuple(kept if view.offsets is None else (view.offsets[index] for index in kept))
        view = view._replace(text="".join(view.text.split()), offsets=offsets)
    groups = list(codes(view.text, (0, len(view.text)), now.kind, at))
    alone = len(groups) == 1 and not view.text[: groups[0].start].strip(_SIGNS)
    if not alone or view.text[groups[0].end :].strip(_BEFORE):
        return None
    return Entry(_placed(view, groups[0]), None, cell, now, bare=True)


def _label(words: str, now: Listing | None, at: At) -> tuple[int, Listing | None]:
    """Where the words begin behind a label that says what they list: ``CPT codes not covered: 0483T``."""
    colon = words.find(":", 0, _LONGEST_LABEL)
    label = words[: max(colon, 0)]
    told = listing(label) if colon > 0 and words[colon + 1 :].strip() else None
    if not told or any(True for kind in _NAMED for _ in codes(label, (0, len(label)), kind, at)):
        return 0, now
    here = merged(now, told)
    if (now is None and told.kind in ("any", "other")) or (here == now and not names_columns(label)):
        return 0, now
    return colon + 1, here


def _entry(view: Bare, start: _Start, end: int | None, at: At) -> Entry:
    stop = len(view.text) if end is None else end
    rest = _REST.match(view.text, start.codes.end, stop)
    behind = rest.end() if rest else start.codes.end
    words = None if start.mention else _words(view, (behind, stop), at.source)
    lead, last = view.span(start.lead, start.codes.end)
    return Entry(
        _placed(view, start.codes),
        words,
        (lead, max(last, words[1] if words else 0)),
        start.listing,
        rest=view.span(*rest.span("rest")) if rest else None,
        mention=start.mention,
    )


def _placed(view: Bare, group: Codes) -> tuple[Listed, ...]:
    return tuple(
        Listed(view.span(*one.first), one.last and view.span(*one.last), one.kind) for one in group.listed
    )


def _words(view: Bare, span: Span, source: str) -> Span | None:
    """The words behind codes as they stand in the text, without the signs that part them."""
    text = view.text[slice(*span)]
    lead = span[0] + len(text) - len(text.lstrip(_BEFORE))
    if lead == span[1]:
        return None
    start = view.span(lead, lead + 1)[0]
    end = view.end if span[1] == len(view.text) else view.span(span[1], span[1] + 1)[0]
    words = described((start, end), source)
    if (
        words
        and source[words[0]] in _CLOSES
        and source.find(_CLOSES[source[words[0]]], *words) == words[1] - 1
    ):
        words = described((words[0] + 1, words[1] - 1), source)
    return _paired(words, source) if words else None


def _paired(words: Span, source: str) -> Span:
    """The span of words with both of the signs around an emphasis, or with none."""
    start, end = words
    for sign in ("**", "__", "`", "*", "_", '"'):
        if source.count(sign, start, end) % 2:
            before = start - len(sign)
            if source.startswith(sign, before) and not source[before - 1 : before].isalnum():
                start = before
            elif source.endswith(sign, start, end):
                end -= len(sign)
    return start, end


def described(span: Span, source: str) -> Span | None:
    """Return the words of a span without the signs around them; None where there are none."""
    start, end = trim(source, *span)
    start += len(source[start:end]) - len(source[start:end].lstrip(" \t\n*†‡^)]:–—-|,;."))
    end = start + len(source[start:end].rstrip(" \t\n,;|•●▪■◦·"))
    return (start, end) if re.search(r"\w", source[start:end]) else None


class _Piece(NamedTuple):
    """A stretch of a line that holds codes of one kind; ``lead`` is where the name of the system begins."""

    lead: int
    span: Span
    listing: Listing

    @property
    def named(self) -> bool:
        return self.lead < self.span[0]


def _pieces(words: str, start: int, now: Listing | None, at: At) -> Iterator[_Piece]:
    """Cut a line at each name of a system with codes right behind it."""
    lead, here = start, now
    for found in SYSTEM.finditer(words, start):
        told = merged(now, listing(found.group()))
        if told and opens(words, found.end(), told.kind, at):
            if here:
                yield _Piece(lead, (start, found.start()), here)
            lead, start, here = found.start(), found.end(), told
    if here:
        yield _Piece(lead, (start, len(words)), here)


def _groups(words: str, start: int, now: Listing | None, at: At) -> Iterator[_Group]:
    edge = start
    for piece in _pieces(words, start, now, at):
        for index, group in enumerate(codes(words, piece.span, piece.listing.kind, at)):
            named = piece.named and index == 0
            lead = piece.lead if named else group.start
            yield _Group(group, lead, words[edge:lead], piece.listing, named, edge == start)
            edge = group.end


def _starts(words: str, start: int, now: Listing | None, at: At) -> Iterator[_Start]:
    rows, depth = 0, 0
    for group in _groups(words, start, now, at):
        depth = max(0, depth + group.before.count("(") - group.before.count(")"))
        if not rows:
            found = _first(group, words, at, listed=now is not None)
        else:
            inner = depth == 0 and _is_inner(group, words, several=rows > 1)
            found = _Start(group.lead, group.codes, group.listing) if inner else None
        if found:
            yield found
            rows += not found.mention
            depth = 0


def _first(group: _Group, words: str, at: At, *, listed: bool) -> _Start | None:
    """The first entry of a line, whose codes open it; before that there may be mentions."""
    after = words[group.codes.end : group.codes.end + 90]
    start = _Start(group.lead, group.codes, group.listing, mention=True)
    if not group.opening or not (not group.before.strip(_SIGNS) or names_columns(group.before)):
        return start if group.named else None
    verb, parted = bool(_VERB.match(after)), bool(_PARTED.match(after))
    doubtful = is_word(group.codes.listed[0], words)
    if not group.named and (_ADDRESS.search(after) or (verb and doubtful)):
        return None
    if not (parted or not after.strip()) and not _fits(group, after, words, at):
        return None
    mention = verb or not (listed or parted)
    return start._replace(mention=mention, lasts=group.named and not mention)


def _fits(group: _Group, after: str, words: str, at: At) -> bool:
    """Whether codes open an entry though no sign parts them from the words behind."""
    last = group.codes.listed[-1]
    if group.codes.kind == "modifiers":
        known = words[slice(*last.first)] in at.vocabulary.modifiers
        return group.named or (known and (after.lstrip()[:1] == "(" or after.lstrip()[:1].isupper()))
    if len(group.codes.listed) > 1 and is_word(last, words):
        return after.lstrip()[:1].isupper()  # else it may be the first of the words
    native = group.listing.kind in ("any", group.codes.kind)
    return native or group.named or not (words[slice(*last.first)].isdigit() or is_word(last, words))


def _is_inner(group: _Group, words: str, *, several: bool) -> bool:
    """Whether codes in the words of an entry begin the next one, and are not only mentioned there.

    Commas part entries before words with a capital, and before any where ``several`` were parted before.
    """
    before = words[max(0, group.lead - 24) : group.lead]
    after = words[group.codes.end : group.codes.end + 8]
    parted, ended = bool(_PARTED.match(after)), before.rstrip()[-1:] in (".", ";", ")")
    word = before.split()[-1:]
    if not word or word[0].lower() in _LINK or word[0][-1] in "(/&-" or not (before[-1].isspace() or ended):
        return False
    if group.listing.kind not in ("any", group.codes.kind):
        return False
    if group.codes.kind in LOOSE:
        return not group.named and parted and (ended or bool(_CAPITAL.match(after)))
    certain = group.named or not is_word(group.codes.listed[0], words)
    if word[0][-1] == ",":
        return certain and (bool(_WORDS.match(after)) or not after.strip() or several)
    return certain and bool(parted or _WORDS.match(after) or (before.rstrip()[-1:] == ";"))


def _is_name(before: str) -> bool:
    """Whether words may be a name, though no sign parts them from the codes behind: ``Knee pain M25.561``."""
    words = before.split()
    few = 0 < len(words) <= _LONGEST_NAME and before[-1].isspace()
    if not few or not words[0][0].isupper() or not words[-1].isalpha():
        return False
    numbered = words[-1].lower() in _NUMBERED or (len(words[-1]) == _STATE and words[-1].isupper())
    return not numbered and words[-1].lower() not in _LINK


def _name_first(view: Bare, span: Span, now: Listing, at: At) -> Entry | None:
    """An item whose codes stand behind its name: ``Widget fitting (90471)``."""
    groups = list(codes(view.text, span, now.kind, at))
    if len(groups) != 1 or view.text[groups[0].end :].strip(")]. \t|"):
        return None
    before = view.text[: groups[0].start]
    if not (_NAME_ENDS.search(before) or _is_name(before)):
        return None
    if groups[0].kind == "procedures" and view.text.rstrip().endswith(".") and before[-1] not in "([":
        return None  # a sentence
    name = before.rstrip(" ([-:")
    words = described(view.span(0, len(name)), at.source) if name else None
    if not words:
        return None
    if _NO_NAME.match(name):
        return Entry(_placed(view, groups[0]), None, view.span(groups[0].start, groups[0].end), now)
    return Entry(_placed(view, groups[0]), words, (words[0], view.span(0, groups[0].end)[1]), now)
