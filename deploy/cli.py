"""The `hub` command. Each command loads what it needs and no more: a relay loads no pages."""
# ruff: noqa: PLC0415 - see above

import os
from collections.abc import Coroutine
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from deploy.bench.commands import app as bench_app
from deploy.command_line import exit_with, guarded, settings_from, settings_of_data
from deploy.keeping import GROUPS
from deploy.orphan import die_with_parent
from deploy.settings import Settings

T = TypeVar("T")

app = typer.Typer(
    name="hub",
    help="Reception Hub: live citizen receptions, and their records. Settings: HUB_… (deploy/RUNBOOK.md).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(bench_app, name="bench")
for _name, _group in GROUPS.items():
    app.add_typer(_group, name=_name)


class DemoTree(StrEnum):
    """The units of the demo's province."""

    Y2024 = "2024"
    Y2025 = "2025"


class May(StrEnum):
    """What a media token allows."""

    PUBLISH = "publish"
    VIEW = "view"


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="TCP port of the pages; media has the next one.")] = 8080,
    points: Annotated[int, typer.Option(min=0, max=190, help="Simulated rooms.")] = 24,
    lan: Annotated[bool, typer.Option("--lan", help="HTTPS for the local network, with a QR code.")] = False,
    tree: Annotated[
        DemoTree, typer.Option(help="Units: 13 districts and 177 communes, or 54 communes.")
    ] = DemoTree.Y2024,
    small_screens: Annotated[
        bool, typer.Option("--small-screens", help="Simulated rooms show pictures small: the low layer.")
    ] = False,
) -> None:
    """A live reception on this machine, with invented people and cases."""
    from deploy.demo.data import HELP_PHONE, Tree
    from deploy.demo.run import run_demo

    settings = settings_from(data_dir=_demo_folder(), port=port, demo=True, **_calm_logs())
    settings = settings.model_copy(update={"help_phone": settings.help_phone or HELP_PHONE})
    exit_with(guarded(run_demo(settings, points, lan=lan, tree=Tree(tree.value), small=small_screens)))


@app.command()
def serve() -> None:
    """Run the hub: one relay and one web process, kept alive."""
    from deploy.serve import serve as run_serve

    settings = settings_from()
    _logs("supervisor", settings)
    exit_with(guarded(run_serve(settings)))


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
        exit_with(keep_relay(settings, index, held))


@app.command(hidden=True)
def web() -> None:
    """The web process, as the supervisor starts it."""
    from deploy.web_process import run_web

    settings = _child("web")
    _run_fast(run_web(settings))


@app.command(hidden=True)
def cast(
    points: Annotated[int, typer.Option(min=0, max=190)] = 24,
    small_screens: Annotated[bool, typer.Option("--small-screens")] = False,
) -> None:
    """The demo's camera and simulated rooms, as the supervisor starts them."""
    from deploy.demo.cast import run_cast

    settings = _child("cast")
    _run_fast(run_cast(settings, points, small=small_screens))


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

    wanted = make_token(settings_of_data(), session, may=may.value, unit=unit, ttl=ttl, players=players)
    made = guarded(wanted)
    typer.echo(made)


@app.command()
def verify(
    session: Annotated[str, typer.Argument(help="Id of the session, or `live` for the one that is live.")],
) -> None:
    """Prove a session's timeline, or name the first event that was altered, removed or inserted."""
    from deploy.verify import verify_session

    ok, sentence = guarded(verify_session(settings_of_data(), session))
    typer.echo(sentence, err=not ok)
    raise typer.Exit(0 if ok else 1)


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

    write_dump(guarded(make_dump(settings_of_data())), out)


def main() -> None:
    """Run the command line."""
    # Records, sockets and keys are nobody else's on this machine.
    os.umask(0o077)
    die_with_parent(os.environ)  # where a supervisor or a bench started us
    app(prog_name="hub")


def _calm_logs() -> dict[str, str]:
    """A demo's terminal is for people: short lines, only what matters, unless the environment says else."""
    calm = {"log_format": "human", "log_level": "warning"}
    return {name: value for name, value in calm.items() if not os.environ.get(f"HUB_{name.upper()}")}


def _demo_folder() -> Path | None:
    return None if os.environ.get("HUB_DATA_DIR") else Path("demo-data")


def _child(process: str) -> Settings:
    settings = settings_from()
    _logs(process, settings)
    return settings


def _logs(process: str, settings: Settings) -> None:
    from deploy.logs import set_up_logs

    set_up_logs(process, style=settings.log_format, level=settings.log_level)


def _run_fast(work: Coroutine[Any, Any, None]) -> None:
    import uvloop

    uvloop.run(work)
