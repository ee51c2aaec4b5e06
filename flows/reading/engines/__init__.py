"""Where batches are read: one file an engine, and its name below."""

from collections.abc import Callable

from flows.reading.engines.engine import Engine
from flows.reading.engines.processes import Processes

#: Each engine, made from the number of batches that it reads side by side.
ENGINES: dict[str, Callable[[int], Engine]] = {"processes": Processes}
DEFAULT = "processes"
