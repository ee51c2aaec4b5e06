"""Sections: headings in any decoration, cut off or glued, labels that open a block, site chrome."""

from collections.abc import Callable

import pytest

from extractors import read
from extractors.record.model import Repair
from extractors.structure.document import Document, Section
from extractors.structure.sections import (
    Heading,
    cut_heading,
    heading_words,
    known_headings,
    labelled_block,
    split,
    telling_kind,
    unglue,
)
from extractors.text.folding import heading_key
from extractors.text.reading_text import Line, Mark

HEADINGS = {
    "summary & overview": Heading("summary", 1),
    "clinical context": Heading("clinical_context", 2),
    "clinical notes": Heading("other", 2),
    "coding specifications": Heading("coding_specifications", 2),
}


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("Clinical Context", "clinical context"),
        ("## **Clinical Context:**", "clinical context"),
        ("__Clinical  Context__ :", "clinical context"),
        ("Clinical\u2011Context", "clinical-context"),
        ("Risks &amp; Rest", "risks & rest"),
        ("CLINICAL CONTEXT ##", "clinical context"),
        ("", ""),
    ],
)
def test_headings_are_compared_without_decoration(words: str, key: str) -> None:
    assert heading_key(words) == key


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("## Clinical Context", "Clinical Context"),
        ("**Clinical Context:**", "Clinical Context:"),
        ("Clinical Context", "Clinical Context"),
        ("# C #", "C"),
        ("####", "####"),
    ],
)
def test_heading_words_leave_out_the_signs(words: str, shown: str) -> None:
    passage = heading_words(Line(7, 7 + len(words), words, 7))
    assert passage.text == shown
    assert words[passage.span[0] - 7 : passage.span[1] - 7] == shown


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        pytest.param("Clinical Context", "clinical_context", id="plain"),
        pytest.param("### CLINICAL CONTEXT:", "clinical_context", id="decorated"),
        pytest.param("- Clinical Context", None, id="an item"),
        pytest.param("Clinical Context | x", None, id="a row"),
        pytest.param("The clinical context", None, id="in a sentence"),
        pytest.param("Clinical Context" + " " * 143 + ":", "clinical_context", id="just short enough"),
        pytest.param("Clinical Context" + " " * 144 + ":", None, id="too long"),
    ],
)
def test_known_headings(part: Callable[..., tuple[Section, Document]], words: str, kind: str | None) -> None:
    found = known_headings(HEADINGS)(part(words)[0].lines[0], None)
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        pytest.param("Coding Spec", "coding_specifications", id="cut"),
        pytest.param("## Coding Spec", "coding_specifications", id="cut, Markdown"),
        pytest.param("Codin", "coding_specifications", id="five characters"),
        pytest.param("Codi", None, id="four characters"),
        pytest.param("Clinical", None, id="two headings begin so"),
        pytest.param("Clinical C", "clinical_context", id="one heading begins so"),
        pytest.param("Coding Specifications", None, id="whole"),
        pytest.param("Coding Spec.", None, id="a closed line"),
        pytest.param("coding spec", None, id="small letter"),
        pytest.param("Coding work", None, id="other words"),
    ],
)
def test_a_cut_heading(part: Callable[..., tuple[Section, Document]], words: str, kind: str | None) -> None:
    found = cut_heading(part(words)[0].lines[0], HEADINGS)
    assert (found.kind if found else None) == kind
    assert found is None or found.cut


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Associated ICD-10 Diagnoses:", "diagnoses"),
        ("**Provider Taxonomies:**", "taxonomies"),
        ("Modifiers that go with it:", "modifiers"),
        ("Related codes:", "related_codes"),
        ("Modifiers", None),
        ("Goals:", None),
        ("Modifiers " + "x" * 59 + ":", "modifiers"),
        ("Modifiers " + "x" * 60 + ":", None),
        ("Modifiers | Codes:", None),
    ],
)
def test_a_label_that_opens_a_block(
    part: Callable[..., tuple[Section, Document]], words: str, kind: str | None
) -> None:
    found = labelled_block(part(words)[0].lines[0])
    assert found == (Heading(kind, 3) if kind else None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Applicable modifiers", "modifiers"),
        ("Taxonomy list", "taxonomies"),
        ("ICD-10 list", "diagnoses"),
        ("Diagnosis", "diagnoses"),
        ("Other codes", "related_codes"),
        ("Why", None),
    ],
)
def test_telling_words(words: str, kind: str | None) -> None:
    assert telling_kind(words) == kind


def shapes(document: Document) -> list[tuple[str, str | None, list[str], bool]]:
    return [
        (
            part.kind,
            part.heading.text if part.heading else None,
            [line.text for line in part.lines],
            part.kind != "boilerplate" and document.ends_at(part.end),
        )
        for part in document.sections
    ]


def test_split_cuts_at_headings_and_keeps_all_lines() -> None:
    text = read(b"Top\nSummary & Overview\na\nb\nClinical Context\nCoding Specifications\nc")
    assert shapes(split(text, known_headings(HEADINGS), "name")) == [
        ("name", None, ["Top"], False),
        ("summary", "Summary & Overview", ["a", "b"], False),
        ("clinical_context", "Clinical Context", [], False),
        ("coding_specifications", "Coding Specifications", ["c"], True),
    ]


def test_split_makes_runs_of_chrome_sections_of_their_own_and_goes_on_after_them() -> None:
    text = read(
        b"<nav>Menu<p>Home</nav><h2>Clinical Context</h2><p>a</p><aside>Ad</aside><p>b</p><footer>f</footer>"
    )
    assert shapes(split(text, known_headings(HEADINGS), "other")) == [
        ("boilerplate", None, ["Menu", "Home"], False),
        ("clinical_context", "Clinical Context", ["a"], False),
        ("boilerplate", None, ["Ad"], False),
        ("clinical_context", None, ["b"], True),
        ("boilerplate", None, ["f"], False),
    ]


def test_a_page_of_nothing_but_chrome_has_no_content() -> None:
    document = split(read(b"<nav>Menu</nav>", "text/html"), known_headings(HEADINGS), "other")
    (only,) = document.sections
    assert (only.kind, only.span, document.end) == ("boilerplate", (0, 4), 0)


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        pytest.param(
            "Clinical ContextA 68-year-old man", ["Clinical Context", "A 68-year-old man"], id="glued"
        ),
        pytest.param(
            "CLINICAL contextA 68-year-old man", ["CLINICAL context", "A 68-year-old man"], id="case"
        ),
        pytest.param(
            "Clinical Context:A 68-year-old man", ["Clinical Context:", "A 68-year-old man"], id="colon"
        ),
        pytest.param("Clinical Context A 68-year-old man", None, id="a space between"),
        pytest.param("Clinical ContextA short", None, id="few words behind it"),
        pytest.param("Clinical Contexts are many and long", None, id="a longer word"),
        pytest.param("Clinical ContextA | 68-year-old man", None, id="a row"),
        pytest.param("Of Clinical ContextA 68-year-old man", None, id="not at the start"),
    ],
)
def test_unglue(words: str, lines: list[str] | None) -> None:
    text = read(b"Words above.\n\n" + words.encode())
    parted = unglue(text, HEADINGS)
    assert [line.text for line in parted.lines[1:]] == (lines or [words])
    assert all(text.text[slice(*line.span)] == line.text for line in parted.lines)
    assert [note.kind for note in parted.notes if isinstance(note, Repair)] == (
        ["heading.run_together"] if lines else []
    )
    assert (parted is text) is (lines is None)


def test_unglue_leaves_chrome_alone() -> None:
    text = read(b"<nav>Clinical ContextA 68-year-old man</nav><p>x</p>")
    assert text.lines[0].mark is Mark.CHROME
    assert unglue(text, HEADINGS) is text


@pytest.mark.parametrize(
    "words", ["a" + " " * 20_000 + "b", "#" * 20_000, "*" * 20_000 + "x", "_ " * 10_000 + "x"]
)
def test_a_hostile_line_is_compared_too(words: str) -> None:
    assert heading_key(words).endswith(words[-1].strip("#*_"))


def test_a_section_gives_its_passages(part: Callable[..., tuple[Section, Document]]) -> None:
    here, document = part("Head\n  body one \n two", heading=True)
    head, one = document.source.index("Head"), document.source.index("body one")
    assert (here.span, here.end) == ((head, head + 21), head + 21)
    assert document.body(here.lines) == document.passage(head + 4, head + 21)
    assert document.body(()) is None
    passage = document.passage(head + 4, head + 16)
    assert (passage.text, passage.span) == ("body one", (one, one + 8))
