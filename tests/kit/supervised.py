"""A relay as `hub serve` runs it: under a supervisor that holds its sockets and its ledger, with a keeper."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from deploy.pidfile import read_pid
from deploy.serve import relay_programs
from deploy.settings import Settings
from deploy.supervisor import Supervisor
from endpoints.peer import Pool
from hub.relay.client import RelayClient, wait_up
from hub.relay.core.specs import StageSpec
from tests.kit.demo import free_port
from tests.kit.lab import Lab, until


@dataclass(slots=True)
class Supervised:
    """`lab` brings peers in. `kill` is kill -9."""

    settings: Settings
    lab: Lab

    @property
    def relay(self) -> RelayClient:
        """The control link."""
        return self.lab.relay

    def pid(self, name: str = "relay") -> int:
        """Of `relay`, the worker, or `relay-keeper`."""
        pid = read_pid(self.settings.run_dir / f"{name}.pid")
        assert pid is not None
        return pid

    async def kill(self, *names: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Kill, and return when another worker answers."""
        before = self.pid()
        for pid in [self.pid(name) for name in names or ("relay",)]:
            os.kill(pid, number)
        path = self.settings.run_dir / "relay.pid"
        await until(lambda: read_pid(path) not in (None, before) and not self._answers(before))
        await until(lambda: self.relay.up, 30)

    def _answers(self, pid: int) -> bool:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 0)
            return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
        return False

    async def put_again(self) -> None:
        """As the web process does when its link comes back."""
        for stage in (await self.relay.state()).stages:
            await self.relay.put_stage(stage)

    async def stages(self) -> tuple[StageSpec, ...]:
        """As the relay knows them."""
        return (await self.relay.state()).stages


@contextlib.asynccontextmanager
async def supervised(folder: Path) -> AsyncIterator[Supervised]:
    """Up when the block begins, gone with all its processes when it ends."""
    settings = Settings(
        data_dir=folder,
        media_host="127.0.0.1",
        media_addresses="127.0.0.1",
        media_port=free_port(),
        log_level="warning",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    supervisor = Supervisor(relay_programs(settings), settings.run_dir, {**kept, **settings.environ()})
    running = asyncio.create_task(supervisor.run())
    client = RelayClient(settings.relay_socket)
    linked = asyncio.create_task(client.run())
    try:
        await wait_up(client, 30)
        async with Pool().running() as pool:
            yield Supervised(settings, Lab(client, pool, None))  # type: ignore[arg-type]  # another process
    finally:
        linked.cancel()
        await asyncio.gather(linked, return_exceptions=True)
        supervisor.stop()
        await running
