"""`hub serve`: bring the database up to date, then keep the relays and one web process running."""

import asyncio
import os
import socket
from collections.abc import Coroutine
from typing import Any, TypeVar

from deploy.addresses import port_problem
from deploy.errors import CommandError
from deploy.keys import settle_keys_of
from deploy.law import settle_law
from deploy.migrations import upgrade
from deploy.pidfile import only_one
from deploy.settings import Settings
from deploy.supervisor import Program, Supervisor, hub_program, same_program, stopped_by_signals
from hub.relay.held import can_hold, hold
from hub.relay.names import relay_name

WEB = hub_program("web")

T = TypeVar("T")


async def serve(settings: Settings) -> int:
    """Run the hub until a signal. Gives the exit code. Raises CommandError, AlreadyRunning."""
    with only_one(settings.run_dir / "supervisor.pid"):
        check_ports(settings)
        supervisor = Supervisor([*relay_programs(settings), WEB], settings.run_dir, child_environ(settings))
        with stopped_by_signals(supervisor):
            await unless_stopped(supervisor, made_ready(settings))
            return await supervisor.run()


async def made_ready(settings: Settings) -> None:
    """The files of the law, the database of this version, every key: better said now than by a child in a
    restart loop. Raises CommandError.
    """
    settle_law(settings.law_dir)
    await upgrade(settings.database)
    await settle_keys_of(settings)


def relay_programs(settings: Settings) -> list[Program]:
    """One program for each relay, by its name. Each has its port from now on. Raises CommandError."""
    return [_relay_program(settings, index) for index in range(settings.relays)]


def _relay_program(settings: Settings, index: int) -> Program:
    name = relay_name(index)
    command = (*hub_program("relay").command, "--index", str(index))
    if not can_hold():
        return Program(name, command)
    from hub.relay.wire.udp import media_sockets  # noqa: PLC0415 - half a second that other commands spare

    port = settings.media + index
    try:
        held = hold(name, media_sockets(settings.media_host, port))
    except OSError as problem:
        raise CommandError(
            f"cannot listen on media port {port} ({problem}); choose another: HUB_MEDIA_PORT"
        ) from None
    return Program(name, command, keeps=True, held=held)


def check_ports(settings: Settings) -> None:
    """Raise CommandError when the pages' or the media's port is taken: better now than in a restart loop."""
    pages = ("HUB_PORT", settings.host, settings.port, socket.SOCK_STREAM, "TCP")
    media = [
        ("HUB_MEDIA_PORT", settings.media_host, settings.media + index, kind, protocol)
        for index in range(settings.relays)
        for kind, protocol in ((socket.SOCK_DGRAM, "UDP"), (socket.SOCK_STREAM, "TCP"))
    ]
    wanted = (pages, *media)
    for name, host, port, kind, protocol in wanted:
        problem = port_problem(host, port, kind)
        if problem:
            raise CommandError(f"cannot listen on {protocol} port {port} ({problem}); choose another: {name}")


def child_environ(settings: Settings) -> dict[str, str]:
    """The environment of the supervisor's children: ours, with the settings as they were read."""
    return {**os.environ, **settings.environ(), **same_program()}


async def unless_stopped(supervisor: Supervisor, work: Coroutine[Any, Any, T]) -> T | None:
    """Do `work`, but give it up (None) as soon as the supervisor is told to stop."""
    task = asyncio.ensure_future(work)
    stop = asyncio.ensure_future(supervisor.stopping.wait())
    try:
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        for each in (task, stop):
            each.cancel()
        await asyncio.gather(task, stop, return_exceptions=True)
