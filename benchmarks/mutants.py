"""Small faults put into the core, one at a time: how many of them do the tests see?

    python -m benchmarks.mutants [--sample N] [--seed N] [MODULE ...]

A mutant changes one thing in one module: a comparison, a sign, a constant by one, ``and`` for ``or``, a
condition to its contrary, a value that is returned to nothing. The tests that concern the core run on it
until one fails; a mutant that none of them sees survives, and is printed with its place. The unchanged code
must pass first: tests that fail anyway would kill every mutant. By default the modules are those that find
tables, sections and labels. Decorators are left as they are: what they say here (slots, the size of a cache)
is of memory and speed, and changes no record.
"""

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
MODULES = tuple(f"extractors/structure/{name}.py" for name in ("tables", "sections", "labels"))
TESTS = (
    *(f"tests/core/test_{name}.py" for name in ("tables", "sections", "labels", "coded_lists", "layouts")),
    *(
        "tests/core/test_whole_pages.py",
        "tests/core/test_html.py",
        "tests/test_cases.py",
        "extractors/structure",
    ),
)
_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_COPIED = (
    "extractors",
    "tests",
)  # what a mutant changes, and what finds it by its own place; the rest is linked
_SECONDS = 300  # for the tests on one mutant; one that hangs is seen


class Mutant(NamedTuple):
    """A module with one fault: where, what was changed, and the source that holds it."""

    module: str
    line: int
    change: str
    source: str


def mutants(module: str) -> Iterator[Mutant]:
    """Yield every mutant of a module."""
    tree = ast.parse((ROOT / module).read_text("utf-8"))
    for node in _undecorated(tree):
        for change in (_other_operator, _other_value):
            whole = dict(vars(node))
            told = change(node)
            if told:
                source = ast.unparse(ast.fix_missing_locations(tree))
                yield Mutant(module, getattr(node, "lineno", 0), told, source)
                vars(node).update(whole)


def _undecorated(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all below it, but for decorators."""
    yield node
    decorators = getattr(node, "decorator_list", [])
    for child in ast.iter_child_nodes(node):
        if child not in decorators:
            yield from _undecorated(child)


def _other_operator(node: ast.AST) -> str | None:
    """Change an operator in place; say how, None where there is none."""
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _COMPARED:
            node.ops = [_COMPARED[type(operator)]()]
            return f"{type(operator).__name__} is {type(node.ops[0]).__name__}"
        case ast.BoolOp():
            node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            return "and, or"
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
            return "+, -"
    return None


def _other_value(node: ast.AST) -> str | None:
    """Change a constant, a condition or what is returned in place; say how, None where there is none."""
    match node:
        case ast.Constant(value=bool() | int() as value):
            node.value = not value if isinstance(value, bool) else value + 1
            return f"{value} is {node.value}"
        case ast.If() | ast.IfExp() | ast.While():
            node.test = ast.UnaryOp(ast.Not(), node.test)
            return "the contrary condition"
        case ast.Return(value=ast.expr()) if not _is_nothing(node.value):
            node.value = ast.Constant(None)
            return "returns nothing"
    return None


def _is_nothing(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def survives(mutant: Mutant) -> bool:
    """Whether no test sees a mutant."""
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / "copy"
        copied.mkdir()
        for each in ROOT.iterdir():
            if each.name in _COPIED:
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(each, copied / each.name, ignore=ignored)
            elif not each.name.startswith("."):
                (copied / each.name).symlink_to(each)
        (copied / mutant.module).write_text(mutant.source, "utf-8")
        line = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", *TESTS]
        environment = {**os.environ, "PYTHONPATH": str(copied), "PYTHONDONTWRITEBYTECODE": "1"}
        options: dict[str, Any] = {"cwd": copied, "env": environment, "capture_output": True}
        try:
            done = subprocess.run(line, timeout=_SECONDS, check=False, **options)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0


def main() -> None:
    """Test a sample, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("modules", nargs="*", default=MODULES)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    every = [mutant for module in args.modules for mutant in mutants(module)]
    sample = random.Random(args.seed).sample(every, min(args.sample, len(every)))
    unchanged = Mutant(args.modules[0], 0, "nothing", (ROOT / args.modules[0]).read_text("utf-8"))
    if not survives(unchanged):
        sys.exit(
            "The tests fail on the unchanged code, so that every mutant would seem to die: mend them first."
        )
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        living = [mutant for mutant, alive in zip(sample, pool.map(survives, sample), strict=True) if alive]
    for mutant in sorted(living):
        print(f"  {mutant.module}:{mutant.line}: {mutant.change}")
    died = len(sample) - len(living)
    print(f"{died} of {len(sample)} mutants died ({died / len(sample):.1%}); there are {len(every)} in all")


if __name__ == "__main__":
    main()
