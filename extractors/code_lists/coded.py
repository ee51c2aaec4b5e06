"""Coded things: modifiers, taxonomies, diagnoses and related codes. Their forms, and one row as a fact."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypedDict

from extractors.code_sets.forms import CPT, HCPCS, ICD10CM, ICD10PCS, MODIFIER, TAXONOMY, procedure_system
from extractors.record.model import (
    BillingNumber,
    Diagnosis,
    ListedCode,
    Modifier,
    RelatedCode,
    Span,
    Taxonomy,
    Value,
)
from extractors.record.readings import Fact
from extractors.text.reading_text import trim

Field = Literal[
    "modifiers",
    "taxonomies",
    "diagnoses",
    "related_codes",
    "procedures",
    "excluded_diagnoses",
    "bill_types",
    "revenue_codes",
]
#: The lists that describe the article's own code; the others belong to coverage policies.
FIELDS: tuple[Literal["modifiers", "taxonomies", "diagnoses", "related_codes"], ...] = (
    "modifiers",
    "taxonomies",
    "diagnoses",
    "related_codes",
)
_PROCEDURE = f"{CPT}|{HCPCS}"
FORM: dict[Field, str] = {
    "modifiers": MODIFIER,
    "taxonomies": TAXONOMY,
    "diagnoses": ICD10CM,
    "related_codes": f"{_PROCEDURE}|{ICD10CM}|{ICD10PCS}",
    "procedures": rf"(?:{_PROCEDURE})(?:\s?[-–]\s?(?:{_PROCEDURE}))?|{ICD10PCS}",
    "excluded_diagnoses": ICD10CM,
    "bill_types": "[0-9]{2,3}[xX]|[0-9]{3,4}",
    "revenue_codes": "[0-9]{3}[xX]|[0-9]{4}",
}
#: Words that name the system in front of a code: "CPT 62287", "Modifier 22".
SYSTEM_WORDS = (
    r"(?:(?:CPT®?|HCPCS|ICD-10(?:-CM)?|NUCC|Modifiers?|Mod\.?|Code|Taxonomy(?:\sCode)?)"
    r"(?>\s*+[:#]\s++|\s++))?"
)
#: What stands between the ends of a range.
RANGE = re.compile(r"\s?[-‐‑–—]\s?|\s(?:through|thru|to)\s")
_SENTENCE = re.compile(
    r"(?<=[a-z0-9)\]%]\.)(?<!e\.g\.)(?<!i\.e\.)(?<!\bvs\.)(?<!\bincl\.)(?<!\bno\.)\s+(?=[A-Z(])"
)
_USAGE = re.compile(
    r"(?<!\s)(?>\s++[-–—|]\s++|[^\S\n]*+\n\s*+)"
    r"(?=(?:Use|Used|When|Append|Report|Apply|Applies|Add|For use|Needed|Required)\b)"
)
_ALL_USE = re.compile(r"(?:Used?|Append|Report|Add|Apply)\s+(?:when|if|only|with|where|on|to|for|as)\b")
_DASHES = ("-", "–", "—")


class Whole(TypedDict):
    """What every row says of itself."""

    span: Span
    complete: bool


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
    code, name = source[slice(*part.code)], _words(part.text, source)
    return Fact(field, _value(part, field, code, name, source), part.span)


def _value(part: Part, field: Field, code: str, name: str | None, source: str) -> Value:
    whole: Whole = {"span": part.span, "complete": part.complete}
    match field:
        case "modifiers":
            return Modifier(code=code, description=name, when_to_use=_words(part.use, source), **whole)
        case "taxonomies":
            return Taxonomy(code=code, name=name, **whole)
        case "diagnoses" | "excluded_diagnoses":
            first, last = ends(code)
            return Diagnosis(code=first, last=last, name=name, **whole)
        case "bill_types" | "revenue_codes":
            return BillingNumber(code=code, description=name, **whole)
        case "procedures":
            first, last = ends(code)
            return ListedCode(
                system=procedure_system(first), code=first, last=last, description=name, **whole
            )
        case "related_codes":
            relation = _words(part.relation, source) or "related"
            system = procedure_system(code)
            return RelatedCode(system=system, code=code, description=name, relation=relation, span=part.span)


def ends(code: str) -> tuple[str, str | None]:
    """Return the first and the last code of a range as printed; None for the last of a single code.

    >>> ends("90476 through 90759"), ends("M54.10-M54.18"), ends("J1095")
    (('90476', '90759'), ('M54.10', 'M54.18'), ('J1095', None))
    """
    first, *rest = RANGE.split(code)
    return first, rest[-1] if rest else None


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
    if re.fullmatch(
        rf"(?:(?>{SYSTEM_WORDS}-?(?:{form})(?![0-9A-Za-z]))\s*+(?:(?:[,/;&]|and\b|or\b)\s*+)?)++", words
    ):
        for found in re.finditer(rf"(?<![0-9A-Za-z.])(?:{form})(?![0-9A-Za-z])", words):
            yield span[0] + found.start(), span[0] + found.end()


def filled(span: Span | None) -> Span | None:
    """Return the span, None where it is empty."""
    return span if span and span[0] < span[1] else None


def _words(span: Span | None, source: str) -> str | None:
    words = source[slice(*span)] if span else ""
    return None if not words or words in _DASHES else words
