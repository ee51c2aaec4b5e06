"""Lists of URLs become files in ``fetched/``, kept as they came: they are read again without network.

Beside the bytes stands what the server said of them. A URL that cannot be fetched keeps what it gave last.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from extractors import EXTRACTOR
from flows.account import NOT_FETCHED, Skip
from flows.errors import NotFetched
from flows.files import Files
from flows.sources.folder import SIZE_LIMIT, Fetched, SourceDocument, media_type
from flows.sources.ids import apart
from flows.sources.on_disk import OnDisk, stamp
from flows.sources.web.addresses import origin
from flows.sources.web.client import Answer, Client, Limits
from flows.sources.web.side_by_side import side_by_side
from flows.sources.web.url_lists import Url

LIMITS = Limits(size=SIZE_LIMIT, seconds=30)
_HOSTS_AT_ONCE = 32  # they wait for servers, not for us
_KEPT = ("content-type", "etag", "last-modified")  # what the headers say of the bytes, not of the moment
_OFFLINE = "not asked for, as the run is offline"
_MEDIA_TYPES = {
    "application/xhtml+xml": "text/html",
    "text/html": "text/html",
    "text/markdown": "text/markdown",
    "text/plain": "text/plain",
}


class Terms(NamedTuple):
    """On what terms documents are fetched.

    Attributes:
        offline: take only what was fetched before.
        allow_private: let the hosts of the URLs have addresses that are not public.
        limits: of pages and hosts.
    """

    offline: bool = False
    allow_private: bool = False
    limits: Limits = LIMITS


_TERMS = Terms()


class _Place(NamedTuple):
    """Where a document's bytes are kept, and what the server said of them; below the output folder."""

    bytes: str
    facts: str


class _Kept(NamedTuple):
    """What was fetched last; ``headers`` make the next request conditional."""

    content: bytes
    facts: Mapping[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        told = self.facts["headers"]
        asked = {"If-None-Match": told.get("etag"), "If-Modified-Since": told.get("last-modified")}
        return {name: value for name, value in asked.items() if value and value.isascii()}


def fetch(urls: Sequence[Url], files: Files, output: Path, terms: Terms = _TERMS) -> Fetched:
    """Fetch documents, each host one after the other and hosts side by side.

    Args:
        urls: the documents, by id.
        files: of the output folder.
        output: the output folder.
        terms: on which they are fetched.

    Raises:
        OSError: the output folder cannot be written.
    """
    if not urls:
        return Fetched()
    names = apart([url.id for url in urls], folds_case=files.folds_case)
    places = [_Place(f"fetched/{name}.raw", f"fetched/{name}.json") for name in names]
    hosts = _by_host(list(zip(urls, places, strict=True)), output)
    with _client(urls, terms) as client:
        work = _Work(client, files, output, offline=terms.offline)
        hosted = side_by_side(work.do_all, hosts, _HOSTS_AT_ONCE, client.stop)
    done = [pair for pairs in hosted for pair in pairs]
    documents = tuple(document for document, _ in done if document)
    return Fetched(documents, tuple(skip for _, skip in done if skip))


def awaited(urls: Sequence[Url]) -> Fetched:
    """Return what stands for the documents of URLs before they are fetched; nothing of it can be read."""
    return Fetched(tuple(SourceDocument(url.id, OnDisk(""), url.url, 0, "", None) for url in urls))


class _Work:
    """What the threads share."""

    def __init__(self, client: Client, files: Files, output: Path, *, offline: bool) -> None:
        self._client = client
        self._files = files
        self._output = output
        self._offline = offline

    def do_all(self, host: Sequence[tuple[Url, _Place]]) -> list[tuple[SourceDocument | None, Skip | None]]:
        return [self.do(url, place) for url, place in host]

    def do(self, url: Url, place: _Place) -> tuple[SourceDocument | None, Skip | None]:
        kept = _kept(self._output, place, url)
        try:
            facts = kept.facts if kept and self._offline else self._fetch(url, place, kept)
        except NotFetched as error:
            behind = "its bytes of the last fetch are read" if kept else "nothing of it was fetched before"
            skip = Skip(url.id, NOT_FETCHED, f"cannot be fetched ({error}); {behind}")
            return (self._document(url, place, kept.facts) if kept else None), skip
        return self._document(url, place, facts), None

    def _fetch(self, url: Url, place: _Place, kept: _Kept | None) -> Mapping[str, Any]:
        if self._offline:
            raise NotFetched(_OFFLINE)
        answer = self._client.get(url.url, kept.headers if kept else {})
        if answer.status == httpx.codes.NOT_MODIFIED and kept:
            return kept.facts
        if answer.status != httpx.codes.OK:
            message = f"HTTP {answer.status}"
            raise NotFetched(message)
        facts = _facts(url, answer)
        try:
            # The bytes first: facts that do not fit them are not believed, and all is fetched again.
            self._files.put_if_changed(place.bytes, answer.content)
            self._files.put_if_changed(place.facts, json.dumps(facts, indent=2).encode() + b"\n")
        except OSError as error:
            if not self._files.refuses(error):
                raise
            message = f"{place.bytes} cannot be written: {error.strerror}"
            raise NotFetched(message) from error
        return facts

    def _document(self, url: Url, place: _Place, facts: Mapping[str, Any]) -> SourceDocument:
        path = (self._output / place.bytes).absolute()
        found = path.stat()
        claimed = facts["headers"].get("content-type", "").partition(";")[0].strip().lower()
        kind = _MEDIA_TYPES.get(claimed) or media_type(httpx.URL(url.url).path)
        return SourceDocument(url.id, OnDisk(str(path)), url.url, found.st_size, stamp(found), kind)


def _client(urls: Sequence[Url], terms: Terms) -> Client:
    origins = [(origin(httpx.URL(url.url)), url) for url in urls]
    intervals: dict[str, float] = {}
    for where, url in origins:
        intervals[where.host] = max(url.interval, intervals.get(where.host, 0.0))
    return Client(
        version=EXTRACTOR,
        contact=next((url.contact for url in urls if url.contact), None),
        intervals=intervals,
        private=frozenset(where for where, _ in origins if terms.allow_private),
        limits=terms.limits,
    )


def _by_host(work: Sequence[tuple[Url, _Place]], output: Path) -> list[list[tuple[Url, _Place]]]:
    """Return the work by host; what was never fetched first, as a host may not let a run come to the end."""
    hosts: dict[str, list[tuple[Url, _Place]]] = {}
    for url, place in sorted(work, key=lambda each: (output / each[1].facts).exists()):
        hosts.setdefault(origin(httpx.URL(url.url)).host, []).append((url, place))
    return list(hosts.values())


def _facts(url: Url, answer: Answer) -> dict[str, Any]:
    return {
        "url": url.url,
        "final_url": answer.url,
        "status": answer.status,
        "sha256": hashlib.sha256(answer.content).hexdigest(),
        "headers": {name: answer.headers[name] for name in _KEPT if name in answer.headers},
    }


def _kept(output: Path, place: _Place, url: Url) -> _Kept | None:
    """Return what was fetched last, if it is there whole and from the same URL."""
    try:
        content = (output / place.bytes).read_bytes()
        facts = json.loads((output / place.facts).read_bytes())
        whole = facts["sha256"] == hashlib.sha256(content).hexdigest() and facts["url"] == url.url
        return _Kept(content, facts) if whole and isinstance(facts["headers"], dict) else None
    except (OSError, ValueError, LookupError, TypeError):
        return None
