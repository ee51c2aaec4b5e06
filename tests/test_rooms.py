from pathlib import Path

import pytest

from tests.rooms import GUIDE, ROOT, drawn

MODULES = sorted([*(ROOT / "extractors").rglob("*.py"), *(ROOT / "flows").rglob("*.py")])


def test_the_map_in_the_guide_is_that_of_the_layers() -> None:
    guide = GUIDE.read_text("utf-8")
    assert "| `runs` |" in guide
    assert drawn(guide) == guide, "the map is stale: make map"


@pytest.mark.parametrize("room", sorted({module.parent for module in MODULES}), ids=lambda room: room.name)
def test_a_room_has_few_files(room: Path) -> None:
    assert len(list(room.glob("*.py"))) <= 12


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(ROOT)))
def test_a_module_is_short(module: Path) -> None:
    assert len(module.read_text("utf-8").splitlines()) <= 400
