"""The roll call of a province: all that is amiss found, nothing found falsely, in under a minute."""

from dataclasses import replace

import pytest
from rich.progress import Progress

from deploy.bench.output import Steps
from deploy.bench.roll import LIMIT, Result, compare, run


def small(roll_s: float = 0.0) -> Result:
    """A result in which nothing is filled in yet."""
    return Result(points=4, absent=1, frozen=1, silent=0, muted=0, answer_s=40, roll_s=roll_s)


def test_what_was_done_beside_what_was_found() -> None:
    result, expected = small(), {"a": "", "b": "absent", "c": "camera_frozen", "d": ""}
    compare(result, expected, {"a": [], "b": ["absent"], "c": ["no_answer"], "d": ["tv_muted"]})
    assert (result.fine, result.found) == (1, {"absent": 1})
    assert result.missed == ["c: camera_frozen, found ['no_answer']"]
    assert result.falsely == ["c: no_answer", "d: tv_muted"]
    assert not result.held


def test_it_holds() -> None:
    result = small(roll_s=41.0)
    compare(result, {"a": "", "b": "absent"}, {"a": [], "b": ["absent"]})
    assert result.held
    assert not replace(result, roll_s=LIMIT).held


@pytest.mark.bench
@pytest.mark.timeout(400)
async def test_190_rooms_of_which_10_are_absent_5_frozen_5_silent_and_5_muted() -> None:
    wanted = Result(points=190, absent=10, frozen=5, silent=5, muted=5, answer_s=40)
    with Progress(disable=True) as progress:
        result = await run(wanted, Steps(progress, 1.0))
    assert result.missed == []
    assert result.falsely == []
    assert result.fine == 165
    assert sum(result.found.values()) == 25
    assert 0 < result.roll_s < LIMIT
