"""DOCX → reading text: paragraphs and tables in the order of the body.

python-docx opens the package; its XML is walked here, because what python-docx calls the text of a
paragraph lacks tracked insertions, content controls and text boxes. What a person does not see is no text:
tracked deletions, hidden words, field codes, comments. Numbers that the word processor puts before list
items and headings stand nowhere in the file, and are not made up.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import docx
from docx.opc.exceptions import OpcError
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from extractors.errors import SourceError
from extractors.media.blocks import Block, placed, write
from extractors.media.grid import Cell, flat, place
from extractors.media.notes import MARK_SPACE, STRUCK, UNSTRUCK, hidden, parted
from extractors.record.findings import finding
from extractors.text.reading_text import DOCX, Mark, Text

if TYPE_CHECKING:
    from docx.document import Document

    from extractors.record.model import Finding

_LARGEST = 128 * 2**20  # bytes unpacked; a 200-page policy with its pictures has a tenth of that
_MOST_PARTS = 5_000
_FEWEST = 2  # cells of a row of data
_WIDEST = 63  # columns of a table; Word allows no more
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w++)/")
_TRANSITIONAL = rb"http://schemas.openxmlformats.org/\1/2006/"
_HEADING = re.compile(r"heading (\d)")
_SPACES = re.compile(rf"[^\S{MARK_SPACE}]+")
_NOTES = re.compile(r"/relationships/(?:footnotes|endnotes)$")
# fmt: off
_UNSEEN = frozenset((
    *map(qn, ("w:del", "w:moveFrom", "w:instrText", "w:rPr", "w:pPr", "w:tblPr", "w:sdtPr", "w:sdtEndPr")),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",  # the same words once more
))
# fmt: on
_WORDS = frozenset({qn("w:t"), "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"})
_PUT = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t", qn("w:noBreakHyphen"): "\u2011"}
_BOX = qn("w:txbxContent")
_VALUE = qn("w:val")


@dataclass(frozen=True, slots=True)
class _Style:
    """What a style says of a paragraph or run; a heading's level, 0 for none."""

    level: int = 0
    item: bool = False
    bold: bool = False
    raised: bool = False
    struck: bool = False


@dataclass(slots=True)
class _Words:
    """The words of a paragraph while they are gathered, with the text boxes that hang on it."""

    parts: list[str] = field(default_factory=list)
    bold: bool = True
    raised: bool = False
    boxes: list[Any] = field(default_factory=list)

    def add(self, run: str, style: _Style) -> None:
        """Add the words of a run; raised ones stand apart from the words on both sides."""
        run = run.replace("\n", " ").replace(MARK_SPACE, "\u00a0")
        before = self.parts[-1] if self.parts else ""
        if style.raised != self.raised and before and not before[-1:].isspace():
            apart = parted(before, run) if style.raised else run[:1].isalnum()
            self.parts += [MARK_SPACE] * apart
        self.raised = style.raised
        self.bold = self.bold and (style.bold or not run.strip())
        self.parts.append(f"{STRUCK}{run}{UNSTRUCK}" if style.struck else run)


def read_docx(raw: bytes) -> Text:
    """Read a DOCX document.

    Raises:
        SourceError: ``unreadable_docx``, ``too_large`` or ``empty``.
    """
    document = _open(raw)
    root = getattr(document.element, "body", None)  # lxml has its own class for the root that is expected
    if root is None:
        message = "the DOCX file has no body; open it in a word processor and save it again as DOCX"
        raise SourceError("unreadable_docx", message)
    try:
        reader = _Reader(_styles(document))
        body = [*reader.blocks(root), *reader.notes(document)]
        running = list(dict.fromkeys(reader.running(document)))
    except (OpcError, KeyError, ValueError, SyntaxError) as error:  # lxml's own is a SyntaxError
        raise _broken(error) from error
    return write(body, running, DOCX, notes=[*reader.findings, *hidden(reader.hidden)])


def _open(raw: bytes) -> "Document":
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            parts = package.infolist()
            size = sum(part.file_size for part in parts)
            # What a part says of its size binds: zipfile never unpacks more than that.
            if size <= _LARGEST and len(parts) <= _MOST_PARTS:
                return docx.Document(_transitional(package) or io.BytesIO(raw))
    except MemoryError:
        raise
    except Exception as error:  # a broken package fails in as many ways as the libraries have lines
        raise _broken(error) from error
    message = f"unpacked it has {size:,} bytes in {len(parts):,} parts; an article has at most {_LARGEST:,} "
    raise SourceError("too_large", f"{message}in {_MOST_PARTS:,}: save its text alone, without attachments")


def _transitional(package: zipfile.ZipFile) -> io.BytesIO | None:
    """A Strict package with the names that python-docx knows; None for what is none.

    Source: ISO/IEC 29500-1 and -4: both forms have the same elements under names of their own.
    """
    if not _STRICT.search(package.read("_rels/.rels")):
        return None
    renamed = io.BytesIO()
    with zipfile.ZipFile(renamed, "w") as copy:
        for part in package.infolist():
            content = package.read(part)
            is_xml = part.filename.endswith((".xml", ".rels"))
            copy.writestr(part.filename, _STRICT.sub(_TRANSITIONAL, content) if is_xml else content)
    renamed.seek(0)
    return renamed


def _broken(error: Exception) -> SourceError:
    return SourceError(
        "unreadable_docx",
        f"the DOCX file is damaged ({type(error).__name__}); open it in a word processor and save it again",
    )


def _on(properties: Any, name: str) -> bool | None:
    """Whether a property is switched on; None where nothing is said of it."""
    found = None if properties is None else properties.find(qn(name))
    return None if found is None else found.get(_VALUE, "1") not in ("0", "false", "none", "off")


def _value(properties: Any, name: str) -> str | None:
    found = None if properties is None else properties.find(qn(name))
    return None if found is None else found.get(_VALUE)


def _styles(document: "Document") -> Mapping[str | None, _Style]:
    """Every style by its id, with what it inherits; None is the one of paragraphs that name none."""
    elements = {style.get(qn("w:styleId")): style for style in document.styles.element.findall(qn("w:style"))}
    styles: dict[str | None, _Style] = {}
    for name, element in elements.items():
        chain, at = [element], element
        while (base := elements.get(_value(at, "w:basedOn"))) is not None and base not in chain:
            chain.append(base)
            at = base
        style = _Style()
        for link in reversed(chain):
            style = _restyled(style, link)
        styles[name] = style
        if element.get(qn("w:default")) == "1" and element.get(qn("w:type")) == "paragraph":
            styles[None] = style
    return styles


def _restyled(style: _Style, element: Any) -> _Style:
    name = (_value(element, "w:name") or "").lower()
    heading = _HEADING.match(name)
    level = 1 if name == "title" else min(int(heading.group(1)), 6) if heading else style.level
    properties = element.find(qn("w:pPr"))
    item = style.item or name.startswith("list") or _numbered(properties)
    style = replace(style, level=_outlined(properties, level), item=item)
    return _formatted(style, element.find(qn("w:rPr")))


def _formatted(style: _Style, properties: Any) -> _Style:
    """A style with what the properties of a run switch on or off."""
    bold, one, two = (_on(properties, name) for name in ("w:b", "w:strike", "w:dstrike"))
    raised = _value(properties, "w:vertAlign")
    return replace(
        style,
        bold=style.bold if bold is None else bold,
        raised=style.raised if raised is None else raised == "superscript",
        struck=style.struck if one is None and two is None else bool(one or two),
    )


def _outlined(properties: Any, level: int) -> int:
    outline = _value(properties, "w:outlineLvl")
    if outline is None or not outline.isdecimal():
        return level
    return int(outline) + 1 if int(outline) < 6 else 0


def _numbered(properties: Any) -> bool:
    numbering = None if properties is None else properties.find(qn("w:numPr"))
    return numbering is not None and _value(numbering, "w:numId") != "0"


class _Reader:
    """Walks the XML of a document with its styles at hand."""

    def __init__(self, styles: Mapping[str | None, _Style]) -> None:
        self.findings: list[Finding] = []
        self.hidden = 0
        self._styles = styles
        self._tables = 0

    def blocks(self, parent: Any) -> Iterator[Block]:
        """Yield the paragraphs and rows below an element, in order."""
        for element in parent.iterchildren("{*}*"):
            if element.tag == qn("w:p"):
                yield from self._paragraph(element)
            elif element.tag == qn("w:tbl"):
                yield from self._table(element)
            elif element.tag not in _UNSEEN:
                yield from self.blocks(element)

    def notes(self, document: "Document") -> Iterator[Block]:
        """Yield the footnotes and endnotes; they stand behind the body."""
        for relation in document.part.rels.values():
            if _NOTES.search(relation.reltype) and not relation.is_external:
                for note in parse_xml(relation.target_part.blob):
                    if note.get(qn("w:type")) in (None, "normal"):
                        yield from self.blocks(note)

    def running(self, document: "Document") -> Iterator[Block]:
        """Yield what stands in the heads and feet of the pages."""
        for section in document.sections:
            for part in (
                *(section.first_page_header, section.header, section.even_page_header),
                *(section.first_page_footer, section.footer, section.even_page_footer),
            ):
                if not part.is_linked_to_previous:
                    yield from self.blocks(part._element)  # noqa: SLF001 (the only way to its XML)

    def _style(self, paragraph: Any) -> _Style:
        properties = paragraph.find(qn("w:pPr"))
        style = self._styles.get(_value(properties, "w:pStyle"), self._styles.get(None, _Style()))
        return replace(
            style,
            level=_outlined(properties, style.level),
            item=(style.item and not _unnumbered(properties)) or _numbered(properties),
        )

    def _paragraph(self, paragraph: Any) -> Iterator[Block]:
        style = self._style(paragraph)
        words = _Words()
        self._gather(paragraph, words, style)
        lines = [line for line in "".join(words.parts).split("\n") if line.strip()]
        mark = Mark.STRONG if words.bold else Mark.TEXT
        if style.level and lines:
            yield Block(" ".join(lines), Mark.HEADING, style.level)
        else:
            first = Mark.ITEM if style.item else mark
            yield from (Block(line, mark if index else first) for index, line in enumerate(lines))
        for box in words.boxes:
            yield from self.blocks(box)

    def _gather(self, element: Any, words: _Words, style: _Style) -> None:
        for child in element.iterchildren("{*}*"):
            if child.tag == qn("w:r"):
                properties = child.find(qn("w:rPr"))
                if _on(properties, "w:vanish"):
                    self.hidden += sum(len("".join((run.text or "").split())) for run in child.iter(*_WORDS))
                else:
                    self._gather(child, words, self._run(properties, style))
            elif child.tag in _WORDS:
                words.add(child.text or "", style)
            elif child.tag in _PUT:
                words.parts.append(_PUT[child.tag])
            elif child.tag == _BOX:
                words.boxes.append(child)
            elif child.tag not in _UNSEEN:
                self._gather(child, words, style)

    def _run(self, properties: Any, style: _Style) -> _Style:
        """What a run says of its words, over its own style and that of the paragraph."""
        own = self._styles.get(_value(properties, "w:rStyle") or "", _Style())
        style = replace(
            style,
            bold=style.bold or own.bold,
            raised=style.raised or own.raised,
            struck=style.struck or own.struck,
        )
        return _formatted(style, properties)

    def _table(self, table: Any) -> Iterator[Block]:
        self._tables += 1
        number = self._tables
        lines = [(line, list(_through(line, "w:tc"))) for line in _through(table, "w:tr")]
        reach = [_cells(*line) for line in lines]
        data = [
            len(sizes) >= _FEWEST and not any(map(self._is_layout, cells))
            for sizes, (_, cells) in zip(reach, lines, strict=True)
        ]
        grid = [sizes if whole else [] for sizes, whole in zip(reach, data, strict=True)]
        slots = place(grid)
        if slots is None:
            self.findings.append(finding("table.spans", "the cells of a table reach too far"))
            slots = flat(grid)
        for at, ((line, cells), whole) in enumerate(zip(lines, data, strict=True)):
            if whole:
                words, bold = self._cell_words(line, cells)
                told = _on(line.find(qn("w:trPr")), "w:tblHeader")
                yield placed(at, words, slots[at], number)._replace(header=bool(told) or (at == 0 and bold))
            else:
                for block in (block for cell in cells for block in self.blocks(cell)):
                    yield block if block.table else block._replace(table=number)

    def _cell_words(self, line: Any, cells: list[Any]) -> tuple[list[str], bool]:
        """The words of each cell, skipped columns included; and whether all of them are bold."""
        words: list[str] = []
        bold = True
        for cell in cells:
            blocks = [] if _goes_on(cell) else list(self.blocks(cell))
            bold = bold and all(block.mark is Mark.STRONG for block in blocks)
            words.append(_SPACES.sub(" ", " ".join(block.words for block in blocks)).strip())
        before, after = _skipped(line)
        return [*[""] * bool(before), *words, *[""] * bool(after)], bold

    def _is_layout(self, cell: Any) -> bool:
        """Whether a cell holds a part of the page, with headings or tables of its own, and no datum."""
        return cell.find(f".//{qn('w:tbl')}") is not None or any(
            self._style(paragraph).level for paragraph in cell.iter(qn("w:p"))
        )


def _cells(line: Any, cells: list[Any]) -> list[Cell]:
    """How far the cells of a row reach; columns that the row skips are a cell without words."""
    before, after = _skipped(line)
    reach = [Cell(_columns(cell.find(qn("w:tcPr")), "w:gridSpan"), above=_goes_on(cell)) for cell in cells]
    return [*([Cell(before)] if before else ()), *reach, *([Cell(after)] if after else ())]


def _skipped(line: Any) -> tuple[int, int]:
    """How many columns a row skips before its first cell and behind its last."""
    properties = line.find(qn("w:trPr"))
    return _columns(properties, "w:gridBefore", 0), _columns(properties, "w:gridAfter", 0)


def _columns(properties: Any, name: str, default: int = 1) -> int:
    told = _value(properties, name) or ""
    return min(int(told), _WIDEST) if told.isascii() and told.isdecimal() else default


def _goes_on(cell: Any) -> bool:
    """Whether a cell is the rest of the one above it."""
    properties = cell.find(qn("w:tcPr"))
    merge = None if properties is None else properties.find(qn("w:vMerge"))
    return merge is not None and merge.get(_VALUE) != "restart"


def _unnumbered(properties: Any) -> bool:
    """Whether a paragraph takes back the number that its style gives."""
    numbering = None if properties is None else properties.find(qn("w:numPr"))
    return _value(numbering, "w:numId") == "0"


def _through(parent: Any, name: str) -> Iterator[Any]:
    """The rows of a table or cells of a row, those in content controls and insertions included."""
    for child in parent.iterchildren("{*}*"):
        if child.tag == qn(name):
            if name != "w:tr" or _on(child.find(qn("w:trPr")), "w:del") is None:
                yield child
        elif child.tag not in _UNSEEN:
            yield from _through(child, name)
