"""What the tests of the core share: the shipped vocabularies, and short ways from words to values."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from extractors import Extraction, Rules, extract, read
from extractors.record.model import SectionKind
from extractors.resources import shipped_vocabulary
from extractors.text.reading_text import Section

# The same examples on every machine and in every run; time limits belong to the flow.
settings.register_profile(
    "reproducible",
    derandomize=True,
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    database=None,
)
settings.load_profile("reproducible")


@pytest.fixture(scope="session")
def rules() -> Rules:
    return shipped_vocabulary()


@pytest.fixture(scope="session")
def section() -> Callable[..., Section]:
    """Make a section of words, by default the last of a plain text."""

    def make(
        words: str,
        kind: SectionKind = "other",
        *,
        last: bool = True,
        heading: bool = False,
        media_type: str | None = None,
    ) -> Section:
        text = read(words.encode(), media_type)
        head, lines = (text.lines[0], text.lines[1:]) if heading else (None, text.lines)
        return Section(kind, head, 1, lines, text.text, last=last, closed=text.closed)

    return make


@pytest.fixture(scope="session")
def extracted(rules: Rules) -> Callable[..., Extraction]:
    """Extract words or bytes under a fixed name."""

    def run(words: str | bytes, media_type: str | None = None) -> Extraction:
        raw = words.encode() if isinstance(words, str) else words
        return extract(raw, document="page.txt", uri="raw/page.txt", vocabulary=rules, media_type=media_type)

    return run
