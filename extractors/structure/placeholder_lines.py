"""Placeholder lines: which fields a section says are missing."""

from collections.abc import Iterator, Sequence

from extractors.record.findings import finding
from extractors.record.readings import Gap, Reading
from extractors.structure.document import Section
from extractors.structure.placeholders import placeholder
from extractors.text.reading_text import Line


def placeholder_lines(section: Section, stands_for: Sequence[str] = ()) -> Iterator[Reading]:
    """Read the lines of a section that are nothing but a placeholder.

    Args:
        section: where to look.
        stands_for: the fields that a placeholder without a name stands for here.

    Yields:
        A gap for each field; the status of a field that was read elsewhere stays ``present``.
    """
    for line in section.lines:
        yield from placeholder_line(line, stands_for)


def placeholder_line(line: Line, stands_for: Sequence[str]) -> Iterator[Reading]:
    """Read a line, if it is nothing but a placeholder; see `placeholder_lines`."""
    named = placeholder(line.words)
    if named is None:
        return
    fields = sorted(named) or list(stands_for)
    for field in fields:
        yield Gap(field, "placeholder", line.span)
    said = f"data are missing here: {', '.join(fields) or 'the page does not say which'}"
    yield finding("placeholder.line", said, field=fields[0] if len(fields) == 1 else None, span=line.span)
