"""Sections that say by their kind what they list, and gave no value: `absent` would be no true word."""

import re
from collections.abc import Collection, Iterator, Mapping

from extractors.record.findings import finding
from extractors.record.model import SectionKind
from extractors.record.readings import Gap, Reading
from extractors.structure.document import Document, Section

#: What a section of a kind lists; a value in any of the fields shows that it was read.
_LISTS: Mapping[SectionKind, tuple[str, ...]] = {
    "modifiers": ("modifiers",),
    "taxonomies": ("taxonomies",),
    "diagnoses": ("diagnoses", "excluded_diagnoses"),
    "related_codes": ("related_codes", "procedures"),
    "setting": ("sites_of_service",),
}
_NOTHING = re.compile(
    r"\b(?:n/?a|none|nil|not (?:applicable|specified|available|listed)(?: in the source data)?|"
    r"no (?:data|codes?)|group \d+|paragraph|codes|expand all|collapse all|applicable)\b",
    re.IGNORECASE,
)


def unread(document: Document, told: Collection[str]) -> Iterator[Reading]:
    """Say of each section that lists something by its kind, and gave no value, that it was not read.

    A section in which the document may break off is another matter; see `extractors.assemble.status`.

    Args:
        document: cut into sections.
        told: the fields that readings tell of, be it that they are missing.
    """
    for section in document.sections:
        fields = _LISTS.get(section.kind, ())
        if (
            fields
            and section.lines
            and not any(field in told for field in fields)
            and _says_something(section)
        ):
            yield Gap(fields[0], "unparsed", section.span)
            message = f"the section of {fields[0]} gave no value"
            yield finding("section.unread", message, field=fields[0], span=section.span)


def _says_something(section: Section) -> bool:
    words = " ".join(line.words for line in section.lines)
    return bool(re.search(r"\w{2}", _NOTHING.sub(" ", words)))
