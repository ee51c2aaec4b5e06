"""What holds no article is refused with what to do; what only speaks of such formats is a text."""

from contextlib import suppress
from time import perf_counter

import pytest

from extractors import SourceError
from extractors.media.reading import read

PROGRAM = b"const page = 1;\nfunction open(it) {\n  var knee = it;\n  document.write(knee);\n}\n"
STYLES = b"p { color: red; }\na { color: blue; margin: 0; }\n"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        pytest.param(b"{\\rtf1\\ansi Knee}", "RTF", id="rtf"),
        pytest.param(b"From: a\r\nMIME-Version: 1.0\r\n\r\nKnee", "MHTML", id="mhtml"),
        pytest.param(b"Subject: Knee\nMessage-ID: <1@x>\n\nKnee", "e-mail", id="mail"),
        pytest.param(b'{"code": "20610"}', "JSON", id="json"),
        pytest.param(b'[{"code": "20610"}, {"code": "20611"}]', "JSON", id="a list"),
        pytest.param(b'{"code": "20610"}\n{"code": "20611"}\n', "JSON", id="json lines"),
        pytest.param(b'<?xml version="1.0"?>\n<!-- x --><rss><p>Knee</p></rss>', "XML", id="feed"),
        pytest.param(b"<urlset xmlns='x'><p>Knee</p></urlset>", "XML", id="site map"),
        pytest.param(b'code,name\r\n20610,"Knee, big"\r\n20605,\r\n', "CSV", id="commas and quotes"),
        pytest.param(b"code;name\n20610;Knee\n20605;Hand\n", "CSV", id="semicolons"),
        pytest.param(b'a,b\n1,"two\nlines"\n' + b"3,4\n" * 30_000, "CSV", id="more rows than are looked at"),
        pytest.param(PROGRAM, "script", id="script"),
        pytest.param(STYLES, "style sheet", id="styles"),
        pytest.param(b"body{margin:0;padding:0}h1{color:red}a{top:1px;left:2px}", "style", id="packed"),
    ],
)
def test_data_and_programs_are_refused(raw: bytes, told: str) -> None:
    with pytest.raises(SourceError, match=told) as caught:
        read(raw)
    assert caught.value.reason == "unsupported"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"[1] Knee work. [2] Hip work.", id="brackets"),
        pytest.param(b"[1, 2]", id="numbers in brackets"),
        pytest.param(b"Code: 20610\nTitle: Knee\n\nWords of it.", id="labels"),
        pytest.param(b"M17.11, right\nM17.12, left\nM17.0, both\n", id="a list with commas"),
        pytest.param(b"Knee work,\nhip work,\nall of it,\n", id="lines that end in commas"),
        pytest.param(b"Knee\n\ncode,name\n20610,Knee\n20605,Hand\n", id="rows of data below a title"),
        pytest.param(b'a,b\n"c,d\ne,f\n', id="a quote that does not end"),
        pytest.param(b"a,b\n1,2\n", id="too few rows to tell"),
        pytest.param(b"M17.11;\nM17.12;\nM16.11;\nM16.12;\nM15.0;\n", id="a list with semicolons"),
        pytest.param(
            b"The page has " + STYLES + b"and goes on with many words.\n" * 9, id="a text about styles"
        ),
        pytest.param(
            b'<?xml version="1.0"?><!DOCTYPE html><html><body><p>Knee</p></body></html>', id="xhtml"
        ),
        pytest.param(b"<style>p {color: red; top: 0; left: 0}</style><p>Knee</p>", id="a page with styles"),
    ],
)
def test_what_may_be_a_text_is_read(raw: bytes) -> None:
    assert read(raw).lines


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(
            b"<h1>Checking your browser</h1><p>Enable JavaScript and cookies to continue</p>", id="check"
        ),
        pytest.param(b"<p>Please verify you are a human.</p>", id="human"),
        pytest.param(b"<div id=root></div><script src=a.js></script>", id="empty shell"),
        pytest.param(b"<div>Loading...</div><script src=a.js></script>", id="waiting shell"),
        pytest.param(
            b"<html><noscript>You need to enable JavaScript.</noscript><script>x</script>", id="no script"
        ),
    ],
)
def test_a_page_without_an_article_is_set_aside(raw: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        read(raw)
    assert caught.value.reason == "no_article"


def test_a_long_page_that_names_javascript_is_an_article() -> None:
    assert read(b"<p>Please enable JavaScript.</p>" + b"<p>Knee work has a code of its own.</p>" * 40).lines


@pytest.mark.parametrize(
    "raw",
    [b"\n" * 65_000 + b"x", b"a:\n" * 20_000, b"{" * 60_000, b"[" * 60_000, b"<?xml?>" + b"<!--" * 15_000],
)
def test_signatures_take_no_time(raw: bytes) -> None:
    start = perf_counter()
    with suppress(SourceError):
        read(raw)
    assert perf_counter() - start < 3
