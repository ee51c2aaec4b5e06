"""Exceptions of the core.

    ExtractionError
    ├── SourceError   the raw bytes cannot be read as a document (empty, undecodable, encrypted, ...)
    ├── VocabularyError  a vocabulary or rule file is malformed
    ├── CodeSetError   a code set's data file is malformed
    └── SchemaError   a stored record has a schema version that this program does not know

What is wrong *inside* a readable document is never an exception: it is a finding of its record.
"""


class ExtractionError(Exception):
    """Base of everything that the core raises on purpose."""


class SourceError(ExtractionError):
    """Raw bytes that cannot be read as a document.

    Attributes:
        reason: a stable code, one of those that ``docs/findings.md`` lists: ``empty``, ``undecodable``, ...
        message: one sentence for people that says what to do.
        offset: where in the raw bytes reading stopped, if at one place.
    """

    def __init__(self, reason: str, message: str, *, offset: int | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.offset = offset

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a worker process."""
        return _source_error, (self.reason, self.message, self.offset)


def _source_error(reason: str, message: str, offset: int | None) -> SourceError:
    return SourceError(reason, message, offset=offset)


class VocabularyError(ExtractionError):
    """A vocabulary file that does not hold what its format asks for.

    Attributes:
        file: the name of the file.
        line: the number of the line, from 1; 0 where the file as a whole is wrong.
    """

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        self.line = line


class CodeSetError(ExtractionError):
    """A code set's data file that does not hold what its format asks for.

    Attributes:
        file: the name of the file.
    """

    def __init__(self, file: str, message: str) -> None:
        super().__init__(f"{file}: {message}")
        self.file = file


class SchemaError(ExtractionError):
    """A record whose ``schema_version`` this program cannot read."""

    def __init__(self, version: object) -> None:
        super().__init__(
            f"schema_version {version!r} is not known here; install a newer code-articles, or ingest again"
        )
        self.version = version
