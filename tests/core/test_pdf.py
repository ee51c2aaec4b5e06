"""PDF becomes headings, paragraphs, items and rows again, page by page, or says why it cannot be read."""

import re
import time
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fpdf import FPDF
from fpdf.enums import AccessPermission, EncryptionMethod
from fpdf.fonts import FontFace
from hypothesis import given
from hypothesis import strategies as st

from extractors import Extraction, SourceError, Text, read
from extractors.text.reading_text import PDF, Mark, nonspace

ROOT = Path(__file__).parents[2]
SAMPLES = ("29881.txt", "surgery/47562.txt", "anesthesia/00811.txt", "guides/ear-tubes.txt", "dme/E0601.txt")
SENTENCE = "The surgeon looks into the knee through two small portals and trims what is torn. "


class Print(FPDF):
    """Prints an article: headings, wrapped paragraphs, items, ruled tables; heads and feet if asked for."""

    def __init__(self, *, feet: bool = False, gap: float = 2) -> None:
        super().__init__(format="letter")
        self.feet, self.gap = feet, gap
        self.set_auto_page_break(True, 20)
        self.set_creation_date(datetime(2026, 1, 1, tzinfo=UTC))
        self.add_page()

    def header(self) -> None:
        if self.feet:
            self.set_font("Helvetica", size=8)
            self.cell(0, 6, "Library of articles", new_x="LMARGIN", new_y="NEXT")

    def footer(self) -> None:
        if self.feet:
            self.set_y(-12)
            self.set_font("Helvetica", size=8)
            self.cell(0, 6, f"Page {self.page_no()} of {{nb}}", align="C")

    def put(self, words: str, size: float = 10, style: str = "") -> None:
        self.set_font("Helvetica", style, size)
        self.multi_cell(0, size / 2, words, align="L", new_x="LMARGIN", new_y="NEXT")
        self.ln(self.gap)

    def item(self, words: str) -> None:
        self.set_font("Helvetica", size=10)
        self.set_x(self.l_margin + 4)
        self.cell(5, 5, "-")
        self.multi_cell(0, 5, words, align="L", new_x="LMARGIN", new_y="NEXT")

    def grid(self, rows: Sequence[Sequence[str]], **options: Any) -> None:
        self.set_font("Helvetica", size=9)
        head = FontFace(emphasis="BOLD")
        with self.table(line_height=5, text_align="LEFT", headings_style=head, **options) as table:
            for row in rows:
                table.row(row)
        self.ln(2)

    def raw(self) -> bytes:
        return bytes(self.output())


def printed(put: Callable[[Print], object], *, feet: bool = False, gap: float = 2) -> bytes:
    page = Print(feet=feet, gap=gap)
    put(page)
    return page.raw()


def form(text: Text) -> list[tuple[str, Mark, int]]:
    return [(line.text, line.mark, line.level) for line in text.lines]


def article(words: str, *, feet: bool = True, gap: float = 2) -> bytes:
    """A sample of plain text in print."""
    page = Print(feet=feet, gap=gap)
    rows: list[list[str]] = []
    for line in [*(line.strip() for line in words.split("\n")), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
            continue
        if rows:
            page.grid([row for row in rows if set(row[0]) != {"-"}])
            rows = []
        if line.startswith(("• ", "- ")):
            page.item(line[2:])
        elif line == words.strip().split("\n")[0]:
            page.put(line, 18, "B")
        elif len(line) < 40 and not re.search(r"[.:]|^$", line):
            page.put(line, 14, "B")
        elif line:
            page.put(line, style="B" if line.endswith(":") else "")
    return page.raw()


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
@pytest.mark.parametrize("gap", [0, 2])
def test_the_record_is_that_of_the_text(name: str, gap: float, extracted: Callable[..., Extraction]) -> None:
    words = (ROOT / "raw" / name).read_text("utf-8").removeprefix("Search all medical codes\n")
    raw = article(words, gap=gap)
    extraction = extracted(raw)
    assert told(extraction) == told(extracted(words))
    assert stands(extracted(words)) <= stands(extraction)
    assert extraction == extracted(raw)
    text, coverage = extraction.text.text, extraction.record.coverage
    assert coverage.accounted + nonspace(text, coverage.leftover) == nonspace(text, [(0, len(text))])
    assert all(text[line.start : line.end] == line.text for line in extraction.text.lines)


def test_lines_are_joined_to_paragraphs_and_form_is_kept() -> None:
    long = (SENTENCE * 4).strip()

    def put(page: Print) -> None:
        page.put("A title that is so long that it has to be wrapped to a second line of print", 18, "B")
        page.put("Billing Code Overview", 14, "B")
        page.put(long)
        page.put("Service type: Arthroscopic knee surgery")
        page.item(long)
        page.put("Modifiers:", style="B")

    assert form(read(printed(put))) == [
        (
            "A title that is so long that it has to be wrapped to a second line of print",
            Mark.HEADING,
            1,
        ),
        ("Billing Code Overview", Mark.HEADING, 2),
        (long, Mark.TEXT, 0),
        ("Service type: Arthroscopic knee surgery", Mark.TEXT, 0),
        (f"- {long}", Mark.TEXT, 0),
        ("Modifiers:", Mark.STRONG, 0),
    ]


def test_a_hyphen_at_the_end_of_a_line_stays() -> None:
    def put(page: Print) -> None:
        page.set_font("Helvetica", size=10)
        for line in ("x" * 90 + " a follow-", "up visit, both pre-", "and postoperative"):
            page.cell(0, 5, line, new_x="LMARGIN", new_y="NEXT")
        page.set_right_margin(110)

    assert "follow-up visit" in read(printed(put)).text


def test_a_ruled_table_becomes_rows() -> None:
    rows = [("Modifier", "Description", "When to Use"), ("LT", "Left side", SENTENCE), ("RT", "", "Right.")]
    text = read(printed(lambda page: page.grid(rows)))
    assert [[text.text[slice(*cell)] for cell in line.cells] for line in text.lines] == [
        [cell.strip() for cell in row] for row in rows
    ]
    assert [line.header for line in text.lines] == [True, False, False]


def test_a_table_without_upright_lines_becomes_rows() -> None:
    rows = [("Code", "Description"), ("29880", "Both menisci"), ("29882", "Stitching of one meniscus")]
    for layout in ("NONE", "HORIZONTAL_LINES"):
        page = Print()
        page.grid(rows, borders_layout=layout)
        text = read(page.raw())
        assert [[text.text[slice(*cell)] for cell in line.cells] for line in text.lines] == [
            list(row) for row in rows
        ]


def test_level_rules_part_rows_whose_cells_are_set_to_the_middle() -> None:
    rows = [("Modifier", "Description", "When"), ("LT", "Left", SENTENCE.strip()), ("RT", "Right", "Now.")]
    text = read(printed(lambda page: page.grid(rows, borders_layout="HORIZONTAL_LINES")))
    assert [[text.text[slice(*cell)] for cell in line.cells] for line in text.lines] == [
        list(row) for row in rows
    ]


def test_without_rules_cells_set_to_the_middle_make_rows_where_gaps_part_them() -> None:
    words = SENTENCE.strip()
    rows = [("Modifier", "Description", "When"), ("LT", "Left", words), ("RT", "Right", words)]
    text = read(printed(lambda page: page.grid(rows, borders_layout="NONE")))
    assert [[text.text[slice(*cell)] for cell in line.cells] for line in text.lines] == [
        list(row) for row in rows
    ]


def test_lines_between_two_rows_belong_to_the_nearer() -> None:
    def put(page: Print) -> None:
        page.set_font("Helvetica", size=10)
        table = ((40, "RT", "Right."), (52, "", "Left, in"), (57, "LT", "one session"), (62, "", "alone."))
        for y, code, words in (*table, (74, "50", "Both.")):
            page.text(20, y, code)
            page.text(60, y, words)

    text = read(printed(put))
    assert [[text.text[slice(*cell)] for cell in line.cells] for line in text.lines] == [
        ["RT", "Right."],
        ["LT", "Left, in one session alone."],
        ["50", "Both."],
    ]


def test_without_rules_and_gaps_cells_set_to_the_middle_make_no_row() -> None:
    rows = [("Modifier", "Description", "When"), ("LT", "Left", SENTENCE * 2), ("RT", "Right", SENTENCE * 2)]
    text = read(printed(lambda page: page.grid(rows, borders_layout="NONE")))
    assert not any(line.cells for line in text.lines)


def test_a_table_goes_on_over_a_page_break() -> None:
    rows = [("Code", "Description"), *((f"99{number:03}", SENTENCE) for number in range(60))]
    text = read(printed(lambda page: page.grid(rows), feet=True))
    body = [line for line in text.lines if line.mark is not Mark.CHROME]
    assert [line.mark for line in body] == [Mark.ROW] * len(rows)
    assert [text.text[slice(*line.cells[0])] for line in body[1:]] == [row[0] for row in rows[1:]]
    assert text.page(body[0].start) == 1
    assert text.page(body[-1].start) == len(text.pages) > 1
    assert sum(line.text == "Code\tDescription" for line in text.lines) == len(text.pages)


def test_a_paragraph_goes_on_over_a_page_break() -> None:
    long = " ".join(f"word{number}" for number in range(900))
    text = read(printed(lambda page: page.put(long), feet=True))
    words = text.text[: text.body_end].strip()
    assert words == long
    first, second = text.pages
    assert (first, text.page(0), text.page(second - 1), text.page(second)) == (0, 1, 1, 2)


def test_heads_feet_and_page_numbers_stand_behind_the_body() -> None:
    page = Print(feet=True)
    for number in range(80):
        page.put(f"{number} {SENTENCE}")
    text = read(page.raw())
    running = [line.text for line in text.lines if line.mark is Mark.CHROME]
    pages = len(text.pages)
    assert running == [
        words
        for number in range(1, pages + 1)
        for words in ("Library of articles", f"Page {number} of {pages}")
    ]
    assert text.page(len(text.text) - 1) is None


def test_two_columns_are_read_one_after_the_other() -> None:
    def put(page: Print) -> None:
        with page.text_columns(ncols=2, gutter=10) as columns:
            page.set_font("Helvetica", size=10)
            columns.write("".join(f"Left {number} {SENTENCE}" for number in range(90)))

    words = read(printed(put)).text.replace("\n", " ")
    assert [int(number) for number in re.findall(r"Left (\d+)", words)] == list(range(90))


def test_there_are_pages_and_no_offsets() -> None:
    page = Print()
    page.put("One")
    page.add_page()
    page.add_page()
    page.put("Three")
    text = read(page.raw())
    assert (text.media_type, text.encoding, text.text) == (PDF, "binary", "One\nThree")
    assert [text.page(offset) for offset in (0, 4)] == [1, 3]
    with pytest.raises(ValueError, match="no offsets"):
        text.raw((0, 1))


def test_bytes_before_the_header_are_read_over() -> None:
    raw = printed(lambda page: page.put("CPT 29881: Knee"))
    assert read(b"\r\nHTTP/1.1 200 OK\r\n\r\n" + raw) == read(raw)


def picture(page: Print) -> None:
    width = height = 8
    rows = b"".join(b"\x00" + bytes(range(width)) for _ in range(height))
    chunks = ((b"IHDR", b"\x00\x00\x00\x08" * 2 + b"\x08\x00\x00\x00\x00"), (b"IDAT", zlib.compress(rows)))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
        for kind, data in (*chunks, (b"IEND", b""))
    )
    page.image(png, x=0, y=0, w=200, h=250)


def encrypted(password: str | None) -> bytes:
    page = Print()
    page.put(SENTENCE)
    page.set_encryption(
        owner_password="owner",  # noqa: S106 (a password of a test)
        user_password=password,
        encryption_method=EncryptionMethod.AES_256,
        permissions=AccessPermission.none(),
    )
    return page.raw()


def bomb(filters: int = 1) -> bytes:
    packed = b" " * (130 * 2**20)
    for _ in range(filters):
        packed = zlib.compress(packed)
    return b"%PDF-1.4\n1 0 obj <<>> stream\n" + packed + b"\nendstream endobj\n%%EOF"


WHOLE = printed(lambda page: page.put(SENTENCE))


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param(printed(picture), "no_text_layer", id="a scan"),
        pytest.param(printed(lambda _: None), "empty", id="an empty page"),
        pytest.param(encrypted("secret"), "encrypted", id="with a password"),
        pytest.param(WHOLE[: len(WHOLE) // 2], "unreadable_pdf", id="cut"),
        pytest.param(WHOLE.replace(b"stream\nx", b"stream\ny", 1), "unreadable_pdf", id="damaged page"),
        pytest.param(b"%PDF-1.7\n" + bytes(range(256)) * 8, "unreadable_pdf", id="other bytes"),
        pytest.param(b"%PDF-1.7\n" + bytes(range(256)) * 8 + b"%%EOF", "unreadable_pdf", id="no objects"),
        pytest.param(b"%PDF-1.7\n/Linearized 1 /L 99999\n%%EOF", "unreadable_pdf", id="a first part"),
        pytest.param(bomb(), "too_large", id="bomb"),
        pytest.param(bomb(2), "too_large", id="bomb in a bomb"),
    ],
)
def test_what_cannot_be_read_says_why(raw: bytes, reason: str) -> None:
    with pytest.raises(SourceError) as caught:
        read(raw)
    assert caught.value.reason == reason


def test_a_password_that_only_forbids_copying_is_no_obstacle() -> None:
    assert read(encrypted(None)).text == SENTENCE.strip()


def test_a_text_that_speaks_of_a_pdf_is_text() -> None:
    assert read(b"A file begins with %PDF-1.7 or not.").media_type == "text/plain"


def test_streams_without_an_end_are_looked_for_once() -> None:
    start = time.process_time()
    with pytest.raises(SourceError):
        read(b"%PDF-1.4\n" + b"stream\n" * 100_000 + b"%%EOF")
    assert time.process_time() - start < 10  # it takes 1 s; a minute where the rest is copied each time


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=40))
def test_a_damaged_pdf_is_read_or_says_why(damage: list[tuple[int, int]]) -> None:
    raw = bytearray(WHOLE)
    for at, byte in damage:
        raw[at] = byte
    try:
        read(bytes(raw))
    except SourceError as error:
        assert error.reason  # noqa: PT017 (either is right)


def test_a_word_that_is_torn_at_the_end_of_a_line_is_whole_where_that_is_sure() -> None:
    def put(page: Print) -> None:
        page.set_font("Helvetica", size=10)
        for line in ("x" * 90 + " hyper-", "tension and a follow-", "up visit"):
            page.cell(0, 5, line, new_x="LMARGIN", new_y="NEXT")

    assert read(printed(put)).text.endswith("hypertension and a follow-up visit")


def test_entries_of_equal_length_stay_apart() -> None:
    def put(page: Print) -> None:
        page.set_font("Helvetica", size=10)
        for number in range(10, 22):
            page.cell(
                0, 5, f"M{number}.1: Trouble of the joint number {number}", new_x="LMARGIN", new_y="NEXT"
            )

    assert len(read(printed(put)).lines) == 12


def test_a_heading_of_two_lines_is_one() -> None:
    def put(page: Print) -> None:
        page.put("CPT 20610: Draining or\ninjecting a big joint", 16)
        page.put(SENTENCE * 4)

    assert form(read(printed(put)))[0] == ("CPT 20610: Draining or injecting a big joint", Mark.HEADING, 1)


def test_a_foot_with_the_number_of_pages_and_more_is_a_foot() -> None:
    class Policy(Print):
        def footer(self) -> None:
            self.set_y(-12)
            self.cell(0, 6, f"Page {self.page_no()} of {{nb}} Policy 7.01 effective 01/01/2024")

    page = Policy()
    for _ in range(3):
        page.put(SENTENCE * 30)
    text = read(page.raw())
    feet = [line for line in text.lines if line.text.startswith("Page")]
    assert len(feet) == len([line for line in feet if line.mark is Mark.CHROME]) > 1


@pytest.mark.parametrize("angle", [90, 270])
def test_what_is_printed_sideways_is_read(angle: int) -> None:
    def put(page: Print) -> None:
        page.put("CPT 20610: Joint work", 14)
        with page.rotation(angle, 100, 150):
            for at, line in enumerate(("Diagnoses", "M17.11: Right knee", "M17.12: Left knee")):
                page.text(60, 100 + at * 8, line)

    text = read(printed(put))
    assert [line.text for line in text.lines][1:] == ["Diagnoses", "M17.11: Right knee", "M17.12: Left knee"]
    assert text.pages == (0,)


def test_a_watermark_stands_apart() -> None:
    def put(page: Print) -> None:
        page.put(SENTENCE * 20)
        page.set_font("Helvetica", size=60)
        with page.rotation(45, 100, 60):
            page.text(60, 60, "DRAFT")

    text = read(printed(put))
    assert [line.text for line in text.lines if line.mark is Mark.CHROME] == ["DRAFT"]
    assert " ".join(line.text for line in text.lines[:-1]) == (SENTENCE * 20).strip()


def filled(page: bytes, value: bytes) -> bytes:
    """The PDF with a text field on its first page."""
    rect = b"/Rect [150 700 300 720]"
    field = b"<< /Type /Annot /Subtype /Widget /FT /Tx " + rect + b" /T (code) /V " + value + b" >>"
    return re.sub(rb"(/Type /Page\b(?!s))", rb"\1 /Annots [" + field + b"]", page, count=1)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param(b"(20610)", "CPT code: 20610", id="text"),
        pytest.param(b"<FEFF00320030003600310030>", "CPT code: 20610", id="utf-16"),
        pytest.param(b"/Off", "CPT code:", id="a button"),
        pytest.param(b"()", "CPT code:", id="nothing"),
    ],
)
def test_what_is_filled_into_a_form_is_read(value: bytes, words: str) -> None:
    def put(page: Print) -> None:
        page.set_font("Helvetica", size=10)
        page.text(30, 30, "CPT code:")

    assert read(filled(printed(put), value)).text == words
