"""DOCX becomes paragraphs, headings, items and rows in the order of the body, as a person sees them."""

import io
import zipfile
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from extractors import Extraction, SourceError, Text, read
from extractors.text.reading_text import DOCX, Mark

ROOT = Path(__file__).parents[2]
W = nsdecls("w")


def made(build: Callable[[Any], object]) -> bytes:
    document = docx.Document()
    build(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def below(document: Any, xml: str) -> None:
    document.element.body.insert(0, parse_xml(xml))


def marks(text: Text) -> list[tuple[str, Mark, int]]:
    return [(line.text, line.mark, line.level) for line in text.lines]


def test_paragraphs_keep_order_and_form() -> None:
    def build(document: Any) -> None:
        document.add_heading("Guide", 0)
        document.add_heading("Purpose", 2)
        document.add_paragraph("Plain words.")
        document.add_paragraph("First item", style="List Bullet")
        document.add_paragraph().add_run("Only bold").bold = True
        mixed = document.add_paragraph("Half ")
        mixed.add_run("bold").bold = True

    assert marks(read(made(build))) == [
        ("Guide", Mark.HEADING, 1),
        ("Purpose", Mark.HEADING, 2),
        ("Plain words.", Mark.TEXT, 0),
        ("First item", Mark.ITEM, 0),
        ("Only bold", Mark.STRONG, 0),
        ("Half bold", Mark.TEXT, 0),
    ]


def test_a_style_inherits_and_a_paragraph_overrules_it() -> None:
    def build(document: Any) -> None:
        own = document.styles.add_style("Chapter", 1)
        own.base_style = document.styles["Heading 3"]
        document.add_paragraph("By its base", style="Chapter")
        plain = document.add_paragraph("No heading after all", style="Chapter")
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), "9")
        plain._p.get_or_add_pPr().append(level)

    assert [(mark, level) for _, mark, level in marks(read(made(build)))] == [
        (Mark.HEADING, 3),
        (Mark.STRONG, 0),
    ]


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        pytest.param("<w:ins><w:r><w:t>put in</w:t></w:r></w:ins>", ["put in"], id="insertion"),
        pytest.param(
            "<w:r><w:t>kept</w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>",
            ["kept"],
            id="deletion",
        ),
        pytest.param("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t></w:r>", ["a", "b"], id="line break"),
        pytest.param("<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r>", ["a\tb"], id="tab"),
        pytest.param("<w:hyperlink><w:r><w:t>link</w:t></w:r></w:hyperlink>", ["link"], id="hyperlink"),
        pytest.param(
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>no</w:t></w:r><w:r><w:t>yes</w:t></w:r>",
            ["yes"],
            id="hidden words",
        ),
        pytest.param(
            "<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>7</w:t></w:r>", ["7"], id="field code"
        ),
        pytest.param(
            "<w:r><w:t>out</w:t></w:r><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p>"
            "</w:txbxContent></w:pict></w:r>",
            ["out", "box"],
            id="text box",
        ),
    ],
)
def test_what_is_seen_is_text(xml: str, words: list[str]) -> None:
    text = read(made(lambda document: below(document, f"<w:p {W}>{xml}</w:p>")))
    assert [line.text for line in text.lines] == words


def test_a_content_control_is_read() -> None:
    xml = f"<w:sdt {W}><w:sdtContent><w:p><w:r><w:t>chosen</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    assert read(made(lambda document: below(document, xml))).text == "chosen"


def test_tables_become_rows_and_merged_cells_count_once() -> None:
    def build(document: Any) -> None:
        document.add_paragraph("Modifiers:")
        table = document.add_table(4, 3)
        for row, words in zip(
            table.rows, (["Modifier", "Description", "When"], "abc", "def", "ghi"), strict=True
        ):
            for cell, word in zip(row.cells, words, strict=True):
                cell.text = ""
                cell.paragraphs[0].add_run(word)
        for cell in table.rows[0].cells:
            cell.paragraphs[0].runs[-1].bold = True
        table.cell(1, 0).merge(table.cell(2, 0))
        table.cell(3, 1).merge(table.cell(3, 2))

    text = read(made(build))
    rows = [line for line in text.lines if line.mark is Mark.ROW]
    cells = [[text.text[slice(*cell)] for cell in row.cells] for row in rows]
    assert cells == [
        ["Modifier", "Description", "When"],
        ["a d", "b", "c"],
        ["a d", "e", "f"],
        ["g", "h i", ""],
    ]
    assert [row.header for row in rows] == [True, False, False, False]


def test_a_cell_with_a_table_or_heading_is_layout() -> None:
    def build(document: Any) -> None:
        outer = document.add_table(1, 2)
        outer.cell(0, 0).paragraphs[0].style = document.styles["Heading 1"]
        outer.cell(0, 0).paragraphs[0].text = "Left"
        inner = outer.cell(0, 1).add_table(1, 2)
        inner.cell(0, 0).text, inner.cell(0, 1).text = "LT", "Left side"

    text = read(made(build))
    assert [(line.text, line.mark) for line in text.lines] == [
        ("Left", Mark.HEADING),
        ("LT\tLeft side", Mark.ROW),
    ]


def test_heads_and_feet_of_the_pages_stand_behind_the_body() -> None:
    def build(document: Any) -> None:
        document.sections[0].header.paragraphs[0].text = "Library"
        document.sections[0].footer.paragraphs[0].text = "Do not copy"
        document.add_paragraph("Body")

    text = read(made(build))
    assert [(line.text, line.mark) for line in text.lines] == [
        ("Body", Mark.TEXT),
        ("Library", Mark.CHROME),
        ("Do not copy", Mark.CHROME),
    ]
    assert text.body_end == 5
    assert text.page(0) is None


def footnoted(notes: str) -> bytes:
    """A document whose part for footnotes holds these bytes."""

    def build(document: Any) -> None:
        document.add_paragraph("Words of the body.")
        name = PackURI("/word/footnotes.xml")
        part = Part(name, CONTENT_TYPE.WML_FOOTNOTES, notes.encode(), document.part.package)
        document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)

    return made(build)


def test_footnotes_stand_behind_the_body_without_the_lines_that_part_them() -> None:
    notes = (
        f'<w:footnotes {W}><w:footnote w:type="separator" w:id="0"><w:p><w:r><w:t>unseen</w:t></w:r></w:p>'
        '</w:footnote><w:footnote w:id="1"><w:p><w:r><w:t>A note.</w:t></w:r></w:p></w:footnote>'
        "</w:footnotes>"
    )
    assert [line.text for line in read(footnoted(notes)).lines] == ["Words of the body.", "A note."]


def test_a_part_that_is_no_xml_is_a_broken_document() -> None:
    with pytest.raises(SourceError) as caught:
        read(footnoted("no markup"))
    assert caught.value.reason == "unreadable_docx"


def test_there_are_no_offsets_in_the_bytes() -> None:
    text = read(made(lambda document: document.add_paragraph("Body")))
    assert (text.media_type, text.encoding, text.pages) == (DOCX, "binary", ())
    with pytest.raises(ValueError, match="no offsets"):
        text.raw((0, 4))


def repacked(raw: bytes, name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return buffer.getvalue()


BODY = made(lambda document: document.add_paragraph("Body"))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param(made(lambda _: None), "empty", id="no words"),
        pytest.param(BODY[: len(BODY) // 2], "unreadable_docx", id="cut"),
        pytest.param(b"PK\x03\x04 word/document.xml and nothing else", "unreadable_docx", id="no archive"),
        pytest.param(repacked(BODY, "word/document.xml", b"<w:p"), "unreadable_docx", id="no XML"),
        pytest.param(repacked(BODY, "[Content_Types].xml", b"<a/>"), "unreadable_docx", id="no package"),
        pytest.param(repacked(BODY, "word/document.xml", bytes(129 * 2**20)), "too_large", id="bomb"),
        pytest.param(b"PK\x03\x04 xl/workbook.xml", "unsupported", id="a spreadsheet"),
        pytest.param(
            b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "encrypted", id="with a password"
        ),
    ],
)
def test_what_cannot_be_read_says_why(raw: bytes, reason: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(raw)
    assert caught.value.reason == reason


def test_a_size_that_is_a_lie_unpacks_no_further() -> None:
    raw = bytearray(repacked(BODY, "word/document.xml", b" " * 2**20))
    for at in range(len(raw) - 4):
        if raw[at : at + 4] == (2**20).to_bytes(4, "little"):
            raw[at : at + 4] = (100).to_bytes(4, "little")
    with pytest.raises(SourceError) as caught:
        read(bytes(raw))
    assert caught.value.reason == "unreadable_docx"


def grid(document: Any, rows: list[list[str]]) -> None:
    table = document.add_table(len(rows), len(rows[0]))
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, word in zip(row.cells, cells, strict=True):
            cell.text = word


def paragraph(document: Any, line: str) -> None:
    if line in {"Summary & Overview", "Billing Code Overview", "Clinical Context"}:
        document.add_heading(line, 2)
    elif line.startswith("• "):
        document.add_paragraph(line[2:], style="List Bullet")
    elif line:
        document.add_paragraph(line)


def article(words: str) -> bytes:
    """A sample of plain text as a word processor would hold it."""

    def build(document: Any) -> None:
        lines = [line.strip() for line in words.split("\n")]
        for is_table, group in groupby(lines, lambda line: line.startswith("|")):
            if is_table:
                rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in group]
                grid(document, [row for row in rows if set(row[0]) != {"-"}])
            else:
                for line in group:
                    paragraph(document, line)

    return made(build)


SAMPLES = ("29881.txt", "surgery/47562.txt", "guides/ear-tubes.txt", "guides/G0105.txt")


def told(extraction: Extraction) -> dict[str, object]:
    """What a record says, without where it stands."""
    keep = "code title service_type sites_of_service payers modifiers taxonomies diagnoses related_codes"
    record = extraction.record.model_dump(mode="json")
    told = {key: spanless(record[key]) for key in [*keep.split(), "article"]}
    patient = (record["clinical_context"] or {}).get("patient")
    return {**told, "patient": spanless(patient)}


def stands(extraction: Extraction) -> set[tuple[str, str]]:
    """The status of each field but those that a text without end mark may go on with."""
    return {(field, status) for field, status in extraction.record.status.items() if status != "truncated"}


def spanless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: spanless(inner) for key, inner in value.items() if key != "span"}
    return [spanless(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("name", SAMPLES)
def test_the_record_is_that_of_the_text(name: str, extracted: Callable[..., Extraction]) -> None:
    words = (ROOT / "raw" / name).read_text("utf-8")
    raw = article(words)
    printed = extracted(raw)
    assert told(printed) == told(extracted(words))
    assert stands(extracted(words)) <= stands(printed)
    assert printed == extracted(raw)


def altered(raw: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A package with its parts changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as package, zipfile.ZipFile(buffer, "w") as copy:
        for name in package.namelist():
            copy.writestr(name, change(name, package.read(name)))
    return buffer.getvalue()


def guide(document: Any) -> None:
    document.add_heading("Guide", 1)
    document.add_paragraph("CPT 29881 is about a knee.")
    document.add_table(1, 2).cell(0, 1).text = "Words"
    document.sections[0].footer.paragraphs[0].text = "A foot"


STRICT = (
    (b"/wordprocessingml/2006/main", b"/wordprocessingml/main"),
    (b"/officeDocument/2006/relationships", b"/officeDocument/relationships"),
    (b"/officeDocument/2006/math", b"/officeDocument/math"),
    (b"/officeDocument/2006/extended-properties", b"/officeDocument/extendedProperties"),
    (b"/drawingml/2006/", b"/drawingml/"),
)


def test_a_strict_document_is_read_as_any_other() -> None:
    """Source: the names of ISO/IEC 29500 Strict, as word processors write them."""

    def strict(_name: str, content: bytes) -> bytes:
        for name, other in STRICT:
            before, after = b"http://schemas.openxmlformats.org" + name, b"http://purl.oclc.org/ooxml" + other
            content = content.replace(before, after)
        return content

    plain = made(guide)
    assert altered(plain, strict) != altered(plain, lambda _, content: content)
    assert marks(read(altered(plain, strict))) == marks(read(plain))


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(f"<w:document {W}/>", id="no body"),
        pytest.param("<x/>", id="another root"),
        pytest.param(f"<w:glossaryDocument {W}><w:body/></w:glossaryDocument>", id="a root of its kind"),
        pytest.param('<w:document xmlns:w="urn:x"><w:body/></w:document>', id="other names"),
    ],
)
def test_a_document_without_a_body_is_refused_with_what_to_do(part: str) -> None:
    def bodiless(name: str, content: bytes) -> bytes:
        return part.encode() if name == "word/document.xml" else content

    with pytest.raises(SourceError, match="has no body; open it in a word processor") as refused:
        read(altered(made(guide), bodiless))
    assert refused.value.reason == "unreadable_docx"
