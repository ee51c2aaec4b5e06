"""Pages that hold no article: those that keep robots out, and shells that a program fills in the browser."""

import re
from collections.abc import Sequence

from extractors.errors import SourceError

_LONGEST = 800  # characters; a page with more words says more than that it holds none
_SCRIPT = re.compile(r"<script\b", re.IGNORECASE)
_CHALLENGE = re.compile(
    r"checking (?:your browser|if the site connection is secure)|"
    r"verify(?:ing)? (?:that )?you are (?:a )?human|"
    r"enable javascript (?:and cookies )?to (?:continue|run this app|view)|are you a robot|"
    r"(?:please|must|need to) (?:enable|turn on) (?:javascript|cookies)|javascript is (?:required|disabled)|"
    r"permission to access .{1,120} on this server|complete the security check|unusual traffic from your",
    re.IGNORECASE,
)
_WAITING = re.compile(r"(?:loading|please wait|one moment|just a moment)\W*", re.IGNORECASE)


def check_article(lines: Sequence[str], characters: str) -> None:
    """Refuse a page that only says that it holds nothing.

    Args:
        lines: of the page, its chrome left out.
        characters: the page as it came.

    Raises:
        SourceError: ``no_article``.
    """
    words = " ".join(lines)
    shell = not words or _WAITING.fullmatch(words)
    if (shell and _SCRIPT.search(characters)) or (len(words) <= _LONGEST and _CHALLENGE.search(words)):
        raise SourceError(
            "no_article",
            "the page holds no article, only a check of the browser or an empty shell; save it in one",
        )
