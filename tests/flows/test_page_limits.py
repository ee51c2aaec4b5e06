"""What a page may take in bytes and time; servers that answer as none should cost their page alone."""

import gzip
import socket
import threading
import time
from contextlib import suppress
from itertools import cycle

import pytest

from flows.sources.web.client import Limits
from tests.flows.web import Fetch, Page, Site, told


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
        (
            [OK + b"Content-Encoding: gzip, gzip\r\n\r\nx"],
            0,
            False,
            "which alone was asked for",
        ),
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
