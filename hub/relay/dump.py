"""A relay's insides for a bug report, page by page, so that media never waits long for it."""

import platform
import sys
from typing import Any, Final

from hub.relay import control
from hub.relay.core.common import Common
from hub.relay.core.forwarder import Forwarder
from hub.relay.core.limits import Limits
from hub.relay.core.outbox import Outbox
from hub.relay.core.peer import Peer
from hub.relay.core.plan import Lane, Totals
from hub.relay.core.slot import SlotStream
from hub.relay.core.stage import Stage
from hub.relay.core.variant import Variant
from hub.relay.core.view import View
from hub.relay.core.viewers import Viewers
from hub.relay.look import Look
from hub.relay.wire.dtls import Certificate
from hub.relay.wire.transport import Transport
from hub.relay.wire.udp import Driver

PAGE: Final = 4
"""Peers on one page: six milliseconds of the relay's time (measured with 97 peers)."""
MOST_STAGES: Final = 16
SALT: Final = 16
"""Octets of salt that are used; without enough of it pseudonyms could be guessed."""
_WITHOUT: Final = (Common, Limits, Outbox, Totals, Certificate)


class SaltBad(ValueError):
    """Not 16 octets in hex."""


def page(
    request: control.AskDump, driver: Driver, forwarder: Forwarder, delays: dict[str, float]
) -> control.Dump:
    """One page. Raises SaltBad."""
    salt = _salt(request.salt)
    first = request.skip <= 0
    peers = list(driver.port.peers.items())
    chosen = peers[max(0, request.skip) : max(0, request.skip) + PAGE]
    following = max(0, request.skip) + len(chosen)
    forwarder.counts(None)  # what lanes have issued stands with their viewers only when it is asked for
    return control.Dump(
        _relay(driver, forwarder, delays, salt) if first else {},
        tuple(_peer(name, transport, forwarder, salt) for name, transport in chosen),
        following if following < len(peers) else None,
    )


def _relay(driver: Driver, forwarder: Forwarder, delays: dict[str, float], salt: bytes) -> dict[str, Any]:
    stages = Look(salt, briefly=(Peer, View, Lane, Transport), without=(*_WITHOUT, Viewers))
    kept = list(forwarder.stages.items())[:MOST_STAGES]
    return {
        "python": platform.python_version(),
        "libraries": _libraries(),
        "peers": len(driver.port.peers),
        "up": len(driver.port.targets),
        "delay_us": delays,
        "stages": [_stage(stages, name, stage) for name, stage in kept],
    }


def _stage(look: Look, name: str, stage: Stage) -> dict[str, Any]:
    streams = {slot: look.at(stream) for slot, stream in stage.streams.items()}
    viewers = {slot: _phases(stream) for slot, stream in stage.streams.items()}
    return {"stage": look.alias(name), "streams": streams, "viewers": viewers}


def _phases(stream: SlotStream) -> dict[str, int]:
    """How many viewers of a slot are in which phase."""
    counted: dict[str, int] = {}
    for view in stream.viewers:
        name = view.phase.name.lower()
        counted[name] = counted.get(name, 0) + 1
    return counted


def _peer(name: str, transport: Transport, forwarder: Forwarder, salt: bytes) -> dict[str, Any]:
    look = Look(salt, briefly=(Variant, SlotStream, Stage, Lane), without=_WITHOUT)
    who = transport.identity
    return {
        "peer": look.alias(name),
        "stage": look.alias(who.stage),
        "owner": look.alias(who.owner),
        "wire": look.at(transport),
        "core": look.at(forwarder.peers.get(name)),
    }


def _salt(text: str) -> bytes:
    try:
        salt = bytes.fromhex(text)
    except ValueError as problem:
        raise SaltBad("the salt is not hex") from problem
    if len(salt) != SALT:
        raise SaltBad(f"the salt has not {SALT} octets")
    return salt


def _libraries() -> dict[str, str]:
    """Versions of what the media path stands on."""
    found = {}
    for name in ("OpenSSL", "pylibsrtp", "aiortc", "aioice", "cryptography"):
        module = sys.modules.get(name)
        version = getattr(module, "__version__", None) or getattr(
            getattr(module, "version", None), "__version__", None
        )
        if isinstance(version, str):
            found[name] = version
    return found
