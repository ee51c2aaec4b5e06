"""The naive way, to compare with: split at known headings, a few regular expressions, a list of payers.

What a consultant would write in an afternoon; its answers have the form of a record, without spans.
"""

import re
from typing import Any

from bs4 import BeautifulSoup

_HEADINGS = {
    "summary & overview": "summary",
    "billing code overview": "overview",
    "cpt code overview": "overview",
    "clinical & coding specifications": "specifications",
    "clinical context": "clinical_context",
    "coding specifications": "coding_specifications",
    "name of the procedure": "name",
    "summary": "summary",
    "purpose": "purpose",
    "indications": "indications",
    "preparation": "preparation",
    "procedure description": "procedure",
    "tools and equipment": "equipment",
    "duration": "duration",
    "setting": "setting",
    "personnel": "personnel",
    "risks and complications": "risks",
    "benefits": "benefits",
    "recovery": "recovery",
    "alternatives": "alternatives",
    "patient experience": "patient_experience",
    "similar codes": "related_codes",
    "modifiers": "modifiers",
    "provider taxonomies": "taxonomies",
}
_TITLE = re.compile(r"^(CPT|HCPCS)[^:\n]{0,20}? (\w{5}): (.+)$", re.MULTILINE)
_MODIFIER = re.compile(r"\b([A-Z0-9]{2}): (.+?)(?=[A-Z0-9]{2}: |$)")
_TAXONOMY = re.compile(r"\b(\d{3}[A-Z0-9]{6}X)\b[ |:–-]*([^|\n]*)")
_DIAGNOSIS = re.compile(r"\b([A-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4})\b[ |:–-]*([^|\n]*)")
_AGE = re.compile(r"(\d{1,3})-year-old(?: (man|woman|male|female))?")
_PAYERS = (
    "Aetna",
    "Blue Cross Blue Shield",
    "Cigna Health",
    "UnitedHealthcare",
    "Medicare",
    "Humana",
    "Medicaid",
)
_SEX = {"man": "male", "woman": "female"}


def text_of(content: bytes) -> str:
    """The words of a document, tables of a page as pipe text."""
    text = content.decode("utf-8", "replace")
    if "<html" not in text.lower():
        return text
    soup = BeautifulSoup(text, "lxml")
    root = soup.find("main") or soup
    for row in root.find_all("tr"):
        row.replace_with(
            "\n" + " | ".join(cell.get_text(" ", strip=True) for cell in row.find_all(["td", "th"])) + "\n"
        )
    return str(root.get_text("\n"))


def read(content: bytes) -> dict[str, Any]:
    """Read a document the naive way."""
    text = text_of(content)
    title, age = _TITLE.search(text), _AGE.search(text)
    sections, rows = _sections(text)
    items = {section["kind"]: section["body"] for section in sections}
    guide = "name" in items
    return {
        "source": {"layout": "procedure-guide" if guide else "billing-report", "layout_score": 1.0},
        "code": {"system": title[1], "value": title[2]} if title else None,
        "title": {"text": title[3]} if title else None,
        "sections": sections,
        "payers": [{"text": payer} for payer in _PAYERS if payer in text],
        "service_type": _labelled("Service type", text),
        "sites_of_service": _sites(text),
        "modifiers": _modifiers(rows, "\n".join(items.get("modifiers", []))),
        "taxonomies": [{"code": code, "name": name.strip()} for code, name in _TAXONOMY.findall(text)],
        "diagnoses": [{"code": code, "name": name.strip()} for code, name in _DIAGNOSIS.findall(text)],
        "related_codes": [],
        "procedures": [],
        "excluded_diagnoses": [],
        "clinical_context": {
            "patient": {"age_years": int(age[1]), "sex": _SEX.get(age[2] or "", age[2])} if age else None,
            "mentions": [],
        },
        "article": {
            part: [{"text": re.sub(r"^\W+|^\d+\.\s*", "", line)} for line in items.get(kind, [])]
            for part, kind in (("steps", "procedure"), ("indications", "indications"), ("risks", "risks"))
        },
        "status": {},
    }


def _sections(text: str) -> tuple[list[dict[str, Any]], list[list[str]]]:
    sections: list[dict[str, Any]] = []
    rows: list[list[str]] = []
    for line in map(str.strip, text.split("\n")):
        kind = _HEADINGS.get(line.rstrip(":").lower())
        if kind:
            sections.append({"kind": kind, "heading": {"text": line}, "body": []})
        elif "|" in line and set(line) - set("|- "):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif line and sections:
            sections[-1]["body"].append(line)
    return sections, rows


def _labelled(label: str, text: str) -> dict[str, str] | None:
    found = re.search(rf"^[^\w\n]*{label}:\s*(.+)$", text, re.MULTILINE | re.IGNORECASE)
    return {"text": found[1].strip()} if found else None


def _sites(text: str) -> list[dict[str, Any]]:
    value = _labelled("Typical site of service", text)
    return (
        [{"text": site, "pos_codes": []} for site in re.split(r",\s*(?:or\s+)?|\s+or\s+", value["text"])]
        if value
        else []
    )


def _modifiers(rows: list[list[str]], body: str) -> list[dict[str, Any]]:
    table = [[*row, "", ""] for row in rows if re.fullmatch(r"[A-Z0-9]{2}", row[0])]
    listed = [[code, words, ""] for code, words in _MODIFIER.findall(body)]
    return [{"code": row[0], "description": row[1], "when_to_use": row[2]} for row in table + listed]
