"""What a layout is: how a family of documents is recognised, cut and read. A value, not a class to extend."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from extractors.record.model import SectionKind
from extractors.record.readings import Reading
from extractors.structure.document import Document, Section
from extractors.structure.sections import Heading
from extractors.text.reading_text import Text
from extractors.vocabulary.vocabulary import Vocabulary

Reader = Callable[[Section, Document, Vocabulary], Iterator[Reading]]


@dataclass(frozen=True, slots=True)
class Stage:
    """A place in the order of a layout: the section that holds it and the fields that are told there."""

    kind: SectionKind
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A family of documents.

    Attributes:
        name: as it stands in ``source.layout``; also the name of its file and of its folder of cases.
        revision: raised whenever what it reads changes.
        score: how much of the layout's form a text has, 0–1.
        split: cuts a text into the sections of a document.
        readers: what reads the sections of each kind, in order.
        about: what reads the document as a whole, before its sections; None where nothing does.
        headings: the headings that the layout knows, folded; a line that glues one to its text is parted.
        stages: where a whole document tells which fields, in order; empty where no order is known.
        ends_anywhere: whether a document that does not come to its last stage is cut wherever it ends; if
            not, only one that ends in the middle of a sentence is.
    """

    name: str
    revision: int
    score: Callable[[Text], float]
    split: Callable[[Text, Vocabulary], Document]
    readers: Mapping[SectionKind, tuple[Reader, ...]]
    about: Callable[[Document, Vocabulary], Iterator[Reading]] | None = None
    headings: Mapping[str, Heading] = field(default_factory=dict)
    stages: tuple[Stage, ...] = ()
    ends_anywhere: bool = True
