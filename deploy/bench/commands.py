"""`hub bench …`: what each bench is asked on the command line. A bench itself is loaded when it runs."""
# ruff: noqa: PLC0415 - see above

from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(
    help="""Measure this machine. No hub has to run; each bench starts what it needs on free ports.

    Progress goes to standard error, the result to standard output: a table, or with --json one object.
    The exit code is 0 when everything held that the bench is about. How fast the relay was is left to you
    to judge (relay names in `missed` what it is to reach and did not): other work on the machine shows.""",
    no_args_is_help=True,
)


@app.callback()
def _apart() -> None:
    from deploy.bench.processes import apart

    apart()


Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


class Victim(StrEnum):
    """The process a live bench kills."""

    RELAY = "relay"
    WEB = "web"


class Scenario(StrEnum):
    """The weak lines of `impaired`."""

    ALL = "all"
    LOSS = "loss"
    BURST = "burst"
    OUTAGES = "outages"
    NARROW = "narrow"
    ONE_BAD = "one-bad"
    REORDER = "reorder"
    CUT = "cut"
    UPLINK = "uplink"


@app.command("relay")
def relay(  # noqa: PLR0917 (the options of a command)
    points: Annotated[int, typer.Option(min=1, max=2000, help="Viewers.")] = 190,
    pictures: Annotated[
        int, typer.Option(min=1, max=3, help="1: a camera. 2: two cameras. 3: a document camera too.")
    ] = 1,
    kbps: Annotated[
        int | None,
        typer.Option(
            min=50,
            max=20000,
            help="kbit/s of each camera; a document has half. Not given: 1500, or 1000 for more pictures.",
        ),
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, max=3600, help="Of the steady window.")] = 20,
    relays: Annotated[
        int, typer.Option(min=1, max=8, help="Relay processes; the cameras enter the first.")
    ] = 1,
    burst: Annotated[
        bool, typer.Option("--burst", help="Send each frame at once, as some encoders do; browsers pace.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Forward real DTLS-SRTP to many viewers: CPU (µs) a packet against a floor, delay, loss, memory.

    Example: hub bench relay --points 190 --pictures 3 --seconds 20 --json
    """
    from deploy.bench.relay import bench

    code = bench(
        points=points,
        pictures=pictures,
        kbps=kbps,
        seconds=seconds,
        as_json=as_json,
        burst=burst,
        relays=relays,
    )
    raise typer.Exit(code)


@app.command("joins")
def joins(
    points: Annotated[int, typer.Option(min=1, max=900, help="Viewers who come at once.")] = 190,
    stalled: Annotated[int, typer.Option(min=0, max=50, help="Others whose handshake never ends.")] = 5,
    as_json: Json = False,
) -> None:
    """Let many viewers come at once into a live session: seconds until each has picture and voice.

    Example: hub bench joins --points 190
    """
    from deploy.bench.joins import bench

    raise typer.Exit(bench(points=points, stalled=stalled, as_json=as_json))


@app.command("restart")
def restart(
    points: Annotated[int, typer.Option(min=1, max=900, help="Viewers.")] = 190,
    kills: Annotated[int, typer.Option(min=1, max=100, help="How often the relay is killed.")] = 3,
    both: Annotated[bool, typer.Option("--both", help="Kill its keeper, too.")] = False,
    as_json: Json = False,
) -> None:
    """kill -9 of a relay under load: seconds until every viewer has media again, on the same connection.

    Example: hub bench restart --points 190 --kills 5
    """
    from deploy.bench.restart import bench

    raise typer.Exit(bench(points=points, kills=kills, both=both, as_json=as_json))


@app.command("tcp")
def tcp(  # noqa: PLR0917 (the options of a command)
    points: Annotated[int, typer.Option(min=1, max=900, help="Viewers.")] = 190,
    over_tcp: Annotated[int, typer.Option("--tcp", min=0, max=900, help="How many of them over TCP.")] = 20,
    hung: Annotated[int, typer.Option(min=0, max=50, help="Others over TCP that take nothing any more.")] = 5,
    silent: Annotated[int, typer.Option(min=0, max=50, help="Others that answer nothing any more.")] = 5,
    seconds: Annotated[float, typer.Option(min=1, max=27, help="Of the three windows together.")] = 24,
    as_json: Json = False,
) -> None:
    """What viewers that hang or answer nothing cost the others: loss, delay (µs), CPU with them and without.

    Example: hub bench tcp --points 190 --tcp 20 --hung 5 --silent 5 --json
    """
    from deploy.bench.tcp import bench

    code = bench(points=points, tcp=over_tcp, hung=hung, silent=silent, seconds=seconds, as_json=as_json)
    raise typer.Exit(code)


@app.command("impaired")
def impaired(
    points: Annotated[int, typer.Option(min=2, max=1000, help="Modelled viewers.")] = 190,
    seconds: Annotated[float, typer.Option(min=12, max=3600, help="Virtual seconds of each scenario.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed gives the same result.")] = 1,
    scenario: Annotated[Scenario, typer.Option(help="One line, or all of them.")] = Scenario.ALL,
    as_json: Json = False,
) -> None:
    """Weak lines on virtual time: losses, bursts, a narrow line, a cut; does what must hold, hold?

    Example: hub bench impaired --points 190 --seconds 60 --scenario burst
    """
    from deploy.bench.impaired import bench

    raise typer.Exit(
        bench(points=points, seconds=seconds, seed=seed, scenario=scenario.value, as_json=as_json)
    )


@app.command("live")
def live(
    points: Annotated[int, typer.Option(min=1, max=190, help="Simulated rooms.")] = 24,
    seconds: Annotated[float, typer.Option(min=1, max=7200, help="How long to watch.")] = 30,
    kill: Annotated[Victim | None, typer.Option(help="Kill this process and time the recovery.")] = None,
    relays: Annotated[int, typer.Option(min=1, max=8, help="Relay processes of the hub.")] = 1,
    as_json: Json = False,
) -> None:
    """Start a whole hub with simulated rooms: notes (ms), joins (s), memory (MB), recovery (s).

    Example: hub bench live --points 190 --seconds 60 --kill relay
    """
    from deploy.bench.live import bench

    victim = kill.value if kill else None
    raise typer.Exit(bench(points=points, seconds=seconds, kill=victim, as_json=as_json, relays=relays))


@app.command("pages")
def pages(
    pages: Annotated[int, typer.Option(min=1, max=2000, help="Signed-in WebSocket clients.")] = 400,
    points: Annotated[int, typer.Option(min=1, max=190, help="Simulated rooms, live.")] = 190,
    seconds: Annotated[
        float, typer.Option(min=1, max=3600, help="Of each of the two windows, without the pages and with.")
    ] = 25,
    as_json: Json = False,
) -> None:
    """Hundreds of signed-in pages on a session with all its rooms live: notes (ms), relay delay (µs), MB.

    Holds when a note reaches every page with p99 under 300 ms, the relay does not notice the pages, and the
    web process stays under 400 MB.

    Example: hub bench pages --pages 400 --json
    """
    from deploy.bench.pages import bench

    raise typer.Exit(bench(pages=pages, points=points, seconds=seconds, as_json=as_json))


@app.command("roll")
def roll(  # noqa: PLR0917 (the options of a command)
    points: Annotated[int, typer.Option(min=1, max=190, help="Rooms that are invited and simulated.")] = 190,
    absent: Annotated[int, typer.Option(min=0, max=189, help="Of them: never come.")] = 10,
    frozen: Annotated[int, typer.Option(min=0, max=60, help="Picture or camera stands still.")] = 5,
    silent: Annotated[int, typer.Option(min=0, max=60, help="Microphone silent, or nothing is heard.")] = 5,
    muted: Annotated[int, typer.Option(min=0, max=60, help="TV muted.")] = 5,
    seconds: Annotated[int, typer.Option(min=15, max=55, help="In which rooms may answer.")] = 40,
    as_json: Json = False,
) -> None:
    """Call the roll of a province: every room that is absent or unwell found, none falsely, in under 60 s.

    Example: hub bench roll --json
    """
    from deploy.bench.roll import Result, bench

    wanted = Result(points, absent, frozen, silent, muted, answer_s=seconds)
    raise typer.Exit(bench(wanted, as_json=as_json))


@app.command("records")
def records(
    cases: Annotated[int, typer.Option(min=1000, max=2_000_000, help="Cases in the books.")] = 200_000,
    rows: Annotated[
        int, typer.Option(min=100, max=20_000, help="Rows of the register to bring in.")
    ] = 20_000,
    repeat: Annotated[int, typer.Option(min=1, max=100, help="How often each search is asked.")] = 3,
    database: Annotated[
        str, typer.Option(help="An empty one of its own, postgresql://…; not given: SQLite, temporary.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Fill the books of a province: search and boards (ms), import of a register (s), memory (MB).

    Holds when search and boards have a p95 under 200 ms and the register is in within 60 s, its three bad
    rows named, in under 500 MB.

    Example: hub bench records --cases 200000 --json
    """
    from deploy.bench.records import bench

    raise typer.Exit(bench(cases=cases, rows=rows, repeat=repeat, database=database, as_json=as_json))
