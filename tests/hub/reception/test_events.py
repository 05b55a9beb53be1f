import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.reception.acts.registry import COMMANDS
from hub.reception.events import KINDS, check, whole_ms, wire_time

PROTOCOL = (Path(__file__).parents[3] / "signaling" / "PROTOCOL.md").read_text(encoding="utf-8")
MADE_UP = {"item.shown", "view.shown"}
"""In the protocol, but not in the timeline."""
ADDED_ON_THE_WAY = {"item.added": {"inside"}, "roll.began": {"tones"}}
"""Fields that are made for each participant."""


def rows(heading: str) -> dict[str, set[str]]:
    """First column (each name in it) → names in the second, of the table under a heading."""
    section = PROTOCOL.split(f"## {heading}\n")[1].split("\n## ")[0]
    found: dict[str, set[str]] = {}
    for line in section.splitlines():
        if line.startswith("| `"):
            first, second = line.split(" | ")[:2]
            plain = re.sub(r"\([^)]*\)|: `\{[^}]*\}`", "", second)
            for name in re.findall(r"`([a-z_.]+)`", first):
                found[name] = set(re.findall(r"`([a-z_]+)`", plain))
    return found


def test_the_protocol_lists_these_events_with_these_fields() -> None:
    documented = rows("Events")
    assert set(documented) == set(KINDS) | MADE_UP
    for name, kind in KINDS.items():
        assert documented[name] == kind.fields | ADDED_ON_THE_WAY.get(name, set()), name


def test_the_protocol_lists_these_commands() -> None:
    assert set(rows("Commands")) == set(COMMANDS)


def test_an_event_carries_exactly_its_fields() -> None:
    check("item.called", {"item": "i"})
    with pytest.raises(ValueError, match=r"item\.called carries"):
        check("item.called", {"item": "i", "more": 1})
    with pytest.raises(ValueError, match=r"no event of kind item\.colled"):
        check("item.colled", {})


def test_times_on_the_wire() -> None:
    at = datetime(2026, 7, 15, 1, 2, 3, 45678, tzinfo=UTC)
    assert wire_time(at) == "2026-07-15T01:02:03.045Z"
    assert whole_ms(at).microsecond == 45000
