"""Waiting until the hub says that it is ready."""

import asyncio
import ssl
from pathlib import Path
from typing import Final, Literal

import httpx

POLL_S: Final = 0.25


def trust(authority: Path | None) -> ssl.SSLContext | Literal[True]:
    """How to check the hub's certificate: by the authority made on the spot, else as usual."""
    return ssl.create_default_context(cafile=str(authority)) if authority else True


async def until_ready(url: str, authority: Path | None = None) -> None:
    """Return once `GET /health/ready` answers 200. Asks for ever; cancel it."""
    async with httpx.AsyncClient(base_url=url, verify=trust(authority), timeout=2, trust_env=False) as client:
        while True:
            try:
                answer = await client.get("/health/ready")
                if answer.status_code == httpx.codes.OK:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(POLL_S)
