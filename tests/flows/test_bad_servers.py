"""Servers that misbehave beside documents that are there: the run ends, and soon when it is told to."""

import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import repeat
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET, create_server, socket

import pytest

from flows.account import Tally
from flows.errors import UsageError
from flows.options import Options
from flows.reading.batch import read_batch
from flows.runs import steps
from flows.runs.steps import Batch, Request
from flows.sources.web.client import Limits
from flows.store.output_folder import Store

ROOT = Path(__file__).parents[2]
OK = b"HTTP/1.1 200 OK\r\n"
GZIP = OK + b"Content-Encoding: gzip\r\n\r\n"
BUSY = b"HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
RESET = b""  # instead of a part: the connection is torn down

# What each says, a part at a time, and the seconds after each part.
BAD = {
    "drips its headers": ([OK + b"X: ", *repeat(b"x", 999)], 0.1),
    "has hints without end": ([*repeat(b"HTTP/1.1 103 Early Hints\r\n\r\n", 9_999)], 0.01),
    "drips its body": ([OK + b"Content-Length: 999\r\n\r\n", *repeat(b"x", 999)], 0.1),
    "never answers": ([b"H"], 99.0),
    "resets": ([OK, RESET], 0.0),
    "redirects for ever": ([b"HTTP/1.1 302 Go\r\nLocation: /more\r\nConnection: close\r\n\r\n"], 0.0),
    "sends a bomb": ([GZIP + gzip.compress(bytes(50_000_000))], 0.0),
    "cuts its gzip": ([GZIP + gzip.compress(b"whole")[:-3]], 0.0),
    "is busy": ([BUSY], 0.0),
    "has an odd ETag": (
        [OK + b'ETag: "\xe9"\r\nContent-Length: 9\r\nConnection: close\r\n\r\n%%%%%%%%%'],
        0.0,
    ),
}


@contextmanager
def misbehave(host: str, parts: Sequence[bytes], pause: float) -> Iterator[tuple[str, threading.Event]]:
    """Serve an answer in parts, after a robots.txt; gives the URL, and what is set when it is asked for."""
    asked = threading.Event()

    def answer(connection: socket) -> None:
        with connection, suppress(OSError):
            if b" /robots.txt " in connection.recv(4096):
                connection.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                return
            asked.set()
            for part in parts:
                if part == RESET:
                    connection.setsockopt(SOL_SOCKET, SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    return
                connection.sendall(part)
                time.sleep(pause)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(server.accept()[0],), daemon=True).start()

    server = create_server((host, 0))
    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://{host}:{server.getsockname()[1]}", asked
    finally:
        server.close()


def read(store: Store, batches: Sequence[Batch]) -> Tally:
    return sum((store.commit(batch, read_batch(batch)) for batch in batches), Tally())


def test_ten_bad_servers_cost_a_hundred_documents_nothing(tmp_path: Path, article: bytes) -> None:
    raw, output = tmp_path / "raw", tmp_path / "output"
    raw.mkdir()
    for number in range(100):
        (raw / f"{number}.txt").write_bytes(article + f"\nArticle {number}.\n".encode())
    with ExitStack() as stack:
        servers = [
            stack.enter_context(misbehave(f"127.0.0.{number}", *bad))
            for number, bad in enumerate(BAD.values(), start=2)
        ]
        urls = [f"{url}/{page}" for url, _ in servers for page in "ab"]
        (raw / "sources.toml").write_text(f"interval = 0\nurls = {urls}")
        request = Request(
            (raw,), output, 1, Options(allow_private=True), Limits(1_000_000, seconds=2, patience=3)
        )
        clock = time.monotonic()
        first = steps.ingest(request, read).account
        second = steps.ingest(request, read).account
        assert time.monotonic() - clock < 30
    assert (first.summary.records, second.summary.records) == (102, 102)
    assert (len(first.skips), len(second.skips), second.tally.unchanged) == (18, 18, 102)


def test_documents_that_lie_here_are_read_before_a_server_is_asked(raw: Path, output: Path) -> None:
    with misbehave("127.0.0.1", *BAD["never answers"]) as (url, asked):
        (raw / "sources.toml").write_text(f'urls = ["{url}/a"]')
        request = Request((raw,), output, 1, Options(allow_private=True), Limits(1_000_000, seconds=1))
        had_been_asked = []

        def note(store: Store, batches: Sequence[Batch]) -> Tally:
            had_been_asked.append(asked.is_set())
            return read(store, batches)

        first = steps.ingest(request, note).account
        (raw / "b.txt").rename(raw / "d.txt")
        (raw / "c.txt").unlink()
        second = steps.ingest(request, note).account
    assert had_been_asked == [False, True]  # the second time, it was asked by the first run
    assert (first.tally.written, second.tally.written, second.tally.unchanged) == (3, 1, 1)
    assert (first.summary.records, second.summary.records, second.removed) == (3, 2, 1)
    told = map(json.loads, (output / "changes.jsonl").read_text().splitlines())
    assert [(line["id"], line["change"]) for line in told][3:] == [("d.txt", "moved"), ("c.txt", "removed")]


def test_a_url_and_a_file_of_one_id_are_refused_before_anything_is_read(raw: Path, output: Path) -> None:
    (raw / "127.0.0.1:9").mkdir()
    (raw / "127.0.0.1:9" / "a").write_bytes((raw / "b.txt").read_bytes())
    (raw / "sources.toml").write_text('urls = ["http://127.0.0.1:9/a"]')
    with pytest.raises(UsageError, match=r"would both become the record 127\.0\.0\.1:9/a"):
        steps.ingest(Request((raw,), output, 1, Options(allow_private=True)), read)
    assert not (output / "records").exists()


SCRIPT = """
import signal, socket, sys, time
from contextlib import closing
from pathlib import Path
from flows.cli.errors import terminate
from flows.files import Files
from flows.sources.web.fetch import Terms, fetch
from flows.sources.web.url_lists import read

signal.signal(signal.SIGTERM, terminate)
if sys.argv[3] == "name":
    socket.getaddrinfo = lambda *_, **__: (print(flush=True), time.sleep(60))
output = Path(sys.argv[2])
with closing(Files(output, output / ".aside" / "run")) as files:
    fetch(read([Path(sys.argv[1])]), files, output, Terms(allow_private=True))
"""

NAME = "never resolves"  # the name server instead of the server


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("bad", ["drips its headers", "has hints without end", "never answers", NAME])
def test_a_fetch_ends_when_it_is_told_to(tmp_path: Path, output: Path, bad: str, number: int) -> None:
    output.mkdir()
    with misbehave("127.0.0.1", *BAD.get(bad, ([], 0.0))) as (url, asked):
        (tmp_path / "web.toml").write_text(f'urls = ["{url}/a", "{url}/b"]')
        with subprocess.Popen(
            [
                sys.executable,
                "-c",
                SCRIPT,
                tmp_path / "web.toml",
                output,
                "name" if bad == NAME else "server",
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout
            try:
                assert process.stdout.readline() if bad == NAME else asked.wait(30)
                clock = time.monotonic()
                process.send_signal(number)
                _, told = process.communicate(timeout=10)
            finally:
                process.kill()
        assert time.monotonic() - clock < 2
        assert b"Terminated" in told or b"KeyboardInterrupt" in told
