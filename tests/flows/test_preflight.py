import errno
import json
import os
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.errors import ServerError
from flows.orchestration import environment, preflight
from tests.flows.test_cli import unprivileged

ROOT = Path(__file__).parents[2]


def refused(**given: object) -> str:
    """What is told of settings that cannot be worked with, within 15 s."""
    start = time.monotonic()
    with pytest.raises(ServerError) as told:
        preflight.check({name: str(value) for name, value in given.items()})
    assert time.monotonic() - start < 15
    return str(told.value)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_home_and_its_database_are_made_for_the_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    preflight.check({"PREFECT_HOME": str(tmp_path / "a" / "home")})
    assert (mode(tmp_path / "a" / "home"), mode(tmp_path / "a" / "home" / "prefect.db")) == (0o700, 0o600)
    default = tmp_path / ".prefect"
    default.mkdir(0o755)
    (default / "prefect.db").touch(0o644)
    preflight.check({})
    assert (mode(default), mode(default / "prefect.db")) == (0o700, 0o600)
    chosen = tmp_path / "chosen"
    chosen.mkdir(0o755)
    preflight.check({"PREFECT_HOME": str(chosen)})
    assert mode(chosen) == 0o755  # it may hold more than Prefect's state


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for home in (tmp_path / "file", tmp_path / "file" / "below"):
        assert refused(PREFECT_HOME=home).startswith(
            f"{home}, where Prefect keeps its state, cannot be used ("
        )


def test_a_home_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    line = (
        "import sys; from flows.orchestration import preflight as p; p.check({'PREFECT_HOME': sys.argv[1]})"
    )
    done = subprocess.run(
        [*unprivileged, sys.executable, "-c", line, tmp_path / "home"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (
        f"{tmp_path / 'home'}, where Prefect keeps its state, cannot be used (Permission denied)"
        in done.stderr
    )


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.posix_fallocate", full)
    assert "(No space left on device); make room there, or set PREFECT_HOME" in refused(PREFECT_HOME=tmp_path)


def test_room_is_looked_for_where_the_system_cannot_reserve_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("os.posix_fallocate")
    preflight.check_home(tmp_path)
    monkeypatch.setattr("os.write", full)
    assert "(No space left on device); make room there, or set PREFECT_HOME" in refused(PREFECT_HOME=tmp_path)


@pytest.mark.parametrize(
    "given",
    [
        {"PREFECT_API_URL": "http://slow.example/api"},
        {preflight._URLS[0]: "postgresql+asyncpg://me:secret@slow.example/x"},
    ],
)
def test_a_name_that_is_never_resolved_is_told_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, str]
) -> None:
    monkeypatch.setattr(preflight, "_MOST", 0.2)
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: time.sleep(20))
    assert "no answer within 0 s" in refused(PREFECT_HOME=tmp_path, **given)


@pytest.mark.parametrize("name", preflight._URLS)
@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "is no address of a database; write sqlite"),
        ("mysql://me:secret@host/x", "knows no database mysql://me:***@host/x; write sqlite+aiosqlite or"),
        ("sqlite+aiosqlite:////nowhere/prefect.db", "nowhere/prefect.db cannot be used (No such file"),
        ("sqlite+aiosqlite:////tmp", "sqlite+aiosqlite:////tmp cannot be used (Is a directory)"),
        ("postgresql+asyncpg://me:secret@unknown.invalid/x", "me:***@unknown.invalid/x cannot be used ("),
        ("postgresql+asyncpg://me@127.0.0.1:9/x", "cannot be used (Connection refused)"),
    ],
)
def test_a_database_that_cannot_be_used_is_told(tmp_path: Path, name: str, url: str, told: str) -> None:
    message = refused(**{"PREFECT_HOME": tmp_path, name: url})
    assert told in message
    assert "secret" not in message


def test_databases_that_can_be_are_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as there:
        port = there.getsockname()[1]
        for url in (
            f"sqlite+aiosqlite:///{tmp_path}/own.db",
            "sqlite+aiosqlite:///:memory:",
            f"postgresql+asyncpg://me@127.0.0.1:{port}/x",
        ):
            preflight.check({"PREFECT_HOME": str(tmp_path), preflight._URLS[0]: url})
    assert not (tmp_path / "prefect.db").exists()


@pytest.mark.parametrize(
    "url", ["http://unknown.invalid/api", "http://127.0.0.1:9/api", "gopher://x/api", "x"]
)
def test_a_server_that_nobody_answers_at_is_told(url: str) -> None:
    assert f"no Prefect server answers at {url} (" in refused(PREFECT_API_URL=url)


@pytest.mark.parametrize(
    "content",
    ['active = "x', "\xff", 'active = "x"\n[profiles.x]\nPREFECT_API_URL = "http://127.0.0.1:9/api"\n'],
)
def test_profiles_are_read_and_what_is_wrong_in_them_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "profiles.toml").write_bytes(content.encode("latin-1"))
    told = refused(PREFECT_HOME=tmp_path)
    expected = f"{tmp_path / 'profiles.toml'}, Prefect's profiles, cannot be read ("
    assert told.startswith("no Prefect server answers at" if "profiles" in content else expected)


LOAD = """
from flows.orchestration import preflight
from flows.errors import ServerError
try:
    preflight.load()
except ServerError as error:
    print(error)
"""


@pytest.mark.parametrize(
    "content", ["[profiles]\nx = 5\n", '[profiles.x]\nPREFECT_SERVER_API_PORT = "secret"\n']
)
def test_settings_that_prefect_refuses_are_told_in_a_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "profiles.toml").write_text('active = "x"\n' + content)
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        cwd=ROOT,
        env={**os.environ, "PREFECT_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("Prefect cannot read its settings (")
    assert done.stdout.endswith(
        f"correct PREFECT_... in the environment and in {tmp_path / 'profiles.toml'}\n"
    )
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stdout + done.stderr


def test_a_proxy_is_not_asked_for_this_machine() -> None:
    assert "no_proxy" not in environment({"no_proxy": "example.org"})
    for name in ("http_proxy", "HTTPS_PROXY", "all_proxy"):
        wanted = environment({name: "http://127.0.0.1:9", "no_proxy": "example.org,localhost"})
        assert wanted["no_proxy"] == wanted["NO_PROXY"] == "example.org,localhost,127.0.0.1"


RUN = """
import json, sys
from pathlib import Path
import httpx
from flows.orchestration import ingest, preflight
from flows.runs import steps
from prefect.server.api.server import SubprocessASGIServer

whole, seen = steps.ingest, {}

def watched(*arguments):
    with httpx.Client() as client:
        url = SubprocessASGIServer().api_url
        preflight = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
        seen["status"] = client.get(url + "/admin/version").status_code
        answer = client.options(url + "/flows/", headers=preflight)
        seen["cors"] = answer.headers.get("access-control-allow-origin")
    return whole(*arguments)

if __name__ == "__main__":
    steps.ingest = watched
    preflight.check({"PREFECT_HOME": sys.argv[3]})
    ingest.run([sys.argv[1]], sys.argv[2], 1)
    home = Path(sys.argv[3])
    seen["modes"] = [oct(path.stat().st_mode & 0o777) for path in [home, *home.glob("prefect.db*")]]
    print(json.dumps(seen))
"""


def test_the_server_of_a_run_asks_for_a_password_and_is_reached_past_a_proxy(
    raw: Path, output: Path, tmp_path: Path
) -> None:
    script, home = tmp_path / "script.py", tmp_path / "home"
    script.write_text(RUN)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    given = {"PREFECT_HOME": str(home), "HTTP_PROXY": "http://127.0.0.1:9", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, script, raw, output, home],
        cwd=ROOT,
        env=kept | given,
        capture_output=True,
        text=True,
        check=True,
    )
    seen = json.loads(done.stdout)
    assert (seen["status"], seen["cors"]) == (401, None)
    assert set(seen["modes"][1:]) == {"0o600"}
    assert seen["modes"][0] == "0o700"
