"""What the tests of the core share: the shipped vocabularies, and short ways from words to values."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from extractors import Extraction, Vocabulary, extract, read
from extractors.record.model import SectionKind
from extractors.resources import shipped_vocabulary
from extractors.structure.document import Document, Section

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
def vocabulary() -> Vocabulary:
    return shipped_vocabulary()


@pytest.fixture(scope="session")
def part() -> Callable[..., tuple[Section, Document]]:
    """Make a section of words, by default the last of a plain text, and the document it stands in.

    Other words stand above it, so that none of its offsets is one by chance.
    """

    def make(
        words: str,
        kind: SectionKind = "other",
        *,
        last: bool = True,
        heading: bool = False,
        media_type: str | None = None,
    ) -> tuple[Section, Document]:
        above = "<p>Words above.</p>" if words.startswith("<") else "Words above.\n\n"
        text = read((above + words if last else f"{above}{words}\nThe end.").encode(), media_type)
        lines = text.lines[1:] if last else text.lines[1:-1]
        head, lines = (lines[0], lines[1:]) if heading else (None, lines)
        section = Section(kind, head, 1, lines)
        return section, Document(text, (section,))

    return make


@pytest.fixture(scope="session")
def extracted(vocabulary: Vocabulary) -> Callable[..., Extraction]:
    """Extract words or bytes under a fixed name."""

    def run(words: str | bytes, media_type: str | None = None) -> Extraction:
        raw = words.encode() if isinstance(words, str) else words
        return extract(
            raw, document="page.txt", uri="raw/page.txt", vocabulary=vocabulary, media_type=media_type
        )

    return run
