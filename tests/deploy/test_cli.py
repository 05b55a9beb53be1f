"""The `hub` command as people use it: what it says, and its exit code."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.demo.run import prepare
from deploy.settings import read_settings
from hub.people.secrets import Keys
from hub.people.tokens import MediaToken, MediaTokens
from hub.store.clock import SystemClock


class Hub:
    """Gives commands on one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def environ(self, **more: str) -> dict[str, str | None]:
        """Without the caller's hub settings, with ours."""
        clean: dict[str, str | None] = {name: None for name in os.environ if name.startswith("HUB_")}
        return {**clean, "HUB_DATA_DIR": str(self.folder), "TERM": "dumb", "COLUMNS": "200", **more}

    def __call__(self, *arguments: str, code: int = 0, typed: str = "") -> str:
        """In this process: what it says, once it has ended with `code`."""
        ran = CliRunner().invoke(app, arguments, input=typed, env=self.environ(), prog_name="hub")
        assert ran.exit_code == code, ran.output + repr(ran.exception)
        return ran.output.strip()

    def apart(self, *arguments: str, code: int = 0, **environ: str) -> str:
        """The same in a process of its own, as people do it."""
        wanted = {**os.environ, **self.environ(**environ)}
        ran = subprocess.run(
            [sys.executable, "-m", "deploy", *arguments],
            env={name: value for name, value in wanted.items() if value is not None},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert "Traceback" not in ran.stderr, ran.stderr
        assert ran.returncode == code, ran.stdout + ran.stderr
        return (ran.stdout + ran.stderr).strip()


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    return Hub(tmp_path / "data")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A prepared demo's folder, made once, and the id of its live session."""
    folder = tmp_path_factory.mktemp("demo")
    return folder, asyncio.run(prepare(read_settings(data_dir=folder, demo=True))).session


@pytest.fixture
def demo(hub: Hub, prepared: tuple[Path, str]) -> str:
    """The id of the live session in a copy of that folder."""
    shutil.copytree(prepared[0], hub.folder)
    return prepared[1]


def test_help_names_every_command(hub: Hub) -> None:
    shown = hub.apart("--help")
    for name in ("demo", "serve", "token", "verify", "units", "db", "bench", "people", "room"):
        assert f" {name} " in shown
    for hidden in ("relay ", "cast "):
        assert f"│ {hidden}" not in shown


def test_a_wrong_setting_is_named_before_anything_starts(hub: Hub) -> None:
    assert hub.apart("serve", code=78, HUB_PROT="1").startswith("hub: there is no setting HUB_PROT")


def test_an_empty_database_is_made_and_an_older_one_asked_about(hub: Hub) -> None:
    assert hub("verify", "live", code=1) == "hub: no session is live"
    with sqlite3.connect(hub.folder / "hub.db") as database:
        database.execute("DROP TABLE sessions")
    assert hub("verify", "live", code=1) == "hub: the database is not up to date; run: hub db upgrade"


def test_a_shell_without_the_settings_makes_no_second_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environ: dict[str, str | None] = {name: None for name in os.environ if name.startswith("HUB_")}
    ran = CliRunner().invoke(app, ["vault", "status"], env=environ, prog_name="hub")
    assert ran.exit_code == 1
    assert "there is no hub in" in ran.output
    assert list(tmp_path.iterdir()) == []


def test_whoever_does_not_own_the_folder_is_told_who_does(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub("vault", "status")
    monkeypatch.setattr(os, "geteuid", lambda: 123_456)
    assert "give the command as" in hub("vault", "status", code=1)


def test_the_demo_keeps_out_of_a_hub_that_people_work_with(hub: Hub) -> None:
    hub("db", "upgrade")
    file = hub.folder.parent / "units.csv"
    file.write_text("code,name,level,parent_code,valid_from\n71,Tỉnh Thử,province,,2025-07-01\n", "utf-8")
    hub("units", "import", str(file), "--write")
    who = ["people", "add", "thuky", "--name", "Người Thử", "--unit", "71", "--role", "clerk"]
    hub(*who, typed="mat-khau-thu\n" * 2)
    assert "is not the demo's" in hub.apart("demo", code=1)
    assert hub("people", "list") == "thuky  Người Thử  clerk 71"


def test_a_taken_port_is_named_and_leaves_nothing_running(hub: Hub) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        said = hub.apart("demo", "--port", port, code=1)
    assert f"cannot listen on TCP port {port} (Address already in use)" in said
    assert not list((hub.folder / "run").glob("*.sock"))


def test_a_token_is_for_the_live_session(hub: Hub, demo: str) -> None:
    text = hub("token", "live", "--may", "view", "--unit", "90312", "--ttl", "15m")
    token = read_token(hub, text)
    assert (token.session, token.may, token.unit) == (demo, "view", "90312")
    by_id = hub("token", demo, "--may", "publish")
    assert read_token(hub, by_id).unit is None


def read_token(hub: Hub, text: str) -> MediaToken:
    return MediaTokens(Keys(hub.folder / "secrets").get("tokens")).read(text, SystemClock().now())


def test_a_token_that_cannot_be_says_why(hub: Hub, demo: str) -> None:
    assert hub("token", "nowhere", "--may", "view", code=1) == "hub: there is no session nowhere"
    assert hub("token", "live", "--may", "view", "--unit", "1", code=1) == "hub: there is no unit 1 today"
    assert "is not a length of time" in hub("token", "live", "--may", "view", "--ttl", "soon", code=1)
    assert "'all' is not one of" in hub("token", "live", "--may", "all", code=2)


def test_verify_names_the_first_altered_event(hub: Hub, demo: str) -> None:
    assert hub("verify", demo) == f"Session {demo}: 12 events, the chain is whole."
    tamper(hub, "UPDATE timeline_events SET by_name = 'nobody' WHERE n = 5")
    assert hub("verify", "live", code=1) == f"Session {demo}: event 5 was altered."


def test_verify_names_the_first_removed_event(hub: Hub, demo: str) -> None:
    tamper(hub, "DELETE FROM timeline_events WHERE n >= 11")
    assert hub("verify", demo, code=1) == f"Session {demo}: event 11 was removed."


def tamper(hub: Hub, statement: str) -> None:
    """As somebody would who has the database: the triggers first, then the deed."""
    with sqlite3.connect(hub.folder / "hub.db") as database:
        found = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'timeline_events'"
        for (name,) in database.execute(found).fetchall():
            database.execute(f"DROP TRIGGER {name}")
        assert database.execute(statement).rowcount
    database.close()


def big_list(path: Path) -> Path:
    """10,000 rows, three of them bad."""
    rows = ["71,Tỉnh Thử Nghiệm,province,,2025-07-01"]
    rows += [f"{71000 + n},Xã Số {n},commune,71,2025-07-01" for n in range(1, 10_000)]
    rows[99] = ",Xã Không Mã,commune,71,2025-07-01"
    rows[4999] = "75999,Xã Ngày Sai,commune,71,1/7/2025"
    rows[8999] = "79999,Thôn Lạ,hamlet,71,2025-07-01"
    path.write_text("code,name,level,parent_code,valid_from\n" + "\n".join(rows) + "\n", "utf-8")
    return path


def test_an_import_of_10_000_rows_names_the_bad_three_and_imports_nothing_unasked(hub: Hub) -> None:
    file = str(big_list(hub.folder.parent / "units.csv"))
    hub("db", "upgrade")
    bad = [
        "3 bad rows:",
        "  row 101: the code is missing",
        "  row 5001 (code 75999): valid_from is '1/7/2025'; dates are written YYYY-MM-DD",
        "  row 9001 (code 79999): the level 'hamlet' is none of province, district, commune",
    ]
    for asked in ([], ["--write"]):
        lines = hub("units", "import", file, *asked, code=1).splitlines()
        assert lines[0] == "10,000 rows: 9,997 new, 0 changed, 0 unchanged"
        assert lines[1:5] == bad
        assert lines[5].startswith("Nothing was imported")
    assert hub("units", "import", file, "--write", "--skip-bad").endswith(
        "Imported; the 3 bad rows were left out."
    )
    again = hub("units", "import", file, code=1)
    assert again.startswith("10,000 rows: 0 new, 0 changed, 9,997 unchanged")


def test_the_first_account_and_the_first_room(hub: Hub) -> None:
    hub("db", "upgrade")
    file = hub.folder.parent / "units.csv"
    file.write_text("code,name,level,parent_code,valid_from\n71,Tỉnh Thử,province,,2025-07-01\n", "utf-8")
    hub("units", "import", str(file), "--write")
    who = ["people", "add", "Thuky", "--name", "Người Thử", "--unit", "71"]
    password = "mat-khau-thu\n" * 2
    assert "thuky may sign in." in hub(*who, "--role", "clerk", typed=password)
    assert "the account is refused: login taken" in hub(*who, "--role", "clerk", typed=password, code=1)
    assert "there is no role king; roles are chair" in hub(*who, "--role", "king", typed=password, code=1)
    assert hub("people", "list") == "thuky  Người Thử  clerk 71"
    assert "thuky has a new password" in hub("people", "password", "thuky", typed="mat-khau-moi\n" * 2)
    assert hub("people", "grant", "thuky", "--role", "chair") == "thuky is chair for the whole hub."
    gone = "thuky is no more clerk for 71, and signed out everywhere."
    assert hub("people", "revoke", "thuky", "--role", "clerk", "--unit", "71") == gone
    assert hub("people", "shut", "thuky") == "thuky is shut and signed out everywhere."
    assert hub("people", "list") == "thuky  Người Thử  shut  chair the whole hub"
    assert hub("room", "link", "71").startswith("http://localhost:8080/enrol/")
    assert hub("room", "link", "72", code=1) == "hub: there is no unit 72 today"
