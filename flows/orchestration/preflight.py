"""What Prefect needs, looked at before it starts: it would say the same only after two minutes, if at all.

Nothing here imports Prefect but `load`. Only what is certain is refused; the rest shows when Prefect starts.
"""

import errno
import importlib
import io
import os
import socket
import sys
import tempfile
import threading
import time
import tomllib
from collections import ChainMap
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from contextlib import redirect_stderr, suppress
from functools import partial
from pathlib import Path

import httpx
from pydantic import ValidationError
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from flows.errors import ServerError, described
from flows.printable import printable_lines

DATABASE = "prefect.db"
_ROOM = 8 * 2**20  # bytes; a new database has 1 MB
_TRIES, _PAUSE, _PATIENCE = 2, 2.0, 4.0  # looks at a server, seconds between them, seconds for each
_MOST = 6.0  # seconds for a look, its name resolved; two of them and the pause take less than 15
_SQLITE = b"SQLite format 3\0"  # how the files of its databases begin
_POSTGRES = 5432
_URLS = ("PREFECT_SERVER_DATABASE_CONNECTION_URL", "PREFECT_API_DATABASE_CONNECTION_URL")
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_OURS_ALONE = 0o077  # what others may not do


def check(given: Mapping[str, str]) -> None:
    """Refuse what Prefect could not work with.

    Args:
        given: environment variables.

    Raises:
        ServerError: its profiles, home, database or server cannot be used.
    """
    settings = ChainMap(dict(given), _profile(given))
    server = settings.get("PREFECT_API_URL")
    if server:
        check_server(server)
        return
    folder = home(settings)
    check_home(folder)
    database = next((settings[name] for name in _URLS if settings.get(name)), None)
    if database:
        check_database(database)
    else:
        keep_private(folder / DATABASE)


def load() -> None:
    """Import Prefect, which reads its settings meanwhile.

    Raises:
        ServerError: they cannot be read.
    """
    try:
        with redirect_stderr(io.StringIO()) as said:  # it quotes what it refuses
            importlib.import_module("prefect.settings").get_current_settings()
        sys.stderr.write(printable_lines(said.getvalue()))
    except Exception as error:  # whatever they are read with
        message = (
            f"Prefect cannot read its settings ({_refused(error)}); correct PREFECT_... in the environment "
            f"and in {_profiles(os.environ)}"
        )
        raise ServerError(message) from None


def _refused(error: Exception) -> str:
    """Say what is wrong with settings, and nothing of their values: some are passwords."""
    if not isinstance(error, ValidationError):
        return described(error)
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    return ", ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['type']}" for fault in faults)


def home(given: Mapping[str, str]) -> Path:
    """Return the folder that Prefect keeps its state in."""
    return Path(given.get("PREFECT_HOME") or Path.home() / ".prefect").expanduser().absolute()


def check_home(folder: Path) -> None:
    """Make a folder for Prefect's state, for this user alone, and see that there is room in it.

    Raises:
        ServerError: it cannot be used.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder == Path.home() / ".prefect" and folder.stat().st_mode & _OURS_ALONE:
            folder.chmod(0o700)  # one that the user has chosen is left as it is
        with tempfile.TemporaryFile(dir=folder) as probe:
            _take_room(probe.fileno())
    except OSError as error:
        advice = "make room there, or" if error.errno in _FULL else "make it a folder that can be written, or"
        message = (
            f"{folder}, where Prefect keeps its state, cannot be used ({error.strerror}); {advice} set "
            "PREFECT_HOME to another one"
        )
        raise ServerError(message) from error


def _take_room(handle: int) -> None:
    """See that there is room for a database; a file of zeros, where the system cannot reserve it (macOS)."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(handle, 0, _ROOM)
    else:
        os.write(handle, bytes(_ROOM))


def check_database(address: str) -> None:
    """Refuse the address of a database that Prefect's own server could not use.

    Raises:
        ServerError: it is none, or nothing is there.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        message = (
            f"{' or '.join(_URLS)} is no address of a database; write "
            "sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/NAME, or unset it"
        )
        raise ServerError(message) from error
    shown = url.render_as_string(hide_password=True)
    looks = {"sqlite+aiosqlite": _look_at_file, "postgresql+asyncpg": _look_at_host}
    look = looks.get(url.drivername)
    if look is None:
        message = f"Prefect knows no database {shown}; write {' or '.join(looks)}, or unset {_URLS[0]}"
        raise ServerError(message)
    try:
        look(url)
    except OSError as error:
        message = (
            f"Prefect's database {shown} cannot be used ({error.strerror or error}); repair that, or unset "
            f"{_URLS[0]} and {_URLS[1]}"
        )
        raise ServerError(message) from error


def check_server(address: str) -> None:
    """Refuse the address of a server that nothing answers at.

    Raises:
        ServerError: it is none, or nobody is there.
    """
    for pause in (*[_PAUSE] * (_TRIES - 1), 0.0):
        try:
            _bounded(partial(_ask, address))
        except (
            OSError,
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.UnsupportedProtocol,
            httpx.InvalidURL,
        ) as error:
            fault: Exception = error
        except httpx.HTTPError:
            return  # somebody is there
        else:
            return
        time.sleep(pause)
    message = f"no Prefect server answers at {address} ({fault}); start it, or unset PREFECT_API_URL"
    raise ServerError(message) from fault


def keep_private(database: Path) -> None:
    """Let nobody else read a database, which is made if it is not there; SQLite's other files follow it.

    Raises:
        ServerError: it cannot be written.
    """
    try:
        handle = os.open(database, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
        try:
            _check_content(handle)
            if os.fstat(handle).st_mode & _OURS_ALONE:
                with suppress(PermissionError):  # it is somebody else's, who lets us write it
                    os.fchmod(handle, 0o600)
        finally:
            os.close(handle)
    except OSError as error:
        message = (
            f"{database}, Prefect's database, cannot be used ({error.strerror}); repair that, or set "
            "PREFECT_HOME to another folder"
        )
        raise ServerError(message) from error


def _ask(address: str) -> None:
    httpx.get(f"{address.rstrip('/')}/health", timeout=_PATIENCE, verify=False)  # noqa: S501 (Prefect looks)


def _bounded(look: Callable[[], None]) -> None:
    """Look at what may never answer: resolving a name knows no limit. Its thread is left behind then.

    Raises:
        TimeoutError: there was no answer in time.
        Exception: what looking raises.
    """
    given: Future[None] = Future()

    def run() -> None:
        try:
            look()
            given.set_result(None)
        except Exception as error:  # it is raised where the answer is awaited
            given.set_exception(error)

    threading.Thread(target=run, name="preflight", daemon=True).start()
    wait([given], _MOST)
    if not given.done():
        raise TimeoutError(errno.ETIMEDOUT, f"no answer within {_MOST:.0f} s")
    given.result()


def _look_at_file(url: URL) -> None:
    """Open the file of a database; one in memory has none."""
    if url.database and ":" not in url.database:
        handle = os.open(url.database, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o600)
        try:
            _check_content(handle)
        finally:
            os.close(handle)


def _check_content(handle: int) -> None:
    head = os.pread(handle, len(_SQLITE), 0)
    if head not in {b"", _SQLITE}:
        raise OSError(errno.EINVAL, "it is no database of SQLite")


def _look_at_host(url: URL) -> None:
    """Ask the host of a database whether anything listens there."""
    if url.host:
        _bounded(partial(_connect, (url.host, url.port or _POSTGRES)))


def _connect(place: tuple[str, int]) -> None:
    socket.create_connection(place, _PATIENCE).close()


def _profiles(given: Mapping[str, str]) -> Path:
    return Path(given.get("PREFECT_PROFILES_PATH") or home(given) / "profiles.toml").expanduser()


def _profile(given: Mapping[str, str]) -> dict[str, str]:
    """Return the settings of Prefect's active profile.

    Raises:
        ServerError: the file of profiles cannot be read.
    """
    file = _profiles(given)
    try:
        known = tomllib.loads(file.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        message = f"{file}, Prefect's profiles, cannot be read ({error}); correct it, or move it away"
        raise ServerError(message) from error
    profiles = known.get("profiles")
    active = given.get("PREFECT_PROFILE") or known.get("active")
    chosen = profiles.get(active) if isinstance(profiles, dict) and isinstance(active, str) else None
    # Of anything else Prefect itself says what is wrong; see `load`.
    return {name: str(value) for name, value in chosen.items()} if isinstance(chosen, dict) else {}
