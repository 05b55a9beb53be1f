"""The terms of stored cases: their story read from acts, reckoned by `hub.cases.clock`.

`Case.due_on` and `due_rule` hold the term to act on first, reckoned anew at every act; they say nothing that
the acts do not.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Boolean, literal_column, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.act_tables import CaseAct, ComplainedUnit
from hub.cases.clock.happening import Course
from hub.cases.clock.reckon import Term, terms, worst
from hub.cases.history import acts_of, standing
from hub.cases.life import State
from hub.cases.models import UNRECKONED, Case
from hub.cases.rules import CaseKind
from hub.cases.story import Done, Story, course
from hub.units.local_day import local_day
from hub.units.working_days import vietnam

BATCH = 100
"""Cases reckoned in one transaction: a clerk's note waits for it."""


def story_of(case: Case, acts: Sequence[CaseAct], complained_about: frozenset[str] = frozenset()) -> Story:
    """The case as the rules read it. `acts` are all of its acts, in order."""
    return Story(
        kind=CaseKind(case.kind),
        state=State(case.state),
        received_on=local_day(case.received_at),
        done=[Done(each.act, each.on, each.data) for each in standing(acts)],
        anonymous=case.anonymous,
        evidence=case.evidence,
        remote=case.remote,
        complained_about=complained_about,
    )


def course_of(case: Case, acts: Sequence[CaseAct]) -> Course:
    """The case as the legal clock reads it."""
    return course(story_of(case, acts))


def first_due(case: Case, today: date) -> tuple[date | None, str | None]:
    """`due_on` and `due_rule` of a case that was only received so far: for those who write many at once."""
    return _cached(terms(course_of(case, ()), max(today, local_day(case.received_at)), vietnam()))


async def read_story(session: AsyncSession, case: Case) -> Story:
    """The story of a stored case."""
    return story_of(case, await acts_of(session, case.id), await complained_about(session, case.id))


async def complained_about(session: AsyncSession, case_id: str) -> frozenset[str]:
    """Ids of the units that the petition is against."""
    wanted = select(ComplainedUnit.unit_id).where(ComplainedUnit.case_id == case_id)
    return frozenset(await session.scalars(wanted))


async def terms_of(session: AsyncSession, case: Case, today: date) -> list[Term]:
    """The terms of a stored case, in the order they began."""
    return terms(course_of(case, await acts_of(session, case.id)), today, vietnam())


async def recompute(session: AsyncSession, case: Case, today: date) -> None:
    """Set `due_on` and `due_rule` by the acts."""
    case.due_on, case.due_rule = _cached(await terms_of(session, case, today))
    await session.flush()


async def reckon_some(session: AsyncSession, today: date, limit: int = BATCH) -> int:
    """Reckon cases whose terms are marked as not reckoned; how many there were, at most `limit`. They are
    locked: an act done meanwhile must not be reckoned away.
    """
    # By the very words of the index: PostgreSQL does not see it behind a parameter.
    marked = literal_column(f"cases.due_rule = '{UNRECKONED}'", Boolean)
    wanted = select(Case).where(marked).order_by(Case.id).limit(limit).with_for_update()
    found = list(await session.scalars(wanted))
    for case in found:
        await recompute(session, case, today)
    return len(found)


def _cached(of: Sequence[Term]) -> tuple[date | None, str | None]:
    first = worst(of)
    return (first.due, first.rule.id) if first is not None else (None, None)
