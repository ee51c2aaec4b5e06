"""A client that behaves as web sites ask it to: robots.txt, pace, patience, and limits of our own."""

import email.utils
import random
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import count
from typing import NamedTuple, Self

import httpx
from protego import Protego

from flows.errors import NotFetched
from flows.sources.web.addresses import Guard, Origin, origin
from flows.sources.web.coding import decoded, too_long
from flows.sources.web.deadline import Deadline, OutOfTime
from flows.sources.web.pace import Impatient, Pace

_MEDIA = "text/html, text/plain, text/markdown, */*;q=0.5"
_NAME = "code-articles"  # as robots.txt may name us
_SCHEMES = frozenset({"http", "https"})
_REDIRECTS = 5
_TRIES = 3
_PAUSE = 1.0  # seconds before the second try; twice as many before the third
_LONGEST_INTERVAL = 3600.0  # seconds; as in lists
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
_ROBOTS_BYTES = 512 * 1024  # RFC 9309 asks for 500 KiB at least


class Limits(NamedTuple):
    """What pages and hosts may take.

    Attributes:
        size: bytes of a page.
        seconds: of a page, from connection to last byte.
        patience: seconds that a host may have a run wait for it, in all.
    """

    size: int
    seconds: float
    patience: float = 60.0


class Answer(NamedTuple):
    """What a server answered last, all redirects followed."""

    url: str
    status: int
    headers: httpx.Headers
    content: bytes


class Client:
    """Fetches pages; a context manager, used by several threads.

    Args:
        version: ours, which the servers are told.
        contact: who is behind the requests, which they are told too; None for nobody.
        intervals: seconds between two requests, by host; one second elsewhere.
        private: origins that may have addresses that are not public.
        limits: of pages and hosts.
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
        self._given_up: dict[str, str] = {}
        self._http = httpx.Client(
            transport=Guard(private, self._deadline),
            headers={"User-Agent": agent, "Accept": _MEDIA, "Accept-Encoding": "gzip"},
            trust_env=False,  # no proxy: the address that is checked would not be the one that is asked
        )
        self._intervals = intervals
        self._limits = limits
        self._pace = Pace(limits.patience)
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
        self._deadline.start(self._limits.seconds)
        try:
            return self._follow(httpx.URL(url), headers, robots=True)
        except NotFetched:
            raise
        except Exception as error:  # whatever a server makes a library raise, it is this page's alone
            raise NotFetched(_told(error)) from error

    def stop(self) -> None:
        """End what is being fetched, in all threads."""
        self._stopped.set()

    def _follow(self, url: httpx.URL, headers: Mapping[str, str], *, robots: bool) -> Answer:
        for _ in range(_REDIRECTS + 1):
            with self._asked(origin(url).host):
                interval = self._permitted(url) if robots else self._interval(url)
                answer, further = self._try(url, headers, interval, cut=not robots)
            if further is None:
                return answer
            if further.scheme not in _SCHEMES:
                message = "it redirects to what is no web page"
                raise NotFetched(message)
            url = further
        message = f"it redirects more than {_REDIRECTS} times"
        raise NotFetched(message)

    @contextmanager
    def _asked(self, host: str) -> Iterator[None]:
        """Ask a host, and nothing more of it once it has cost too much, whichever page led to it."""
        if host in self._given_up:
            message = f"{self._given_up[host]}; it is asked again by the next run"
            raise NotFetched(message)
        try:
            yield
        except OutOfTime:
            self._given_up.setdefault(host, f"{host} let the time of another page run out")
            raise
        except Impatient as error:
            self._given_up.setdefault(host, str(error))
            raise

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
        return max(self._interval(url), min(rules.crawl_delay(_NAME) or 0.0, _LONGEST_INTERVAL))

    def _read_robots(self, url: httpx.URL) -> Protego | NotFetched:
        """Read robots.txt as RFC 9309 has it: a site without one allows all, one that is down nothing."""
        try:
            answer = self._follow(url.copy_with(raw_path=b"/robots.txt"), {}, robots=False)
        except (OutOfTime, Impatient):
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
        host = origin(url).host
        for number in count(1):
            self._deadline.pause(self._pace.until(host, interval, self._interval(url)))
            told = 0.0
            try:
                answer, further = self._ask(url, headers, cut=cut)
            except httpx.TransportError as error:
                fault = _told(error)
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise NotFetched(_told(error)) from error
            else:
                if answer.status not in _PASSING:
                    return answer, further
                fault, told = f"HTTP {answer.status}", _told_to_wait(answer.headers)
            finally:
                self._pace.answered(host, interval)
            self._wait(host, number, told, fault)
        raise AssertionError

    def _wait(self, host: str, number: int, told: float, fault: str) -> None:
        """Wait for the next try, as long as the server has told us to, if there is to be one."""
        pause = max(told, _PAUSE * 2 ** (number - 1) * random.uniform(1, 1.5))  # noqa: S311 (no secret)
        if number == _TRIES:
            raise NotFetched(fault)
        try:
            self._pace.charge(host, pause)
        except Impatient as error:
            if not told:  # the pause is of our own making, and other pages may be well
                raise NotFetched(fault) from error
            message = f"{fault}; {error}"
            raise Impatient(message) from error
        self._deadline.pause(pause)

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
                raise too_long(size)
            self._deadline.left()
        return decoded(bytes(content), response.headers.get("content-encoding", ""), size, cut=cut)


def _told(error: Exception) -> str:
    """Say what went wrong: where nobody answered, in words; of answers that are none, no word is quoted."""
    name = type(error).__name__
    if isinstance(error, httpx.ConnectError) and str(error):
        return f"{name}: {error}"
    return f"{name}: its answer is no whole one" if isinstance(error, httpx.RemoteProtocolError) else name


def _told_to_wait(headers: httpx.Headers) -> float:
    """Return the seconds of a Retry-After, which may be a number or a date."""
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit():
        return float(told)
    try:
        return email.utils.parsedate_to_datetime(told).timestamp() - time.time()
    except ValueError:
        return 0.0
