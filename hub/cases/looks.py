"""Looks at personal data, in the audit trail: who saw whose, when, where and (of a denouncer) why. The trail
itself names nobody who was looked at.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, func, select

from hub.cases import rights
from hub.cases.errors import Refusal
from hub.cases.models import Case
from hub.people.actor import Actor
from hub.people.audit import Audit
from hub.people.models import AuditEntry
from hub.store.database import Database

SEEN: Final = "case.people_seen"
VAULT_ACTS: Final = (
    "vault.asked",
    "vault.approved",
    "vault.refused",
    "vault.ended",
    "vault.opened",
    "vault.file_opened",
    "vault.letters_opened",
    "vault.letter_sent",
    "vault.box_made",
    "vault.lifted",
    "vault.name_tried",
)
LOOKS: Final = (SEEN, *VAULT_ACTS)
"""The acts of the trail that are shown as looks at personal data."""

SAME_LOOK: Final = timedelta(minutes=10)
"""Who opens a file again within this time, in the same place, still looks at it."""
PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Look:
    """One line of the trail. `reason` is what a person wrote, where they had to."""

    at: datetime
    by_name: str
    act: str
    place: str
    reason: str
    case_id: str
    case_number: str


@dataclass(frozen=True, slots=True)
class LookPage:
    """The latest first, and how many there are in all."""

    looks: tuple[Look, ...]
    total: int


async def note(db: Database, audit: Audit, actor: Actor, case_id: str, *, place: str, now: datetime) -> None:
    """Record that somebody saw who asks in a case, unless they are still at it."""
    subject = subject_of(case_id)
    same = AuditEntry.subject == subject, AuditEntry.by_key == actor.key, AuditEntry.act == SEEN
    latest = select(AuditEntry).where(*same, AuditEntry.at > now - SAME_LOOK)
    async with db.read() as session:
        known = [entry.data.get("place") for entry in await session.scalars(latest.limit(PAGE))]
    if place in known:
        return
    async with db.begin() as work:
        audit.record(work.session, actor, SEEN, subject, place=place)


def subject_of(case_id: str) -> str:
    """How the trail speaks of a case."""
    return f"case:{case_id}"


async def looks_for(
    db: Database, actor: Actor, *, case_id: str | None = None, vault_only: bool = False, offset: int = 0
) -> LookPage:
    """Who looked, in the cases that the actor may see. Raises Refusal not_allowed (see `rights.AUDITORS`),
    case_unknown.
    """
    if actor.is_room or not actor.roles & rights.AUDITORS:
        raise Refusal("not_allowed")
    async with db.read() as session:
        if case_id is not None:
            await rights.seen(session, actor, case_id)
        wanted = _wanted(actor, case_id, vault_only)
        total = await session.scalar(select(func.count()).select_from(wanted.subquery()))
        page = wanted.order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        rows = await session.execute(page.limit(PAGE).offset(max(0, offset)))
        found = tuple(_look(entry, case) for entry, case in rows)
    return LookPage(found, total or 0)


def _wanted(actor: Actor, case_id: str | None, vault_only: bool) -> Select[AuditEntry, Case]:
    acts = VAULT_ACTS if vault_only else LOOKS
    of_case = AuditEntry.subject == "case:" + Case.id
    wanted = (
        select(AuditEntry, Case).join(Case, of_case).where(AuditEntry.act.in_(acts), rights.visible(actor))
    )
    return wanted.where(AuditEntry.subject == subject_of(case_id)) if case_id is not None else wanted


def _look(entry: AuditEntry, case: Case) -> Look:
    data = entry.data
    return Look(
        at=entry.at,
        by_name=entry.by_name,
        act=entry.act,
        place=str(data.get("place", "")),
        reason=str(data.get("reason", "")),
        case_id=case.id,
        case_number=case.number,
    )
