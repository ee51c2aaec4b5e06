"""The form of a document: sections, headings, labels, tables, placeholders; and what a layout is."""
