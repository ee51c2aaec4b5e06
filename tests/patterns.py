"""Every pattern of both packages, and how each is used: ``python -m tests.patterns`` writes them, pickled.

Patterns are made at import, by cached functions and in passing. So the one door of `re` through which all of
them come is watched while the packages are imported and the cases are read, in a process of its own.
"""

import importlib
import pickle
import pkgutil
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
_PACKAGES = ("extractors", "flows")
_UNUSED = ("finditer",)  # what a pattern is tried by that no case used: the hardest


class Pattern(NamedTuple):
    """A pattern, the modules that use it, and by which methods."""

    pattern: str | bytes
    flags: int
    modules: tuple[str, ...]
    methods: tuple[str, ...]


class _Watched:
    """A compiled pattern that notes which of its methods are used."""

    def __init__(self, compiled: re.Pattern[Any], module: str) -> None:
        self._compiled = compiled
        self._used = _SEEN[compiled.pattern, compiled.flags]
        self._used[0].add(module)

    def __getattr__(self, name: str) -> Any:
        if callable(found := getattr(self._compiled, name)):
            self._used[1].add(name)
        return found


_SEEN: dict[tuple[str | bytes, int], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))


def collected() -> Iterator[Pattern]:
    """Import the packages and read the cases; yield the patterns that came by."""
    _watch()
    for package in _PACKAGES:
        for module in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    _read_cases()
    for (pattern, flags), (modules, methods) in sorted(_SEEN.items(), key=lambda item: str(item[0])):
        yield Pattern(pattern, flags, tuple(sorted(modules)), tuple(sorted(methods)) or _UNUSED)


def _watch() -> None:
    make = re._compile  # type: ignore[attr-defined]

    def watched(pattern: Any, flags: int) -> Any:
        if isinstance(pattern, _Watched):
            return pattern
        caller = sys._getframe(1)
        while caller.f_globals["__name__"] == "re" and caller.f_back is not None:
            caller = caller.f_back
        module = caller.f_globals["__name__"]
        compiled = make(pattern, flags)
        return _Watched(compiled, module) if module.startswith(_PACKAGES) else compiled

    re._compile = watched  # type: ignore[attr-defined]


def _read_cases() -> None:
    from extractors import SourceError, extract

    for raw in sorted((ROOT / "tests" / "cases").rglob("raw.*")):
        try:
            extract(raw.read_bytes())
        except SourceError:
            continue


if __name__ == "__main__":
    sys.stdout.buffer.write(pickle.dumps([tuple(pattern) for pattern in collected()]))
