"""Every coded list of a section, as tables and as items."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from extractors.code_lists.coded import FORM, Field
from extractors.code_lists.items import item_facts
from extractors.code_lists.tables import field_of, table_facts
from extractors.record.readings import Gap, Reading
from extractors.structure.document import Document, Section
from extractors.structure.tables import tables
from extractors.vocabulary.vocabulary import Vocabulary

if TYPE_CHECKING:
    from extractors.record.model import Span

_UNTOLD: tuple[Field, ...] = ("taxonomies", "diagnoses", "related_codes")


def coded_lists(
    section: Section, document: Document, vocabulary: Vocabulary, default: Field | None = None
) -> Iterator[Reading]:
    """Read every coded table, and every coded item, of a section.

    Args:
        section: where to look.
        document: what it stands in.
        vocabulary: for the known modifiers.
        default: what the section lists, where its tables do not say so; items are read only with it.
    """
    if default and document.ends_at(section.end) and not section.lines and section.heading:
        yield Gap(default, "truncated", section.heading.span)
    read: list[Span] = []
    for table in tables(section, document):
        field = field_of(table, document, default)
        if field:
            read.append(table.span)
            yield from table.notes
            yield from table_facts(table, field, document)
    if default:
        lines = [line for line in section.lines if not any(a <= line.start < b for a, b in read)]
        yield from item_facts(lines, default, section, document, vocabulary)


def untold_list(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    """Read a section whose heading does not tell what it lists, if every line of it opens with a code."""
    lines = [line for line in section.lines if not line.lone_bullet]
    forms = ((field, re.compile(rf"(?:{FORM[field]})\s?(?:[:–—=-]|\s)")) for field in _UNTOLD)
    for field, form in forms:
        if len(lines) > 1 and all(form.match(line.words) for line in lines):
            yield from item_facts(lines, field, section, document, vocabulary)
            return
