"""Accounts and signing in."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from hub.people import ended
from hub.people.actor import HUB, Actor
from hub.people.addresses import address_account, address_unit
from hub.people.audit import Audit
from hub.people.errors import AccountRefused, SignInRefused
from hub.people.models import LOGIN_LENGTH, NAME_LENGTH, Account, Grant
from hub.people.passwords import LONGEST, SHORTEST, Passwords
from hub.people.roles import Role
from hub.people.tries import StrangerTries, Tries
from hub.people.turns import Crowded, Turns
from hub.store.clock import Clock, SystemClock
from hub.store.database import Database
from hub.store.ids import Ids
from hub.units.models import Level, Unit

CROWDED_WAIT_SECONDS: Final = 2
"""As after the first tries too many."""
_GRANTED = select(Grant.unit_id)
_LOGIN = re.compile(rf"[a-z0-9][a-z0-9._@\-]{{1,{LOGIN_LENGTH - 1}}}")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What a cookie holds (`account`, `epoch`), and who that is."""

    account: str
    epoch: int
    actor: Actor


class People:
    """Accounts, their roles, and signing in. One per process."""

    def __init__(
        self,
        db: Database,
        clock: Clock | None = None,
        ids: Ids | None = None,
        passwords: Passwords | None = None,
    ) -> None:
        self._db = db
        self._clock = clock or SystemClock()
        self._ids = ids or Ids(self._clock)
        self._passwords = passwords or Passwords()
        self._strangers = StrangerTries()
        self._turns = Turns()
        self.audit = Audit(self._clock, self._ids)

    async def sign_in(self, login: str, password: str) -> SignedIn:
        """Check a password. Raises SignInRefused; unknown logins take as long and are refused alike."""
        login = login.strip().lower()[:LOGIN_LENGTH]
        try:
            async with self._turns.at(login):
                return await self._try(login, password)
        except Crowded:
            raise SignInRefused("sign_in_wait", CROWDED_WAIT_SECONDS) from None

    async def _try(self, login: str, password: str) -> SignedIn:
        """Read the wait, check, and count, with nobody else at this login meanwhile."""
        async with self._db.read() as session:
            account = await _by_login(session, login)
        now = self._clock.now()
        wait = self._tries(account, login).wait_seconds(now)
        if wait:
            raise SignInRefused("sign_in_wait", wait)
        usable = account is not None and account.active
        stored = account.password_hash if account is not None and usable else None
        if not await self._passwords.matches(stored, password) or account is None:
            raise SignInRefused("sign_in_wrong", await self._count_failure(account, login))
        return await self._admit(account.id, stored or "", password)

    async def actor_of(
        self, account_id: str, epoch: int, signed_in_at: datetime | None = None
    ) -> Actor | None:
        """Who an account is now; None when it is shut, its password changed since that epoch, or the sign-in
        of that second was ended."""
        async with self._db.read() as session:
            account = await session.get(Account, account_id)
            if account is None or not account.active or account.epoch != epoch:
                return None
            if signed_in_at is not None and await ended.is_ended(session, account_id, signed_in_at):
                return None
            return await _actor(session, account)

    async def sign_out(self, actor: Actor, account_id: str, signed_in_at: datetime) -> None:
        """End the sign-in of that second wherever its cookie is; once more changes nothing."""
        async with self._db.begin() as work:
            if await ended.end(work.session, account_id, signed_in_at, self._clock.now()):
                self.audit.record(work.session, actor, "account.signed_out", f"account:{account_id}")

    async def create(
        self,
        login: str,
        name: str,
        password: str,
        grants: Iterable[tuple[Role, str | None]] = (),
        *,
        by: Actor = HUB,
    ) -> str:
        """Make an account with roles for units' ids (None: the whole hub); its id. Raises AccountRefused."""
        login, name = login.strip().lower(), " ".join(name.split())
        _check(login, name, password)
        stored = await self._passwords.hash(password)
        account = Account(
            id=self._ids.new(), login=login, name=name, password_hash=stored, created_at=self._clock.now()
        )
        account.grants = [self._grant(role, unit) for role, unit in grants]
        try:
            async with self._db.begin() as work:
                work.session.add(account)
                self.audit.record(work.session, by, "account.created", f"account:{account.id}")
        except IntegrityError:
            if await self.by_login(login) is None:
                raise
            raise AccountRefused("login_taken", login=login) from None
        return account.id

    async def by_login(self, login: str) -> Account | None:
        """The account of that login."""
        async with self._db.read() as session:
            return await _by_login(session, login.strip().lower())

    async def change_password(self, account_id: str, password: str, *, by: Actor) -> None:
        """Set a new password; every cookie of the account is void from now on. Raises AccountRefused."""
        _check_password(password)
        stored = await self._passwords.hash(password)
        async with self._db.begin() as work:
            account = await _locked(work.session, account_id)
            account.password_hash = stored
            account.epoch += 1
            account.failed_tries, account.blocked_until = 0, None
            self.audit.record(work.session, by, "account.password_changed", f"account:{account_id}")

    async def shut(self, account_id: str, *, by: Actor) -> None:
        """Close an account: it stays in the records, and nobody signs in with it. Raises AccountRefused."""
        async with self._db.begin() as work:
            account = await _locked(work.session, account_id)
            account.active = False
            account.epoch += 1
            self.audit.record(work.session, by, "account.shut", f"account:{account_id}")

    async def grant(self, account_id: str, role: Role, unit_id: str | None, *, by: Actor) -> None:
        """Give a role; giving it again changes nothing. Raises AccountRefused."""
        async with self._db.begin() as work:
            account = await _locked(work.session, account_id)
            if any(held.role == role and held.unit_id == unit_id for held in account.grants):
                return
            account.grants.append(self._grant(role, unit_id))
            subject = f"account:{account_id}"
            self.audit.record(work.session, by, "account.granted", subject, role=role.value, unit=unit_id)

    async def revoke(self, account_id: str, role: Role, unit_id: str | None, *, by: Actor) -> None:
        """Take a role away; every cookie of the account is void from now on. Raises AccountRefused
        account_unknown, role_not_held.
        """
        async with self._db.begin() as work:
            account = await _locked(work.session, account_id)
            held = [each for each in account.grants if each.role == role and each.unit_id == unit_id]
            if not held:
                raise AccountRefused("role_not_held")
            for each in held:
                account.grants.remove(each)
            account.epoch += 1
            subject = f"account:{account_id}"
            self.audit.record(work.session, by, "account.revoked", subject, role=role.value, unit=unit_id)

    async def everybody(self) -> list[Account]:
        """All accounts with their roles, shut ones too, by login."""
        async with self._db.read() as session:
            return list(await session.scalars(select(Account).order_by(Account.login)))

    async def address(self, account_id: str, text: str, *, by: Actor) -> str | None:
        """Write down an account's address for reminders: see `addresses.address_account`."""
        async with self._db.begin() as work:
            return await address_account(work.session, self.audit, account_id, text, by=by)

    async def address_unit(self, unit_id: str, text: str, *, by: Actor) -> str | None:
        """Write down the mailbox of a unit's office: see `addresses.address_unit`."""
        async with self._db.begin() as work:
            return await address_unit(work.session, self.audit, unit_id, text, by=by)

    def _grant(self, role: Role, unit_id: str | None) -> Grant:
        return Grant(id=self._ids.new(), role=role.value, unit_id=unit_id)

    def _tries(self, account: Account | None, login: str) -> Tries:
        if account is None:
            return self._strangers.of(login)
        return Tries(account.failed_tries, account.blocked_until)

    async def _count_failure(self, account: Account | None, login: str) -> int:
        now = self._clock.now()
        if account is None:
            self._strangers.failed(login, now)
            return self._strangers.of(login).wait_seconds(now)
        async with self._db.begin() as work:
            fresh = await _locked(work.session, account.id)
            tries = Tries(fresh.failed_tries, fresh.blocked_until).after_failure(now)
            fresh.failed_tries, fresh.blocked_until = tries.failed, tries.blocked_until
            if tries.blocked_until is not None:
                subject = f"account:{account.id}"
                self.audit.record(work.session, HUB, "account.blocked", subject, tries=tries.failed)
        return tries.wait_seconds(now)

    async def _admit(self, account_id: str, stored: str, password: str) -> SignedIn:
        renewed = await self._passwords.hash(password) if self._passwords.outdated(stored) else stored
        async with self._db.begin() as work:
            account = await _locked(work.session, account_id)
            if not account.active or account.password_hash != stored:  # changed while we were checking
                raise SignInRefused("sign_in_wrong")
            account.password_hash = renewed
            account.failed_tries, account.blocked_until = 0, None
            actor = await _actor(work.session, account)
            self.audit.record(work.session, actor, "account.signed_in", f"account:{account_id}")
            return SignedIn(account.id, account.epoch, actor)


async def _by_login(session: AsyncSession, login: str) -> Account | None:
    found: Account | None = await session.scalar(select(Account).where(Account.login == login))
    return found


async def _locked(session: AsyncSession, account_id: str) -> Account:
    account = await session.get(Account, account_id, with_for_update=True)
    if account is None:
        raise AccountRefused("account_unknown")
    return account


async def _actor(session: AsyncSession, account: Account) -> Actor:
    wanted = {grant.unit_id for grant in account.grants if grant.unit_id is not None}
    units = {unit.id: unit for unit in await session.scalars(select(Unit).where(Unit.id.in_(wanted)))}
    return _as_actor(account, units)


async def desks(session: AsyncSession) -> list[tuple[Actor, str | None]]:
    """Everybody who may sign in, as who they are now, with their address for reminders."""
    standing = await session.scalars(select(Account).where(Account.active).order_by(Account.id))
    units = {unit.id: unit for unit in await session.scalars(select(Unit).where(Unit.id.in_(_GRANTED)))}
    return [(_as_actor(account, units), account.email) for account in standing]


def _as_actor(account: Account, units: Mapping[str, Unit]) -> Actor:
    """Roles are those held at the account's highest unit: a role below must not grow to the unit above."""
    ranks = [(_rank(units.get(grant.unit_id or "")), grant) for grant in account.grants]
    top = min(ranks, key=lambda pair: (pair[0], pair[1].id))[1].unit_id if ranks else None
    roles = frozenset(Role(grant.role) for grant in account.grants if grant.unit_id == top)
    return Actor(key=f"account:{account.id}", name=account.name, roles=roles, unit=top)


def _rank(unit: Unit | None) -> int:
    return -1 if unit is None else Level(unit.level).rank


def _check(login: str, name: str, password: str) -> None:
    if not _LOGIN.fullmatch(login):
        raise AccountRefused("login_bad", login=login[:LOGIN_LENGTH])
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise AccountRefused("name_bad", limit=NAME_LENGTH)
    _check_password(password)


def _check_password(password: str) -> None:
    if len(password) < SHORTEST:
        raise AccountRefused("password_short", limit=SHORTEST)
    if len(password) > LONGEST:
        raise AccountRefused("password_long", limit=LONGEST)
