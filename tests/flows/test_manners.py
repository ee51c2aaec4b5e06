"""What sites ask of us: robots.txt, pauses, pace; and how long one of them is waited for."""

import time
from email.utils import formatdate
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from flows.sources.web import client as polite
from flows.sources.web.client import Limits
from tests.flows.web import Fetch, Page, Request, Site, told


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
    def answer(_: Request) -> Page:
        wait = formatdate(time.time() + 2, usegmt=True) if date else "1"
        return Page(b"good") if len(site.paths()) > 1 else Page(status=429, headers=(("Retry-After", wait),))

    site.pages["/a"] = answer
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
    assert 3 <= len(fetched.documents) < 6  # a busy machine has waited for other things meanwhile
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
