"""Coverage policies of commercial payers and Medicaid plans: medical, clinical and reimbursement policies."""

import re
from collections.abc import Iterator

from extractors.code_lists.lists import coded_lists
from extractors.layouts.payer_policy.heads import (
    banner_number,
    begins_with_banner,
    information,
    labels_in,
    policy_labels,
)
from extractors.layouts.payer_policy.outline import policy_outline
from extractors.readers.passages import passages, summary
from extractors.readers.policy.facts import DATE_LABELS, NUMBER_LABELS, dated_entries, revisions
from extractors.readers.policy.positions import positions, stated_positions
from extractors.record.model import SectionKind
from extractors.record.readings import Reading
from extractors.structure.document import Document, Section
from extractors.structure.layout import Layout
from extractors.structure.sections import Heading
from extractors.text.reading_text import Text
from extractors.vocabulary.vocabulary import Vocabulary

#: Names of sections that payer policies use otherwise than other pages do, or alone.
_NAMES: dict[SectionKind, str] = {
    "document_info": "application",
    "overview": "scope of policy",
    "guidance": "position | policy/criteria | policy statements | policy limitations | benefit application | "
    "rationale",
    "codes": "billing/coding information | coding implications | code reference section | codes table | "
    "cpt codes / hcpcs codes / icd-10 codes | policy codes | procedure codes and descriptions",
    "revision_history": "history | policy history and revisions | reviews, revisions, and approvals | "
    "reviews, revisions, and approvals revision date approval date",
    "references": "scientific background and reference sources | policy references | see also | "
    "government regulations",
    "boilerplate": "important reminder | important information | instructions for use",
}
HEADINGS = {name: Heading(kind, 1) for kind, names in _NAMES.items() for name in names.split(" | ")}
_TELLING = frozenset(
    [
        "policy",
        "policy statement",
        "policy criteria",
        "policy/criteria",
        "policy guidelines",
        "policy history",
        "policy history/revision information",
        "position statement",
        "coverage rationale",
        "coverage position",
        "medical necessity criteria",
        "benefit application",
        "applicable codes",
        "coding implications",
        "billing/coding information",
        "description of procedure or service",
        "related policies",
    ]
)
_LISTED = re.compile(
    r"(?:cpt|hcpcs|icd-10|procedure|diagnosis)\W.{0,40}codes?\s.{0,40}(?:covered|related to|"
    r"medically necessary)|codes? (?:not )?(?:covered|related)\b",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"[\s*_|]{0,6}polic(?:y|ies) (?:number|no\.?|#)\s?[:#|]", re.IGNORECASE)
_DATABASE = re.compile(r"contractor information|(?:lcd|article) (?:information|id)\b", re.IGNORECASE)


def _score(text: Text) -> float:
    """How much of a payer policy there is: its kind by name, number, dates, positions, lists, headings.

    A document of the Medicare Coverage Database, which has all of these too, is none.
    """
    lines = text.body_lines()
    head = lines[:24]
    keys = {line.key for line in lines if len(line.text) < 90}
    if any(_DATABASE.match(line.text) for line in lines[:80]):
        return 0.0
    kind = any(begins_with_banner(line.text) or _NUMBERED.match(line.text) for line in head)
    labels = labels_in(head)
    number = bool(labels & NUMBER_LABELS) or any(banner_number(line.text) for line in head)
    dates = min(len(labels & DATE_LABELS.keys()), 2)
    held = any(True for line in lines for _ in stated_positions(line.text))
    lists = any(_LISTED.match(line.text) for line in lines if len(line.text) < 200)
    parts = 0.25 * kind + 0.2 * number + 0.1 * dates + 0.25 * held + 0.2 * lists
    return min(1.0, parts + 0.1 * min(len(keys & _TELLING), 3))


def _information(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    yield from information(section, document, vocabulary)
    if section.heading is None:
        yield from positions(section, document)


def _history(section: Section, document: Document, _vocabulary: Vocabulary) -> Iterator[Reading]:
    yield from policy_labels(section, document, opening=True)
    yield from dated_entries(section, document)
    yield from revisions(section, document)


def _positions(section: Section, document: Document, vocabulary: Vocabulary) -> Iterator[Reading]:
    yield from positions(section, document)
    yield from coded_lists(section, document, vocabulary)


LAYOUT = Layout(
    name="payer-policy",
    revision=1,
    score=_score,
    split=lambda text, vocabulary: policy_outline(text, vocabulary, HEADINGS),
    readers={
        "document_info": (_information,),
        "guidance": (_positions,),
        "summary": (lambda section, document, _: summary(section, document, "summary"), _positions),
        "overview": (lambda section, document, _: summary(section, document, "overview"),),
        "indications": (lambda section, document, _: passages(section, document), coded_lists),
        "codes": (coded_lists,),
        "diagnoses": (coded_lists,),
        "modifiers": (coded_lists,),
        "other": (coded_lists,),
        "revision_history": (_history,),
    },
)
