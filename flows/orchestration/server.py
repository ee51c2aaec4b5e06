"""A Prefect server of our own on loopback, and the processes that work with it; all of them end with us."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import httpx

from flows.errors import ServerError
from flows.orchestration import preflight

_LOOPBACK = "127.0.0.1"
_START = 120.0  # seconds that the server may take; 5 to 10 are usual, on a new database 20
_GRACE = 5.0  # seconds to end by oneself
_TAIL = 2000  # characters of its log that are told when it does not start


class Server(NamedTuple):
    """A running server: its process, the address of its pages, and the settings of those who work with it."""

    process: subprocess.Popen[bytes]
    pages: str
    settings: Mapping[str, str]


@contextmanager
def child(
    module: str, arguments: Sequence[str], settings: Mapping[str, str], *, log: Path | None, grace: float
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Python module in a process that ends at the end of the block, and with this process.

    Args:
        module: its name.
        arguments: of the module.
        settings: environment variables besides ours.
        log: where its output goes; None for our own standard error.
        grace: seconds that it has to end by itself, at the end.
    """
    line = [sys.executable, "-m", "flows.orchestration.child_processes", str(os.getpid()), module, *arguments]
    with open(log, "wb", opener=_private) if log else os.fdopen(os.dup(2), "wb") as out:
        # A session of its own: Ctrl-C reaches us, and we end it.
        process = subprocess.Popen(  # noqa: S603 (our own interpreter and modules)
            line,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process, grace)


@contextmanager
def serve(home: Path) -> Iterator[Server]:
    """Run a server that keeps its database in a folder.

    Raises:
        ServerError: it does not start.
    """
    database = home / preflight.DATABASE
    preflight.keep_private(database)
    port = _free_port()
    pages = f"http://{_LOOPBACK}:{port}"
    secret = os.environ.get("PREFECT_SERVER_API_AUTH_STRING") or f"code-articles:{secrets.token_urlsafe(24)}"
    settings = {
        "PREFECT_API_URL": f"{pages}/api",
        "PREFECT_API_AUTH_STRING": secret,
        "PREFECT_API_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{database}",
        "PREFECT_SERVER_API_AUTH_STRING": secret,
        "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS": pages,
        "PREFECT_SERVER_API_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_API_HOST": _LOOPBACK,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "true",
        "PREFECT_UI_API_URL": f"{pages}/api",
    }
    log = home / "server.log"
    arguments = ["--no-prompt", "server", "start", "--host", _LOOPBACK, "--port", str(port)]
    with child("prefect", arguments, settings, log=log, grace=_GRACE) as process:
        _await(process, f"{pages}/api/health", log)
        ours = ("PREFECT_API_URL", "PREFECT_API_AUTH_STRING")
        yield Server(process, pages, {name: settings[name] for name in ours})


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def _await(process: subprocess.Popen[bytes], health: str, log: Path) -> None:
    deadline = time.monotonic() + _START
    with httpx.Client(trust_env=False, timeout=5) as client:
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(httpx.HTTPError):
                if client.get(health).is_success:
                    return
            time.sleep(0.2)
    told = " / ".join(log.read_text(errors="replace")[-_TAIL:].split("\n")).strip(" /")
    message = f"Prefect's server does not start; its log, {log}, ends with: {told}"
    raise ServerError(message)


def _end(process: subprocess.Popen[bytes], grace: float) -> None:
    if grace:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace)
    process.kill()
    process.wait()
