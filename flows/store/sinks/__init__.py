"""What takes records and their texts: one file a kind, and its name below."""

from collections.abc import Callable
from pathlib import Path

from flows.files import Files
from flows.store.sinks.file_per_record import FilePerRecord
from flows.store.sinks.sink import Sink

#: Each kind, made from the files of the output folder, that folder, and the folder in it for the sink.
SINKS: dict[str, Callable[[Files, Path, str], Sink]] = {"files": FilePerRecord}
DEFAULT = "files"
