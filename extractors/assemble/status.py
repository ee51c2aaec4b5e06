"""The status of each field, computed from what was found and from where the document ends."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NamedTuple, TypeGuard

from extractors.record.fields import FIELDS, STATED, TOLD, Field
from extractors.record.model import Code, FieldStatus
from extractors.record.readings import Fact, Gap, Reading
from extractors.structure.document import Document, Section
from extractors.structure.layout import Stage

_SENTENCE = 40  # characters; a shorter line without a closing mark may be a label or a cell


def statuses(
    readings: Iterable[Reading],
    document: Document,
    stages: Sequence[Stage],
    *,
    ends_anywhere: bool = True,
) -> dict[str, FieldStatus]:
    """Return the status of every field, in the order of the contract.

    A field is ``truncated`` where its last value runs to the end of a document that its layout does not
    end, or where the document ends before the place at which the layout tells it.
    """
    readings = list(readings)
    cut = _cut_of(readings, document, stages, ends_anywhere)
    facts: dict[str, list[Fact]] = defaultdict(list)
    gaps: dict[str, set[FieldStatus]] = defaultdict(set)
    for reading in readings:
        if isinstance(reading, Fact):
            facts[reading.field].append(reading)
        elif isinstance(reading, Gap):
            gaps[reading.field].add(reading.status)
    status = {path: _status(path, facts[path], gaps[path], cut) for path in TOLD}
    status["sections"] = "present" if document.sections else "absent"
    for field in FIELDS:
        if field.cardinality == "group" and field.path in STATED:
            status[field.path] = _group(field, status, facts)
    return {path: status[path] for path in STATED}


def _group(
    field: Field, status: Mapping[str, FieldStatus], facts: Mapping[str, Sequence[Fact]]
) -> FieldStatus:
    """A group that may be null is present where any part is told, another one where no part breaks off."""
    if field.optional:
        return "present" if any(facts.get(part.path) for part in field.parts) else "absent"
    parts = {status[part.path] for part in field.parts}
    order: tuple[FieldStatus, ...] = ("truncated", "unparsed", "present", "placeholder")
    return next((each for each in order if each in parts), "absent")


class _Cut(NamedTuple):
    """Where a document breaks off, in terms of its layout's stages.

    ``place`` is the stage of each field, ``reached`` the last stage that the document shows, ``end`` where
    its content ends; ``unfinished`` tells that the layout goes on after that.
    """

    place: Mapping[str, int]
    reached: int
    end: int
    unfinished: bool

    def before(self, field: str) -> bool:
        """Whether the document ends before or in the place of a field that it does not tell."""
        return self.unfinished and self.place.get(field, -1) >= self.reached

    def inside(self, fact: Fact) -> bool:
        """Whether a value runs to the end of an unfinished document."""
        return self.unfinished and fact.field in self.place and fact.span[1] >= self.end


def _cut_of(
    readings: Iterable[Reading], document: Document, stages: Sequence[Stage], ends_anywhere: bool
) -> _Cut:
    """A document is cut where its last section is a stage of its layout, and not the layout's last stage."""
    place = {field: index for index, stage in enumerate(stages) for field in stage.fields}
    kinds = {stage.kind: index for index, stage in enumerate(stages)}
    content = [section for section in document.sections if section.kind != "boilerplate"]
    shown = [kinds[section.kind] for section in content if section.kind in kinds]
    told = [place[reading.field] for reading in readings if _shows(reading) and reading.field in place]
    reached = max([*shown, *told], default=-1)
    on_stage = bool(content) and content[-1].kind in kinds
    told_cut = any(_is_cut(reading, document) for reading in readings)
    broken = on_stage and (told_cut or _breaks_off(content[-1], document, ends_anywhere))
    unfinished = broken and reached < len(stages) - 1
    return _Cut(place, reached, content[-1].end if content else 0, unfinished)


def _breaks_off(section: Section, document: Document, ends_anywhere: bool) -> bool:
    """Whether a document breaks off in its last section.

    It does behind a heading with nothing below; else not where markup closes it. In a layout that may end
    anywhere only the middle of a sentence is a break: a row or an item needs no full stop.
    """
    if not section.lines or ends_anywhere:
        return not (section.lines and document.closed)
    line = section.lines[-1]
    listed = line.piped or line.bulleted
    return not (document.closed or listed or line.closed) and len(line.text) > _SENTENCE


def _is_cut(reading: Reading, document: Document) -> bool:
    """Whether a reader saw the document break off."""
    if not isinstance(reading, Gap) or reading.status != "truncated":
        return False
    return document.ends_at(reading.span[1])


def _shows(reading: Reading) -> TypeGuard[Fact | Gap]:
    """Whether a reading shows that the document has come to its field; a placeholder may stand anywhere."""
    return isinstance(reading, Fact) or (isinstance(reading, Gap) and reading.status != "placeholder")


def _status(field: str, facts: Sequence[Fact], gaps: Set[FieldStatus], cut: _Cut) -> FieldStatus:
    if facts:
        if field == "code" and all(
            isinstance(fact.value, Code) and fact.value.value is None for fact in facts
        ):
            return "absent"
        return "truncated" if "truncated" in gaps or any(map(cut.inside, facts)) else "present"
    order: tuple[FieldStatus, ...] = ("placeholder", "truncated", "unparsed")
    said = next((status for status in order if status in gaps), None)
    if said and not (said == "unparsed" and cut.before(field)):
        return said
    return "truncated" if cut.before(field) else "absent"
