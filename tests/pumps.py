"""Texts that a pattern may take too long on, and how its time grows with them.

A pattern is tried on what each of its repeats repeats, behind what must stand before it and before what lets
the match fail; on runs of each kind of character; and on runs of its own words.
"""

import math
import re
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, product
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from types import FrameType
from typing import Any, NamedTuple

from tests.patterns import Pattern

LENGTH = 2_000  # characters of a pump; its growth is measured up to four times as many
FLOOR = 0.020  # seconds; what takes less on the longest is not worth a word
EXPONENT = 1.6  # of growth; that of a linear pattern is 1, that of a quadratic one 2
_SUSPICIOUS = 0.001  # seconds on the shortest; nothing quadratic takes less
_HANG = 0.5  # seconds of processor time
_SUSPECTS = 10  # the slowest texts of a pattern, whose growth is measured
_MOST = 8  # variants of one repeat; and four times as many repeats of one pattern
_LONG = 8  # times; a repeat that ends sooner is none
_KINDS = ("", " ", "\n", "\t", "0", "a", "A", ",", "-", "a ", "A ", "a, ", " \n", "0 ", "A1", "<", "(")
_ENDS = ("", "§", "q", " q q\n")
_CATEGORIES = {
    op.CATEGORY_DIGIT: "0",
    op.CATEGORY_NOT_DIGIT: "a -",
    op.CATEGORY_SPACE: " \n",
    op.CATEGORY_NOT_SPACE: "a0-",
    op.CATEGORY_WORD: "a0",
    op.CATEGORY_NOT_WORD: " -",
}
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
_ANYTHING = "a -0.A,:(\n"


class Pump(NamedTuple):
    """A text of any length."""

    before: str
    body: str
    end: str

    def of(self, length: int) -> str:
        return self.before + self.body * (length // len(self.body)) + self.end


class Growth(NamedTuple):
    """How the time of a pattern grows on a text, and what it takes on the longest."""

    exponent: float
    seconds: float
    method: str
    pump: Pump

    @property
    def bad(self) -> bool:
        return self.seconds > FLOOR and self.exponent > EXPONENT


def worst(pattern: Pattern) -> Growth:
    """Return the growth of a pattern on the text that it is slowest on: the first bad one, if any is."""
    uses = dict(_uses(pattern))
    timed, measured = [], 0
    for name, pump in product(uses, pumps(pattern)):
        seconds = _seconds(uses[name], pump, LENGTH)
        if seconds > FLOOR and measured < _SUSPECTS:
            measured += 1
            if (growth := _growth(name, uses[name], pump)).bad:
                return growth
        timed.append((seconds, name, pump))
    timed.sort(reverse=True)
    suspects = [(name, pump) for seconds, name, pump in timed[:_SUSPECTS] if seconds > _SUSPICIOUS]
    grown = [_growth(name, uses[name], pump) for name, pump in suspects]
    return max(grown, default=Growth(0.0, *timed[0]), key=lambda growth: (growth.bad, growth.seconds))


def pumps(pattern: Pattern) -> Iterator[Pump]:
    """Yield the texts to try a pattern on."""
    tree = _parser.parse(pattern.pattern, pattern.flags)
    repeats = list(islice(dict.fromkeys(_repeats(tree, "")), 4 * _MOST))
    befores = list(dict.fromkeys(before for before, _ in repeats))
    words = list(_examples(tree))
    bodies = dict.fromkeys([*words, *(word + " " for word in words), *befores, *_KINDS])
    found = dict.fromkeys(
        [
            *((before, body) for before, body in repeats),
            *(("", body) for body in bodies),
            *product(befores[:_MOST], _KINDS),
        ]
    )
    yield from (Pump(before, body, end) for before, body in found if body for end in _ENDS)


def _uses(pattern: Pattern) -> list[tuple[str, Callable[[Any], object]]]:
    """The ways in which a pattern is used; those that go through a text to its end are one."""
    compiled = re.compile(pattern.pattern, pattern.flags)

    def through(text: Any) -> None:
        for _ in compiled.finditer(text):
            pass

    whole = isinstance(pattern.pattern, bytes)
    known = {name: getattr(compiled, name) for name in ("match", "fullmatch", "search")}
    uses = {name if name in known else "finditer": known.get(name, through) for name in pattern.methods}
    return [(name, _encoded(use) if whole else use) for name, use in uses.items()]


def _encoded(use: Callable[[Any], object]) -> Callable[[Any], object]:
    return lambda text: use(text.encode("latin-1", "replace"))


def _growth(name: str, use: Callable[[Any], object], pump: Pump) -> Growth:
    """Measure a suspect, and once more if it is guilty: the machine has other things to do."""
    growth = _measured(name, use, pump, 1)
    return _measured(name, use, pump, 3) if growth.bad and growth.seconds < math.inf else growth


def _measured(name: str, use: Callable[[Any], object], pump: Pump, tries: int) -> Growth:
    """Measure a growth at the best of some times."""
    first, last = (min(_seconds(use, pump, many * LENGTH) for _ in range(tries)) for many in (1, 4))
    return Growth(math.inf if last == math.inf else math.log(last / first, 4), last, name, pump)


class _HangError(Exception):
    pass


def _seconds(use: Callable[[Any], object], pump: Pump, length: int) -> float:
    """The time of a match; without end where it takes too much of the processor's."""
    text = pump.of(length)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise _HangError

    previous = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _HANG)
    start = time.perf_counter()
    try:
        use(text)
        return time.perf_counter() - start
    except _HangError:
        return math.inf
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, previous)


def _repeats(tree: Iterable[Any], before: str) -> Iterator[tuple[str, str]]:
    """Yield the bodies of the long repeats in a pattern, each with an example of what stands before it."""
    for node in tree:
        kind, value = node
        if kind in _REPEATS:
            if value[1] >= _LONG:
                yield from ((before, body) for body in _examples(value[2]) if body)
            yield from _repeats(value[2], before)
        else:
            for inner in _inside(node):
                yield from _repeats(inner, before)
        before += next(iter(_examples([node])), "")


def _inside(node: Any) -> list[Iterable[Any]]:
    """The patterns in a part of a pattern."""
    kind, value = node
    if kind is op.BRANCH:
        return list(value[1])
    at = {op.SUBPATTERN: 3, op.ASSERT: 1, op.ASSERT_NOT: 1}.get(kind)
    if at is not None:
        return [value[at]]
    return [value] if kind is op.ATOMIC_GROUP else []


def _examples(tree: Iterable[Any]) -> list[str]:
    """Return some words that a pattern matches, or nearly."""
    parts = [_variants(node) for node in tree]
    most = min(max(map(len, parts), default=1), _MOST)
    return list(dict.fromkeys("".join(part[at % len(part)] for part in parts) for at in range(most)))


def _variants(node: Any) -> list[str]:
    kind, value = node
    if kind in (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN):
        return _characters(kind, value)
    if kind in _REPEATS:
        return [word * max(value[0], 1) for word in _examples(value[2])]
    inner = [] if kind is op.ASSERT_NOT else _inside(node)
    return [word for pattern in inner[:_MOST] for word in _examples(pattern)] or [""]


def _characters(kind: Any, value: Any) -> list[str]:
    """Return some characters that a part of a pattern matches, or nearly."""
    if kind is op.LITERAL:
        return [chr(value)]
    if kind is op.IN and value[0][0] is not op.NEGATE:
        return list(dict.fromkeys(sign for item in value for sign in _members(*item)))
    refused = {chr(value)} if kind is op.NOT_LITERAL else set()
    if kind is op.IN:
        refused = {sign for item in value[1:] for sign in _members(*item)}
    return [sign for sign in _ANYTHING if sign not in refused] or ["§"]


def _members(kind: Any, value: Any) -> str:
    if kind is op.CATEGORY:
        return _CATEGORIES[value]
    return chr(value[0] if kind is op.RANGE else value)
