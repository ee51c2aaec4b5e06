"""Lists of URLs, ``sources.toml``: what stands in them, and the id that the document at a URL has."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from flows.errors import UsageError
from flows.printable import printable
from flows.sources.ids import to_id

_SCHEMES = frozenset({"http", "https"})


class Url(NamedTuple):
    """A document on the web.

    Attributes:
        id: host, path and query, made safe; see `to_document`.
        url: in the normal form of `httpx`, without fragment.
        interval: seconds between two requests to its host.
        contact: who is behind the requests; None where the list does not say.
    """

    id: str
    url: str
    interval: float
    contact: str | None


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    url: str


class _List(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    interval: Annotated[float, Field(ge=0, le=3600)] = 1.0
    contact: Annotated[str | None, Field(pattern=r"^[\x21-\x7e]+$", max_length=200)] = None
    urls: tuple[str, ...] = ()
    source: tuple[_Entry, ...] = ()


def read(lists: Sequence[Path]) -> list[Url]:
    """Read lists of URLs.

    Returns:
        The URLs by id; one that stands twice is there once.

    Raises:
        UsageError: a list is malformed, holds what is no address of a document, or two URLs have one id.
    """
    found: dict[str, Url] = {}
    for path in lists:
        listed = _parse(path)
        for entry in (*(_Entry(url=url) for url in listed.urls), *listed.source):
            url = _normal(entry.url, path)
            new = Url(to_document(url), str(url), listed.interval, listed.contact)
            old = found.setdefault(new.id, new)
            if old.url != new.url:
                message = f"{path}: {old.url} and {new.url} would become one record, {new.id}; take one out"
                raise UsageError(message)
    return [found[name] for name in sorted(found)]


def to_document(url: httpx.URL) -> str:
    """Return the id of the document at a URL: all but its scheme; `flows.sources.ids.from_id` leads back.

    >>> to_document(httpx.URL("https://Example.org/codes/a%20b?page=2"))
    'example.org/codes/a%2520b?page=2'
    >>> to_document(httpx.URL("http://example.org:8080"))
    'example.org:8080%2F'
    """
    return to_id(url.netloc.decode() + url.raw_path.decode())


def _parse(path: Path) -> _List:
    try:
        return _List.model_validate(tomllib.loads(path.read_text("utf-8")))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(map(str, fault["loc"]))
        if "allow_private" in fault["loc"]:
            message = f"{path}: {place} must not stand in a list; say --allow-private on the command line"
            raise UsageError(message) from error
        message = f"{path}: {place}: {fault['msg']}; see docs/sources.md for what may stand there"
        raise UsageError(message) from error
    except ValueError as error:  # of TOML or UTF-8
        message = f"{path} is no list of URLs ({error}); write it in TOML, as docs/sources.md shows"
        raise UsageError(message) from error


def _normal(given: str, path: Path) -> httpx.URL:
    try:
        url = httpx.URL(given).copy_with(fragment=None)
    except httpx.InvalidURL as error:
        raise _fault(path, given, f"is no URL ({error})") from error
    if url.scheme not in _SCHEMES or not url.raw_host:
        raise _fault(path, given, "is no URL of a web page; begin it with https:// or http://")
    if url.userinfo:
        raise _fault(path, given, "holds a name or password, which would show in every record; take it out")
    return url


def _fault(path: Path, given: str, fault: str) -> UsageError:
    shown = printable(given.rpartition("@")[2])  # without the password
    return UsageError(f"{path}: {shown} {fault}")
