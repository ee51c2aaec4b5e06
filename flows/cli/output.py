"""What a command prints, at once; every value from elsewhere goes through `flows.printable` on its way.

Whatever a document or a path holds, no terminal is steered by it, nor by what a pipe hands on to one.
"""

import sys

import typer

from flows.printable import printable_json, printable_lines, printable_text


def write(content: bytes) -> None:
    """Print bytes of our own."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def write_json(content: bytes) -> None:
    """Print JSON, or lines of it; what would steer a terminal is escaped, and programs read the same."""
    write(printable_json(content))


def write_text(content: bytes) -> None:
    """Print a reading text; what would steer a terminal is U+FFFD, one for one: spans still count."""
    write(printable_text(content.decode(errors="surrogateescape")).encode())


def write_lines(words: str) -> None:
    """Print lines for people."""
    write(printable_lines(words).encode())


def tell(words: str) -> None:
    """Tell people something, on standard error."""
    typer.echo(printable_lines(words), err=True)
