"""`python -m deploy relay`: apart from the other processes, so that a relay loads no records and no pages."""

import uvloop

from deploy.addresses import media_addresses
from deploy.keeper import Keeper
from deploy.settings import Settings
from deploy.supervisor import BROKEN_SETTINGS
from hub.relay.core.specs import Codec
from hub.relay.held import Held
from hub.relay.names import relay_name
from hub.relay.node import RelaySettings, run


def keep_relay(settings: Settings, index: int, held: Held) -> int:
    """Keep relay `index` running on what a supervisor holds for it. Gives the exit code."""

    def work() -> int:
        uvloop.run(run_relay(settings, index, held))
        return 0

    pid_file = settings.run_dir / f"{relay_name(index)}.pid"
    return Keeper(work, pid_file, final=frozenset({BROKEN_SETTINGS})).run()


async def run_relay(settings: Settings, index: int = 0, held: Held | None = None) -> None:
    """Forward media until cancelled, as relay `index` of this machine."""
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    await run(
        RelaySettings(
            socket_path=settings.relay_socket_of(index),
            media_host=settings.media_host,
            media_port=settings.media + index,
            addresses=media_addresses(settings.media_addresses, settings.media_host, index),
            certificate_path=settings.secrets_dir / "relay.pem",
            index=index,
            relays=settings.relays,
            held=held,
            uplink=settings.media_uplink_mbps * 1_000_000 // settings.relays,
            nice=settings.media_nice,
            codec=Codec(settings.media_codec),
        )
    )
