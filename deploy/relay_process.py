"""`python -m deploy relay`: apart from the other processes, so that a relay loads no records and no pages."""

from deploy.addresses import media_addresses
from deploy.settings import Settings
from hub.relay.node import RelaySettings, run


async def run_relay(settings: Settings) -> None:
    """Forward media until cancelled."""
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    await run(
        RelaySettings(
            socket_path=settings.relay_socket,
            media_host=settings.media_host,
            media_port=settings.media,
            addresses=media_addresses(settings.media_addresses),
            certificate_path=settings.secrets_dir / "relay.pem",
        )
    )
