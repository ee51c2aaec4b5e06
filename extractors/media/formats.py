"""Formats that hold no article as text, known by how they begin; none of them is read as prose.

A signature refuses only what can be nothing else: a text that speaks of one of these formats, or shows a
line of it, is a text.
"""

import csv
import json
import re

from extractors.errors import SourceError

_MAGIC = (
    (b"%PDF-", "a PDF file"),
    (b"PK\x03\x04", "a ZIP container (DOCX, XLSX, ...)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"SQLite format 3\x00", "a SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"{\\rtf", "an RTF file"),
)
_HEAD = 65_536  # characters that are looked at
_HEADERS = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]{1,60}:.*\n(?:[ \t].*\n)*){2,}")
_MAIL = re.compile(
    r"^(?:MIME-Version:\s*1\.\d|Message-ID:\s*<|Received:\s*from\s)", re.IGNORECASE | re.MULTILINE
)
_XML = re.compile(r"\s*<\?xml\b[^>]*>(?:\s|<!--(?:[^-]|-(?!->))*-->|<\?[^>]*>|<!DOCTYPE[^>]*>)*<([\w:.-]+)")
_FEED = re.compile(r"\s*<(rss|feed|urlset|sitemapindex|opml|plist|rdf:RDF|soap:Envelope)[\s>]")
_PAGE_ROOTS = frozenset({"html", "body", "div", "main", "article", "section", "p", "table", "head"})
_SCRIPT = re.compile(
    r"\bfunction\s*+\w*+\s*+\(|\b(?:var|const|let)\s+[\w$]+\s*=|=>\s*[{(]|\bmodule\.exports\b|"
    r"\bexport\s+(?:default|const|function)\b|\bdocument\.\w+\("
)
_DECLARATION = re.compile(
    r"^[ \t]*[\w-]{2,40}\s?:\s?[^;{}\n]{1,300};|[;{]\s?[\w-]{2,40}\s?:\s?[^;{}\n]{1,300}(?=[;}])",
    re.MULTILINE,
)
_CODE_ENDS = (";", "{", "}", "*/", ",", ");", "(", ")")
_LONGEST_NAME = 60  # characters of a column's name
_FEWEST_ROWS = 3  # of data that are told from a text by their commas
_FEWEST = 3  # marks of a program or style sheet
_MOST = 0.8  # share of its lines that end as no sentence does


def refuse_binary(raw: bytes) -> None:
    """Refuse bytes that begin like a file of another kind.

    Raises:
        SourceError: ``unsupported``.
    """
    for magic, name in _MAGIC:
        if raw.startswith(magic):
            raise _unsupported(name, "convert it to text, HTML, PDF or DOCX first")


def refuse_text(characters: str) -> None:
    """Refuse characters that are data, mail or a program, and no article.

    Raises:
        SourceError: ``unsupported``.
    """
    head = characters[:_HEAD].lstrip("\ufeff \t\r\n")
    if _is_mail(head.replace("\r\n", "\n")):
        raise _unsupported("an e-mail or a page saved as MHTML", "save the page as HTML alone, or as PDF")
    if _is_xml(head):
        raise _unsupported("XML data", "fetch the page that it points to, or convert it to HTML")
    if head[:1] in ("{", "[") and _is_json(characters):
        raise _unsupported("JSON data", "write the text of each article to a file of its own")
    if any(_is_csv(head, delimiter, whole=len(characters) <= _HEAD) for delimiter in ",;"):
        advice = "write the words of each article to a file of its own, a table with tabs"
        raise _unsupported("a table of data (CSV)", advice)
    if head[:1] != "<" and _is_program(head):
        raise _unsupported("a script or style sheet", "fetch the page that it belongs to")


def _unsupported(name: str, advice: str) -> SourceError:
    return SourceError("unsupported", f"this is {name}, not a text, HTML, PDF or DOCX; {advice}")


def _is_mail(head: str) -> bool:
    headers = _HEADERS.match(head)
    return bool(headers and _MAIL.search(headers.group()))


def _is_xml(head: str) -> bool:
    """Whether the characters are an XML document that is no page."""
    found = _XML.match(head) or _FEED.match(head)
    return found is not None and found.group(1).rpartition(":")[2].lower() not in _PAGE_ROOTS


def _is_json(characters: str) -> bool:
    """Whether the characters are one JSON value, or one a line."""
    body = characters.strip("\ufeff \t\r\n")
    return any(isinstance(_loaded(part), dict | list) for part in (body, body.partition("\n")[0]))


def _loaded(words: str) -> object:
    try:
        value = json.loads(words)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) or any(isinstance(one, dict | list) for one in value) else None


def _is_csv(head: str, delimiter: str, *, whole: bool) -> bool:
    """Whether every line is a row of as many fields as the first, which names them.

    People write a space behind a comma, programs that write data do not.
    """
    first = head.partition("\n")[0]
    if delimiter not in first:
        return False
    lines = head.splitlines(keepends=True)
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter, strict=True) if row]
    except csv.Error:
        return False
    rows = rows if whole else rows[:-1]
    names = rows[0] if rows else []
    distinct = len(set(names)) == len(names)
    named = distinct and all(name.strip() and len(name) <= _LONGEST_NAME for name in names)
    return (
        named
        and len(rows) >= _FEWEST_ROWS
        and all(len(row) == len(names) and not any(cell[:1].isspace() for cell in row) for row in rows)
    )


def _is_program(head: str) -> bool:
    if "{" not in head:
        return False
    lines = [line.strip() for line in head.splitlines() if line.strip()]
    code = sum(line.endswith(_CODE_ENDS) or line.startswith(("//", "/*", "*")) for line in lines)
    marks = (
        max(len(_SCRIPT.findall(head)), len(_DECLARATION.findall(head))) if code > _MOST * len(lines) else 0
    )
    return marks >= _FEWEST
