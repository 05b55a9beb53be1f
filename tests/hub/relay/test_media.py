"""What the relay tells of a viewer's line."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from hub.relay import control
from hub.relay.core.forwarder import Forwarder
from hub.relay.core.specs import Rung, SlotName
from tests.kit.relay import relay_lab


async def test_who_is_sent_as_much_as_it_has_use_for_lacks_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: dict[str, dict[SlotName, Rung]] = {
        "small": {"main": Rung.LOW, "second": Rung.NONE},
        "weak": {"main": Rung.FEW, "document": Rung.NONE},
        "large": {"main": Rung.LOW},
    }
    monkeypatch.setattr(Forwarder, "rungs", lambda _self: sent)
    async with relay_lab(tmp_path) as lab, contextlib.aclosing(lab.client.events()) as events:
        for peer in sent:
            await lab.client.open_peer(control.OpenPeer(peer, "s", peer, frozenset({"points"}), False))
        await lab.client.limit("small", [("main", "low"), ("second", "none")])
        await lab.client.limit("weak", [("main", "low")])
        async with asyncio.timeout(10):
            async for event in events:
                if isinstance(event, control.Quality) and "large" in event.rungs:
                    break
        assert event.rungs == {
            "weak": {"main": Rung.FEW, "document": Rung.NONE},
            "large": {"main": Rung.LOW},
        }
