"""What simulated rooms say of themselves is judged as their devices are."""

import json

import pytest

from endpoints.fleet.check import measures_of
from endpoints.fleet.room import wants_check
from hub.reception.checks import Measures, judge
from signaling.health import WELL


@pytest.mark.parametrize(
    ("trouble", "codes"),
    [
        ({}, []),
        ({"camera": "frozen"}, ["camera_frozen"]),
        ({"camera": "black"}, ["camera_black"]),
        ({"camera": "off"}, ["camera_missing"]),
        ({"microphone": "silent"}, ["microphone_silent"]),
        ({"microphone": "off"}, ["microphone_missing"]),
        ({"speaker": "muted"}, ["speaker_unheard"]),
    ],
)
def test_the_result_is_that_of_the_devices(trouble: dict[str, str], codes: list[str]):
    health = WELL.model_copy(update=trouble)
    for seed in (1, 190):
        judged = judge(Measures.model_validate_json(json.dumps(measures_of(health, seed))))
        assert [cause.code for cause in judged.causes] == codes


def test_a_room_checks_when_due_or_when_it_never_did():
    session = {"id": "s"}
    assert wants_check({"session": session, "check": None, "due": False})
    assert wants_check({"session": session, "check": {}, "due": True})
    assert not wants_check({"session": session, "check": {}, "due": False})
    assert not wants_check({"session": None, "check": None, "due": False})
    assert not wants_check(None)
