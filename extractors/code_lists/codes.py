"""The codes in a stretch of text: their forms by kind, ranges, and those that stand in one list together."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from extractors.code_sets.forms import CPT, HCPCS, MODIFIER, TAXONOMY
from extractors.record.model import Span
from extractors.structure.listing import Kind
from extractors.vocabulary.vocabulary import Vocabulary


class At(NamedTuple):
    """What every step needs: the reading text, the vocabularies, and whether the list prints points."""

    source: str
    vocabulary: Vocabulary
    pointed: bool = False


class Listed(NamedTuple):
    """A code or a range as it stands in some words, and its kind; ``last`` is where a range ends."""

    first: Span
    last: Span | None
    kind: Kind

    @property
    def end(self) -> int:
        """One past the last character."""
        return (self.last or self.first)[1]


class Codes(NamedTuple):
    """Codes that stand together with nothing but commas and the like between."""

    listed: tuple[Listed, ...]

    @property
    def start(self) -> int:
        """Where the first code begins."""
        return self.listed[0].first[0]

    @property
    def end(self) -> int:
        """One past the last code."""
        return self.listed[-1].end

    @property
    def kind(self) -> Kind:
        """The kind of the first code."""
        return self.listed[0].kind


_PROCEDURE = f"(?:{CPT}|{HCPCS})"
_POINTED = r"[A-Z][0-9][0-9AB]\.[0-9A-Zx]{1,4}"  # a small x keeps a place free: S42.00xA
_CATEGORY = r"[A-Z][0-9][0-9AB]"
_POINTLESS = rf"{_CATEGORY}[0-9A-Zx]{{0,4}}"
_PCS = r"(?=[A-Z]{0,6}[0-9])[0-9BCDFGHX][0-9A-HJ-NP-Z]{6}"
_PCS_ALONE = rf"(?=[0-9]{{0,6}}[A-Z]){_PCS}"  # letters and digits: no number and no word
_FORM: dict[Kind, str] = {
    "procedures": _PROCEDURE,
    "icd_10_pcs": _PCS,
    "ms_drg": r"[0-9]{3}",
    "revenue": r"0[0-9]{3}",
    "diagnoses": f"{_POINTED}|{_POINTLESS}",
    "modifiers": MODIFIER,
    "taxonomies": TAXONOMY,
    "revenue_codes": r"(?:0[0-9]{2}|100|210|310)[0-9xX]|[1-9][0-9][0-9xX]",
    "bill_types": r"0?[0-9]{2}[0-9xX]",
    "any": f"{_PROCEDURE}|{_POINTED}",
}
#: Forms that words and numbers have too.
LOOSE: frozenset[Kind] = frozenset({"modifiers", "revenue_codes", "revenue", "ms_drg", "bill_types"})
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("diagnoses", _POINTED),
    ("taxonomies", TAXONOMY),
    ("procedures", _PROCEDURE),
    ("icd_10_pcs", _PCS_ALONE),
)
_GLUED = r"(?=[A-Z][a-z]|[A-Z]{2,6}[ ,-])"  # words that follow a code without a space: 90476Vaccines
_END = r"(?![0-9A-Za-z]|\.[0-9A-Za-z]|-[0-9]{3}|\s?%)"
_BEFORE = r"(?<![0-9A-Za-z$#-])(?<![^A-Za-z)\]%]\.)"
_TO = r"\s{0,3}-\s{0,3}|\s{1,3}(?:through|thru|to)\s{1,3}"
_BETWEEN = re.compile(r"[\s,;/&|†‡+^>-]*(?:(?:and|or)\b\s*)?")
_ENDED = re.compile(r"\s?(?:[:=)]|-{1,3}\s|$)")
_SMALL = re.compile(r"(?<![0-9A-Za-z.$#-])[a-z][0-9][0-9ab]\.[0-9a-z]{1,4}(?![0-9A-Za-z])")
_PARTS = re.compile(r"[,;/&]|\b(?:and|or)\b")


class _Form(NamedTuple):
    """The codes of a kind: alone, in a text among all that are certain, and in small letters."""

    native: re.Pattern[str]
    text: re.Pattern[str]
    small: re.Pattern[str]


def _form(kind: Kind, native: str) -> _Form:
    apart = (
        {kind, "icd_10_pcs"} if kind == "taxonomies" else {kind}
    )  # half a taxonomy has the form of the other
    others = "|".join(form for other, form in _KINDS if other not in apart)
    if kind == "diagnoses":
        others = f"{TAXONOMY}|{CPT}|{_PCS_ALONE}"  # a letter and four digits may be either
    code = f"(?:{native}|{others})"
    ends, before, after = _TO, _BEFORE, f"(?:{_END}|{_GLUED})"
    if kind == "modifiers":
        spaced = r"(?<=[A-Z][0-9])\s-\s(?=[A-Z][0-9])"  # a name may stand behind the dash of any other
        ends, before, after = (
            rf"-|{spaced}|\s(?:through|thru|to)\s",
            r"(?<![0-9A-Za-z$#])(?<![0-9A-Za-z]-)(?<![^A-Za-z)\]%]\.)",
            rf"(?:{_END}|(?<=[0-9]){_GLUED})",
        )
    return _Form(
        re.compile(native),
        re.compile(rf"{before}(?P<first>{code})(?:(?:{ends})(?P<last>{code}))?{after}"),
        re.compile(rf"{_BEFORE}(?:{native}){_END}", re.IGNORECASE),
    )


_FORMS = {kind: _form(kind, native) for kind, native in _FORM.items()}
_POINTED_ONLY = _form("diagnoses", f"{_POINTED}|{_CATEGORY}")
_CERTAIN = tuple((kind, re.compile(form)) for kind, form in _KINDS)


def codes(words: str, span: Span, kind: Kind, at: At) -> Iterator[Codes]:
    """Find the codes in a stretch of bare words, those of a kind and of any other that is certain.

    Yields:
        The codes that stand in one list together.
    """
    group: list[Listed] = []
    for code in _codes(words, span, kind, at):
        if group and not _BETWEEN.fullmatch(words, group[-1].end, code.first[0]):
            yield Codes(tuple(group))
            group = []
        group.append(code)
    if group:
        yield Codes(tuple(group))


def raised(words: str) -> str:
    """Return the words of a list with the codes that have a point in capitals.

    >>> raised("m54.50, M54.51")
    'M54.50, M54.51'
    """
    return _SMALL.sub(lambda code: code.group().upper(), words)


def opens(words: str, start: int, kind: Kind, at: At) -> bool:
    """Whether a code of a kind begins at an offset."""
    form = _FORMS.get(kind)
    found = form.text.match(words, start) if form else None
    return bool(found and (kind != "modifiers" or found["first"] in at.vocabulary.modifiers))


def is_word(code: Listed, words: str) -> bool:
    """Whether a code may as well be a word, as in "vitamin B12"."""
    return code.kind == "diagnoses" and "." not in words[slice(*code.first)]


def _codes(words: str, span: Span, kind: Kind, at: At) -> Iterator[Listed]:
    """The codes one by one. Ends of a range that do not count up are two codes."""
    if kind not in _FORMS:
        return
    form = _POINTED_ONLY if kind == "diagnoses" and at.pointed else _FORMS[kind]
    words, last = _raised(words, span, kind, form, at), None
    for found in form.text.finditer(words, *span):
        ends = [found.span(end) for end in ("first", "last") if found[end]]
        kinds = [_kind(words[slice(*end)], kind, form) for end in ends]
        if len(ends) > 1 and kinds[0] == kinds[1] and _counts_up(found["first"], found["last"], kinds[0]):
            yield Listed(ends[0], ends[1], kinds[0])
            last = found.end()
            continue
        for end, one in zip(ends, kinds, strict=True):
            if one != "modifiers" or _is_modifier(words, (span[0], last), end, at):
                yield Listed(end, None, one)
                last = end[1]


def _raised(words: str, span: Span, kind: Kind, form: _Form, at: At) -> str:
    """The words with their codes in capitals, where they open with one in small letters."""
    start = next((index for index in range(*span) if words[index].isalnum()), span[1])
    small = form.small.match(words, start, span[1])
    if not small or form.text.match(words, start, span[1]) or not any(map(str.islower, small.group())):
        return words
    if kind in LOOSE:
        known = small.group().upper() in at.vocabulary.modifiers
        return _upper(words, small) if known and _ENDED.match(words, small.end(), span[1]) else words
    return form.small.sub(lambda code: code.group().upper(), words)


def _upper(words: str, found: re.Match[str]) -> str:
    return words[: found.start()] + found.group().upper() + words[found.end() :]


def _kind(code: str, kind: Kind, form: _Form) -> Kind:
    if kind != "any" and form.native.fullmatch(code):
        return kind
    return next((one for one, certain in _CERTAIN if certain.fullmatch(code)), kind)


def _counts_up(first: str, last: str, kind: Kind) -> bool:
    if kind == "modifiers" and first[0].isalpha():
        return first[0] == last[0] and last[1].isdigit() and first != last
    alike = first[0].isdigit() == last[0].isdigit() and (len(first) == len(last) or "." in first)
    return alike and first < last


def _is_modifier(words: str, before: tuple[int, int | None], span: Span, at: At) -> bool:
    """Whether two characters are a modifier: known, or where one must stand, in front or in a list."""
    start, last = before
    between = words[start if last is None else last : span[0]]
    if words[slice(*span)] in at.vocabulary.modifiers:
        return True
    if last is None:
        return not any(map(str.isalnum, between))
    return bool(_PARTS.search(between) and _BETWEEN.fullmatch(between))
