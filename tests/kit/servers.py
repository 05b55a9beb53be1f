"""PostgreSQL and Redis, started by the tests themselves on free ports, gone with the process that did."""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_SECONDS = 30.0
_PR_SET_PDEATHSIG = 1


class ServerFailed(Exception):
    """A server did not start; the message holds the end of its log."""


def free_port() -> int:
    """A TCP port of the loopback address that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgresql_program(name: str) -> str:
    """The newest installed PostgreSQL's program of that name. Raises ServerFailed when there is none."""
    found = shutil.which(name)
    if found:
        return found
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))
    if not places:
        raise ServerFailed(f"{name} is not installed (Debian: apt-get install postgresql)")
    return str(places[-1])


def unprivileged_user() -> str | None:
    """PostgreSQL refuses to run as root: the user to run it as then, None when we are not root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def open_place() -> str:
    """A directory for temporary files that the unprivileged user can enter too."""
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        above = [Path(place).resolve(), *Path(place).resolve().parents]
        if unprivileged_user() is None or all(path.stat().st_mode & 0o001 for path in above):
            return place
    raise ServerFailed("no directory for temporary files that PostgreSQL's user can enter")


@contextmanager
def postgresql() -> Iterator[str]:
    """A running PostgreSQL; gives the URL of its maintenance database."""
    directory = Path(tempfile.mkdtemp(prefix="hub-pg-", dir=open_place()))
    try:
        port = _start_postgresql(directory)
        with _postgres_process(directory, port) as url:
            yield url
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _start_postgresql(directory: Path) -> int:
    user = unprivileged_user()
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(directory, entry.pw_uid, entry.pw_gid)
    initdb = [postgresql_program("initdb"), "-D", str(directory / "data"), "-U", "hub", "--auth=trust"]
    options = ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    made = subprocess.run(
        [*initdb, *options], capture_output=True, text=True, cwd="/", check=False, **_as(user)
    )
    if made.returncode:
        raise ServerFailed(made.stderr[-2000:])
    return free_port()


@contextmanager
def _postgres_process(directory: Path, port: int) -> Iterator[str]:
    settings = {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "60",
    }
    flags = [flag for name, value in settings.items() for flag in ("-c", f"{name}={value}")]
    command = [postgresql_program("postgres"), "-D", str(directory / "data"), *flags]
    ready = f"postgresql://hub@127.0.0.1:{port}/postgres"
    with running(command, directory / "log", lambda: _postgresql_answers(port), unprivileged_user()):
        yield ready


def _postgresql_answers(port: int) -> bool:
    check = [postgresql_program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "hub"]
    return subprocess.run(check, check=False, cwd="/").returncode == 0


@contextmanager
def redis(port: int | None = None) -> Iterator[str]:
    """A running Redis that keeps nothing; gives its URL."""
    program = shutil.which("redis-server")
    if program is None:
        raise ServerFailed("redis-server is not installed (Debian: apt-get install redis-server)")
    directory = Path(tempfile.mkdtemp(prefix="hub-redis-"))
    port = port or free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    command += ["--dir", str(directory)]
    try:
        with running(command, directory / "log", lambda: _redis_answers(port)):
            yield f"redis://127.0.0.1:{port}/0"
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _redis_answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@contextmanager
def running(
    command: list[str], log: Path, answers: Callable[[], bool], user: str | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            cwd="/",
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - it makes one system call and touches no lock
            **_as(user),
        )
    try:
        _wait_until(answers, process, log)
        yield process
    finally:
        process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown; Redis ends at once too
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until(answers: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not answers():
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            raise ServerFailed(log.read_text(errors="replace")[-2000:])
        time.sleep(0.05)


def _as(user: str | None) -> dict[str, Any]:
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _die_with_parent() -> None:
    # A killed test run must not leave a server behind.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
