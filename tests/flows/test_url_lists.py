"""Lists of URLs: what may stand in them."""

from pathlib import Path

import pytest

from flows.errors import UsageError
from flows.sources.folder import check, url_lists
from flows.sources.web.url_lists import read


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("urls = [", "is no list of URLs ("),
        ("pages = []", "pages: Extra inputs are not permitted; see docs/sources.md"),
        ('[[source]]\nurl = "https://example.org"\nprivate = true', "source.0.private: Extra inputs"),
        (
            '[[source]]\nurl = "https://a.org"\nallow_private = true',
            "say --allow-private on the command line",
        ),
        ("interval = -1", "interval: Input should be greater than or equal to 0"),
        ('urls = ["ftp://example.org/x"]', "ftp://example.org/x is no URL of a web page"),
        ('urls = ["example.org"]', "example.org is no URL of a web page"),
        ('urls = ["https://me:secret@example.org/x"]', "example.org/x holds a name or password"),
        (
            'urls = ["https://example.org/x", "http://example.org/x"]',
            "would become one record, example.org/x",
        ),
    ],
)
def test_a_malformed_list_is_told_in_a_sentence(listed: Path, content: str, fault: str) -> None:
    (listed / "sources.toml").write_text(content)
    with pytest.raises(UsageError) as error:
        read(url_lists([listed]))
    assert fault in str(error.value)
    assert "secret" not in str(error.value)


def test_a_list_can_be_named_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "web.toml"
    path.write_text('urls = ["https://EXAMPLE.org/x#part", "https://example.org/x"]')
    [url] = read(url_lists([path]))
    assert (url.id, url.url) == ("example.org/x", "https://example.org/x")
    check([path], tmp_path / "output")
