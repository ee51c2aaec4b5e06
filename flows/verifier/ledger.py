"""Every unmistakable code of a text is in its record: in a field, or at each place in ``other_codes``."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from flows.verifier.fault import Found, Span, Values
from flows.verifier.rows import ROWS, mentions

_CODE_SETS = Path(__file__).parents[2] / "extractors" / "code_sets" / "data"  # read as data
#: The field that a listed code of a system belongs in; of any other system that of the layout.
_LISTED = {
    "ICD-10-CM": "diagnoses",
    "NUCC": "taxonomies",
    "REVENUE": "revenue_codes",
    "TOB": "bill_types",
    "MODIFIER": "modifiers",
}
_POLICIES = frozenset({"cms-article", "payer-policy"})
#: By code set: what has the form of a code of its own.
_FORMS = {
    "icd10cm.tsv": r"[A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4}",
    "nucc.tsv": r"\d{3}[0-9A-Z]{6}X",
    "hcpcs.tsv": r"[A-CEGHJ-MP-V]\d{4}",
    "cpt.txt": r"\d{4}[FMTU]",
}
_ANY = "|".join(_FORMS.values())
_FORMED = re.compile(rf"(?<![\w.$#@-])(?:{_ANY})(?!\w|\.\w|-(?!(?:{_ANY})(?!\w)))")
#: By code set: what is a code behind words that say so.
_CUED = {
    "cpt.txt": re.compile(r"\bCPT®?(?: codes?)?:? (?:\d{5},? (?:and|or) )?(\d{5})(?!\w|-\w|[.,]\d)"),
    "modifiers.tsv": re.compile(r"\b[Mm]odifiers? [“\"]?([0-9A-Z]{2})(?![\w-])"),
    "revenue.txt": re.compile(r"\b[Rr]evenue [Cc]odes? (\d{4})(?!\w|-\w)"),
}
_NUMBERED = re.compile(
    r"\b(?:version|ver|v|model|part|lot|serial|item|catalog(?:ue)?|contract|invoice|section|form|pmid|pmc|nct)"
    r"(?: (?:number|no|code)s?)?[\s.:#]*$|\bicd-?9[^\n]{0,50}$",
    re.IGNORECASE,
)
_OLD = re.compile(r"[^\n]{0,22}icd-?9", re.IGNORECASE)


def ledger(record: Values, text: str) -> Found:
    """No code is in a field and in ``other_codes``, none of the text in neither."""
    if record["schema_version"] == "1.0":
        return
    others = record["other_codes"]
    held = _held(record)
    for other in others:
        ends = {_key(other[end]) for end in ("value", "last") if other[end]}
        if ends <= held["MODIFIER" if other["system"] == "MODIFIER" else "other"]:
            yield "other_codes", other["span"], f"{other['value']} is in a field as well"
    for code, span in _lost(record, text):
        yield "other_codes", span, f"lacks {code}, which no field holds"
    yield from _unassigned(record, [other for other in others if other["role"] == "unassigned"])


def _key(code: str) -> str:
    return code.replace(".", "").upper()


def _held(record: Values) -> dict[str, set[str]]:
    """The codes that fields hold: modifiers, and all others."""
    rows = [row for field in ROWS for row in record[field]]
    ends = [row[end] for row in (*rows, *mentions(record)) for end in ("code", "last") if row.get(end)]
    codes = {_key(code) for code in (*ends, (record["code"] or {}).get("value") or "")}
    return {"MODIFIER": {_key(row["code"]) for row in record["modifiers"]}, "other": codes}


def lost_codes(record: Values, text: str) -> list[str]:
    """Return the unmistakable codes of a text that are in no field, and that ``other_codes`` lacks there."""
    return [code for code, _ in _lost(record, text)]


def _lost(record: Values, text: str) -> Iterator[tuple[str, Span]]:
    held, spans = _held(record), [other["span"] for other in record["other_codes"]]
    for code, span, system in _unmistakable(text):
        if _key(code) not in held[system] and not any(start <= span[0] < end for start, end in spans):
            yield code, span


def _unmistakable(text: str) -> Iterator[tuple[str, Span, str]]:
    """Yield the codes that can be nothing else, where they stand, and whether they are modifiers."""
    for found in _FORMED.finditer(text):
        [name] = [name for name, form in _FORMS.items() if re.fullmatch(form, found.group())]
        apart = _NUMBERED.search(text, max(0, found.start() - 60), found.start())
        if not (apart or _OLD.match(text, found.end())) and _exists(found.group(), name):
            yield found.group(), found.span(), "other"
    for name, cued in _CUED.items():
        for found in cued.finditer(text):
            if _exists(found[1], name):
                yield found[1], found.span(1), "MODIFIER" if name == "modifiers.tsv" else "other"


def _exists(code: str, name: str) -> bool:
    """Whether a code set has a code, of ICD-10-CM also one with its seventh character."""
    return code in _code_set(name) or (code[3:4] == "." and code[:7].rstrip("X.") in _code_set(name))


@cache
def _code_set(name: str) -> frozenset[str]:
    lines = (_CODE_SETS / name).read_text("utf-8").splitlines()
    return frozenset(line.partition("\t")[0] for line in lines if not line.startswith("#"))


def _unassigned(record: Values, left: Iterable[Values]) -> Found:
    """Where codes stand that no reader took, their field is not absent, and the findings count them."""
    listed = "procedures" if record["source"]["layout"] in _POLICIES else "related_codes"
    for field in {_LISTED.get(other["system"], listed) for other in left}:
        if record["status"][field] == "absent":
            yield f"status.{field}", None, "is absent, and other_codes has codes of it that no reader took"
    told = sum(
        int(each["message"].split()[0]) for each in record["findings"] if each["rule"] == "code.unassigned"
    )
    if told != len([*left]):
        yield "other_codes", None, f"has {len([*left])} codes unassigned, and the findings tell of {told}"
