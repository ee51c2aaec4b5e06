"""Distinct documents by the thousand, made from the text samples in ``raw/``, as text and as HTML pages."""

import html
import random
import re
from collections.abc import Iterator
from pathlib import Path

RAW = Path(__file__).parent.parent / "raw"
_HEADINGS = frozenset(
    {
        *(
            "Summary & Overview",
            "Billing Code Overview",
            "CPT Code Overview",
            "Clinical & Coding Specifications",
        ),
        *(
            "Clinical Context",
            "Coding Specifications",
            "Name of the Procedure:",
            "Summary",
            "Purpose",
            "Indications",
        ),
        *("Preparation", "Procedure Description", "Tools and Equipment", "Duration", "Setting", "Personnel"),
        *(
            "Risks and Complications",
            "Benefits",
            "Recovery",
            "Alternatives",
            "Patient Experience",
            "Similar Codes",
        ),
    }
)
_BULLET = re.compile(r"(?:[•*-]|\d+\.)\s+")
_TOP = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Codes</title><script>var a = 1 && 2;</script></head><body>
<header><a href="/">Codes</a></header>
<nav><ul><li><a href="/cpt">CPT</a></li><li><a href="/hcpcs">HCPCS</a></li></ul></nav>
<main><article>
"""
_BOTTOM = """
</article></main><aside><h2>Popular codes</h2><ul><li>99213</li></ul></aside>
<footer><p>&copy; 2026 Codes. All rights reserved.</p></footer></body></html>
"""


def documents(count: int) -> Iterator[tuple[str, str]]:
    """Yield ``count`` distinct documents as (name, text); the same ones every time."""
    samples = [path.read_text("utf-8") for path in sorted(RAW.rglob("*.txt"))]
    chance = random.Random(0)
    for number in range(count):
        text = samples[number % len(samples)]
        age = f"{chance.randint(22, 88)}-year-old"
        varied = re.sub(r"\b\d{2}-year-old", age, text)
        yield f"{number:05d}", varied.replace("Clinical Context\n", f"Clinical Context\nCase {number}. ", 1)


def page(text: str) -> str:
    """Return a document as an HTML page with headings, lists, tables and site chrome."""
    body: list[str] = []
    rows: list[str] = []
    for line in filter(None, map(str.strip, text.split("\n"))):
        if "|" in line:
            rows.append(line)
            continue
        body += _table(rows)
        rows = []
        escaped = html.escape(_BULLET.sub("", line))
        if line in _HEADINGS:
            body.append(f"<h2>{escaped}</h2>")
        elif line != "-":
            body.append(f"<ul><li>{escaped}</li></ul>" if _BULLET.match(line) else f"<p>{escaped}</p>")
    return _TOP + "\n".join([*body, *_table(rows)]) + _BOTTOM


def _table(rows: list[str]) -> list[str]:
    cells = [[cell.strip() for cell in row.strip("| ").split("|")] for row in rows if set(row) - set("|- ")]
    lines = ["<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in cells]
    return ["<table>", *lines, "</table>"] if lines else []
