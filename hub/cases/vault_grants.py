"""Leave to see who denounces: asked by a named person for a reason, given by a second one, for a day. For
callers that hold a session and have checked the right to keep the vault.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.errors import Refusal
from hub.cases.vault_tables import REASON_LENGTH, VaultGrant
from hub.people.actor import Actor

HOLDS: Final = timedelta(hours=24)
"""How long a grant holds: long enough for a day's work, too short to be forgotten."""
WAITS: Final = timedelta(days=7)
"""A question nobody answered is over."""
SHORTEST_REASON: Final = 10
MOST_SHOWN: Final = 50
LOOK: Final = "look"
LIFT: Final = "lift"


@dataclass(frozen=True, slots=True)
class GrantInfo:
    """One grant. `standing`: asked, approved, refused, ended (given back) or over (its time is up)."""

    id: str
    case_id: str
    purpose: str
    reason: str
    standing: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    until: datetime | None
    mine: bool
    """The reader asked: somebody else decides, and only the reader may look."""


async def ask(
    session: AsyncSession,
    case_id: str,
    actor: Actor,
    purpose: str,
    reason: str,
    *,
    grant_id: str,
    now: datetime,
) -> VaultGrant:
    """Ask. Raises Refusal data_bad (a reason has 10 to 500 characters), vault_asked (they did already)."""
    if purpose not in (LOOK, LIFT):
        raise Refusal("data_bad", field="purpose")
    reason = " ".join(reason.split())
    if not SHORTEST_REASON <= len(reason) <= REASON_LENGTH:
        raise Refusal("data_bad", field="reason")
    mine = [each for each in await of_case(session, case_id) if each.asked_by_key == actor.key]
    if any(each.purpose == purpose and standing(each, now) in ("asked", "approved") for each in mine):
        raise Refusal("vault_asked")
    grant = VaultGrant(
        id=grant_id,
        case_id=case_id,
        purpose=purpose,
        reason=reason,
        state="asked",
        asked_by_key=actor.key,
        asked_by_name=actor.name,
        asked_at=now,
    )
    session.add(grant)
    await session.flush()
    return grant


async def decide(
    session: AsyncSession, case_id: str, grant_id: str, actor: Actor, *, approve: bool, now: datetime
) -> VaultGrant:
    """Say yes or no to what another asked. Raises Refusal grant_unknown, second_person, vault_decided."""
    grant = await _locked(session, case_id, grant_id)
    if grant.asked_by_key == actor.key:
        raise Refusal("second_person")
    if standing(grant, now) != "asked":
        raise Refusal("vault_decided")
    grant.state = "approved" if approve else "refused"
    grant.decided_by_key, grant.decided_by_name, grant.decided_at = actor.key, actor.name, now
    grant.until = now + HOLDS if approve else None
    await session.flush()
    return grant


async def end(session: AsyncSession, case_id: str, grant_id: str, now: datetime) -> VaultGrant:
    """Take a grant or a question back before its time. Raises Refusal grant_unknown, vault_decided."""
    grant = await _locked(session, case_id, grant_id)
    if standing(grant, now) not in ("asked", "approved"):
        raise Refusal("vault_decided")
    grant.state, grant.until = "ended", None
    await session.flush()
    return grant


async def held(
    session: AsyncSession, case_id: str, actor: Actor, now: datetime, purpose: str = LOOK
) -> VaultGrant:
    """The leave this person has now. Raises Refusal("vault_closed")."""
    for grant in await of_case(session, case_id):
        mine = grant.asked_by_key == actor.key and grant.purpose == purpose
        if mine and standing(grant, now) == "approved":
            return grant
    raise Refusal("vault_closed")


async def of_case(session: AsyncSession, case_id: str) -> list[VaultGrant]:
    """The grants of a case, the latest first."""
    wanted = select(VaultGrant).where(VaultGrant.case_id == case_id)
    found = await session.scalars(
        wanted.order_by(VaultGrant.asked_at.desc(), VaultGrant.id.desc()).limit(MOST_SHOWN)
    )
    return list(found)


def standing(grant: VaultGrant, now: datetime) -> str:
    """How it stands at a moment."""
    if grant.state == "asked" and grant.asked_at + WAITS <= now:
        return "over"
    if grant.state == "approved" and (grant.until is None or grant.until <= now):
        return "over"
    return grant.state


def info(grant: VaultGrant, actor: Actor, now: datetime) -> GrantInfo:
    """A grant as a keeper of the vault is shown it."""
    return GrantInfo(
        id=grant.id,
        case_id=grant.case_id,
        purpose=grant.purpose,
        reason=grant.reason,
        standing=standing(grant, now),
        asked_by=grant.asked_by_name,
        asked_at=grant.asked_at,
        decided_by=grant.decided_by_name or "",
        decided_at=grant.decided_at,
        until=grant.until,
        mine=grant.asked_by_key == actor.key,
    )


async def _locked(session: AsyncSession, case_id: str, grant_id: str) -> VaultGrant:
    grant = await session.get(VaultGrant, grant_id, with_for_update=True)
    if grant is None or grant.case_id != case_id:
        raise Refusal("grant_unknown")
    return grant
