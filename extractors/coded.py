"""Coded things: modifiers, taxonomies, diagnoses and related codes. Their forms, and one row as a fact."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from extractors.codes import CPT, HCPCS, ICD10CM, MODIFIER, TAXONOMY, procedure_system
from extractors.facts import Fact
from extractors.model import Diagnosis, Modifier, RelatedCode, Span, Taxonomy
from extractors.text import trim

Field = Literal["modifiers", "taxonomies", "diagnoses", "related_codes"]
FIELDS: tuple[Field, ...] = ("modifiers", "taxonomies", "diagnoses", "related_codes")
FORM: dict[Field, str] = {
    "modifiers": MODIFIER,
    "taxonomies": TAXONOMY,
    "diagnoses": ICD10CM,
    "related_codes": f"{CPT}|{HCPCS}|{ICD10CM}",
}
#: Words that name the system in front of a code: "CPT 62287", "Modifier 22".
SYSTEM_WORDS = (
    r"(?:(?:CPT®?|HCPCS|ICD-10(?:-CM)?|NUCC|Modifiers?|Mod\.?|Code|Taxonomy(?:\sCode)?)\s*[:#]?\s+)?"
)
_SENTENCE = re.compile(
    r"(?<=[a-z0-9)\]%]\.)(?<!e\.g\.)(?<!i\.e\.)(?<!\bvs\.)(?<!\bincl\.)(?<!\bno\.)\s+(?=[A-Z(])"
)
_USAGE = re.compile(
    r"(?:\s+[-–—|]\s+|\s*\n\s*)(?=(?:Use|Used|When|Append|Report|Apply|Applies|Add|For use)\b)"
)
_ALL_USE = re.compile(r"(?:Used?|Append|Report|Add|Apply)\s+(?:when|if|only|with|where|on|to|for|as)\b")
_DASHES = ("-", "–", "—")


class Part(NamedTuple):
    """The parts of one row or item as spans; None where there is nothing.

    ``complete`` is false where the row breaks off.
    """

    code: Span
    text: Span | None
    use: Span | None
    relation: Span | None
    span: Span
    complete: bool


def as_fact(part: Part, field: Field, source: str) -> Fact:
    """Turn the parts of a row or item into a fact of its field."""
    code = source[slice(*part.code)]
    name = _words(part.text, source)
    if field == "modifiers":
        modifier = Modifier(
            code=code,
            description=name,
            when_to_use=_words(part.use, source),
            span=part.span,
            complete=part.complete,
        )
        return Fact(field, modifier, part.span)
    if field == "taxonomies":
        return Fact(field, Taxonomy(code=code, name=name, span=part.span, complete=part.complete), part.span)
    if field == "diagnoses":
        return Fact(field, Diagnosis(code=code, name=name, span=part.span, complete=part.complete), part.span)
    related = RelatedCode(
        system=procedure_system(code),
        code=code,
        description=name,
        relation=_words(part.relation, source) or "related",
        span=part.span,
    )
    return Fact(field, related, part.span)


def split_usage(part: Part, source: str) -> Part:
    """Move the sentences after a description into ``use``: they tell when to use the modifier."""
    if part.use or not part.text:
        return part
    if _ALL_USE.match(source, *part.text):
        return part._replace(text=None, use=part.text)
    found = _SENTENCE.search(source, *part.text) or _USAGE.search(source, *part.text)
    if not found:
        return part
    description, use = (part.text[0], found.start()), (found.end(), part.text[1])
    return part._replace(text=description, use=trim(source, *use))


def codes_in(span: Span, field: Field, source: str) -> Iterator[Span]:
    """Find the codes of a cell that holds nothing else: ``22``, ``Modifier 22``, ``LT, RT``."""
    words = source[slice(*span)]
    form = FORM[field]
    if re.fullmatch(rf"(?:{SYSTEM_WORDS}-?(?:{form})\s*(?:[,/;&]|and\b|or\b)?\s*)+", words):
        for found in re.finditer(rf"(?<![0-9A-Za-z.])(?:{form})(?![0-9A-Za-z])", words):
            yield span[0] + found.start(), span[0] + found.end()


def filled(span: Span | None) -> Span | None:
    """Return the span, None where it is empty."""
    return span if span and span[0] < span[1] else None


def _words(span: Span | None, source: str) -> str | None:
    words = source[slice(*span)] if span else ""
    return None if not words or words in _DASHES else words
