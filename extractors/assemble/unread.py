"""Sections that say by their kind what they list, and gave no value: `absent` would be no true word."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence

from extractors.record.findings import finding
from extractors.record.model import SectionKind
from extractors.record.readings import Fact, Gap, Reading
from extractors.structure.document import Document, Section

#: What a section of a kind lists.
_LISTS: Mapping[SectionKind, str] = {
    "modifiers": "modifiers",
    "taxonomies": "taxonomies",
    "diagnoses": "diagnoses",
    "related_codes": "related_codes",
    "setting": "sites_of_service",
}
_NOTHING = re.compile(
    r"\b(?:n/?a|none|nil|not (?:applicable|specified|available|listed)(?: in the source data)?|"
    r"no (?:data|codes?)|group \d+|paragraph|codes|expand all|collapse all|applicable)\b",
    re.IGNORECASE,
)


def unread(document: Document, readings: Sequence[Reading], told: Collection[str]) -> Iterator[Reading]:
    """Say of each section that lists something by its kind, and gave no value, that it was not read.

    Args:
        document: cut into sections.
        readings: a fact inside a section shows that it was read, whatever its heading says.
        told: the fields that readings tell of, be it that they are missing.
    """
    starts = sorted(one.span[0] for one in readings if isinstance(one, Fact))
    for section in document.sections:
        field = _LISTS.get(section.kind)
        at = bisect_left(starts, section.span[0])
        silent = field and field not in told and not (at < len(starts) and starts[at] < section.end)
        if field and silent and _says_something(section):
            yield Gap(field, "unparsed", section.span)
            yield finding(
                "section.unread", f"the section of {field} gave no value", field=field, span=section.span
            )


def _says_something(section: Section) -> bool:
    words = " ".join(line.words for line in section.lines)
    return bool(re.search(r"\w{2}", _NOTHING.sub(" ", words)))
