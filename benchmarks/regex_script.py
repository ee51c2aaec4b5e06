"""The script to beat: what a consultant writes in an afternoon, without spans, status or care for damage."""

import re
from typing import Any

from bs4 import BeautifulSoup

_HEADING = re.compile(r"^[A-Z][\w&]*(?: (?:&|of|the|and|[A-Z]\w*)){0,5}:?$")
_TITLE = re.compile(r"^(?:CPT|HCPCS)[^:\n]{0,20}? (\w{5}): (.+)$", re.MULTILINE)
_MODIFIER = re.compile(r"\b([A-Z0-9]{2}): (.+?)(?=[A-Z0-9]{2}: |$)")
_AGE = re.compile(r"(\d{1,3})-year-old")
_PAYERS = ("Aetna", "Blue Cross Blue Shield", "Cigna Health", "UnitedHealthcare", "Medicare", "Humana")


def text_of_page(page: str) -> str:
    """The words of a page, tables as pipe text."""
    soup = BeautifulSoup(page, "lxml")
    root = soup.find("main") or soup
    for row in root.find_all("tr"):
        row.replace_with(
            "\n" + " | ".join(cell.get_text(" ", strip=True) for cell in row.find_all("td")) + "\n"
        )
    return str(root.get_text("\n"))


def extract(text: str) -> dict[str, Any]:
    """What the regular expressions find."""
    sections: list[dict[str, Any]] = []
    rows: list[list[str]] = []
    for line in map(str.strip, text.split("\n")):
        if _HEADING.match(line):
            sections.append({"heading": line, "body": []})
        elif "|" in line and set(line) - set("|- "):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif line and sections:
            sections[-1]["body"].append(line)
    title, age = _TITLE.search(text), _AGE.search(text)
    return {
        "code": title.group(1) if title else None,
        "title": title.group(2) if title else None,
        "payers": [payer for payer in _PAYERS if payer in text],
        "service_type": [line[13:].strip() for line in text.split("\n") if line.startswith("Service type:")],
        "age": int(age.group(1)) if age else None,
        "sections": sections,
        "rows": rows,
        "modifiers": _MODIFIER.findall(text),
    }
