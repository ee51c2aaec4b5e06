"""The map of the rooms in CONTRIBUTING.md: ``python -m tests.rooms`` (``make map``) writes it anew.

Its floors are the layers that import-linter enforces, its words the first sentence of each room.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "CONTRIBUTING.md"
_MAP = re.compile(r"(?<=<!-- map: written by make map -->\n).*?(?=<!-- end of map -->)", re.DOTALL)


def main() -> None:
    """Write the map into the guide."""
    GUIDE.write_text(drawn(GUIDE.read_text("utf-8")), "utf-8")


def drawn(guide: str) -> str:
    """Return a guide with the map as it should be."""
    tables = "\n".join(f"{table}\n" for table in _tables())
    return _MAP.sub(lambda _: f"\n{tables}\n", guide)


def _tables() -> Iterator[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for contract in settings["tool"]["importlinter"]["contracts"]:
        for package in contract.get("containers", ()):
            yield "\n".join(_table(package, contract["layers"]))


def _table(package: str, layers: list[str]) -> Iterator[str]:
    yield f"| floor | `{package}` | {_about(ROOT / package)} |"
    yield "| --: | --- | --- |"
    for floor, layer in zip(range(len(layers), 0, -1), layers, strict=True):
        for room in layer.split(" | "):
            yield f"| {floor} | `{room}` | {_about(ROOT / package / room)} |"


def _about(place: Path) -> str:
    """Return the first line of the docstring of a room, or of a module that stands alone."""
    path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    return docstring.partition("\n")[0].replace("``", "`").replace("|", "\\|")


if __name__ == "__main__":
    main()
