import os

from hypothesis import given
from hypothesis import strategies as st

from flows.printable import printable
from flows.sources.ids import apart, from_id, to_id

PATHS = st.lists(
    st.binary(min_size=1, max_size=300)
    | st.text("ab.%4\n1\x7f\u202eé", min_size=1, max_size=300).map(str.encode),
    min_size=1,
    max_size=3,
).map(
    lambda parts: "/".join(os.fsdecode(part.replace(b"/", b"").replace(b"\0", b"")) or "x" for part in parts)
)


@given(PATHS)
def test_an_id_leads_back_to_its_path(path: str) -> None:
    assert from_id(to_id(path)) == path


@given(st.text("a./%é", min_size=1, max_size=600).filter(lambda path: not path.startswith("/")))
def test_an_id_leads_back_to_its_web_address(path: str) -> None:
    names = to_id(path).split("/")
    assert from_id("/".join(names)) == path
    assert not {"", ".", ".."} & set(names)
    assert all(len(name.encode()) <= 255 for name in (*names[:-1], f"{names[-1]}.json"))


@given(PATHS)
def test_an_id_is_a_path_below_any_folder(path: str) -> None:
    document = to_id(path)
    names = document.split("/")
    assert not {"", ".", ".."} & set(names)
    assert document == printable(document)
    assert all(len(name.encode()) <= 255 for name in (*names[:-1], f"{names[-1]}.json"))


def test_usual_paths_are_ids() -> None:
    usual = ["a/b.html", "Anästhesie/01941 (2).txt", "50% off/x.md", "..x", "日本/手術.txt"]
    assert [to_id(path) for path in usual] == usual


def test_what_could_leave_the_folder_or_the_terminal_is_escaped() -> None:
    assert to_id("../../x") == "%2E%2E/%2E%2E/x"
    assert to_id("a\nb\x1b[31m\udcff") == "a%0Ab%1B[31m%FF"


def test_names_too_long_for_their_record_become_folders() -> None:
    document = to_id("x" * 255)
    assert [len(name) for name in document.split("/")] == [250, 6]
    assert from_id(document) == "x" * 255


def test_a_folder_where_a_text_has_to_lie_moves() -> None:
    assert apart(["a", "a.txt/b", "a.json/c", "b.txt/d"], folds_case=False) == [
        "a",
        "a%2Etxt/b",
        "a%2Ejson/c",
        "b.txt/d",
    ]


def test_ids_stay_apart_where_case_does_not_count() -> None:
    ids = apart(["AB/x", "Ab/x", "aB/x", "ab/x", "C/x"], folds_case=True)
    assert len({document.casefold() for document in ids}) == 5
    assert [from_id(document) for document in ids] == ["AB/x", "Ab/x", "aB/x", "ab/x", "C/x"]
    assert ids[-1] == "C/x"
