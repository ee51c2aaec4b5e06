"""What a worker does whose documents misbehave by what they say; it runs in processes of its own."""

import ctypes
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from extractors import extract
from flows.reading import batch, isolation
from flows.reading.isolation import Job


def _deeper(depth: int) -> int:
    return _deeper(depth + 1) + 1


def _spin() -> None:
    while True:
        pass


def _divide() -> object:
    return 1 / 0


def _allocate() -> object:
    return [bytes(2**20) for _ in range(100_000)]


DEEDS: dict[str, Callable[[str], object]] = {
    "bug": lambda _uri: _divide(),
    "hang": lambda _uri: _spin(),
    "wait": lambda _uri: time.sleep(600),
    # holds the interpreter's lock: no thread could stop it
    "regex": lambda _uri: re.match(r"(?:a+)+$", "a" * 64 + "b"),
    "memory": lambda _uri: _allocate(),
    "recursion": lambda _uri: _deeper(0),
    "crash": lambda _uri: ctypes.string_at(0),
    "exit": lambda _uri: os._exit(3),
    "killed": lambda _uri: os.kill(os.getpid(), signal.SIGKILL),
    "unlucky": lambda uri: _die_once(Path(uri), signal.SIGKILL),
    "shaken": lambda uri: _die_once(Path(uri), signal.SIGSEGV),
    "stopped": lambda _uri: _stop_for(3),
}


def misbehave(content: bytes, **options: Any) -> object:
    """Do to the process what the document names, or read it."""
    deed = DEEDS.get(options["document"].partition(".")[0])
    if deed:
        deed(options["uri"])
    return extract(content, **options)


def _die_once(mark: Path, number: signal.Signals) -> None:
    """End this process, unless it did so before."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), number)


def _stop_for(seconds: float) -> None:
    """Stop this process as Ctrl-Z does, and have it go on later."""
    subprocess.Popen(["sh", "-c", f"sleep {seconds}; kill -CONT {os.getpid()}"])
    os.kill(os.getpid(), signal.SIGSTOP)


def work(job: Job) -> None:
    """Read documents as a worker does, with some that misbehave."""
    vars(batch)["extract"] = misbehave
    isolation.read_into(job)


def work_briefly(job: Job) -> None:
    """Read documents as a worker does that waits for 2 s at most."""
    vars(isolation)["WALL_SECONDS"] = 2.0
    work(job)


def die(_job: Job) -> None:
    """End before the first document is begun."""
    os._exit(5)
