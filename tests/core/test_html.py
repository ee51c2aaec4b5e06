"""HTML becomes the words of the page, one block a line, and every run leads back to the markup."""

import pytest

from extractors import SourceError, Text, read
from extractors.text.reading_text import Mark

LONG = "An article of more than forty characters, which is enough to be one."


def page(markup: str) -> Text:
    return read(markup.encode(), "text/html")


def rules_of(text: Text) -> list[str]:
    return [note.rule for note in text.notes if hasattr(note, "rule")]


WORDS = [
    pytest.param("<p>One</p><p>Two</p>", "One\nTwo", id="blocks"),
    pytest.param("<div>A<p>B</p>C</div>", "A\nB\nC", id="block inside a block"),
    pytest.param("before <p>mid</p> after", "before\nmid\nafter", id="text outside of any tag"),
    pytest.param("<p>a</p></body></html>tail", "a\ntail", id="text after the end"),
    pytest.param("a<br>b<br/>c<br><br>d", "a\nb\nc\nd", id="br"),
    pytest.param("a<hr>b", "a\nb", id="hr"),
    pytest.param("<p>two <b>bo<i>ld</i></b> it<em>al</em>ic</p>", "two bold italic", id="nested inline tags"),
    pytest.param("<p>a<wbr>b H<sub>2</sub>O</p>", "ab H2O", id="inline tags put nothing in"),
    pytest.param("<p>  lead  and\n\t trail  </p>", "lead and trail", id="white space collapses"),
    pytest.param("<p>a <b> b </b> c</p>", "a b c", id="white space over tags collapses"),
    pytest.param("<p>a</p>\n\n  \n<p>b</p>", "a\nb", id="white space between blocks"),
    pytest.param("<p>a\u00a0 b&nbsp;c</p>", "a\u00a0 b\u00a0c", id="no-break spaces stay"),
    pytest.param("<ul><li>One<li>Two<ul><li>Deep</ul></ul>", "One\nTwo\nDeep", id="lists"),
    pytest.param("<dl><dt>Type<dd>Surgery<dt>Site<dd>Clinic</dl>", "Type\nSurgery\nSite\nClinic", id="dl"),
    pytest.param("<pre>a  b\n  c\n\nd</pre>", "a  b\n  c\nd", id="pre"),
    pytest.param("<textarea>a\n b</textarea>", "a\n b", id="textarea"),
    pytest.param("<select><option>A<option>B</select>", "A\nB", id="options"),
    pytest.param("<p>one<p>two<div>three", "one\ntwo\nthree", id="unclosed tags"),
    pytest.param("<b>one <p>two</b> three", "one\ntwo three", id="wrongly nested tags"),
    pytest.param("<p>one</b> two</p>", "one two", id="stray end tag"),
    pytest.param(
        "<p>one\ntwo   three</b>four</p>", "one two threefour", id="stray end tag behind loose space"
    ),
    pytest.param("<p>Codes 22</span> \n  and LT</p>", "Codes 22 and LT", id="space behind a stray end tag"),
    pytest.param('<p title="a > b">x</p>', "x", id="attribute with >"),
    pytest.param("<p title='<b>'>x</p>", "x", id="attribute with a tag"),
    pytest.param("<p>x < y and a<5 b > c</p>", "x < y and a<5 b > c", id="less-than signs"),
    pytest.param("<p>a<!-- hidden -->b</p><!-- x > y -->", "ab", id="comments"),
    pytest.param("<p>a<![CDATA[hidden]]>b</p>", "ab", id="CDATA is a comment in HTML"),
    pytest.param("<p>a<?php x ?>b</p>", "ab", id="processing instruction"),
    pytest.param("<p>a</p><script>if (a<b) x('<p>no</p>')</script>", "a", id="script"),
    pytest.param("<style>p { x: y }</style><p>a</p><template>t</template>", "a", id="style and template"),
    pytest.param("<svg><text>s</text></svg><p>a</p>", "a", id="svg"),
    pytest.param("<head><title>T</title></head><body>b</body>", "b", id="head"),
    pytest.param("<!DOCTYPE html><title>T</title><p>b", "b", id="head left out"),
    pytest.param("<p>tail <", "tail <", id="cut at a tag's first character"),
    pytest.param("<p>tail <b", "tail", id="cut inside a tag"),
    pytest.param("<p>tail &am", "tail &am", id="cut inside a character reference"),
    pytest.param("<p>tail<!-- cut", "tail", id="cut inside a comment"),
]


@pytest.mark.parametrize(("markup", "words"), WORDS)
def test_the_reading_text_holds_the_words_of_the_page(markup: str, words: str) -> None:
    text = page(markup)
    assert text.text == words
    assert "html.text_lost" not in rules_of(text)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        pytest.param("&amp;", "&", id="named"),
        pytest.param("&copy", "©", id="without semicolon"),
        pytest.param("&#169;", "©", id="decimal"),
        pytest.param("&#xA9;", "©", id="hexadecimal"),
        pytest.param("&#XA9", "©", id="hexadecimal, no semicolon"),
        pytest.param("&#8211;", "–", id="dash"),
        pytest.param("&#150;", "–", id="a number of cp1252"),
        pytest.param("&nbsp;", "\u00a0", id="no-break space"),
        pytest.param("&shy;", "\u00ad", id="soft hyphen"),
        pytest.param("&notit;", "¬it;", id="longest name without semicolon"),
        pytest.param("&NotEqualTilde;", "≂̸", id="two characters"),
        pytest.param("&bogus;", "&bogus;", id="unknown name"),
        pytest.param("&#xD800;", "\ufffd", id="surrogate"),
        pytest.param("&#0;", "\ufffd", id="NUL"),
        pytest.param("&#x110000;", "\ufffd", id="beyond Unicode"),
        pytest.param("&;", "&;", id="no name"),
        pytest.param("&#;", "&#;", id="no number"),
        pytest.param("&", "&", id="lone ampersand"),
        pytest.param("&amp;lt;", "&lt;", id="decoded once"),
    ],
)
def test_character_references_are_decoded_as_browsers_do(reference: str, words: str) -> None:
    markup = f"<p>Knee {reference} joint</p>"
    text = page(markup)
    assert text.text == f"Knee {words} joint"
    at = text.text.index("joint")
    assert markup[slice(*text.raw((at, at + 5)))] == "joint"


def test_a_character_reference_leads_back_as_a_whole() -> None:
    markup = "<p>R&amp;D AT&#38;T</p>"
    text = page(markup)
    assert text.text == "R&D AT&T"
    assert markup[slice(*text.raw((1, 2)))] == "&amp;"
    assert markup[slice(*text.raw((0, 8)))] == "R&amp;D AT&#38;T"
    assert markup[slice(*text.raw((7, 8)))] == "T"


@pytest.mark.parametrize("reference", ["&#10;", "&#13;", "&NewLine;", "&#13;&#10;"])
def test_a_referenced_line_end_is_white_space_and_no_line_end(reference: str) -> None:
    text = page(f"<p>Knee{reference}joint</p><p>work</p>")
    assert text.text == "Knee joint\nwork"


def marks(markup: str) -> list[tuple[str, str, int]]:
    return [(line.text, line.mark.value, line.level) for line in page(markup).lines]


@pytest.mark.parametrize(
    ("markup", "marked"),
    [
        pytest.param("<h1>A</h1><h6>B</h6>", [("A", "heading", 1), ("B", "heading", 6)], id="headings"),
        pytest.param("<h2>A <small>b</small></h2>", [("A b", "heading", 2)], id="inline tag in a heading"),
        pytest.param("<h2></h2><h3> </h3><p>x", [("x", "text", 0)], id="empty headings"),
        pytest.param("<p><b>A</b> <strong>b</strong></p>", [("A b", "strong", 0)], id="strong throughout"),
        pytest.param("<p><b>A</b> b</p>", [("A b", "text", 0)], id="strong in part"),
        pytest.param("<dl><dt>A<dd>b</dl>", [("A", "label", 0), ("b", "text", 0)], id="label"),
        pytest.param("<li>A</li>b", [("A", "item", 0), ("b", "text", 0)], id="item"),
        pytest.param(
            "<li><p>A</p><p>b</p></li>", [("A", "item", 0), ("b", "text", 0)], id="item of paragraphs"
        ),
        pytest.param("<ul><li></li></ul><p>b</p>", [("b", "text", 0)], id="an empty item"),
        pytest.param("<details><summary>A</summary>b", [("A", "strong", 0), ("b", "text", 0)], id="summary"),
        pytest.param("<p>• A</p>", [("• A", "text", 0)], id="bullet as a character"),
    ],
)
def test_lines_carry_what_the_markup_says(markup: str, marked: list[tuple[str, str, int]]) -> None:
    assert marks(markup) == marked


def rows(markup: str) -> list[list[str]]:
    text = page(markup)
    return [[text.text[a:b] for a, b in line.cells] for line in text.lines]


@pytest.mark.parametrize(
    ("markup", "cells"),
    [
        pytest.param(
            "<table><tr><th>Code<th>Name<tr><td>22<td>In<b>crea</b>sed</table>",
            [["Code", "Name"], ["22", "Increased"]],
            id="data",
        ),
        pytest.param("<table><tr><td></td><td>b</td><td></td></table>", [["", "b", ""]], id="empty cells"),
        pytest.param(
            "<table><tr><td><p>a</p><p>b</p><td>c<br>d<td><ul><li>e<li>f</ul></table>",
            [["a b", "c d", "e f"]],
            id="blocks inside cells",
        ),
        pytest.param("<table><tr><td> a <td>\n b\n</table>", [["a", "b"]], id="white space around cells"),
        pytest.param("<table><tr><td>a|b<td>c</table>", [["a|b", "c"]], id="pipe inside a cell"),
        pytest.param("<table><tr><td>x<td><pre>y\nz</pre></table>", [["x", "y z"]], id="pre inside a cell"),
        pytest.param("<table><tr><td>only</table>", [[]], id="one cell is a line"),
        pytest.param(
            "<table><tr><td><h2>A</h2><p>b</p><td><table><tr><td>c<td>d</table></table>",
            [[], [], ["c", "d"]],
            id="layout table around a data table",
        ),
        pytest.param("<table>loose<tr><td>a<td>b</table>", [[], ["a", "b"]], id="text outside of cells"),
        pytest.param("<td>a</td><td>b</td>", [[], []], id="cells outside of a table"),
        pytest.param(
            "<table><caption>Cap</caption><thead><tr><th>a<th>b</thead><tbody><tr><td>c<td>d</table>",
            [[], ["a", "b"], ["c", "d"]],
            id="caption, head and body",
        ),
    ],
)
def test_rows_keep_their_cells(markup: str, cells: list[list[str]]) -> None:
    assert rows(markup) == cells


def test_a_row_of_header_cells_is_a_header() -> None:
    lines = page("<table><tr><th>a<th>b<tr><th>c<td>d</table>").lines
    assert [(line.mark, line.header) for line in lines] == [(Mark.ROW, True), (Mark.ROW, False)]


CHROME = [
    pytest.param("<nav>x</nav>", True, id="nav"),
    pytest.param("<footer><p>x</p></footer>", True, id="footer"),
    pytest.param("<aside>x</aside>", True, id="aside"),
    pytest.param("<noscript>x</noscript>", True, id="noscript"),
    pytest.param("<dialog open>x</dialog>", True, id="dialog"),
    pytest.param("<header>x</header>", True, id="header"),
    pytest.param("<header><h1>x</h1></header>", False, id="header with the title"),
    pytest.param("<div role=navigation>x</div>", True, id="role"),
    pytest.param("<div role=article>x</div>", False, id="role of content"),
    pytest.param("<div class='site-header'>x</div>", True, id="class"),
    pytest.param("<div class='a main-menu b'>x</div>", True, id="one of the classes"),
    pytest.param("<div id='cookie-banner'>x</div>", True, id="id"),
    pytest.param("<div id='BREADCRUMBS'>x</div>", True, id="upper case"),
    pytest.param("<div class='navigator'>x</div>", False, id="a longer word"),
    pytest.param("<div class='content'>x</div>", False, id="class of content"),
    pytest.param("<div class='sidebar'><table><tr><td>x</table></div>", False, id="holds a table"),
    pytest.param("<h2 class='menu'>x</h2>", False, id="a heading is never chrome"),
    pytest.param("<body class='nav'>x</body>", False, id="the body is never chrome"),
    pytest.param("<nav><div><p><b>x</b></p></div></nav>", True, id="all below it"),
]


@pytest.mark.parametrize(("markup", "chrome"), CHROME)
def test_site_chrome_is_told_by_tag_role_and_class(markup: str, chrome: bool) -> None:
    (line,) = page(markup).lines
    assert (line.text, line.mark is Mark.CHROME) == ("x", chrome)


@pytest.mark.parametrize(
    ("markup", "inside"),
    [
        pytest.param(f"a<main><p>{LONG}</p></main>b", [LONG], id="main"),
        pytest.param(f"a<div role=main><p>{LONG}</p></div>b", [LONG], id="role main"),
        pytest.param(f"a<article><p>{LONG}</p></article>b", [LONG], id="one article"),
        pytest.param(
            f"a<article>{LONG}</article><article>c</article>b", ["a", LONG, "c", "b"], id="two articles"
        ),
        pytest.param("a<main>short</main>b", ["a", "short", "b"], id="a main that holds no article"),
        pytest.param(f"a<main><p>{LONG}</p><nav>n</nav></main>b", [LONG], id="chrome inside the article"),
        pytest.param(
            f"<div class=nav><main><p>{LONG}</p></main></div>b", [LONG], id="the article inside of chrome"
        ),
    ],
)
def test_only_the_article_is_content_where_the_page_marks_it(markup: str, inside: list[str]) -> None:
    assert [line.text for line in page(markup).body_lines()] == inside


def test_chrome_stays_in_the_reading_text() -> None:
    assert page("<nav>Home</nav><p>Knee</p>").text == "Home\nKnee"


@pytest.mark.parametrize(
    ("markup", "lost"),
    [
        pytest.param('<p>broken <a href="x>still</p><p>here "z</p>', True, id="a quote that never ends"),
        pytest.param("<title>T</title><p>y", False, id="a title without head is no text"),
        pytest.param("<p title='<b>x'>y</p>", False, id="a tag inside an attribute"),
        pytest.param("<p title='a > b'>y</p>", False, id="a sign inside an attribute"),
        pytest.param("<!-- <p>x</p> --><p>y", False, id="a comment"),
        pytest.param("<script>x<p>z</script><p>y", False, id="a script"),
        pytest.param("<table><tr>stray<td>y</table>", False, id="text moved by the parser"),
    ],
)
def test_text_that_the_parser_lost_is_told(markup: str, lost: bool) -> None:
    assert ("html.text_lost" in rules_of(page(markup))) is lost


@pytest.mark.parametrize(
    ("markup", "characters"),
    [
        pytest.param("<p>x" + "<a " * 8000, 1, id="open tags"),
        pytest.param("<p>x" + "<!--" * 50_000, 1, id="open comments"),
        pytest.param("<div>" * 20_000 + "x", 1, id="deep nesting"),
        pytest.param("<b>" * 20_000 + "x", 1, id="deep inline nesting"),
        pytest.param("<p>" + "&amp" * 20_000, 20_000, id="references without semicolon"),
        pytest.param("<p>" + "&#" * 50_000, 100_000, id="references without number"),
        pytest.param("<p>" + "x" * 1_000_000, 1_000_000, id="no spaces"),
        pytest.param("<p>" + "<" * 100_000, 100_000, id="less-than signs"),
        pytest.param("<p>x<script>" * 20_000, 1, id="open scripts"),
        pytest.param("<p>x" + "<a b='" * 20_000, 1, id="open attributes"),
        pytest.param("<p>x" + "<![CDATA[" * 20_000, 1, id="open CDATA"),
        pytest.param("<p " + "a=b " * 50_000 + ">x", 1, id="many attributes"),
        pytest.param("<p>x" + " \n" * 200_000 + "y", 3, id="white space"),
        pytest.param("<ul><li>x" * 2000, 3999, id="nested lists"),
        pytest.param("<table>" + "<tr><td>a<td>b" * 5000, 19_999, id="many rows"),
        pytest.param("<header class=x>" * 2000 + "x", 1, id="nested headers"),
        pytest.param("<table><tr><td>" * 500 + "x", 1, id="nested tables"),
    ],
)
def test_hostile_markup_is_read_to_its_end(markup: str, characters: int) -> None:
    assert len(page(markup).text) == characters


def test_private_use_characters_of_the_page_are_kept() -> None:
    text = page("<p>\ue000 icon \ue0001\ue000 end</p>")
    assert text.text == "\ue000 icon \ue0001\ue000 end"


def test_a_byte_order_mark_shifts_the_way_back_by_one() -> None:
    raw = b"\xef\xbb\xbf<p>Knee</p>"
    text = read(raw)
    assert raw.decode(text.encoding)[slice(*text.raw((0, 4)))] == "Knee"


MAPPED = [
    *(param.values[0] for param in WORDS),
    *(param.values[0] for param in CHROME),
    "<table><tr><th>Code<th>Name<tr><td>&#50;2<td>In<b>crea</b>sed &amp; more</table>",
    "\ufeff <p>caf\u00e9 \U0001f9b5 &eacute;</p>\r\n<p>next</p>",
]


@pytest.mark.parametrize("markup", MAPPED)
def test_pieces_lead_back_to_the_same_characters(markup: object) -> None:
    characters = str(markup)
    text = page(characters)
    ends = [(0, 0)]
    for start, length, raw_start, raw_length in text.pieces:
        if length == raw_length:
            assert text.text[start : start + length] == characters[raw_start : raw_start + raw_length]
        assert start >= ends[-1][0]
        assert raw_start + raw_length <= len(characters)
        ends.append((start + length, raw_start + raw_length))
    mapped = {at for start, length, _, _ in text.pieces for at in range(start, start + length)}
    assert all(text.text[at].isspace() for at in range(len(text.text)) if at not in mapped)


@pytest.mark.parametrize("markup", MAPPED)
def test_every_line_leads_back_to_raw_characters_that_hold_its_ends(markup: object) -> None:
    characters = str(markup)
    for line in page(characters).lines:
        start, end = page(characters).raw(line.span)
        assert characters[start] == line.text[0] or characters[start] == "&"
        assert characters[end - 1] == line.text[-1] or characters[end - 1] == ";"


def test_a_page_without_a_word_is_empty() -> None:
    with pytest.raises(SourceError) as caught:
        page("<html><body><div></div><style>p {}</style></body></html>")
    assert caught.value.reason == "empty"


@pytest.mark.parametrize("tag", ["noframes", "noembed", "xmp"])
def test_markup_that_parsers_keep_as_text_is_markup(tag: str) -> None:
    raw = f"<p>One</p><{tag}><h1>Two &amp; a half</h1><p>Three</p></{tag}><p>Four</p>"
    text = read(raw.encode())
    assert text.text == "One\nTwo & a half\nThree\nFour"
    at = text.text.index("Three")
    assert raw[slice(*text.raw((at, at + 5)))] == "Three"
    assert not text.notes


def test_signs_that_print_nothing_are_no_part_of_the_edges_of_a_cell() -> None:
    text = read(b"<table><tr><td>&lrm;M16.11&lrm;<td>&#xFEFF;59<td>&#8203;</table>")
    assert [text.text[slice(*cell)] for cell in text.lines[0].cells] == ["M16.11", "59", "\u200b"]


def test_every_main_element_is_read() -> None:
    text = read(
        b"<div>Menu</div><main><h1>Knee work</h1><p>Many words.</p></main><main><p>The rest of it.</p></main>"
    )
    assert [line.mark is Mark.CHROME for line in text.lines] == [True, False, False, False]


def test_a_lone_teaser_is_not_the_article() -> None:
    teaser = "<article><p>Read more of our other work on this page.</p></article>"
    text = read(f"<h1>Knee work</h1><p>{'Words of the page. ' * 9}</p>{teaser}".encode())
    assert not any(line.mark is Mark.CHROME for line in text.lines)
