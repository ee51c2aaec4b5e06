"""HTML → reading text, with every character's way back to the markup.

BeautifulSoup over lxml reads the page: the one fast parser here that hostile markup does not hang. It
gives no positions, so the text carries them itself. Before parsing, a mark with its raw offset is put
in front of every run of text and around every character reference; marks go through the parser as the
words do, however it mends the tree, and are taken out again in the one walk that writes the reading
text. A run that does not stand in the raw input where its mark says is left out of the map.
"""

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bs4 import BeautifulSoup
from bs4.element import (
    NavigableString,
    PageElement,
    PreformattedString,
    Script,
    Stylesheet,
    Tag,
    TemplateString,
)

from extractors.errors import SourceError
from extractors.media.grid import WIDE
from extractors.media.html.shell import check_article
from extractors.media.html.tables import Tables, name
from extractors.media.html.writer import SPACE, Context, Page
from extractors.media.notes import hidden, struck
from extractors.record.findings import finding
from extractors.text.reading_text import Mark, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from extractors.record.model import Finding, Repair

_RUN = re.compile(rf"(>[{SPACE}]*)(?=[^<{SPACE}])|(&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);?)")
_NOT_TEXT = re.compile(
    r"<!--.*?(?:-->|\Z)|<(head|title|script|style|template|svg|iframe)\b.*?(?:</\1\s*>|\Z)|"
    r"<(?>[^<>\"']*)(?:(?>\"[^\"]*\"|'[^']*')(?=[\s/>])(?>[^<>\"']*))*>|<[^<>]*>",
    re.DOTALL | re.IGNORECASE,
)
_LITERAL = re.compile(r"<(/?)(?:noframes|noembed|xmp|plaintext)(?=[\s/>])", re.IGNORECASE)  # markup as text
_HIDDEN = (PreformattedString, Script, Stylesheet, TemplateString)  # comments, doctype, code
_SKIPPED = frozenset({"head", "script", "style", "template", "svg", "iframe"})
_HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
#: What a tag says of the text below it, as changes of its context.
_MEANING: dict[str, dict[str, Any]] = {
    **{f"h{level}": {"level": level} for level in range(1, 7)},
    **{key: {"strong": True} for key in ("b", "strong", "summary", "caption")},
    **{key: {"pre": True} for key in ("pre", "textarea")},
    "dt": {"label": True},
    "sup": {"raised": True},
    **{key: {"struck": True} for key in ("s", "del", "strike")},
}
_STRUCK = re.compile(
    r"text-decoration(?:-line)?\s*:(?:(?!text-decoration|\bline-through\b)[^;])*+line-through", re.IGNORECASE
)
_NO_DISPLAY = re.compile(r"(?:^|[;\s])display\s*:\s*none(?![-\w])", re.IGNORECASE)
_START = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_END = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_LABEL_CLASS = re.compile(r"(?:^|[-_ ])sub-?header(?:$| )", re.IGNORECASE)
_FEWEST = 40  # characters of what holds an article
_MOST_MAINS = 20
_DEEPEST = 200  # levels in which tags are looked at for what they mean; below, only their words are read
_CHROME_TAGS = frozenset({"nav", "footer", "aside", "dialog", "noscript", "menu"})
_CHROME_ROLES = frozenset(
    {"navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog"}
)
_CHROME_NAMES = re.compile(
    r"(?:^|[-_ ])(?:nav|navbar|navigation|menu|breadcrumbs?|sidebar|logo|cookie\w*|gdpr\w*|banner|newsletter|"
    r"subscribe|share|social|promo|advert|ads|popup|modal|skip-?link|skip-to-\w+|topbar|pagination|"
    r"related-(?:links|posts|articles)|copyright|imprint|legal|login)(?:$|[-_ ])|"
    r"(?:^| )(?:(?:site|page|main|global|top|bottom)[-_]?)?(?:header|head|footer|foot|side)(?:$| )|"
    r"(?:^| )top(?:$| )",
    re.IGNORECASE,
)


def read_html(characters: str, encoding: str) -> Text:
    """Read an HTML page.

    Args:
        characters: the decoded page, byte order mark included.
        encoding: what it was decoded with, kept for the record.
    """
    sentinel = _sentinel(characters)
    marked = _mark(characters, sentinel)
    page = Page(characters, re.compile(f"{sentinel}([0-9]+){sentinel}"))
    soup = BeautifulSoup(_LITERAL.sub(r"<\1div", marked), "lxml")
    tables = Tables()
    _walk(soup, page, tables)
    page.flush()
    check_article([line.text for line in page.lines if line.mark is not Mark.CHROME], characters)
    if not page.lines:
        raise SourceError("empty", "the page holds no words; look at its source, or fetch it again")
    lost = len(page.mark.findall(_NOT_TEXT.sub("", marked))) - page.seen
    return Text(
        "".join(page.parts),
        tuple(page.lines),
        tuple(page.pieces),
        "text/html",
        encoding,
        tuple(_notes(page, tables, lost)),
        closed=bool(_END.search(characters) or not _START.search(characters)),
    )


def _notes(page: Page, tables: Tables, lost: int) -> "Iterator[Finding | Repair]":
    if lost > 0:
        yield finding("html.text_lost", f"{lost} runs of text did not come through the HTML parser")
    if tables.blown:
        yield finding("table.spans", f"the cells of {tables.blown} tables reach too far")
    if tables.nested:
        yield finding("table.nested", f"{tables.nested} rows hold tables in their cells")
    yield from hidden(page.hidden)
    yield from struck(page.struck)
    for span in page.wide.values():
        yield finding("table.wide_cell", WIDE, span=span)


def _sentinel(characters: str) -> str:
    return next(mark for mark in map(chr, range(0xE000, 0xF8FF)) if mark not in characters)


def _mark(characters: str, sentinel: str) -> str:
    """Put the raw offset before each run of text, and on both sides of each character reference."""

    def offset(found: re.Match[str]) -> str:
        if found.group(1):
            return f"{found.group(1)}{sentinel}{found.end()}{sentinel}"
        return f"{sentinel}{found.start()}{sentinel}{found.group(2)}{sentinel}{found.end()}{sentinel}"

    opening = len(characters) - len(characters.lstrip("\ufeff" + SPACE))
    marked = _RUN.sub(offset, characters)
    if characters[opening : opening + 1] in ("<", "&"):
        return marked[opening:]
    return f"{sentinel}{opening}{sentinel}{marked[opening:]}"


def _walk(soup: BeautifulSoup, page: Page, tables: Tables) -> None:
    """Write the page in document order; a stack of our own, so that depth costs memory and no recursion."""
    mains = _mains(soup)
    stack: list[tuple[Iterator[PageElement], str, Context]] = [
        (iter(soup.contents), soup.name, Context(chrome=bool(mains)))
    ]
    while stack:
        children, within, context = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            page.leave(within, context)
        elif isinstance(child, Tag):
            if _is_hidden(child):
                page.hide(child.find_all(string=True))
            elif child.name not in _SKIPPED:
                what = _name(child)
                below = _below(child, what, context, mains, tables) if len(stack) < _DEEPEST else context
                page.enter(what, below)
                stack.append((iter(child.contents), what, below))
        elif isinstance(child, NavigableString) and not isinstance(child, _HIDDEN):
            page.write(str(child), context)


def _unseen(tag: Tag) -> bool:
    return tag.name in _SKIPPED or _is_hidden(tag)


def _is_hidden(tag: Tag) -> bool:
    """Whether a tag hides its words from every reader; what a search on the page finds is not hidden."""
    if not tag.attrs or tag.name in ("html", "body"):
        return False
    told = tag.get("hidden")
    return (told is not None and told != "until-found") or bool(
        _NO_DISPLAY.search(str(tag.get("style") or ""))
    )


def _mains(soup: BeautifulSoup) -> list[Tag]:
    """The elements that hold the article, where the page says so itself."""
    found = soup.find_all("main", limit=_MOST_MAINS) or soup.find_all(role="main", limit=_MOST_MAINS)
    mains = [tag for tag in found if not _is_hidden(tag)]
    if sum(len(tag.get_text(strip=True)) for tag in mains) > _FEWEST:
        return mains
    articles = soup.find_all("article", limit=2)
    return articles if len(articles) == 1 and _is_article(articles[0], soup) else []


def _is_article(tag: Tag, soup: BeautifulSoup) -> bool:
    """Whether the one article of a page is what the page is about: it has its title, or most of its words."""
    words = len(tag.get_text(strip=True))
    titled = tag.find("h1") is not None or soup.find("h1") is None
    return words > _FEWEST and (titled or words * 2 > len(soup.get_text(strip=True)))


def _name(tag: Tag) -> str:
    """What a tag is read as: words that a page's own classes make a label are one, whatever their tag."""
    if not tag.attrs:
        return name(tag)
    return "dt" if tag.name == "span" and _LABEL_CLASS.search(" ".join(_words(tag, "class"))) else name(tag)


def _below(tag: Tag, what: str, context: Context, mains: "Sequence[Tag]", tables: Tables) -> Context:
    if any(tag is main for main in mains):
        return Context()
    changes = dict(_MEANING.get(what, {}))
    if tag.attrs and _STRUCK.search(str(tag.get("style") or "")):
        changes["struck"] = True
    if not context.chrome and _is_chrome(tag, context):
        changes["chrome"] = True
    if what == "table":
        tables.meet(tag, _unseen)
        changes |= {"row": None, "column": None}
    elif what == "tr":
        changes |= {"row": tables.row(tag), "column": None}
    elif what in ("td", "th"):
        changes["column"] = tables.column(tag)
    return replace(context, **changes) if changes else context


def _is_chrome(tag: Tag, context: Context) -> bool:
    name = tag.name
    if name in ("html", "body", "head", "main", "article") or name in _HEADINGS:
        return False
    if name in _CHROME_TAGS:
        return True
    if not tag.attrs and name != "header":
        return False
    names = " ".join([*_words(tag, "class"), *_words(tag, "id")])
    suspect = bool(_CHROME_ROLES.intersection(_words(tag, "role"))) or bool(
        names and _CHROME_NAMES.search(names)
    )
    return (suspect or (name == "header" and not context.level)) and tag.find(["h1", "h2", "table"]) is None


def _words(tag: Tag, attribute: str) -> list[str]:
    value = tag.get(attribute)
    return [value] if isinstance(value, str) else list(value or ())
