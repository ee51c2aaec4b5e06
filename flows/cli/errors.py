"""How a command tells what went wrong: one sentence, and the exit status that goes with it."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from flows.cli.output import tell
from flows.errors import FlowError, UsageError, unquoted

FAILED, MISUSED, SET_ASIDE, INTERRUPTED, TERMINATED = 1, 2, 3, 130, 143  # besides 0


class _Terminated(KeyboardInterrupt):
    """An interrupt by SIGTERM: Python's default would leave Prefect's server running."""


def terminate(*_: object) -> None:
    """Handle SIGTERM as an interrupt."""
    raise _Terminated


@contextmanager
def told() -> Iterator[None]:
    """Turn errors into one sentence and the exit status that goes with it."""
    try:
        with unquoted(typer.Exit):
            yield
    except KeyboardInterrupt as error:
        status = TERMINATED if isinstance(error, _Terminated) else INTERRUPTED
        fail("stopped; records that were finished are kept, and a new run goes on from there.", status)
    except BrokenPipeError:
        # Whoever reads our output has seen enough. Python flushes it again at its end, which must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except UsageError as error:
        fail(f"{error}.", MISUSED)
    except FlowError as error:
        fail(f"{error}.", FAILED)
    except OSError as error:
        fail(f"{error.filename or 'The output'}: {error.strerror}.", FAILED)


def fail(message: str, status: int) -> None:
    """Tell what went wrong, and end the command."""
    tell(f"code-articles: {message}")
    raise typer.Exit(status)
