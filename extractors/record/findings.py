"""Every finding that a record can hold: its code, severity and meaning, in one table."""

from typing import NamedTuple

from extractors.record.model import Finding, Severity, Span


class FindingKind(NamedTuple):
    """A kind of finding. ``meaning`` says what it tells, and what a person should do about it."""

    severity: Severity
    meaning: str


CATALOGUE: dict[str, FindingKind] = {
    "code.conflict": FindingKind(
        "warning", "The title names one code, a paragraph below another. Check which one the page is about."
    ),
    "code.unassigned": FindingKind(
        "warning",
        "Codes stand in a list, a table or a label, and no reader took them; they are in `other_codes`.",
    ),
    "html.text_lost": FindingKind(
        "error", "Text of the page did not come through the HTML parser. Look at the raw page and repair it."
    ),
    "layout.unknown": FindingKind(
        "info", "No known layout has this form; headings, tables and labels were read by their form alone."
    ),
    "patient.age_cut": FindingKind(
        "info", "The document breaks off inside the patient's age; the number was read as years."
    ),
    "placeholder.line": FindingKind(
        "info", "A line says that data are missing, and for which fields if it says so."
    ),
    "section.cut_heading": FindingKind(
        "info", "The document ends inside a heading; it was taken for the one heading that begins so."
    ),
    "section.unread": FindingKind(
        "warning", "A section says by its heading what it lists, and no value was read from it; look at it."
    ),
    "table.header_only": FindingKind(
        "warning", "A table has a header and no row; nothing was concluded from it."
    ),
    "table.nested": FindingKind(
        "warning", "A row of a table holds a table in a cell; its cells were read one below the other."
    ),
    "table.not_a_code": FindingKind(
        "warning", "A row's code cell does not have the form of a code; the row was not read."
    ),
    "table.ragged": FindingKind(
        "warning", "A row has fewer or more cells than the table's header; what is lost is null."
    ),
    "table.row_cut": FindingKind("warning", "The document ends inside a row; what is lost is null."),
    "table.spans": FindingKind(
        "warning", "Cells of a table reach over more rows and columns than it has; how far was left aside."
    ),
    "table.unplaced": FindingKind(
        "warning",
        "A column of descriptions may be of any of several columns of codes; it was read for none of them.",
    ),
    "table.wide_cell": FindingKind(
        "info", "A cell crosses some columns of its table, but not all; it was read in the first of them."
    ),
    "text.charset_guessed": FindingKind(
        "warning", "A page declares no charset and is not UTF-8; it was read as windows-1252, as browsers do."
    ),
    "text.control_character": FindingKind(
        "warning", "The text holds control characters; they were kept as they are."
    ),
    "text.private_character": FindingKind(
        "info",
        "The text holds characters that mean something in one font alone, such as icons; they were kept.",
    ),
}


def finding(rule: str, message: str, *, field: str | None = None, span: Span | None = None) -> Finding:
    """Make a finding of the catalogue.

    Raises:
        KeyError: the catalogue does not hold the rule.
    """
    return Finding(rule=rule, severity=CATALOGUE[rule].severity, message=message, field=field, span=span)
