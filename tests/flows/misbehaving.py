"""What a worker does whose documents misbehave by what they say; it runs in processes of its own."""

import ctypes
import os
import re
import time
from typing import Any

from extractors import extract
from flows.reading import batch, isolation
from flows.reading.isolation import Job


def _deeper(depth: int) -> int:
    return _deeper(depth + 1) + 1


def misbehave(content: bytes, **options: Any) -> object:
    """Do to the process what the document names, or read it."""
    name = options["document"].partition(".")[0]
    if name == "hang":
        time.sleep(600)
    elif name == "regex":
        re.match(r"(?:a+)+$", "a" * 64 + "b")  # holds the interpreter's lock: no thread could stop it
    elif name == "memory":
        return [bytes(2**20) for _ in range(100_000)]
    elif name == "recursion":
        _deeper(0)
    elif name == "crash":
        ctypes.string_at(0)
    elif name == "exit":
        os._exit(3)
    return extract(content, **options)


def work(job: Job) -> None:
    """Read documents as a worker does, with some that misbehave."""
    vars(batch)["extract"] = misbehave
    isolation.read_into(job)


def die(_job: Job) -> None:
    """End before the first document is begun."""
    os._exit(5)
