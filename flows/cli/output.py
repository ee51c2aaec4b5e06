"""What a command prints for programs: bytes, at once."""

import sys


def write(content: bytes) -> None:
    """Print bytes."""
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
