import os
import socket
from pathlib import Path

import pytest

from flows.account import count
from flows.errors import UsageError
from flows.sources.folder import check, discover, url_lists
from flows.sources.patterns import parse


def test_documents_come_by_id_with_what_their_suffix_says(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    (raw / "b").mkdir(parents=True)
    for name in ("z.txt", "b/page.HTM", "b/notes.md", "b/plain", "a.xhtml"):
        (raw / name).write_text("x")
    documents, skips, _ = discover([raw])
    assert [(document.id, document.media_type) for document in documents] == [
        ("a.xhtml", "text/html"),
        ("b/notes.md", "text/markdown"),
        ("b/page.HTM", "text/html"),
        ("b/plain", None),
        ("z.txt", None),
    ]
    assert documents[1].uri == "raw/b/notes.md"
    assert skips == ()


@pytest.mark.parametrize("given", [".", "../raw", "../raw/."])
def test_the_uri_names_the_folder_however_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "a.txt").write_text("x")
    monkeypatch.chdir(raw)
    assert discover([Path(given)]).documents[0].uri == "raw/a.txt"


def test_a_single_file_is_named_as_in_its_folder(raw: Path) -> None:
    assert discover([raw / "b.txt"]).documents[0].uri == discover([raw]).documents[0].uri == "raw/b.txt"


def test_what_is_no_document_is_counted_and_never_opened(raw: Path) -> None:
    secret = raw.parent / "secret.txt"
    secret.write_text("not for this folder")
    (raw / "out.txt").symlink_to(secret)
    (raw / "out").symlink_to(raw.parent)
    (raw / "loop").symlink_to(raw)
    (raw / "broken.txt").symlink_to("nowhere")
    (raw / "inside.txt").symlink_to("b.txt")
    (raw / ".hidden").write_text("x")
    (raw / "folder.txt").mkdir()
    (raw / "folder.txt" / "in.txt").write_text("x")
    os.mkfifo(raw / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as open_socket:
        open_socket.bind(os.path.relpath(raw / "socket"))
    documents, skips, _ = discover([raw])
    assert [document.id for document in documents] == [
        "b.txt",
        "c.txt",
        "folder.txt/in.txt",
        "inside.txt",
        "knee/29881.txt",
    ]
    assert count(skips) == {
        "broken_link": 1,
        "folder": 1,
        "hidden": 1,
        "link_outside": 2,
        "link_to_folder": 1,
        "special": 2,
    }


def test_names_of_any_bytes_are_listed(raw: Path) -> None:
    for name in (b"line\nend.txt", b"\xff\xfe.txt", b"%2e%2e", b"x" * 255):
        (raw / os.fsdecode(name)).write_text("x")
    ids = {document.id for document in discover([raw]).documents} - {"b.txt", "c.txt", "knee/29881.txt"}
    assert ids == {"line%0Aend.txt", "%FF%FE.txt", "%252e%252e", f"{'x' * 249}%/xxxxxx"}


def test_two_documents_of_one_id_are_refused_with_both_places(raw: Path) -> None:
    other = raw.parent / "other"
    other.mkdir()
    (other / "b.txt").write_text("x")
    with pytest.raises(
        UsageError, match=r"raw/b\.txt and .*other/b\.txt would both become the record b\.txt"
    ):
        discover([raw, other])


def test_a_pattern_names_documents_below_the_folder_before_it(raw: Path) -> None:
    (raw / "knee" / "x.html").write_text("x")
    (raw / "knee" / ".hidden.txt").write_text("x")
    (raw / "[b].txt").write_text("x")

    def ids(pattern: str) -> list[str]:
        return [document.id for document in discover([raw / pattern]).documents]

    assert ids("*.txt") == ["[b].txt", "b.txt", "c.txt"]
    assert ids("**/*.txt") == ["[b].txt", "b.txt", "c.txt", "knee/29881.txt"]
    assert ids("[!b]*.txt") == ["[b].txt", "c.txt"]
    assert ids("k*/*") == ["knee/29881.txt", "knee/x.html"]
    assert ids("knee/2?88[0-9].*") == ["29881.txt"]
    assert ids("**") == ["[b].txt", "b.txt", "c.txt", "knee/29881.txt", "knee/x.html"]
    assert ids("[b].txt") == ["[b].txt"]  # a file of this very name
    assert discover([raw / "knee" / "*.txt"]).documents[0].uri == "knee/29881.txt"
    assert [skip.path for skip in discover([raw / "k*" / "*.txt"]).skips] == ["knee/.hidden.txt"]
    with pytest.raises(UsageError, match=r"no documents in .*/\*\.pdf; name a folder"):
        discover([raw / "*.pdf"])
    check([raw / "*.txt"], raw.parent / "output")
    with pytest.raises(UsageError, match="would lie inside the raw folder"):
        check([raw / "*.txt"], raw / "output")
    with pytest.raises(UsageError, match="nothing does not exist"):
        check([raw / "nothing" / "*.txt"], raw.parent / "output")


def test_a_list_of_urls_is_no_document(raw: Path) -> None:
    (raw / "sources.toml").write_text("")
    (raw / "knee" / "sources.toml").write_text("x")
    assert [document.id for document in discover([raw]).documents][-1] == "knee/sources.toml"
    assert url_lists([raw, raw / "b.txt"]) == [raw / "sources.toml"]


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no documents in"):
        discover([tmp_path])


def test_sources_and_output_must_lie_apart(raw: Path) -> None:
    with pytest.raises(UsageError, match="would lie inside the raw folder"):
        check([raw], raw / "output")
    with pytest.raises(UsageError, match="lies inside the output folder"):
        check([raw], raw.parent)
    with pytest.raises(UsageError, match=r"b\.txt is no folder that you may write to"):
        check([raw], raw / "b.txt")
    with pytest.raises(UsageError, match="does not exist"):
        check([raw / "nothing"], raw.parent / "output")
    with pytest.raises(UsageError, match=r"out%FF has a name that holds more than text"):
        check([raw], raw.parent / os.fsdecode(b"out\xff"))
    check([raw, raw / "b.txt"], raw.parent / "output")


@pytest.mark.parametrize("name", ["[{}]*.txt", "[!{}]"])
def test_a_set_of_characters_that_is_too_long_is_refused(tmp_path: Path, name: str) -> None:
    assert parse(tmp_path / name.format("ab" * 49)) is not None
    with pytest.raises(UsageError, match=r"more than 99 characters in one \[...\]; use ranges"):
        parse(tmp_path / name.format("ab" * 50))


def test_parts_of_a_saved_page_are_skipped(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    for name in (
        "Knee.html",
        "Knee_files/frame.html",
        "Knee_files/img/a.js",
        "Hip_files/a.txt",
        "b/_files/c.txt",
    ):
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_text("<p>Words</p>")
    listing = discover([raw])
    assert [each.id for each in listing.documents] == ["Hip_files/a.txt", "Knee.html", "b/_files/c.txt"]
    assert [skip[:2] for skip in listing.skips] == [
        ("Knee_files/frame.html", "page_part"),
        ("Knee_files/img/a.js", "page_part"),
    ]
    assert "saved page Knee.html" in listing.skips[0].message
