"""What a URL gives is kept as it came, asked for again only if it changed, and never lost."""

import gzip
import json
from contextlib import closing
from pathlib import Path

import pytest

from flows.errors import UsageError
from flows.files import Files
from flows.sources.folder import Fetched, discover, url_lists
from flows.sources.web.fetch import Terms, fetch
from flows.sources.web.url_lists import read
from tests.flows.web import Fetch, Page, Request, Site, told

HTML = (("Content-Type", "text/html; charset=utf-8"),)


def test_pages_are_kept_as_they_came(site: Site, get: Fetch, output: Path) -> None:
    site.pages["/a?page=1"] = Page(b"<p>caf\xc3\xa9</p>", headers=(*HTML, ("ETag", '"1"')))
    site.pages["/notes.md"] = Page(b"# x")
    page, notes = get("/a?page=1", "/notes.md").documents
    assert (page.id, page.uri) == (f"{site.id}/a?page=1", f"{site.url}/a?page=1")
    assert (page.media_type, notes.media_type) == ("text/html", "text/markdown")
    kept = output / "fetched" / f"{page.id}.raw"
    assert (Path(str(page.locator)), kept.read_bytes()) == (kept, b"<p>caf\xc3\xa9</p>")
    facts = json.loads((output / "fetched" / f"{page.id}.json").read_text())
    assert facts["headers"] == {"content-type": "text/html; charset=utf-8", "etag": '"1"'}
    assert site.asked[-1].headers["user-agent"].startswith("code-articles/1.")


def test_a_page_that_did_not_change_is_not_sent_again(site: Site, get: Fetch, output: Path) -> None:
    def page(request: Request) -> Page:
        same = request.headers.get("if-none-match") == '"1"'
        since = request.headers.get("if-modified-since") == "Sun, 01 Nov 2026 06:00:00 GMT"
        marks = (("ETag", '"1"'), ("Last-Modified", "Sun, 01 Nov 2026 06:00:00 GMT"))
        return Page(status=304) if same and since else Page(b"first", headers=marks)

    site.pages["/a"] = page
    [first] = get("/a").documents
    modified = Path(str(first.locator)).stat().st_mtime_ns
    assert get("/a") == Fetched((first,))
    assert Path(str(first.locator)).stat().st_mtime_ns == modified
    Path(str(first.locator)).write_bytes(b"damaged")  # facts that do not fit the bytes are not believed
    assert Path(str(get("/a").documents[0].locator)).read_bytes() == b"first"


def test_an_etag_that_is_not_ascii_is_not_sent_back(site: Site, get: Fetch) -> None:
    site.pages["/a"] = Page(b"x", headers=(("ETag", '"\xe9"'),))
    assert not get("/a").skips
    assert not get("/a").skips


@pytest.mark.parametrize("status", [404, 410, 401, 500, 304])
def test_a_page_that_fails_keeps_its_last_bytes_and_says_so(site: Site, get: Fetch, status: int) -> None:
    site.pages["/a"] = Page(b"first")
    get("/a")
    site.pages["/a"] = Page(b"sorry", status=status)
    fetched = get("/a")
    [document] = fetched.documents
    assert Path(str(document.locator)).read_bytes() == b"first"
    if status != 304:
        assert told(fetched) == f"cannot be fetched (HTTP {status}); its bytes of the last fetch are read"


def test_a_page_that_was_never_there_is_held_and_its_neighbours_are_fetched(
    site: Site, get: Fetch, listed: Path
) -> None:
    site.pages["/a"] = Page(b"first")
    fetched = get("/a", "/b")
    assert told(fetched) == "cannot be fetched (HTTP 404); nothing of it was fetched before"
    listing = discover([listed], fetched=fetched)
    assert [document.id for document in listing.documents] == [f"{site.id}/a"]
    assert listing.held == {f"{site.id}/b"}
    with pytest.raises(UsageError, match=r"no documents in .*/b cannot be fetched \(HTTP 404\)"):
        discover([listed], fetched=get("/b"))


def test_a_server_that_is_not_there_is_told(get: Fetch, listed: Path, output: Path) -> None:
    (listed / "sources.toml").write_text('[[source]]\nurl = "http://127.0.0.1:9/a"')
    output.mkdir()
    with closing(Files(output, output / ".aside" / "run")) as files:
        fetched = fetch(read(url_lists([listed])), files, output, Terms(allow_private=True))
        assert "Connection refused" in told(fetched)


def test_offline_the_last_bytes_are_read(site: Site, get: Fetch) -> None:
    site.pages["/a"] = Page(b"first")
    first = get("/a")
    site.asked.clear()
    assert get("/a", offline=True) == first
    assert "the run is offline" in told(get("/b", offline=True))
    assert site.asked == []


def test_pages_above_and_below_each_other_are_kept_apart(site: Site, get: Fetch) -> None:
    paths = ["/", "/a", "/a/", "/a/b", "/a//b", "/a.raw/b", "/a.json", "/%2e%2e/x", "/b?x=/../y"]
    site.pages |= {path: Page(path.encode()) for path in paths}
    site.pages |= {"/a.raw/b": Page(b"/a.raw/b")}
    fetched = get(*paths)
    assert not fetched.skips
    contents = {document.uri: Path(str(document.locator)).read_bytes() for document in fetched.documents}
    assert contents == {f"{site.url}{path}": path.encode() for path in paths}


def test_a_redirect_at_home_is_followed(site: Site, get: Fetch, output: Path) -> None:
    site.pages |= {"/a": Page(status=301, headers=(("Location", "/b"),)), "/b": Page(b"there")}
    [document] = get("/a").documents
    assert (document.id, Path(str(document.locator)).read_bytes()) == (f"{site.id}/a", b"there")
    facts = json.loads((output / "fetched" / f"{site.id}/a.json").read_text())
    assert facts["final_url"] == f"{site.url}/b"


@pytest.mark.parametrize("parts", [(b"first",), (b"first", b"", b"second"), (b"",)])
def test_gzip_of_several_members_is_one_page(site: Site, get: Fetch, parts: tuple[bytes, ...]) -> None:
    content = b"".join(map(gzip.compress, parts)) + bytes(3)
    site.pages["/a"] = Page(content, headers=(("Content-Encoding", "gzip"),))
    [document] = get("/a").documents
    assert Path(str(document.locator)).read_bytes() == b"".join(parts)
