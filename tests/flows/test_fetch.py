import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from email.utils import formatdate
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any

import certifi
import pytest

from flows.errors import UsageError
from flows.files import Files
from flows.sources.folder import Fetched, check, discover, url_lists
from flows.sources.web import client as polite
from flows.sources.web.addresses import Guard, is_public
from flows.sources.web.client import Limits
from flows.sources.web.deadline import Deadline
from flows.sources.web.fetch import LIMITS, Terms, fetch
from flows.sources.web.url_lists import read
from tests.flows.web import Page, Request, Site, serve

Fetch = Callable[..., Fetched]
HTML = (("Content-Type", "text/html; charset=utf-8"),)


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as site:
        yield site


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polite, "_PAUSE", 0.05)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def get(site: Site, raw: Path, output: Path) -> Fetch:
    """Fetches paths of the site into the output folder, as the flow does."""

    def get(
        *paths: str,
        interval: float = 0,
        private: bool = True,
        offline: bool = False,
        limits: Limits = LIMITS,
        also: tuple[str, ...] = (),
    ) -> Fetched:
        urls = [*(site.url + path for path in paths), *also]
        entries = [f'[[source]]\nurl = "{url}"\n' for url in urls]
        (raw / "sources.toml").write_text(f"interval = {interval}\n" + "".join(entries))
        output.mkdir(exist_ok=True)
        with closing(Files(output, output / ".aside" / "run")) as files:
            return fetch(read(url_lists([raw])), files, output, Terms(offline, private, limits))

    return get


def told(fetched: Fetched) -> str:
    [skip] = fetched.skips
    assert skip.reason == "not_fetched"
    return skip.message


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
    site: Site, get: Fetch, raw: Path
) -> None:
    site.pages["/a"] = Page(b"first")
    fetched = get("/a", "/b")
    assert told(fetched) == "cannot be fetched (HTTP 404); nothing of it was fetched before"
    listing = discover([raw], fetched=fetched)
    assert [document.id for document in listing.documents] == [f"{site.id}/a"]
    assert listing.held == {f"{site.id}/b"}
    with pytest.raises(UsageError, match=r"no documents in .*/b cannot be fetched \(HTTP 404\)"):
        discover([raw], fetched=get("/b"))


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_failure_that_passes_is_tried_again(site: Site, get: Fetch, status: int) -> None:
    answers = [Page(b"good"), Page(status=status)]
    site.pages["/a"] = lambda _: answers.pop()
    assert not get("/a").skips
    assert site.paths() == ["/a", "/a"]


def test_a_failure_that_stays_is_tried_three_times(site: Site, get: Fetch) -> None:
    site.pages["/a"] = Page(status=503)
    assert "HTTP 503" in told(get("/a"))
    assert site.paths() == ["/a"] * 3


@pytest.mark.parametrize("date", [False, True])
def test_a_server_that_asks_to_wait_is_waited_for(site: Site, get: Fetch, date: bool) -> None:
    wait = formatdate(time.time() + 2, usegmt=True) if date else "1"
    answers = [Page(b"good"), Page(status=429, headers=(("Retry-After", wait),))]
    site.pages["/a"] = lambda _: answers.pop()
    assert not get("/a").skips
    first, second = (request.at for request in site.asked if request.path == "/a")
    assert second - first > 0.9


def test_a_server_that_asks_to_wait_for_long_is_left_to_the_next_run(site: Site, get: Fetch) -> None:
    site.pages["/a"] = Page(status=429, headers=(("Retry-After", "3600"),))
    assert "HTTP 429" in told(get("/a"))
    assert site.paths() == ["/a"]


def test_requests_to_one_host_are_kept_apart(site: Site, get: Fetch) -> None:
    for path in ("/a", "/b"):
        site.pages[path] = Page(b"x")
    get("/a", "/b", interval=0.4)
    times = [request.at for request in site.asked]
    assert len(times) == 3  # robots.txt is asked for once
    assert all(later - earlier > 0.35 for earlier, later in pairwise(times))


def test_a_request_that_was_sent_late_does_not_bring_the_next_one_nearer(
    site: Site, get: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    delays, ask = [0.0, 0.3], polite.Client._ask

    def late(*given: Any, **named: Any) -> Any:
        time.sleep(delays.pop() if delays else 0)
        return ask(*given, **named)

    monkeypatch.setattr(polite.Client, "_ask", late)
    site.pages["/a"] = Page(b"x")
    get("/a", interval=0.4)
    first, second = (request.at for request in site.asked)
    assert second - first > 0.35


def test_a_host_is_waited_for_only_so_long(site: Site, get: Fetch, output: Path) -> None:
    paths = [f"/{name}" for name in "abcdef"]
    site.pages |= {path: Page(b"x") for path in paths}
    site.pages["/robots.txt"] = Page(b"User-agent: *\nCrawl-delay: 0.5")
    limits = Limits(1_000, 30, patience=1.2)
    fetched = get(*paths, limits=limits)
    assert len(fetched.documents) == 3
    assert "127.0.0.1 wants to be waited for more than 1.2 s in one run" in fetched.skips[0].message
    assert "it is asked again by the next run" in fetched.skips[-1].message
    assert len(get(*paths, limits=limits).documents) == 6  # what was never fetched is asked for first


def test_a_host_that_says_it_is_busy_is_left_alone(site: Site, get: Fetch) -> None:
    busy = Page(status=503, headers=(("Retry-After", "1"),))
    site.pages |= dict.fromkeys(("/a", "/b", "/c"), busy)
    clock = time.monotonic()
    fetched = get("/a", "/b", "/c", limits=Limits(1_000, 30, patience=1.5))
    assert time.monotonic() - clock < 5
    assert "HTTP 503; 127.0.0.1 wants to be waited for more" in fetched.skips[0].message
    assert site.paths() == ["/a", "/a"]


def test_pages_that_fail_of_themselves_cost_their_host_nothing(site: Site, get: Fetch) -> None:
    site.pages |= {f"/{number}": Page(status=500) for number in range(3)} | {"/9": Page(b"x")}
    fetched = get("/0", "/1", "/2", "/9", limits=Limits(1_000, 30, patience=0.1))
    assert [document.id for document in fetched.documents] == [f"{site.id}/9"]


def test_the_time_of_a_redirects_target_is_not_charged_to_who_leads_there(site: Site, get: Fetch) -> None:
    server, slow = respond([b"HTTP", b"/"], 0.3, again=True, host="127.0.0.2")
    site.pages |= {"/a": Page(status=302, headers=(("Location", f"{slow}/x"),)), "/b": Page(b"x")}
    site.pages["/c"] = site.pages["/a"]
    with server:
        fetched = get("/a", "/b", "/c", limits=Limits(1_000, 1), also=(slow,))
    assert [document.id for document in fetched.documents] == [f"{site.id}/b"]
    assert any("127.0.0.2 let the time of another page run out" in skip.message for skip in fetched.skips)


def test_a_name_that_takes_too_long_to_resolve_costs_its_page_alone(
    site: Site, get: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    hang = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: hang.wait(20))
    clock = time.monotonic()
    assert "it was not there after 0.5 s" in told(get("/a", limits=Limits(1_000, 0.5)))
    assert time.monotonic() - clock < 3
    hang.set()


@pytest.mark.parametrize("parts", [(b"first",), (b"first", b"", b"second"), (b"",)])
def test_gzip_of_several_members_is_one_page(site: Site, get: Fetch, parts: tuple[bytes, ...]) -> None:
    content = b"".join(map(gzip.compress, parts)) + bytes(3)
    site.pages["/a"] = Page(content, headers=(("Content-Encoding", "gzip"),))
    [document] = get("/a").documents
    assert Path(str(document.locator)).read_bytes() == b"".join(parts)


def test_authorities_of_the_user_are_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Path(certifi.where()).read_text().partition("-----END CERTIFICATE-----")
    (tmp_path / "ca.pem").write_text(one[0] + one[1])
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    guard = Guard(frozenset(), Deadline(threading.Event()))
    assert guard.trusted.cert_store_stats()["x509_ca"] == 1


def test_robots_txt_is_obeyed_to_the_longest_rule(site: Site, get: Fetch) -> None:
    rules = b"User-agent: *\nDisallow: /\n\nUser-agent: code-articles\nDisallow: /*.html$\nAllow: /ok.html\n"
    site.pages |= {path: Page(b"x") for path in ("/a.html", "/ok.html", "/b")}
    site.pages["/robots.txt"] = Page(rules)
    fetched = get("/a.html", "/ok.html", "/b")
    assert told(fetched).startswith("cannot be fetched (robots.txt of 127.0.0.1 does not allow it)")
    assert site.paths() == ["/b", "/ok.html"]


def test_a_robots_txt_that_fails_allows_nothing(site: Site, get: Fetch) -> None:
    site.pages |= {"/a": Page(b"x"), "/robots.txt": Page(status=500)}
    assert "robots.txt of 127.0.0.1 cannot be read: HTTP 500" in told(get("/a"))
    assert site.paths() == []


def test_a_redirect_at_home_is_followed(site: Site, get: Fetch, output: Path) -> None:
    site.pages |= {"/a": Page(status=301, headers=(("Location", "/b"),)), "/b": Page(b"there")}
    [document] = get("/a").documents
    assert (document.id, Path(str(document.locator)).read_bytes()) == (f"{site.id}/a", b"there")
    facts = json.loads((output / "fetched" / f"{site.id}/a.json").read_text())
    assert facts["final_url"] == f"{site.url}/b"


@pytest.mark.parametrize(
    ("location", "fault"),
    [
        ("http://10.0.0.1/", "10.0.0.1 has the address 10.0.0.1, which is not public"),
        ("http://169.254.169.254/latest/meta-data/", "the address 169.254.169.254, which is not public"),
        ("http://[::1]/", "which is not public"),
        ("http://localhost:9/", "localhost has the address"),
        ("http://2130706433/", "the address 127.0.0.1, which is not public"),
        ("file:///etc/passwd", "it redirects to what is no web page"),
        ("/a", "it redirects more than 5 times"),
    ],
)
def test_a_redirect_to_where_it_must_not_lead_is_refused(
    site: Site, get: Fetch, location: str, fault: str
) -> None:
    site.pages["/a"] = Page(status=302, headers=(("Location", location),))
    assert fault in told(get("/a"))


def test_a_redirect_to_another_server_on_loopback_is_refused(site: Site, get: Fetch) -> None:
    with serve() as other:
        other.pages["/secret"] = Page(b"secret")
        site.pages["/a"] = Page(status=302, headers=(("Location", f"{other.url}/secret"),))
        assert "which is not public" in told(get("/a"))
        assert other.asked == []


def test_a_private_address_needs_to_be_allowed(site: Site, get: Fetch) -> None:
    site.pages["/a"] = Page(b"x")
    assert "127.0.0.1 has the address 127.0.0.1, which is not public" in told(get("/a", private=False))
    assert site.asked == []


def test_a_page_that_is_too_large_or_too_slow_is_given_up(site: Site, get: Fetch) -> None:
    site.pages |= {"/robots.txt": Page(b""), "/a": Page(b"x" * 3_000), "/b": Page(b"x" * 600, drip=0.01)}
    assert "it is longer than 0.00191 MB" in told(get("/a", limits=Limits(2_000, 60)))
    clock = time.monotonic()
    assert "it was not there after 0.5 s" in told(get("/b", limits=Limits(2_000, 0.5)))
    assert time.monotonic() - clock < 4


def respond(
    raw: list[bytes], pause: float, *, again: bool, host: str = "127.0.0.1"
) -> tuple[socket.socket, str]:
    """Serve what no server should, on loopback, after a robots.txt."""
    server = socket.create_server((host, 0))

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            if b" /robots.txt " in connection.recv(4096):
                connection.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            for part in cycle(raw) if again else raw:
                connection.sendall(part)
                time.sleep(pause)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return server, f"http://{host}:{server.getsockname()[1]}"


OK = b"HTTP/1.1 200 OK\r\n"
BOMB = gzip.compress(bytes(50_000_000))


@pytest.mark.parametrize(
    ("raw_answer", "pause", "again", "fault"),
    [
        ([b"H", b"T", b"T", b"P", *[b"/"] * 50], 0.3, False, "not there after 1 s"),
        ([b"HTTP/1.1 103 Early Hints\r\n\r\n"], 0.01, True, "not there after 1 s"),
        ([OK + b"X: ", *[b"x"] * 50], 0.3, False, "not there after 1 s"),
        ([OK + b"Content-Encoding: gzip, gzip\r\n\r\nx"], 0, False, "only gzip was asked for"),
        ([OK + b"Content-Encoding: gzip\r\n\r\n" + BOMB], 0, False, "it is longer than"),
        ([OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"whole")[:-3]], 0, False, "incomplete"),
        ([OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x") + b"more"], 0, False, "no gzip"),
        ([OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"") * 2_000], 0, False, "incomplete"),
        ([OK + b"Content-Length: 9\r\n\r\nx"], 0, False, "RemoteProtocolError"),
        ([OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"], 0, False, "RemoteProtocolError"),
        ([b"HTTP/1.1 302 Go\r\nLocation: http://xn--/\r\n\r\n"], 0, False, "cannot be fetched ("),
        ([b"HTTP/1.1 302 Go\r\nLocation: http://a:99999/\r\n\r\n"], 0, False, "cannot be fetched ("),
        ([b"no HTTP at all\r\n\r\n"], 0, False, "RemoteProtocolError"),
    ],
)
def test_a_server_that_misbehaves_costs_its_page_alone(  # noqa: PLR0917 (a row of the table)
    get: Fetch, site: Site, raw_answer: list[bytes], pause: float, again: bool, fault: str
) -> None:
    server, site.url = respond(raw_answer, pause, again=again)
    clock = time.monotonic()
    with server:
        assert fault in told(get("/a", limits=Limits(100_000, 1)))
    assert time.monotonic() - clock < 3


def test_an_etag_that_is_not_ascii_is_not_sent_back(site: Site, get: Fetch) -> None:
    site.pages["/a"] = Page(b"x", headers=(("ETag", '"\xe9"'),))
    assert not get("/a").skips
    assert not get("/a").skips


def test_a_server_that_is_not_there_is_told(get: Fetch, raw: Path, output: Path) -> None:
    (raw / "sources.toml").write_text('[[source]]\nurl = "http://127.0.0.1:9/a"')
    output.mkdir()
    with closing(Files(output, output / ".aside" / "run")) as files:
        fetched = fetch(read(url_lists([raw])), files, output, Terms(allow_private=True))
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


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("urls = [", "is no list of URLs ("),
        ("pages = []", "pages: Extra inputs are not permitted; see docs/sources.md"),
        ('[[source]]\nurl = "https://example.org"\nprivate = true', "source.0.private: Extra inputs"),
        (
            '[[source]]\nurl = "https://a.org"\nallow_private = true',
            "say --allow-private on the command line",
        ),
        ("interval = -1", "interval: Input should be greater than or equal to 0"),
        ('urls = ["ftp://example.org/x"]', "ftp://example.org/x is no URL of a web page"),
        ('urls = ["example.org"]', "example.org is no URL of a web page"),
        ('urls = ["https://me:secret@example.org/x"]', "example.org/x holds a name or password"),
        (
            'urls = ["https://example.org/x", "http://example.org/x"]',
            "would become one record, example.org/x",
        ),
    ],
)
def test_a_malformed_list_is_told_in_a_sentence(raw: Path, content: str, fault: str) -> None:
    (raw / "sources.toml").write_text(content)
    with pytest.raises(UsageError) as error:
        read(url_lists([raw]))
    assert fault in str(error.value)
    assert "secret" not in str(error.value)


def test_a_list_can_be_named_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "web.toml"
    path.write_text('urls = ["https://EXAMPLE.org/x#part", "https://example.org/x"]')
    [url] = read(url_lists([path]))
    assert (url.id, url.url) == ("example.org/x", "https://example.org/x")
    check([path], tmp_path / "output")


@pytest.mark.parametrize(
    "address",
    [
        *("10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "224.0.0.1", "255.255.255.255", "0.1.2.3"),
        *("::", "fe80::1%eth0", "fd00::1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
        *("::7f00:1", "::1", "::ffff:0:7f00:1", "64:ff9b:1::909:909", "fec0::1", "5f00::1"),
        *("2001:0:909:909::80ff:fffe", "192.0.0.8", "::ffff:127.0.0.1", "3fff::1"),
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_addresses_that_are_public() -> None:
    assert all(map(is_public, ("9.9.9.9", "2620:fe::fe", "64:ff9b::909:909")))
