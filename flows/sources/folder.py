"""Where documents come from: folders, files, patterns of paths, and what was fetched from lists of URLs.

Nothing is opened, no link is followed out.
"""

import os
import stat
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from flows.account import NOT_FETCHED, Skip
from flows.errors import UsageError
from flows.printable import printable
from flows.sources import patterns as globs
from flows.sources.ids import apart, to_id
from flows.sources.locator import Locator
from flows.sources.on_disk import OnDisk, stamp

_MEDIA_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".htm": "text/html",
    ".html": "text/html",
    ".xhtml": "text/html",
    ".markdown": "text/markdown",
    ".md": "text/markdown",
    ".pdf": "application/pdf",
}
_UNSURE = frozenset({"unreadable_folder", "vanished"})  # skips behind which documents may lie
SIZE_LIMIT = 10 * 2**20  # the longest real article seen has 0.4 MB; what is longer is an archive or a dump
URL_LIST = "sources.toml"  # in a raw folder, not below it
_PARTS = "_files"  # ends the name of the folder that browsers save beside a page ("Save page, complete")
_DOCUMENT_SUFFIXES = frozenset({".txt", *_MEDIA_TYPES})


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document to be read.

    Attributes:
        id: its path below the raw folder, made safe; see `flows.sources.ids`.
        locator: where its bytes are.
        uri: the name of the raw folder and the id: the same wherever the folder lies.
        size: in bytes, when it was listed.
        stamp: changes when its bytes do.
        media_type: what its suffix says; None where that says nothing.
        source: the raw folder that it lies in, where that really lies, or the lists of URLs that name it:
            who lists this source whole and does not find the document knows that it has gone.
    """

    id: str
    locator: Locator
    uri: str
    size: int
    stamp: str
    media_type: str | None
    source: str = ""


class Fetched(NamedTuple):
    """What a list of URLs gave.

    Attributes:
        documents: what was fetched, now or before.
        skips: what could not be fetched now, by the id that its document has or would have.
        source: the lists, where they really lie; their documents have it as source.
    """

    documents: tuple[SourceDocument, ...] = ()
    skips: tuple[Skip, ...] = ()
    source: str = ""

    def of(self, source: str) -> "Fetched":
        """Return the same, with the lists that it is from."""
        return Fetched(tuple(replace(each, source=source) for each in self.documents), self.skips, source)


class SourceListing(NamedTuple):
    """What the sources hold: documents by id, and what was left out.

    ``whole`` names the sources that were listed to the last document: what is not here is not there.
    """

    documents: tuple[SourceDocument, ...]
    skips: tuple[Skip, ...]
    whole: tuple[str, ...] = ()

    @property
    def held(self) -> frozenset[str]:
        """The ids that are still in the sources though their documents could not be fetched: not removed."""
        return frozenset(skip.path for skip in self.skips if skip.reason == NOT_FETCHED)


def check(raws: Sequence[Path], output: Path) -> None:
    """Refuse sources and an output folder that cannot work together.

    Raises:
        UsageError: a source does not exist or is neither folder nor file, the output cannot be a folder
            or be written, one of them lies inside the other, or a name is no text.
    """
    for path in (*raws, output):
        if printable(str(path)) != str(path):
            raise _usage(path, "has a name that holds more than text; rename it")
    target = output.resolve()
    ground = next(folder for folder in (target, *target.parents) if folder.exists())
    if not (ground.is_dir() and os.access(ground, os.W_OK | os.X_OK)):
        raise _usage(
            output,
            f"cannot be written: {_shown(ground)} is no folder that you may write to; choose another one",
        )
    for raw in raws:
        _check_apart(raw, output)


def url_lists(raws: Sequence[Path]) -> list[Path]:
    """Return the lists of URLs: those named as sources, and ``sources.toml`` in raw folders."""
    lists = (raw / URL_LIST if raw.is_dir() else raw for raw in raws)
    return [path for path in lists if _is_url_list(path) and path.is_file()]


def discover(
    raws: Sequence[Path],
    *,
    folds_case: bool = False,
    allow_empty: bool = False,
    fetched: Fetched | None = None,
) -> SourceListing:
    """List the documents in folders, single files and patterns.

    Args:
        raws: the folders, files and patterns.
        folds_case: whether the file system of the output folder takes upper for lower case.
        allow_empty: whether there may be no documents.
        fetched: what their lists of URLs gave.

    Raises:
        UsageError: there are no documents, or two have the same id.
    """
    others = fetched or Fetched()
    listed = {raw: list(_below(raw)) for raw in raws}
    found = [*others.documents, *others.skips, *(item for raw in raws for item in listed[raw])]
    documents = sorted((item for item in found if isinstance(item, SourceDocument)), key=_by_id)
    for first, second in pairwise(documents):
        if first.id == second.id:
            both = f"{printable(str(first.locator))} and {printable(str(second.locator))}"
            message = f"{both} would both become the record {first.id}; ingest them into two output folders"
            raise UsageError(message)
    if not documents and not allow_empty:
        lost = [f"{skip.path} {skip.message}" for skip in others.skips]
        hint = lost[0] if lost else "name a folder that holds some"
        message = f"no documents in {' or '.join(map(_shown, raws))}; {hint}"
        raise UsageError(message)
    ids = apart([document.id for document in documents], folds_case=folds_case)
    told = sorted(
        (replace(document, id=new) for document, new in zip(documents, ids, strict=True)), key=_by_id
    )
    folders = (printable(str(raw.resolve())) for raw in raws if raw.is_dir() and _is_whole(listed[raw]))
    whole = (*folders, *([others.source] if others.source else []))
    return SourceListing(
        tuple(told),
        tuple(sorted(item for item in found if isinstance(item, Skip))),
        tuple(dict.fromkeys(whole)),
    )


def single(path: Path) -> SourceDocument:
    """Describe a file that is a source by itself; its id is its name.

    Raises:
        OSError: there is no such file.
    """
    place = path.absolute()
    folder = _Root(str(place.parent.resolve()), place.parent.name)
    return _document(place.name, str(place), folder, place.stat())


def media_type(name: str) -> str | None:
    """Return what the suffix of a file name says its bytes are.

    >>> media_type("a/b.HTML")
    'text/html'
    """
    return _MEDIA_TYPES.get(PurePosixPath(name).suffix.lower())


def _is_whole(found: Sequence[SourceDocument | Skip]) -> bool:
    return not any(isinstance(item, Skip) and item.reason in _UNSURE for item in found)


def _by_id(document: SourceDocument) -> str:
    return document.id


def _check_apart(given: Path, output: Path) -> None:
    pattern = globs.parse(given)
    raw = pattern.folder if pattern else given
    source, target = raw.resolve(), output.resolve()
    if not (raw.is_dir() or raw.is_file()):
        fault = "is neither a folder nor a file" if raw.exists() else "does not exist"
        raise _usage(raw, f"{fault}; name a folder or file of documents")
    if target.is_relative_to(source):
        raise _usage(
            output, f"would lie inside the raw folder {_shown(raw)}; choose an output folder outside of it"
        )
    if source.is_relative_to(target):
        raise _usage(raw, f"lies inside the output folder {_shown(output)}; choose another output folder")


def _usage(path: Path, fault: str) -> UsageError:
    return UsageError(f"{_shown(path)} {fault}")


def _shown(path: Path) -> str:
    return printable(str(path))


def _is_url_list(path: Path) -> bool:
    return path.suffix.lower() == ".toml"


def _below(raw: Path) -> Iterator[SourceDocument | Skip]:
    pattern = globs.parse(raw)
    if pattern:
        yield from _walk(pattern.folder, pattern.matches)
    elif raw.is_dir():
        yield from _walk(raw, lambda _: True)
    elif not _is_url_list(raw):
        yield single(raw)


class _Root(NamedTuple):
    """A raw folder: where it really lies, and its name as given."""

    path: str
    name: str


def _walk(raw: Path, wanted: Callable[[str], bool]) -> Iterator[SourceDocument | Skip]:
    """Yield what lies in a folder and is wanted, by its path below the folder; in no order."""
    real = raw.resolve()
    root = _Root(str(real), raw.name if raw.name not in {"", ".."} else real.name)
    folders = [("", "")]
    while folders:
        below, page = folders.pop()
        try:
            with os.scandir(os.path.join(root.path, below)) as listing:  # noqa: PTH118 (Path takes three times as long)
                entries = list(listing)
        except OSError as error:
            yield Skip(
                printable(below) or root.name, "unreadable_folder", f"cannot be listed: {error.strerror}"
            )
            continue
        names = frozenset(entry.name for entry in entries)
        for entry in entries:
            path = below + entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_folder and not entry.name.startswith("."):
                folders.append((path + "/", page or _page_beside(entry.name, names)))
            if path != URL_LIST and wanted(path):
                yield from _part(path, page) if page and not is_folder else _entry(entry, path, root)


def _page_beside(folder: str, names: Set[str]) -> str:
    """Return the page that a browser has saved a folder of parts for, as it names both; empty for none.

    >>> _page_beside("Knee_files", {"Knee.html", "Knee_files"})
    'Knee.html'
    """
    stem = folder.removesuffix(_PARTS)
    pages = (stem + suffix for suffix in (".html", ".htm")) if stem != folder else ()
    return next((page for page in pages if page in names), "")


def _part(path: str, page: str) -> Iterator[Skip]:
    message = f"is a part of the saved page {printable(page)}, and no document; move it if it is one"
    yield Skip(printable(path), "page_part", message)


def _entry(entry: os.DirEntry[str], path: str, root: _Root) -> Iterator[SourceDocument | Skip]:
    if entry.name.startswith("."):
        yield Skip(printable(path), "hidden", "is hidden: its name begins with a dot")
    elif not entry.is_dir(follow_symlinks=False):
        yield _file(entry, path, root)
    elif PurePosixPath(path).suffix.lower() in _DOCUMENT_SUFFIXES:
        yield Skip(printable(path), "folder", "is a folder named like a file; the files in it are read")


def _file(entry: os.DirEntry[str], path: str, root: _Root) -> SourceDocument | Skip:
    try:
        place = os.path.realpath(entry.path, strict=True) if entry.is_symlink() else entry.path
        facts = os.stat(place, follow_symlinks=False)  # noqa: PTH116 (a Path for each file takes longer than the call)
    except OSError as error:
        kind = (
            ("broken_link", "is a link that leads nowhere")
            if entry.is_symlink()
            else ("vanished", "has gone")
        )
        return Skip(printable(path), kind[0], f"{kind[1]}: {error.strerror}")
    if entry.is_symlink() and place != root.path and not place.startswith(root.path.rstrip("/") + "/"):
        return Skip(
            printable(path),
            "link_outside",
            "is a link out of the raw folder, which is never followed; copy the file",
        )
    if stat.S_ISDIR(facts.st_mode):
        return Skip(
            printable(path),
            "link_to_folder",
            "is a link to a folder; the files in that are read where they lie",
        )
    if not stat.S_ISREG(facts.st_mode):
        return Skip(printable(path), "special", "is no regular file (a pipe, socket or device)")
    return _document(path, place, root, facts)


def _document(path: str, place: str, root: _Root, facts: os.stat_result) -> SourceDocument:
    name = to_id(path)
    uri, source = f"{to_id(root.name)}/{name}", printable(root.path)
    return SourceDocument(name, OnDisk(place), uri, facts.st_size, stamp(facts), media_type(path), source)
