"""Items of coded things such as ``QS: Monitored care``: one a line, run together, or name first."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import zip_longest

from extractors.code_lists.coded import (
    FORM,
    SYSTEM_WORDS,
    Field,
    Part,
    as_fact,
    codes_in,
    filled,
    split_usage,
)
from extractors.record.model import Repair, Span
from extractors.record.readings import Gap, Reading
from extractors.structure.document import Document, Section
from extractors.structure.placeholders import placeholder
from extractors.text.reading_text import Line, Mark, trim
from extractors.vocabulary.vocabulary import Vocabulary

_SIGNS = r"[*_`\s]*"
_EMPHASIS = " *_`•-–—"
_LEAD = 12  # characters of emphasis or system name that may stand before the code of a line
_CLOSING = (".", "!", "?", ")")
_HANGING = re.compile(r"(?:[,(/&-]|\b(?:and|or|of|with|the|for|to|a|an|in|by|each|per))$", re.IGNORECASE)
_USAGE = re.compile(
    r"(?:use[ds]?|using|append(?:ed)?|appl(?:y|ied|ies)|report(?:ed)?|when|add(?:ed)?|for use|indicates?|"
    r"submit)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Item:
    """One item: where its code stands, and where its words begin and end."""

    code: Span
    start: int
    end: int


def item_facts(
    lines: Sequence[Line], field: Field, section: Section, document: Document, vocabulary: Vocabulary
) -> Iterator[Reading]:
    """Read the items in some lines of a section.

    A line of nothing but codes is an item for each. A line that opens no item goes on with the one above
    it, if it tells the use or the item has no words.
    """
    items: list[_Item] = []
    open_item = False
    for line in lines:
        bare = list(codes_in((line.body, line.end), field, document.source))
        if len(bare) > 1:
            items += [_Item(code, code[1], code[1]) for code in bare]
            open_item = False
            continue
        found = list(_starts(line, field, vocabulary))
        yield from _run_together(found, line)
        if found:
            items += _cut_up(found, line, field)
            open_item = True
        elif named := _name_first(line, field):
            items.append(named)
            open_item = False
        elif open_item and _goes_on(line, items[-1], document.source):
            items[-1] = replace(items[-1], end=line.end)
        else:
            open_item = False
    for item in items:
        cut = item is items[-1] and _is_cut(item, items[:-1], document)
        yield from _item_facts(item, field, document, cut=cut)


def _cut_up(found: Sequence[re.Match[str]], line: Line, field: Field) -> Iterator[_Item]:
    """The items of a line; codes that share their words ("76/77: …") are an item each."""
    for this, following in zip_longest(found, found[1:]):
        end = line.start + following.start() if following else line.end
        for code in re.finditer(FORM[field], line.text[this.start("code") : this.end("more")]):
            start = line.start + this.start("code") + code.start()
            span = (start, start + len(code.group()))
            yield _Item(span, line.start + this.end(), end)


def _run_together(found: Sequence[re.Match[str]], line: Line) -> Iterator[Repair]:
    for inner in found:
        if inner.start("code") > line.body - line.start + _LEAD:
            yield Repair(
                kind="items.run_together",
                span=(line.start + inner.start("code"), line.start + inner.end()),
                detail="an item begins in the middle of a line",
            )


@lru_cache(maxsize=8)
def _pattern(field: Field) -> re.Pattern[str]:
    return re.compile(
        rf"(?:^|(?<=[.;)]))\s*+(?:[•*_`#(–—-]++\s*+)*+{SYSTEM_WORDS}"
        rf"(?P<code>{FORM[field]})(?![0-9A-Za-z.][0-9A-Za-z])(?P<more>(?:\s?[/,&]\s?(?:{FORM[field]})\b)*)"
        rf"{_SIGNS}(?P<separator>[:–—|)=]+\s*[:–—-]?|-{{1,3}}(?=\s)|(?=\()|(?=\s)|$){_SIGNS}"
    )


@lru_cache(maxsize=8)
def _name_first_pattern(field: Field) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<name>\S(?:.*?\S)??)\s*+(?:[(\[]|[-–—:]\s)\s*+{SYSTEM_WORDS}(?P<code>{FORM[field]})[)\]]?[.,;]?$"
    )


def _starts(line: Line, field: Field, vocabulary: Vocabulary) -> Iterator[re.Match[str]]:
    """The places in a line where items begin."""
    for found in _pattern(field).finditer(line.text):
        separated = bool(found["separator"].strip())
        known = field != "modifiers" or found["code"] in vocabulary.modifiers
        if _opens_line(found, line):
            following = line.text[found.end() : found.end() + 1]
            alone = following in ("", "(") or following.isupper()
            if separated or field != "modifiers" or (known and alone):
                yield found
        elif separated and known and line.text[: found.start()].rstrip(_EMPHASIS)[-1:] in (".", ";", ")"):
            yield found


def _opens_line(found: re.Match[str], line: Line) -> bool:
    body = line.body - line.start
    return found.start("code") <= body + _LEAD and not line.text[body : found.start()].strip(_EMPHASIS + "(")


def _name_first(line: Line, field: Field) -> _Item | None:
    """An item whose code stands behind its name: ``Anesthesiology Physician (207L00000X)``."""
    found = _name_first_pattern(field).match(line.words) if field != "modifiers" else None
    if not found:
        return None
    start, end = found.span("code")
    return _Item(
        (line.body + start, line.body + end), line.body + found.start("name"), line.body + found.end("name")
    )


def _without(signs: str, span: Span, source: str) -> Span:
    """The span without signs at its end that part it from what follows."""
    start, end = span
    return start, start + len(source[start:end].rstrip(signs))


def _goes_on(line: Line, item: _Item, source: str) -> bool:
    if line.bulleted or line.mark is not Mark.TEXT:
        return False
    return bool(_USAGE.match(line.text)) or not source[item.start : item.end].strip()


def _is_cut(item: _Item, above: Sequence[_Item], document: Document) -> bool:
    """Whether the document breaks off inside its last item.

    A text without its last line end does, if the item has no closing mark. Else something is lost where
    words hang, or where the items above have words or a closing mark and the last has none.
    """
    words, others = _words(item, document.source), [_words(one, document.source) for one in above]
    if not document.may_break_at(max(item.code[1], item.end)) or words.endswith(_CLOSING):
        return False
    lost = any(one.endswith(_CLOSING) for one in others) or (not words and any(others))
    return document.unfinished or lost or bool(_HANGING.search(words))


def _words(item: _Item, source: str) -> str:
    return source[item.start : item.end].strip()


def _item_facts(item: _Item, field: Field, document: Document, *, cut: bool) -> Iterator[Reading]:
    source = document.source
    text = filled(_without(";, ", trim(source, item.start, item.end), source))
    span = (min(item.code[0], item.start), max(item.code[1], text[1] if text else 0))
    if text and placeholder(source[slice(*text)]) is not None:
        yield Gap(field, "placeholder", span)
        text = None
    if cut and field != "related_codes":
        yield Gap(field, "truncated", span)
    part = Part(item.code, text, None, None, span, not cut)
    if field == "modifiers":
        part = split_usage(part, source)
    name = _without(".", part.text, source) if part.text else None
    yield as_fact(part._replace(text=name), field, source)
