"""The `hub` command. Each command loads what it needs and no more: a relay loads no pages."""
# ruff: noqa: PLC0415 - see above

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from deploy.bench.commands import app as bench_app
from deploy.orphan import die_with_parent
from deploy.settings import Settings, SettingsError, read_settings
from deploy.supervisor import BROKEN_SETTINGS

T = TypeVar("T")

app = typer.Typer(
    name="hub",
    help="Reception Hub: live citizen receptions, and their records. Settings: HUB_… (deploy/RUNBOOK.md).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
units_app = typer.Typer(help="The administrative tree.", no_args_is_help=True)
db_app = typer.Typer(help="The database.", no_args_is_help=True)
people_app = typer.Typer(help="Accounts.", no_args_is_help=True)
room_app = typer.Typer(help="Rooms of connection points.", no_args_is_help=True)
app.add_typer(units_app, name="units")
app.add_typer(db_app, name="db")
app.add_typer(bench_app, name="bench")
app.add_typer(people_app, name="people")
app.add_typer(room_app, name="room")


class May(StrEnum):
    """What a media token allows."""

    PUBLISH = "publish"
    VIEW = "view"


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="TCP port of the pages; media has the next one.")] = 8080,
    points: Annotated[int, typer.Option(min=0, max=190, help="Simulated rooms.")] = 24,
    lan: Annotated[bool, typer.Option("--lan", help="HTTPS for the local network, with a QR code.")] = False,
) -> None:
    """A live reception on this machine, with invented people and cases."""
    from deploy.demo.run import run_demo

    settings = _settings(data_dir=_demo_folder(), port=port, demo=True, **_calm_logs())
    _exit(_guarded(run_demo(settings, points, lan=lan)))


@app.command()
def serve() -> None:
    """Run the hub: one relay and one web process, kept alive."""
    from deploy.serve import serve as run_serve

    settings = _settings()
    _logs("supervisor", settings)
    _exit(_guarded(run_serve(settings)))


@app.command(hidden=True)
def relay(index: Annotated[int, typer.Option(min=0, max=7)] = 0) -> None:
    """A relay process, as the supervisor starts it."""
    from deploy.relay_process import keep_relay, run_relay
    from hub.relay.held import inherited

    settings = _child("relay" if index == 0 else f"relay-{index}")
    held = inherited(os.environ)
    if held is None:
        _run_fast(run_relay(settings, index))
    else:
        _exit(keep_relay(settings, index, held))


@app.command(hidden=True)
def web() -> None:
    """The web process, as the supervisor starts it."""
    from deploy.web_process import run_web

    settings = _child("web")
    _run_fast(run_web(settings))


@app.command(hidden=True)
def cast(points: Annotated[int, typer.Option(min=0, max=190)] = 24) -> None:
    """The demo's camera and simulated rooms, as the supervisor starts them."""
    from deploy.demo.cast import run_cast

    settings = _child("cast")
    _run_fast(run_cast(settings, points))


@app.command()
def token(
    session: Annotated[str, typer.Argument(help="Id of the session, or `live` for the one that is live.")],
    may: Annotated[May, typer.Option(help="What the bearer may do.")],
    unit: Annotated[str | None, typer.Option(help="Code of the unit whose place a viewer takes.")] = None,
    ttl: Annotated[str, typer.Option(help="How long it holds: 90s, 15m, 1h, 7d.")] = "1h",
    players: Annotated[int, typer.Option(min=1, max=1000, help="Viewers at one time, with `view`.")] = 8,
) -> None:
    """Print a bearer for WHIP (publish) or WHEP (view)."""
    from deploy.tokens import make_token

    wanted = make_token(_settings_of_data(), session, may=may.value, unit=unit, ttl=ttl, players=players)
    made = _guarded(wanted)
    typer.echo(made)


@app.command()
def verify(
    session: Annotated[str, typer.Argument(help="Id of the session, or `live` for the one that is live.")],
) -> None:
    """Prove a session's timeline, or name the first event that was altered, removed or inserted."""
    from deploy.verify import verify_session

    ok, sentence = _guarded(verify_session(_settings_of_data(), session))
    typer.echo(sentence, err=not ok)
    raise typer.Exit(0 if ok else 1)


@units_app.command("import")
def units_import(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    write: Annotated[bool, typer.Option("--write", help="Import, and not only check.")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave bad rows out.")] = False,
    complete: Annotated[
        bool, typer.Option("--complete", help="The list is the whole province: units it lacks end.")
    ] = False,
) -> None:
    """Check an official list (CSV: code, name, level, parent_code, valid_from); --write imports it."""
    from deploy.unit_list import import_list, read_list, report_lines

    content = _guarded_now(lambda: read_list(file))
    work = import_list(_settings_of_data(), content, write=write, skip_bad=skip_bad, complete=complete)
    report = _guarded(work)
    for line in report_lines(report, wanted=write):
        typer.echo(line)
    raise typer.Exit(0 if report.written or not (report.problems or write) else 1)


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this version of the hub. `hub serve` does it too, when it starts."""
    from deploy.migrations import upgrade

    settings = _settings_of_data()
    _guarded(upgrade(settings.database))
    typer.echo("The database is up to date.")


@people_app.command("add")
def people_add(
    login: Annotated[str, typer.Argument(help="What the person types to sign in.")],
    name: Annotated[str, typer.Option(help="As it stands in the timeline.")],
    role: Annotated[list[str], typer.Option(help="chair, clerk, reception, … (repeatable).")],
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for if absent.")
    ],
    unit: Annotated[str | None, typer.Option(help="Unit code; without it, the whole hub.")] = None,
) -> None:
    """Make an account."""
    from deploy.people import add_account

    _guarded(add_account(_settings_of_data(), login, name, password, roles=role, unit=unit))
    typer.echo(f"{login.strip().lower()} may sign in.")


@room_app.command("link")
def room_link(unit: Annotated[str, typer.Argument(help="Code of the unit whose room it is.")]) -> None:
    """Make a link that turns the device that opens it into the unit's room."""
    from deploy.rooms import make_link

    typer.echo(_guarded(make_link(_settings_of_data(), unit)))


@room_app.command("revoke")
def room_revoke(link: Annotated[str, typer.Argument(help="The link, or its code.")]) -> None:
    """Void a link that was lost, and send out every device that it let in."""
    from deploy.rooms import revoke_link

    _guarded(revoke_link(_settings_of_data(), link))
    typer.echo("The link is void, and so are the screens it let in.")


@app.command()
def dump(
    out: Annotated[
        Path | None, typer.Option(help="Where to write it; else to standard output.", dir_okay=False)
    ] = None,
) -> None:
    """What the relays are doing, as JSON for a bug report: no address, no name, no key, no token in it.

    Example: hub dump --out report.json
    """
    from deploy.dump import make_dump, write_dump

    write_dump(_guarded(make_dump(_settings_of_data())), out)


def main() -> None:
    """Run the command line."""
    # Records, sockets and keys are nobody else's on this machine.
    os.umask(0o077)
    app(prog_name="hub")


def _calm_logs() -> dict[str, str]:
    """A demo's terminal is for people: short lines, only what matters, unless the environment says else."""
    calm = {"log_format": "human", "log_level": "warning"}
    return {name: value for name, value in calm.items() if not os.environ.get(f"HUB_{name.upper()}")}


def _demo_folder() -> Path | None:
    return None if os.environ.get("HUB_DATA_DIR") else Path("demo-data")


def _settings(**changes: Any) -> Settings:
    try:
        return read_settings(**changes)
    except SettingsError as error:
        _fail(str(error), BROKEN_SETTINGS)


def _settings_of_data() -> Settings:
    """The settings of a command on existing data: without any, those of the demo in this folder."""
    settings = _settings()
    if "HUB_DATA_DIR" in os.environ or settings.data_dir.exists():
        return settings
    folder = Path("demo-data")
    return _settings(data_dir=folder, demo=True) if folder.exists() else settings


def _child(process: str) -> Settings:
    die_with_parent(os.environ)
    settings = _settings()
    _logs(process, settings)
    return settings


def _logs(process: str, settings: Settings) -> None:
    from deploy.logs import set_up_logs

    set_up_logs(process, style=settings.log_format, level=settings.log_level)


def _run_fast(work: Coroutine[Any, Any, None]) -> None:
    import uvloop

    uvloop.run(work)


def _guarded(work: Coroutine[Any, Any, T]) -> T:
    return _guarded_now(lambda: asyncio.run(work))


def _guarded_now(work: Callable[[], T]) -> T:
    from deploy.explain import explained

    try:
        return work()
    except Exception as error:
        sentence = explained(error)
        if sentence is None:
            raise
        _fail(sentence)


def _exit(code: int) -> NoReturn:
    raise typer.Exit(code)


def _fail(sentence: str, code: int = 1) -> NoReturn:
    typer.echo(f"hub: {sentence}", err=True)
    sys.exit(code)
