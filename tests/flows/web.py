"""A web server for tests, on loopback, whose answers the test writes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from flows.sources.folder import Fetched

Fetch = Callable[..., Fetched]


class Page(NamedTuple):
    """An answer. ``drip`` is the pause in seconds after every byte of the content."""

    content: bytes = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    drip: float = 0.0


class Request(NamedTuple):
    """What was asked, and when."""

    path: str
    headers: dict[str, str]
    at: float


class Site:
    """What the server answers by path, and what it was asked; a page may be made from the request."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.id = f"127.0.0.1:{port}"
        self.pages: dict[str, Page | Callable[[Request], Page]] = {}
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Page:
        self.asked.append(request)
        page = self.pages.get(request.path, Page(status=404))
        return page if isinstance(page, Page) else page(request)

    def paths(self) -> list[str]:
        """The paths that were asked for, robots.txt left out."""
        return [request.path for request in self.asked if request.path != "/robots.txt"]


@contextmanager
def serve() -> Iterator[Site]:
    """Serve a site until the end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            page = site.answer(Request(self.path, headers, time.monotonic()))
            self.send_response(page.status)
            for name, value in page.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(page.content)))
            self.end_headers()
            try:
                if not page.drip:
                    self.wfile.write(page.content)
                for number in range(len(page.content) if page.drip else 0):
                    self.wfile.write(page.content[number : number + 1])
                    time.sleep(page.drip)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    site = Site(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def told(fetched: Fetched) -> str:
    """Return what is said of the one page that was not fetched."""
    [skip] = fetched.skips
    assert skip.reason == "not_fetched"
    return skip.message
