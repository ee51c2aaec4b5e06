"""Placeholders: sentences such as "Data not available in the input." that stand where data should be.

A placeholder says that something is missing. A remark only speaks about missing data ("... is noted
where applicable") and stands for nothing.
"""

import re

_THING = (
    r"(?:specific\s+|additional\s+|further\s+|detailed\s+)?"
    r"(?:data|information|details?|values?|content|this (?:information|data|section)|"
    r"no (?:data|information|details?))"
)
_STATE = (
    r"(?:available|provided|specified|supplied|included|listed|found|present|given|stated|identified|"
    r"reported)"
)
_WHERE = (
    r"(?:\s+(?:in|from|within|by)\s+(?:the\s+)?(?:provided\s+|given\s+)?"
    r"(?:(?:input|source|document|text|data|article|material|record|page)s?\s*){1,2})?"
)
_BE = r"(?:(?:is|are|was|were)\s+)?"
_OPENING = re.compile(
    rf"\W*(?:{_THING}(?:\s+elements?)?\s+{_BE}(?:currently\s+)?not\s+{_STATE}{_WHERE}"
    rf"|no\s+(?:data|information|details?|content)\s+{_BE}{_STATE}{_WHERE}"
    rf"|(?:no|not any)\s++(?P<named>[\w ,/()-]{{3,80}}?)\s++{_BE}{_STATE}{_WHERE}"
    rf"|{_THING}\s+(?:on|about|for|regarding|concerning)\s++(?P<topic>[\w ,/()-]{{3,80}}?)\s++"
    rf"(?:is|are|was|were)\s+(?:missing|unavailable|absent|not\s+{_STATE}){_WHERE}"
    rf"|(?:{_THING}\s+)?{_BE}(?:unavailable|missing){_WHERE}"
    rf"|not\s+{_STATE}{_WHERE}"
    rf"|none\s+{_BE}{_STATE}{_WHERE}"
    r"|(?:none|unknown)(?=\W*$)|n/?a|to be determined|tbd|not applicable)\b",
    re.IGNORECASE,
)
_STANDS = re.compile(
    r"\s*(?:$|[.;:)\]\"'”*_-]+\s*$|(?:for|regarding|on|about|concerning|as to|of|includ(?:es?|ing)|[:–—-])"
    r"\s*(?P<named>.*)$)",
    re.IGNORECASE | re.DOTALL,
)
_REMARK = re.compile(
    r"\b(?:(?:is|are|was|were|will be|be|being)\s+(?:\w+ly\s+)?(?:noted|identified|indicated|marked|flagged|"
    r"stated|excluded|reported|omitted|described)|"
    r"where\s+(?:applicable|appropriate|relevant|needed|necessary))\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.;])\s+(?=[A-Z\[(])")
_NAMED = (
    ("modifiers", re.compile(r"\bmodifiers?\b", re.IGNORECASE)),
    ("taxonomies", re.compile(r"\btaxonom(?:y|ies)\b", re.IGNORECASE)),
    ("diagnoses", re.compile(r"\b(?:icd|diagnos[ie]s|diagnostic codes?)\b", re.IGNORECASE)),
    (
        "related_codes",
        re.compile(
            r"\b(?:related|similar|associated) (?:(?:cpt|hcpcs|billing|procedure) )*codes?\b", re.IGNORECASE
        ),
    ),
    ("sites_of_service", re.compile(r"\b(?:sites?|places?) of service\b", re.IGNORECASE)),
    ("service_type", re.compile(r"\bservice types?\b|\btypes? of service\b", re.IGNORECASE)),
    ("payers", re.compile(r"\bpayers?\b(?![- ](?:specific|rate|polic|cover|rule))", re.IGNORECASE)),
    ("clinical_context", re.compile(r"\bclinical (?:context|vignette|scenario|example)s?\b", re.IGNORECASE)),
)


def placeholder(words: str) -> frozenset[str] | None:
    """Return the fields that a placeholder names, none for a bare one; None for any other words.

    >>> placeholder("Data not available in the input.")
    frozenset()
    >>> sorted(placeholder("Data not available in the input for associated taxonomies, and related codes."))
    ['related_codes', 'taxonomies']
    >>> placeholder("Data not available in the input is noted where applicable.") is None
    True
    >>> placeholder("No epidural anesthesia was provided to the patient on the day of surgery.") is None
    True
    """
    fields: set[str] = set()
    for sentence in _SENTENCE_END.split(words.strip()):
        named = _named(sentence)
        if named is None:
            return None
        fields |= named
    return frozenset(fields)


def _named(sentence: str) -> set[str] | None:
    opening = _OPENING.match(sentence)
    if not opening or _REMARK.search(sentence):
        return None
    stands = _STANDS.match(sentence, opening.end())
    if not stands:
        return None
    said = " ".join(filter(None, (opening["named"], opening["topic"], stands["named"])))
    named = {field for field, pattern in _NAMED if pattern.search(said)}
    if opening["named"] and not named:
        return None  # "No complications were reported" is a statement, not a gap
    return named
