"""Which pages print a code, in which role, and where: asked of the last version of every record."""

from collections.abc import Iterator
from typing import NamedTuple

from extractors import SchemaError, load
from extractors.code_sets.ranges import lies_within
from extractors.ledger.balance import Entry, entries
from extractors.ledger.ledger import key
from extractors.ledger.prints import with_point
from extractors.record.model import Span
from extractors.resources import code_set
from flows.errors import OutputError
from flows.reading.packing import Version
from flows.store.state.manifest import Manifest

_AT_ONCE = 1000  # records looked up together


class Sighting(NamedTuple):
    """A place where a page prints a code.

    Attributes:
        id: of the document.
        role: the field that holds it, or its role in ``other_codes``.
        system: what kind of code it is; None where the record does not say.
        code: as printed.
        last: the end of the range that it begins; None of a single code.
        in_range: whether the code that was asked for lies between the two.
        span: of the row or the words that it was read from.
        line: the number of its line in the text.
        text: that line.
    """

    id: str
    role: str
    system: str | None
    code: str
    last: str | None
    in_range: bool
    span: Span
    line: int
    text: str


def find(manifest: Manifest, code: str) -> Iterator[Sighting]:
    """Find where the current records have a code, by document id.

    Args:
        manifest: of an output folder.
        code: in capitals or not, with its point or without.

    Raises:
        OutputError: a record has a schema that is not known here.
    """
    ids = manifest.record_ids()
    for start in range(0, len(ids), _AT_ONCE):
        versions = manifest.latest(ids[start : start + _AT_ONCE])
        for document in sorted(versions):
            yield from _in_record(document, versions[document], code)


def _in_record(document: str, version: Version, code: str) -> Iterator[Sighting]:
    try:
        record = load(version.record)
    except SchemaError as error:
        message = f"the record of {document} cannot be read: {error}"
        raise OutputError(message) from error
    text = version.text.decode()
    for each in entries(record):
        exact = key(code) in {key(end) for end in (each.value, each.last) if end}
        if _may_be(code, each) and (exact or _in_range(code, each)):
            at = max(each.span[0], text.find(each.value, *each.span))
            line = text.count("\n", 0, at) + 1
            words = text[text.rfind("\n", 0, at) + 1 :].partition("\n")[0]
            yield Sighting(
                document, each.role, each.system, each.value, each.last, not exact, each.span, line, words
            )


def _may_be(code: str, each: Entry) -> bool:
    """What has a point is of ICD-10-CM."""
    return "." not in code or each.system in {"ICD-10-CM", None}


def _in_range(code: str, each: Entry) -> bool:
    if not (each.last and each.system):
        return False
    if each.system == "ICD-10-CM" and with_point(key(code)) not in code_set("ICD-10-CM"):
        return False  # J7323 is no code between A00 and T88
    return lies_within(key(code), key(each.value), key(each.last), each.system)
