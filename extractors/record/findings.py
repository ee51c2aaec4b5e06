"""Every finding that a record can hold: its code, severity and meaning, in one table."""

from typing import NamedTuple

from extractors.record.model import Finding, Severity, Span


class Rule(NamedTuple):
    """A kind of finding. ``meaning`` says what it tells, and what a person should do about it."""

    severity: Severity
    meaning: str


CATALOGUE: dict[str, Rule] = {
    "code.conflict": Rule(
        "warning", "The title names one code, a paragraph below another. Check which one the page is about."
    ),
    "html.text_lost": Rule(
        "error", "Text of the page did not come through the HTML parser. Look at the raw page and repair it."
    ),
    "layout.unknown": Rule(
        "info", "No known layout has this form; headings, tables and labels were read by their form alone."
    ),
    "patient.age_cut": Rule(
        "info", "The document breaks off inside the patient's age; the number was read as years."
    ),
    "placeholder.line": Rule(
        "info", "A line says that data are missing, and for which fields if it says so."
    ),
    "section.cut_heading": Rule(
        "info", "The document ends inside a heading; it was taken for the one heading that begins so."
    ),
    "table.header_only": Rule("warning", "A table has a header and no row; nothing was concluded from it."),
    "table.nested": Rule(
        "warning", "A row of a table holds a table in a cell; its cells were read one below the other."
    ),
    "table.not_a_code": Rule(
        "warning", "A row's code cell does not have the form of a code; the row was not read."
    ),
    "table.ragged": Rule(
        "warning", "A row has fewer or more cells than the table's header; what is lost is null."
    ),
    "table.row_cut": Rule("warning", "The document ends inside a row; what is lost is null."),
    "table.spans": Rule(
        "warning", "Cells of a table reach over more rows and columns than it has; how far was left aside."
    ),
    "table.wide_cell": Rule(
        "info", "A cell crosses some columns of its table, but not all; it was read in the first of them."
    ),
    "text.charset_guessed": Rule(
        "warning", "A page declares no charset and is not UTF-8; it was read as windows-1252, as browsers do."
    ),
    "text.control_character": Rule(
        "warning", "The text holds control characters; they were kept as they are."
    ),
}


def finding(rule: str, message: str, *, field: str | None = None, span: Span | None = None) -> Finding:
    """Make a finding of the catalogue.

    Raises:
        KeyError: the catalogue does not hold the rule.
    """
    return Finding(rule=rule, severity=CATALOGUE[rule].severity, message=message, field=field, span=span)
