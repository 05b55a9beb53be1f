"""The stored term is the one the acts make, whatever was done and corrected, in whatever order."""

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.cases import deadlines, history
from hub.cases.clock.reckon import terms, worst
from hub.cases.desk import NewCase
from hub.cases.errors import Refusal
from hub.cases.lives import Lives
from hub.cases.models import Case
from hub.cases.rules import CaseField, CaseKind
from hub.cases.story import state_after
from hub.units.local_day import local_day
from hub.units.working_days import vietnam
from tests.hub.cases.test_lives import fields
from tests.kit.factories import PETITIONER, House

WISHES = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9), st.booleans()), min_size=1, max_size=12)


async def _wish(house: House, case: str, pick: int, days: int, *, annul: bool) -> None:
    lives = Lives(house.cases)
    life = await lives.life(house.clerk, case)
    if annul and life.acts:
        await lives.annul(house.clerk, case, life.acts[pick % len(life.acts)].n, "nhầm")
        return
    house.clock.advance(days=days)
    may = [offer.act for offer in life.offers if offer.refused is None]
    if may:
        act = may[pick % len(may)]
        given: dict[str, Any] = fields(act)
        await lives.perform(house.clerk, case, act, data=given)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(CaseKind), wishes=WISHES)
async def test_the_stored_term_is_the_reckoned_one(
    sqlite_house: House, kind: CaseKind, wishes: list[tuple[int, int, bool]]
) -> None:
    house = sqlite_house
    people = () if kind is CaseKind.DENUNCIATION else (PETITIONER,)
    case = (
        await house.cases.register(
            NewCase(kind, CaseField.LAND, house.unit["C11"].id, "Đất", "", people, remote=True)
        )
    ).id
    for pick, days, annul in wishes:
        with suppress(Refusal):  # what rests on a later act cannot be annulled; nothing changes then
            await _wish(house, case, pick, days, annul=annul)
        async with house.db.read() as session:
            row = await session.get_one(Case, case)
            acts = await history.acts_of(session, case)
        story = deadlines.story_of(row, acts)
        today: date = local_day(house.clock.now()) + timedelta(days=pick * 9)
        found = worst(terms(deadlines.course_of(row, acts), today, vietnam()))
        assert (row.due_on, row.due_rule) == ((found.due, found.rule.id) if found else (None, None))
        assert state_after(story.done).value == row.state
        assert [each.n for each in acts] == list(range(1, row.version + 1))
