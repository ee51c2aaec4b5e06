"""Clinical terms, patient and negation in a vignette, by spaCy's tokenizer and phrase matcher.

Blank English and vocabularies: no model, no download. spaCy is imported at first need, once a process.
Negation follows the idea of ConText (Harkema et al., J Biomed Inform 2009): a cue, a direction, and a
scope that ends with the sentence or a turning word.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from warnings import catch_warnings

from extractors.code_sets.forms import ICD10CM
from extractors.record.model import Mention, MentionLabel, Span
from extractors.text.folding import fold_dashes
from extractors.vocabulary.vocabulary import Vocabulary

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.matcher import PhraseMatcher

_PATTERNS: tuple[tuple[MentionLabel, re.Pattern[str]], ...] = (
    (
        "physical_status",  # ASA physical status, classes I–VI, billed as P1–P6
        re.compile(
            r"\bP[1-6]\b|\bASA(?:[ -]PS)?(?:\s+(?:physical\s+status|class(?:ification)?|status|score))"
            r"*(?:\s+(?:of\s+)?)"
            r"(?:[1-6]|VI|IV|V|I{1,3})E?\b"
        ),
    ),
    (
        "anatomy",  # vertebral levels
        re.compile(
            r"\b(?:C[1-8]|T(?:1[0-2]|[1-9])|L[1-5]|S[1-5])(?:\s?[-/]\s?(?:[CTLS]?(?:1[0-2]|[1-9])))?\b"
        ),
    ),
    (
        "condition",
        re.compile(
            r"\b(?!arthritis\b)[a-z]{4,}(?:itis|opathy|opathies|algia|emia|penia|ectasia|megaly|plegia|"
            r"uria)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "procedure",
        re.compile(
            r"\b[a-z]{3,}(?:ectomy|ectomies|otomy|otomies|ostomy|oplasty|oplasties|oscopy|oscopies|"
            r"centesis|rrhaphy|odesis)\b",
            re.IGNORECASE,
        ),
    ),
    ("imaging", re.compile(r"\b[a-z]{4,}(?:ography|ogram|ograms)\b", re.IGNORECASE)),
)
_SENTENCE = re.compile(r"(?<=[a-z0-9)\]%][.!?;])\s+(?=[A-Z0-9])|\n+")
_NEGATED_AFTER = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|no(?: evidence of| history of| signs? of| known| prior| further|"
    r" associated| other)?|"
    r"without(?: evidence of| any| signs? of| history of)?|not(?: have| had| have any| show| demonstrate|"
    r" report)?|never had|negative for|free of|absence of|"
    r"rule[sd]? out|ruling out|neither|nor|lacks?|absent)\b",
    re.IGNORECASE,
)
_NEGATED_BEFORE = re.compile(
    r"^[\s,]*(?:(?:is|are|was|were|has been|have been)\s+)?(?:ruled out|absent|negative|not (?:present|"
    r"seen|found|identified|noted)|denied|excluded)\b",
    re.IGNORECASE,
)
_PSEUDO = re.compile(
    r"\b(?:not only|no increase|no change|not necessarily|without difficulty|no further|not rule[d]? out|"
    r"no longer than)\b",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"\b(?:but|however|although|though|except|despite|yet|because|due to|secondary to|presents?|presented|"
    r"presenting|"
    r"undergo(?:es|ing)?|underwent|reports?|reported|is scheduled|are scheduled|which|whose|who|has|then|"
    r"and (?:is|has|was|undergoes|presents|reports|receives)|"
    r"after|to (?:treat|relieve|assess|evaluate))\b|[;:.]",
    re.IGNORECASE,
)
_DENIABLE = frozenset({"condition", "procedure", "anesthesia", "imaging", "substance", "device"})
_SCOPE = 120  # characters that a cue reaches at most; a ConText window of about 15 words
_LONGEST_TERM = 100  # characters; none of the vocabulary is so long
_LONG_RUN = re.compile(rf"\S{{{2 * _LONGEST_TERM},}}+")
_LETTER = re.compile(r"[^\W_]")
_SIGN = re.compile(r"[^\w\s\u0300-\u036f\u200b-\u200f\u2060\u20d0-\u20ff\ufe00-\ufe0f\u00ad\ufeff]|_")
_CODE_BESIDE = re.compile(rf"\s*[(\[](?:ICD-10(?:-CM)?:?\s*)?({ICD10CM})[)\]]")


class Matchers(NamedTuple):
    """The tokenizer and the phrase matchers of one set of vocabularies."""

    language: "Language"
    folded: "PhraseMatcher"
    literal: "PhraseMatcher"


@lru_cache(maxsize=2)
def matchers(vocabulary: Vocabulary) -> Matchers:
    """Build the matchers; takes a second, once a process."""
    with catch_warnings():  # spaCy, and requests below it, leave their filters in the host's list
        from spacy.lang.en import English
        from spacy.matcher import PhraseMatcher

    language = English(max_length=10**9)  # spaCy's own limit is for models, and none runs here
    folded = PhraseMatcher(language.vocab, attr="LOWER")
    literal = PhraseMatcher(language.vocab, attr="ORTH")
    for label, phrases in vocabulary.mentions.items():
        lower = [form for phrase in phrases if phrase == phrase.lower() for form in _numbers(phrase)]
        upper = [form for phrase in phrases if phrase != phrase.lower() for form in _numbers(phrase)]
        folded.add(label, list(map(language.make_doc, lower)))
        literal.add(label, list(map(language.make_doc, upper)))
    return Matchers(language, folded, literal)


def memory_zone(vocabulary: Vocabulary) -> AbstractContextManager[object]:
    """Return a context that frees what spaCy learns of the texts read inside it; for batches of documents."""
    return matchers(vocabulary).language.memory_zone()


def mentions(source: str, span: Span, vocabulary: Vocabulary) -> Iterator[Mention]:
    """Find clinical terms, in text order and without overlap; the longest of overlapping terms is kept.

    Args:
        source: the reading text.
        span: where to look, at most a vignette of a few KB.
        vocabulary: the words that readers know.
    """
    zone = fold_dashes(source[slice(*span)])
    found = sorted(_found(zone, vocabulary), key=lambda item: (item[1][0] - item[1][1], item[1][0]))
    taken = [False] * len(zone)
    kept: list[tuple[MentionLabel, Span]] = []
    for label, (start, end) in found:
        if not any(taken[start:end]):
            taken[start:end] = [True] * (end - start)
            kept.append((label, (start, end)))
    kept.sort(key=lambda item: item[1])
    negated = _negated(zone)
    for label, (start, end) in kept:
        beside = _CODE_BESIDE.match(zone, end)
        yield Mention(
            label=label,
            text=source[span[0] + start : span[0] + end],
            span=(span[0] + start, span[0] + end),
            negated=label in _DENIABLE and (_lies_in(start, negated) or _denied_after(zone, end)),
            code=beside.group(1) if beside else None,
        )


def _numbers(phrase: str) -> tuple[str, ...]:
    """A phrase, and its plural where the regular one is a word."""
    return (phrase,) if phrase.endswith("s") else (phrase, phrase + "s")


def _found(zone: str, vocabulary: Vocabulary) -> Iterator[tuple[MentionLabel, Span]]:
    language, folded, literal = matchers(vocabulary)
    strings = language.vocab.strings
    for at, words in _pieces(zone):
        doc = language.make_doc(words)
        for matcher in (folded, literal):
            for key, start, end in matcher(doc):
                last = doc[end - 1]
                span = (at + doc[start].idx, at + last.idx + len(last))
                yield strings[key], span  # type: ignore[misc]
    for label, pattern in _PATTERNS:
        for hit in pattern.finditer(zone):
            yield label, hit.span()


def _pieces(zone: str) -> Iterator[tuple[int, str]]:
    """The zone, cut in long runs without white space: the tokenizer takes the square of their length.

    It is cut behind signs alone, so that no word is torn. Every two neighbouring parts are a piece, so that a
    term that is cut is whole in another one.
    """
    edges = [0, *_cuts(zone), len(zone)]
    for start, end in zip(edges, edges[2:] or edges[1:], strict=False):
        if _LETTER.search(zone, start, end):
            yield start, zone[start:end]


def _cuts(zone: str) -> Iterator[int]:
    for run in _LONG_RUN.finditer(zone):
        before = run.start()
        for sign in _SIGN.finditer(zone, *run.span()):
            if sign.end() - before >= _LONGEST_TERM:
                before = sign.end()
                yield before


def _lies_in(at: int, stretches: Sequence[Span]) -> bool:
    """Whether a place lies in one of some stretches, which are in order and apart."""
    index = bisect_right(stretches, at, key=lambda stretch: stretch[0])
    return index > 0 and at < stretches[index - 1][1]


def _negated(zone: str) -> list[Span]:
    """The stretches in which a finding is denied, in order and apart."""
    starts = [0, *(found.end() for found in _SENTENCE.finditer(zone))]
    scopes: list[Span] = []
    for cue in _NEGATED_AFTER.finditer(zone):
        if _PSEUDO.match(zone, cue.start()):
            continue
        at = bisect_right(starts, cue.start())
        limit = min(starts[at] if at < len(starts) else len(zone), cue.end() + _SCOPE)
        turn = _TURN.search(zone, cue.end(), limit)
        scope = (cue.end(), turn.start() if turn else limit)
        if scopes and scope[0] <= scopes[-1][1]:
            scope = (scopes[-1][0], max(scope[1], scopes.pop()[1]))
        scopes.append(scope)
    return scopes


def _denied_after(zone: str, end: int) -> bool:
    return bool(_NEGATED_BEFORE.match(zone[end : end + 60]))
