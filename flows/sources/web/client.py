"""A client that behaves as web sites ask it to: robots.txt, pace, patience, and limits of our own."""

import email.utils
import random
import threading
import time
import zlib
from collections.abc import Mapping
from contextlib import closing
from typing import NamedTuple, Self

import httpx
from protego import Protego

from flows.errors import NotFetched
from flows.sources.web.addresses import Guard, Origin, origin
from flows.sources.web.deadline import Deadline, OutOfTime

_MEDIA = "text/html, text/plain, text/markdown, */*;q=0.5"
_NAME = "code-articles"  # as robots.txt may name us
_SCHEMES = frozenset({"http", "https"})
_REDIRECTS = 5
_TRIES = 3
_PAUSE = 1.0  # seconds before the second try; twice as many before the third
_LONGEST_PAUSE = 60.0  # seconds that we wait when told to; who asks for more is asked again by the next run
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_ROBOTS_BYTES = 512 * 1024  # RFC 9309 asks for 500 KiB at least


class Limits(NamedTuple):
    """What one answer may take: bytes, and seconds from request to last byte."""

    size: int
    seconds: float


class Answer(NamedTuple):
    """What a server answered last, all redirects followed."""

    url: str
    status: int
    headers: httpx.Headers
    content: bytes


class Pace:
    """Keeps requests to one host apart; shared by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}

    def until(self, host: str, interval: float) -> float:
        """Return the seconds until the turn of a request."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next.get(host, now))
            self._next[host] = turn + interval
        return turn - now


class Client:
    """Fetches pages; a context manager, used by several threads.

    Args:
        version: ours, which the servers are told.
        contact: who is behind the requests, which they are told too; None for nobody.
        intervals: seconds between two requests, by host; one second elsewhere.
        private: origins that may have addresses that are not public.
        limits: of one page.
    """

    def __init__(
        self,
        *,
        version: str,
        contact: str | None,
        intervals: Mapping[str, float],
        private: frozenset[Origin],
        limits: Limits,
    ) -> None:
        agent = f"{_NAME}/{version}" + (f" (+{contact})" if contact else "")
        self._stopped = threading.Event()
        self._deadline = Deadline(self._stopped)
        self._late: set[str] = set()
        self._http = httpx.Client(
            transport=Guard(private, self._deadline),
            headers={"User-Agent": agent, "Accept": _MEDIA, "Accept-Encoding": "gzip"},
            trust_env=False,  # through a proxy the address that is checked is not the one that is asked
        )
        self._intervals = intervals
        self._limits = limits
        self._pace = Pace()
        self._robots: dict[Origin, Protego | NotFetched] = {}
        self._asking: dict[Origin, threading.Lock] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Fetch a page; redirects are followed where robots.txt of the place that they lead to allows it.

        Raises:
            NotFetched: it could not be fetched, or must not be.
        """
        place = origin(httpx.URL(url)).host
        if place in self._late:
            message = f"{place} let the time of another page run out, and is asked again by the next run"
            raise NotFetched(message)
        self._deadline.start(self._limits.seconds)
        try:
            return self._follow(httpx.URL(url), headers, robots=True)
        except OutOfTime:
            self._late.add(place)
            raise
        except NotFetched:
            raise
        except Exception as error:  # whatever a server makes a library raise, it is this page's alone
            message = f"{type(error).__name__}: {error}"
            raise NotFetched(message) from error

    def stop(self) -> None:
        """End what is being fetched, in all threads."""
        self._stopped.set()

    def _follow(self, url: httpx.URL, headers: Mapping[str, str], *, robots: bool) -> Answer:
        for _ in range(_REDIRECTS + 1):
            interval = self._permitted(url) if robots else self._interval(url)
            answer, further = self._try(url, headers, interval, cut=not robots)
            if further is None:
                return answer
            if further.scheme not in _SCHEMES:
                message = f"it redirects to {further.scheme}:, which is no web page"
                raise NotFetched(message)
            url = further
        message = f"it redirects more than {_REDIRECTS} times"
        raise NotFetched(message)

    def _permitted(self, url: httpx.URL) -> float:
        """Return the seconds between requests to a host that allows this one."""
        place = origin(url)
        with self._asking.setdefault(place, threading.Lock()):
            if place not in self._robots:
                self._robots[place] = self._read_robots(url)
        rules = self._robots[place]
        if isinstance(rules, NotFetched):
            raise rules
        if not rules.can_fetch(str(url), _NAME):
            message = f"robots.txt of {place.host} does not allow it"
            raise NotFetched(message)
        return max(self._interval(url), min(rules.crawl_delay(_NAME) or 0.0, _LONGEST_PAUSE))

    def _read_robots(self, url: httpx.URL) -> Protego | NotFetched:
        """Read robots.txt as RFC 9309 has it: a site without one allows all, one that is down nothing."""
        try:
            answer = self._follow(url.copy_with(raw_path=b"/robots.txt"), {}, robots=False)
        except OutOfTime:
            raise
        except NotFetched as error:
            return NotFetched(f"robots.txt of {origin(url).host} cannot be read: {error}")
        return Protego.parse(
            answer.content.decode(errors="replace") if answer.status == httpx.codes.OK else ""
        )

    def _interval(self, url: httpx.URL) -> float:
        return self._intervals.get(origin(url).host, 1.0)

    def _try(
        self, url: httpx.URL, headers: Mapping[str, str], interval: float, *, cut: bool
    ) -> tuple[Answer, httpx.URL | None]:
        """Ask until there is an answer that is no passing failure; with it goes where it redirects to."""
        for left in reversed(range(_TRIES)):
            self._deadline.pause(self._pace.until(origin(url).host, interval))
            pause = _PAUSE * 2 ** (_TRIES - 1 - left) * random.uniform(1, 1.5)  # noqa: S311 (no secret)
            try:
                answer, further = self._ask(url, headers, cut=cut)
            except httpx.TransportError as error:
                fault = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                message = f"{type(error).__name__}: {error}"
                raise NotFetched(message) from error
            else:
                if answer.status not in _PASSING:
                    return answer, further
                fault = f"HTTP {answer.status}"
                pause = max(pause, _told_to_wait(answer.headers))
            if not left or pause > _LONGEST_PAUSE:
                break
            self._deadline.pause(pause)
        raise NotFetched(fault)

    def _ask(
        self, url: httpx.URL, headers: Mapping[str, str], *, cut: bool
    ) -> tuple[Answer, httpx.URL | None]:
        request = self._http.build_request("GET", url, headers=dict(headers))
        with closing(self._http.send(request, stream=True, follow_redirects=False)) as response:
            further = response.next_request.url if response.next_request else None
            content = b"" if further or response.status_code in _PASSING else self._body(response, cut=cut)
            return Answer(str(url), response.status_code, response.headers, content), further

    def _body(self, response: httpx.Response, *, cut: bool) -> bytes:
        size = _ROBOTS_BYTES if cut else self._limits.size
        content = bytearray()
        for chunk in response.iter_raw():
            content += chunk
            if len(content) > size:
                if cut:
                    break
                message = f"it is longer than {size / 2**20:.3g} MB"
                raise NotFetched(message)
            self._deadline.left()
        return _decoded(bytes(content), response.headers.get("content-encoding", ""), size, cut=cut)


def _decoded(content: bytes, coding: str, size: int, *, cut: bool) -> bytes:
    """Undo one coding, never into more than may be kept: a few bytes can stand for gigabytes."""
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return content
    if coding not in ("gzip", "x-gzip"):
        message = f"its Content-Encoding is {coding!r}, and only gzip was asked for"
        raise NotFetched(message)
    decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        decoded = decoder.decompress(content, size + 1)
    except zlib.error as error:
        message = f"it is no gzip ({error})"
        raise NotFetched(message) from error
    if len(decoded) > size and not cut:
        message = f"it is longer than {size / 2**20:.3g} MB"
        raise NotFetched(message)
    if not (decoder.eof or cut) or decoder.unused_data:
        message = "it is incomplete: its gzip ends too early, or more follows"
        raise NotFetched(message)
    return decoded[:size]


def _told_to_wait(headers: httpx.Headers) -> float:
    """Return the seconds of a Retry-After, which may be a number or a date."""
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return float(told)
    try:
        return email.utils.parsedate_to_datetime(told).timestamp() - time.time()
    except ValueError:
        return 0.0
