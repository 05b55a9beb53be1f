"""What a tile says, by one table that tests the browser's side too (session.test.mjs)."""

import json
from pathlib import Path
from typing import Any

import pytest

from signaling.replies import Tile
from signaling.tile_state import ills, tile_state

CASES = json.loads(Path(__file__).with_name("tile_states.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['state']}-{case['ills']}")
def test_state_and_ills(case: dict[str, Any]):
    tile = None if case["tile"] is None else Tile.model_validate_json(json.dumps(case["tile"]))
    assert tile_state(tile, joined=case["joined"]) == case["state"]
    assert ills(tile) == case["ills"]
