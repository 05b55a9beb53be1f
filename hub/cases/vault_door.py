"""The one door to the denouncer vault. Every step through it needs the right to keep the vault and to work on
the case (a directive gives neither), and stands in the audit trail; opening anything needs a reason that a
second person agreed to. It is shut to the unit that the case is against, whatever the case is called by now.
"""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import name_tries, reply_box, rights, vault_grants
from hub.cases.desk import Desk
from hub.cases.errors import Refusal
from hub.cases.looks import subject_of
from hub.cases.models import Case, SealedPetitioner
from hub.cases.reply_box import BoxInfo, Letter
from hub.cases.rules import CaseKind
from hub.cases.vault import Person, Vault
from hub.cases.vault_grants import LIFT, LOOK, GrantInfo
from hub.cases.vault_store import Original, VaultStore
from hub.cases.vault_tables import VaultFile
from hub.people.actor import Actor
from hub.people.audit import Audit
from hub.people.keyring import KeyRing
from hub.people.secrets import Keys
from hub.store import codes
from hub.store.clock import Clock, SystemClock
from hub.store.database import Database, Work
from hub.store.ids import Ids

RING: Final = "vault"
"""The name of the vault's keys."""
REPLY_KEY: Final = "reply"


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A sealed original, still shut."""

    id: str
    at: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Opened:
    """What was behind the door."""

    people: tuple[Person, ...] = field(repr=False)
    files: tuple[FileInfo, ...]
    until: datetime | None


@dataclass(frozen=True, slots=True)
class VaultInfo:
    """What a case's page may say of its vault. `grants` is empty for who does not keep the vault."""

    persons: int
    files: int
    grants: tuple[GrantInfo, ...]
    open_until: datetime | None
    """The reader may look until then."""
    box: BoxInfo | None
    keeper: bool
    writes: bool
    """The reader may write to the denouncer."""
    may_lift: bool
    """It is no denunciation any more."""


class VaultDoor:
    """The vault of one hub. `folder` holds the sealed files."""

    def __init__(
        self,
        db: Database,
        keys: Keys,
        folder: Path,
        clock: Clock | None = None,
        ids: Ids | None = None,
        *,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._db = db
        self._keys = keys
        self._clock = clock or SystemClock()
        self._ids = ids or Ids(self._clock)
        self._random = random
        self.ring = KeyRing(keys.directory, RING)
        self.vault = Vault(self.ring)
        self.store = VaultStore(folder, self.vault, self._ids)
        self._audit = Audit(self._clock, self._ids)

    async def of_case(self, actor: Actor, case_id: str) -> VaultInfo | None:
        """What there is to know without opening; None when nothing of the case is sealed. Raises
        Refusal("case_unknown").
        """
        now = self._clock.now()
        async with self._db.read() as session:
            case = await rights.seen(session, actor, case_id)
            people = list(await session.scalars(_people(case_id)))
            files = list(await session.scalars(_files(case_id)))
            is_denunciation = case.kind == CaseKind.DENUNCIATION
            if not (people or files or is_denunciation):
                return None
            writes = await _may_write(session, actor, case_id)
            keeper = writes and rights.keeps_vault(actor)
            known = await vault_grants.of_case(session, case_id) if keeper else []
            grants = tuple(vault_grants.info(each, actor, now) for each in known)
            looking = (each for each in grants if each.mine and each.purpose == LOOK)
            open_until = next((each.until for each in looking if each.standing == "approved"), None)
            return VaultInfo(
                persons=sum(each.persons for each in people),
                files=len(files),
                grants=grants,
                open_until=open_until,
                box=await reply_box.box_of(session, case_id) if actor.is_staff else None,
                keeper=keeper,
                writes=writes,
                may_lift=keeper and bool(people) and not is_denunciation,
            )

    async def ask(self, actor: Actor, case_id: str, reason: str, purpose: str = LOOK) -> str:
        """Ask for leave; the grant's id. Raises Refusal case_unknown, not_allowed, data_bad, vault_asked,
        vault_empty, identity_in_text (the reason names who is sealed), names_tried, still_denunciation.
        """
        await self._no_names(actor, case_id, reason)
        async with self._entered(actor, case_id) as (work, case):
            people = await self._sealed(work.session, case_id)
            if not people and not list(await work.session.scalars(_files(case_id))):
                raise Refusal("vault_empty")
            if purpose == LIFT and case.kind == CaseKind.DENUNCIATION:
                raise Refusal("still_denunciation")
            new_id, now = self._ids.new(), self._clock.now()
            grant = await vault_grants.ask(
                work.session, case_id, actor, purpose, reason, grant_id=new_id, now=now
            )
            self._note(
                work, actor, "vault.asked", case_id, grant=grant.id, reason=grant.reason, purpose=purpose
            )
            return grant.id

    async def decide(self, actor: Actor, case_id: str, grant_id: str, *, approve: bool) -> None:
        """Answer what somebody else asked. Raises Refusal case_unknown, not_allowed, grant_unknown,
        second_person, vault_decided, still_denunciation.
        """
        async with self._entered(actor, case_id) as (work, case):
            now = self._clock.now()
            grant = await vault_grants.decide(
                work.session, case_id, grant_id, actor, approve=approve, now=now
            )
            act = "vault.approved" if approve else "vault.refused"
            self._note(work, actor, act, case_id, grant=grant.id, asked_by=grant.asked_by_key)
            if approve and grant.purpose == LIFT:
                await self._lift(work, actor, case)
                grant.state, grant.until = "ended", None

    async def end(self, actor: Actor, case_id: str, grant_id: str) -> None:
        """Take leave back, one's own or somebody's. Raises Refusal case_unknown, not_allowed, grant_unknown,
        vault_decided.
        """
        async with self._entered(actor, case_id) as (work, _case):
            grant = await vault_grants.end(work.session, case_id, grant_id, self._clock.now())
            self._note(work, actor, "vault.ended", case_id, grant=grant.id)

    async def open(self, actor: Actor, case_id: str) -> Opened:
        """Who denounces. Raises Refusal case_unknown, not_allowed, vault_closed; VaultDamaged."""
        async with self._opened(actor, case_id, "vault.opened") as (work, until):
            people = await self._sealed(work.session, case_id)
            files = [
                FileInfo(each.id, each.at, each.size) for each in await work.session.scalars(_files(case_id))
            ]
            return Opened(tuple(people), tuple(files), until)

    async def open_file(self, actor: Actor, case_id: str, file_id: str) -> Original:
        """A sealed original. Raises Refusal case_unknown, not_allowed, vault_closed, file_unknown;
        VaultDamaged.
        """
        async with self._opened(actor, case_id, "vault.file_opened", file=file_id[:26]) as (work, _):
            return await self.store.read(work.session, case_id, file_id)

    async def seal_file(self, session: AsyncSession, case_id: str, original: Original) -> str:
        """Put an original away in the caller's transaction; its id. Raises Refusal("data_bad")."""
        return await self.store.put(session, case_id, original, self._clock.now())

    async def make_box(self, actor: Actor, case_id: str) -> str:
        """The code of a letter box, said once. Whoever works on the case may make the first; replacing a lost
        code takes leave to look, as the letters behind it may say who wrote them.

        Raises Refusal case_unknown, not_allowed, vault_closed, vault_empty (no denunciation).
        """
        async with self._db.begin() as work:
            case = await _worked_on(work.session, actor, case_id, lock=True)
            if case.kind != CaseKind.DENUNCIATION and not await self._sealed(work.session, case_id):
                raise Refusal("vault_empty")
            now = self._clock.now()
            if await reply_box.box_of(work.session, case_id) is not None:
                if not rights.keeps_vault(actor):
                    raise Refusal("not_allowed")
                await vault_grants.held(work.session, case_id, actor, now)
            fresh = self._random(codes.RANDOM_BYTES)
            code = await reply_box.make(work.session, case_id, self._keys.get(REPLY_KEY), fresh, now)
            self._note(work, actor, "vault.box_made", case_id)
            return codes.shown(code)

    async def write(self, actor: Actor, case_id: str, text: str) -> None:
        """Answer whoever denounced. Raises Refusal case_unknown, not_allowed, data_bad, box_unknown,
        box_full.
        """
        async with self._db.begin() as work:
            await _worked_on(work.session, actor, case_id, lock=True)
            new_id, now = self._ids.new(), self._clock.now()
            await reply_box.put(work.session, self.vault, case_id, text, letter_id=new_id, now=now, by=actor)
            self._note(work, actor, "vault.letter_sent", case_id, letter=new_id)

    async def letters(self, actor: Actor, case_id: str) -> list[Letter]:
        """All letters. Raises Refusal case_unknown, not_allowed, vault_closed; VaultDamaged."""
        async with self._opened(actor, case_id, "vault.letters_opened") as (work, _):
            now = self._clock.now()
            return await reply_box.letters(
                work.session, self.vault, case_id, reader_is_denouncer=False, now=now
            )

    async def letters_by_code(self, code: str) -> list[Letter]:
        """The letters, for whoever denounced. Raises Refusal("box_unknown") for a code that opens nothing."""
        await self._refuse_wrong(code)
        async with self._db.begin() as work:
            case_id = await self._boxed(work.session, code)
            now = self._clock.now()
            return await reply_box.letters(
                work.session, self.vault, case_id, reader_is_denouncer=True, now=now
            )

    async def write_by_code(self, code: str, text: str) -> None:
        """A letter from whoever denounced. Raises Refusal box_unknown, data_bad, box_full."""
        await self._refuse_wrong(code)
        async with self._db.begin() as work:
            case_id = await self._boxed(work.session, code)
            new_id, now = self._ids.new(), self._clock.now()
            await reply_box.put(work.session, self.vault, case_id, text, letter_id=new_id, now=now, by=None)

    @asynccontextmanager
    async def _entered(self, actor: Actor, case_id: str) -> AsyncIterator[tuple[Work, Case]]:
        async with self._db.begin() as work:
            case = await _worked_on(work.session, actor, case_id, lock=True)
            if not rights.keeps_vault(actor):
                raise Refusal("not_allowed")
            yield work, case

    @asynccontextmanager
    async def _opened(
        self, actor: Actor, case_id: str, act: str, **data: Any
    ) -> AsyncIterator[tuple[Work, datetime | None]]:
        """With leave, and the look recorded in the same transaction: no record, no look."""
        async with self._entered(actor, case_id) as (work, _case):
            grant = await vault_grants.held(work.session, case_id, actor, self._clock.now())
            self._note(work, actor, act, case_id, grant=grant.id, reason=grant.reason, **data)
            yield work, grant.until

    async def _lift(self, work: Work, actor: Actor, case: Case) -> None:
        if case.kind == CaseKind.DENUNCIATION:
            raise Refusal("still_denunciation")
        await self._desk(work, actor).unseal(case)
        self._note(work, actor, "vault.lifted", case.id)

    async def _no_names(self, actor: Actor, case_id: str, text: str) -> None:
        async with (
            name_tries.recorded(self._db, self._audit, actor, case_id),
            self._entered(actor, case_id) as (work, case),
        ):
            await self._desk(work, actor).refuse_names(case, {"text": text})

    async def _sealed(self, session: AsyncSession, case_id: str) -> list[Person]:
        return [self.vault.open(each.sealed) for each in await session.scalars(_people(case_id))]

    async def _refuse_wrong(self, code: str) -> None:
        """Strangers with wrong codes must not keep the one writer of the database busy: they only read."""
        async with self._db.read() as session:
            await self._boxed(session, code)

    async def _boxed(self, session: AsyncSession, text: str) -> str:
        code = codes.read(text)
        box = await reply_box.find(session, self._keys.get(REPLY_KEY), code) if code is not None else None
        if box is None:
            raise Refusal("box_unknown")
        return box.case_id

    def _desk(self, work: Work, actor: Actor) -> Desk:
        return Desk(work.session, self.vault, self._ids, self._clock.now(), actor)

    def _note(self, work: Work, actor: Actor, act: str, case_id: str, **data: Any) -> None:
        self._audit.record(work.session, actor, act, subject_of(case_id), **data)


def _people(case_id: str) -> Any:
    return select(SealedPetitioner).where(SealedPetitioner.case_id == case_id).order_by(SealedPetitioner.id)


def _files(case_id: str) -> Any:
    return select(VaultFile).where(VaultFile.case_id == case_id).order_by(VaultFile.id)


async def _worked_on(session: AsyncSession, actor: Actor, case_id: str, *, lock: bool = False) -> Case:
    """`rights.worked_on`, but never for those whom the people behind the door spoke up against: a complaint
    that was a denunciation is theirs to see, and who made it is not. Raises as it.
    """
    case = await rights.worked_on(session, actor, case_id, lock=lock)
    if await rights.is_against(session, actor, case_id):
        raise Refusal("not_allowed")
    return case


async def _may_write(session: AsyncSession, actor: Actor, case_id: str) -> bool:
    try:
        await _worked_on(session, actor, case_id)
    except Refusal:
        return False
    return True
