"""The history of a case: everything that changes it records an act, in the same transaction."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from hub.cases.act_tables import CaseAct, CaseVersion
from hub.cases.errors import Refusal
from hub.cases.mask import masked, telling
from hub.cases.models import NAME_LENGTH, Case, Petitioner
from hub.people.actor import Actor
from hub.units.local_day import local_day

MOST_DATA: Final = 32 * 1024
"""Bytes of an act's data, as JSON."""
ANNUL: Final = "annul"
"""The act that takes another back; see `standing`."""


async def record(
    session: AsyncSession,
    case: Case,
    act: str,
    *,
    act_id: str,
    at: datetime,
    by: Actor,
    on: date | None = None,
    data: Mapping[str, Any] | None = None,
    corrects: int | None = None,
    names: Iterable[str] = (),
) -> CaseAct:
    """Add an act, as the next number of the case; `case.version` is that number. Other writers of the case
    wait from here to the end of the transaction.

    Who asks is masked in `data`, whatever the kind: history cannot be masked later. `names` are those that
    the caller knows beyond the open petitioners. Nothing is checked here: see `hub.cases.conduct`. Raises
    Refusal("data_bad") for data beyond 32 KB.
    """
    people = await session.scalars(select(Petitioner).where(Petitioner.case_id == case.id))
    told = [term for each in people for term in telling(each.name, each.address, each.phone)]
    kept = _without({**(data or {})}, [*told, *names])
    if len(json.dumps(kept, ensure_ascii=False).encode()) > MOST_DATA:
        raise Refusal("data_bad", field="data")
    row = CaseAct(
        id=act_id,
        case_id=case.id,
        n=await _next(session, case),
        at=at,
        on=on or local_day(at),
        act=act,
        by_key=by.key,
        by_name=by.name[:NAME_LENGTH],
        unit_id=by.unit,
        corrects=corrects,
        data=kept,
    )
    session.add(row)
    await session.flush()
    return row


async def keep_version(session: AsyncSession, case: Case, n: int) -> None:
    """Keep what the file says now: act `n` is about to change it."""
    session.add(
        CaseVersion(
            case_id=case.id, n=n, title=case.title, summary=case.summary, kind=case.kind, field=case.field
        )
    )
    await session.flush()


async def acts_of(session: AsyncSession, case_id: str) -> list[CaseAct]:
    """All acts of a case in the order they were recorded, corrected ones too."""
    found = await session.scalars(select(CaseAct).where(CaseAct.case_id == case_id).order_by(CaseAct.n))
    return list(found)


async def versions_of(session: AsyncSession, case_id: str) -> list[CaseVersion]:
    """What the file said before each change, the oldest first."""
    wanted = select(CaseVersion).where(CaseVersion.case_id == case_id).order_by(CaseVersion.n)
    return list(await session.scalars(wanted))


def standing(acts: Sequence[CaseAct]) -> list[CaseAct]:
    """The acts that hold: a correction stands in the place of what it corrects, what was annulled is gone."""
    found: list[CaseAct] = []
    for act in acts:
        if act.corrects is None:
            found.append(act)
            continue
        place = next((i for i, each in enumerate(found) if each.n == act.corrects), None)
        if place is not None:
            found[place : place + 1] = [] if act.act == ANNUL else [act]
    return found


def texts_in(value: Any) -> list[str]:
    """Every text in an act's data."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in texts_in(each)]
    return [text for each in value for text in texts_in(each)] if isinstance(value, list | tuple) else []


async def _next(session: AsyncSession, case: Case) -> int:
    raised = update(Case).where(Case.id == case.id).values(version=Case.version + 1)
    n = await session.scalar(raised.returning(Case.version).execution_options(synchronize_session=False))
    if n is None:
        raise Refusal("case_unknown")
    set_committed_value(case, "version", n)
    return int(n)


def _without(value: Any, names: Sequence[str]) -> Any:
    """The same data without the names."""
    if isinstance(value, str):
        return masked(value, names)
    if isinstance(value, Mapping):
        return {str(key): _without(each, names) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without(each, names) for each in value]
    return value
