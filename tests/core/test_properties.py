"""What holds for any document: no crash, spans that quote, coverage that adds up, the same bytes twice."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.invariants import holds
from extractors import Extraction, SourceError

HEADINGS = (
    "Summary & Overview",
    "Billing Code Overview",
    "CPT Code Overview",
    "Clinical & Coding Specifications",
    "Clinical Context",
    "Coding Specifications",
    "Modifiers:",
    "Provider Taxonomies:",
    "ICD-10 Diagnoses:",
    "Related CPT Codes:",
    "Name of the Procedure:",
    "Summary",
    "Purpose",
    "Procedure Description",
    "Setting",
    "Similar Codes",
    "## Modifiers",
    "**Payers**",
)
LINES = (
    "CPT 20610: Work on a joint",
    "CPT4 code",
    "HCPCS J1030: A drug",
    "Key payers include Aetna, Acme Health, and Medicare.",
    "Service type: Joint care",
    "Typical site of service: Office (POS 11), hospital outpatient department or home",
    "It is performed in an ambulatory surgery center.",
    "A 68-year-old man denies asthma (J45.909). She rests at L4-L5.",
    "A 3-month-old",
    "| Modifier | Description | When to Use |",
    "|---|---|---|",
    "| 22 | More work. Use when hard. | Add it |",
    "| LT | Left",
    "work | x |",
    "59: Apart. RT: Right; AS (help)",
    "- 207L00000X: Numbing",
    "Numbing (207L00000X)",
    "| M54.16 | Pain |",
    "20611: Guided (CPT 20612)",
    "Data not available in the input for modifiers.",
    "•",
    "- An item",
    "goes on",
    "Tools/Equipment:",
    "Clinical ContextA 68-year-old woman has fever",
    "=====",
    "",
)
SIGNS = "|:•-–*#()[]. \t\n\r\u00a0\u2011\u200b\u0130\ufb01é0122APX\U0001f9b5\x0c\x1c\x85\u2028"
TAGS = (
    "<p>",
    "</p>",
    "<div class='nav'>",
    "<main>",
    "</main>",
    "<article>",
    "<h1>",
    "<h2>",
    "</h2>",
    "<table>",
    "<tr>",
    "<td>",
    "<th>",
    "</table>",
    "<ul>",
    "<li>",
    "<dl>",
    "<dt>",
    "<dd>",
    "<pre>",
    "</pre>",
    "<b>",
    "</b>",
    "</span>",
    "<br>",
    "<!-- x -->",
    "<!--",
    "<script>",
    "</script>",
    "<textarea>",
    "<nav>",
    "</nav>",
    "<a title='<b> > x'>",
    "<",
    ">",
    "</",
    "&amp;",
    "&nbsp",
    "&#8209;",
    "&#10;",
    "&bogus;",
    "&",
    '"',
    "'",
    " ",
    "\n",
)

lines = st.one_of(
    st.sampled_from(HEADINGS), st.sampled_from(LINES), st.text(SIGNS, max_size=30), st.text(max_size=12)
)
documents = st.lists(lines, max_size=25).map("\n".join)
pages = st.lists(st.one_of(st.sampled_from(TAGS), lines), min_size=1, max_size=30).map(
    lambda parts: "<p>" + "".join(parts)
)

REPORT = "\n".join(
    [
        "Summary & Overview",
        *LINES[0:1],
        LINES[3],
        "Billing Code Overview",
        "Words of it.",
        *LINES[4:6],
        "Clinical & Coding Specifications",
        "Clinical Context",
        LINES[7],
        "Coding Specifications",
        *LINES[9:12],
        "| LT | Left | Add |",
        "Provider Taxonomies:",
        LINES[15],
        "ICD-10 Diagnoses:",
        "- M54.16: Pain",
        "Related CPT Codes:",
        "- 20611: Guided.",
    ]
)
GUIDE = "\n".join(
    [
        "Knee help",
        "CPT4 code",
        "Name of the Procedure:",
        "Puncture (20610)",
        "Summary",
        "A short one.",
        "Purpose",
        "- To help",
        "Procedure Description",
        "1. Clean",
        "Tools/Equipment:",
        "- Needle",
        "Setting",
        "- Office",
        "Similar Codes",
        "20611: Guided.",
    ]
)
PAGE = (
    "<!DOCTYPE html><html><head><title>T</title></head><body><nav>Home</nav><main>"
    "<h1>CPT 20610: Joint &amp; more</h1>"
    "<h2>Summary &amp; Overview</h2><p>Payers are Aetna&nbsp;and Cigna, and it is long enough to be one.</p>"
    "<h2>Modifiers</h2><table><tr><th>Modifier</th><th>Description</th></tr>"
    "<tr><td>22</td><td>More<br>work</td></tr>"
    "</table><h2>Clinical Context</h2><p>A 9-year-old <b>girl</b> has asthma.</p></main>"
    "<footer>f</footer></body></html>"
)


def attempt(run: Callable[..., Extraction], *arguments: str | bytes) -> Extraction | SourceError:
    """Extract, or return the reason why not; any other exception is a bug."""
    try:
        return run(*arguments)
    except SourceError as refused:
        return refused


def quoted(extraction: Extraction) -> Iterator[str]:
    """Every value of a record that the document must print."""
    record = extraction.record
    if record.code and record.code.value:
        yield record.code.value
    if record.title:
        yield record.title.text
    coded = (*record.modifiers, *record.taxonomies, *record.diagnoses, *record.related_codes)
    for each in coded:
        for field in ("code", "name", "description", "when_to_use"):
            value = getattr(each, field, None)
            if value is not None:
                yield value


@given(documents)
def test_any_text_is_read_or_refused(extracted: Callable[..., Extraction], words: str) -> None:
    extraction = attempt(extracted, words)
    if isinstance(extraction, SourceError):
        assert extraction.reason in {"empty", "binary", "undecodable", "unsupported"}
        return
    holds(extraction)
    assert all(value in extraction.text.text for value in quoted(extraction))


@given(pages)
@example("<p>one\ntwo   three</b>four")
@example("<p>a</p><pre>x\n</b>y</pre>")
@example("<ul><li></li><td>x<td><pre>a\nb")
def test_any_page_is_read_or_refused(extracted: Callable[..., Extraction], markup: str) -> None:
    extraction = attempt(extracted, markup, "text/html")
    if isinstance(extraction, SourceError):
        assert extraction.reason in {"empty", "binary", "undecodable"}
        return
    holds(extraction)
    end = max((piece.raw_start + piece.raw_length for piece in extraction.text.pieces), default=0)
    assert end <= len(markup)
    assert all(value in extraction.text.text for value in quoted(extraction))


@given(pages)
def test_one_to_one_pieces_quote_the_markup(extracted: Callable[..., Extraction], markup: str) -> None:
    extraction = attempt(extracted, markup, "text/html")
    text = None if isinstance(extraction, SourceError) else extraction.text
    for start, length, raw_start, raw_length in text.pieces if text else ():
        if text and length == raw_length:
            assert text.text[start : start + length] == markup[raw_start : raw_start + raw_length]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("a" + " " * 20_000 + "b", id="spaces inside a line"),
        pytest.param("Modifiers:\n" + "*" * 10_000, id="signs"),
        pytest.param("Modifiers:" + " " * 20_000 + "x", id="a label and spaces"),
        pytest.param("Clinical Context\nA " + "mother of 5-year-old " * 500, id="other people's ages"),
        pytest.param("Clinical Context\nThe patient " + "has no asthma and denies " * 500, id="cues"),
        pytest.param("Payers: " + "Aetna, " * 2000, id="payers"),
        pytest.param("Site of service: " + "office; " * 2000, id="sites"),
        pytest.param("Modifiers:\n" + "22: x. " * 2000, id="items in one line"),
        pytest.param("| Modifier | Description |\n|---|---|\n" + "| 22 | x |\n" * 1000, id="rows"),
        pytest.param("|" * 20_000, id="pipes"),
        pytest.param("(" * 20_000, id="brackets"),
        pytest.param("x" * 100_000, id="one word"),
        pytest.param("Modifiers:\n" + "No modifiers " * 2000, id="the beginning of a placeholder"),
        pytest.param("\n" * 50_000 + "x", id="blank lines"),
    ],
)
def test_hostile_texts_are_read_to_their_end(extracted: Callable[..., Extraction], words: str) -> None:
    extraction = extracted(words)
    holds(extraction)
    assert extraction.text.text == words


@given(st.binary(max_size=200))
@example(b"\xef\xbb\xbf\xef\xbb\xbf")
@example(b"\xff\xfea\x00")
@example(b"<meta charset=utf-7><p>+2AA-")
@example(b"<meta charset=punycode><p>x")
def test_any_bytes_are_read_or_refused(extracted: Callable[..., Extraction], raw: bytes) -> None:
    extraction = attempt(extracted, raw)
    if isinstance(extraction, SourceError):
        assert extraction.offset is None or 0 <= extraction.offset < len(raw)
        return
    holds(extraction)


@given(st.one_of(documents, pages))
def test_the_same_input_gives_the_same_bytes(extracted: Callable[..., Extraction], words: str) -> None:
    first = attempt(extracted, words)
    if isinstance(first, SourceError):
        return
    again = extracted(words)
    assert first.record.to_json() == again.record.to_json()
    assert first.text == again.text


@pytest.mark.parametrize("whole", [REPORT, GUIDE, PAGE], ids=["report", "guide", "page"])
@given(data=st.data())
def test_a_document_cut_anywhere_gives_only_values_that_it_prints(
    extracted: Callable[..., Extraction], whole: str, data: st.DataObject
) -> None:
    end = data.draw(st.integers(1, len(whole)))
    extraction = attempt(extracted, whole[:end])
    if isinstance(extraction, SourceError):
        assert extraction.reason == "empty"
        return
    holds(extraction)
    assert all(value in extraction.text.text for value in quoted(extraction))


@pytest.mark.parametrize("whole", [REPORT, PAGE], ids=["report", "page"])
def test_a_document_cut_later_never_loses_whole_rows(
    extracted: Callable[..., Extraction], whole: str
) -> None:
    counts = [0]
    for end in [*range(1, len(whole), 7), len(whole)]:
        extraction = attempt(extracted, whole[:end])
        if not isinstance(extraction, SourceError):
            record = extraction.record
            complete = [row.complete for row in record.modifiers + record.taxonomies + record.diagnoses]
            counts.append(sum(complete))
    assert counts[-1] == max(counts) > 0


@given(
    st.lists(st.sampled_from(["a", "\r", "\n", "\r\n", "é", " ", "\U0001f9b5"]), min_size=1, max_size=30).map(
        "".join
    ),
    st.data(),
)
def test_raw_of_a_part_holds_the_same_words(
    extracted: Callable[..., Extraction], words: str, data: st.DataObject
) -> None:
    extraction = attempt(extracted, words)
    if isinstance(extraction, SourceError):
        return
    text = extraction.text
    start = data.draw(st.integers(0, len(text.text)))
    end = data.draw(st.integers(start, len(text.text)))
    raw_start, raw_end = text.raw((start, end))
    back = words[raw_start:raw_end].replace("\r\n", "\n").replace("\r", "\n")
    assert back == text.text[start:end]
