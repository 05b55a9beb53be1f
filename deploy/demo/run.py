"""`hub demo`: prepare the data, start relay, web and cast, and say where to look once it is live."""

import asyncio

import typer

from deploy.addresses import LOOPBACK, local_addresses
from deploy.demo import data
from deploy.demo.banner import banner, lan_banner, showcase
from deploy.demo.data import Tree
from deploy.demo.plan import DemoPlan, write_plan
from deploy.demo.ready import until_ready
from deploy.demo.seed import DemoSwitched, seed
from deploy.demo.session import live_session
from deploy.errors import CommandError
from deploy.lan import AUTHORITY, certificate_for
from deploy.logs import set_up_logs
from deploy.migrations import upgrade
from deploy.pidfile import only_one
from deploy.serve import WEB, check_ports, child_environ, relay_programs, unless_stopped
from deploy.settings import Settings
from deploy.supervisor import Supervisor, hub_program, stopped_by_signals
from deploy.wiring import open_services
from web.services import Services

ANY = "0.0.0.0"


async def run_demo(
    wanted: Settings, points: int, *, lan: bool, tree: Tree = Tree.Y2024, small: bool = False
) -> int:
    """Run the demo until a signal. Gives the exit code. Raises CommandError, AlreadyRunning."""
    settings = on_lan(wanted) if lan else wanted
    set_up_logs("demo", style=settings.log_format, level=settings.log_level)
    cast = hub_program("cast", "--points", str(points), *(["--small-screens"] if small else []))
    with only_one(settings.run_dir / "supervisor.pid"):
        check_ports(settings)
        supervisor = Supervisor(
            [*relay_programs(settings), WEB, cast], settings.run_dir, child_environ(settings)
        )
        with stopped_by_signals(supervisor):
            typer.echo("Preparing the province, its people and its cases …")
            plan = await unless_stopped(supervisor, prepare(settings, tree))
            if plan is None:
                return 0
            typer.echo("Starting relay, web, camera and rooms …")
            greeting = asyncio.create_task(_greet(settings, plan, points, lan=lan))
            try:
                return await supervisor.run()
            finally:
                greeting.cancel()
                await asyncio.gather(greeting, return_exceptions=True)


async def prepare(settings: Settings, tree: Tree = Tree.Y2024) -> DemoPlan:
    """Make or continue the demo's data, up to a session that is live. Raises CommandError for the units of
    2024 where those of 2025 stand already, and for a database that people work with.
    """
    await upgrade(settings.database)
    async with open_services(settings) as services:
        await _refuse_others(services)
        try:
            rooms = await seed(services, tree)
        except DemoSwitched as error:
            raise CommandError(
                f"the demo in {settings.data_dir} has the units of 2025, and records only grow: start it "
                "with --tree 2025, or name another folder by HUB_DATA_DIR"
            ) from error
        session, current = await live_session(services, tuple(room.point for room in rooms))
    if tree is Tree.Y2025:
        current = data.carried_on().get(current, current)
    plan = DemoPlan(session, current, tuple(rooms), tree)
    write_plan(settings.data_dir, plan)
    return plan


async def _refuse_others(services: Services) -> None:
    """The demo's password is published: nothing of it may come into a hub that people work with. Raises
    CommandError where there are others' accounts and not all of the demo's."""
    known = {(account.login, account.name) for account in await services.people.everybody()}
    own = {(person.login, person.name) for person in data.people()}
    if known - own and own - known:
        raise CommandError(
            "this database (HUB_DATA_DIR, HUB_DATABASE_URL) is not the demo's: it has accounts of others; "
            "start the demo in a shell without the hub's settings"
        )


def on_lan(settings: Settings) -> Settings:
    """The same demo over HTTPS on every address of this machine. Raises CommandError without a network."""
    addresses = local_addresses()
    if not addresses:
        raise CommandError("this machine has no address on a network; run the demo without LAN")
    files = certificate_for(addresses, settings.secrets_dir / AUTHORITY.parent)
    return settings.model_copy(
        update={
            "host": ANY,
            "public_url": "",
            "tls_certificate": files.certificate,
            "tls_key": files.key,
        }
    )


async def _greet(settings: Settings, plan: DemoPlan, points: int, *, lan: bool) -> None:
    authority = settings.secrets_dir / AUTHORITY if lan else None
    await until_ready(f"{settings.scheme}://{LOOPBACK}:{settings.port}", authority)
    url = f"{settings.scheme}://localhost:{settings.port}"
    shown = showcase(plan.current, plan.tree)
    lines = list(banner(url, plan, shown, settings.data_dir, points=points))
    if lan:
        outside = f"{settings.scheme}://{local_addresses()[0]}:{settings.port}"
        lines += lan_banner(outside, plan.room(shown.commune), f"{outside}/authority.crt")
    for line in lines:
        typer.echo(line)
