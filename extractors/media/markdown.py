"""HTML inside declared Markdown: what folds away is read, below the words that stay in sight."""

import re
from collections.abc import Iterator
from dataclasses import replace

from extractors.text.reading_text import Line, Mark, plain_lines

_TAG = re.compile(r"</?(?:details|summary)\b[^<>]{0,200}>\s*", re.IGNORECASE)
_SUMMARY = re.compile(r"<summary\b", re.IGNORECASE)
_LEVEL = 3  # of the heading that a summary is: below the sections that pages of Markdown have


def markdown_lines(text: str) -> Iterator[Line]:
    """Yield the lines of a Markdown text that hold words, without the tags of ``details`` around them."""
    for line in plain_lines(text):
        tags = list(_TAG.finditer(line.text)) if "<" in line.text else []
        yield from _without(line, tags) if tags else (line,)


def _without(line: Line, tags: list[re.Match[str]]) -> Iterator[Line]:
    """Yield a line without the tags at its ends; as it is where a tag stands inside."""
    start, end = 0, len(line.text)
    for tag in tags:
        start = tag.end() if tag.start() == start else start
    for tag in reversed(tags):
        end = tag.start() if tag.end() == end and tag.start() >= start else end
    words = line.text[start:end].rstrip()
    if "<" in words:
        yield line
    elif words:
        at = line.start + start
        bare = Line(at, at + len(words), words, at)
        folded = any(_SUMMARY.match(tag.group()) for tag in tags)
        yield replace(bare, mark=Mark.HEADING, level=_LEVEL) if folded else bare
