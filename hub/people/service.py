"""Accounts and signing in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from hub.people.actor import HUB, Actor
from hub.people.audit import Audit
from hub.people.errors import AccountRefused, SignInRefused
from hub.people.models import LOGIN_LENGTH, NAME_LENGTH, Account, Grant
from hub.people.passwords import LONGEST, SHORTEST, Passwords
from hub.people.roles import Role
from hub.people.tries import StrangerTries, Tries
from hub.store.clock import Clock, SystemClock
from hub.store.database import Database
from hub.store.ids import Ids
from hub.units.models import Level, Unit

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
        self.audit = Audit(self._clock, self._ids)

    async def sign_in(self, login: str, password: str) -> SignedIn:
        """Check a password. Raises SignInRefused; unknown logins take as long and are refused alike."""
        login = login.strip().lower()[:LOGIN_LENGTH]
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

    async def actor_of(self, account_id: str, epoch: int) -> Actor | None:
        """Who an account is now; None when it is shut, or its password changed since that epoch."""
        async with self._db.read() as session:
            account = await session.get(Account, account_id)
            if account is None or not account.active or account.epoch != epoch:
                return None
            return await _actor(session, account)

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
    """Roles are those held at the account's highest unit: a role below must not grow to the unit above."""
    wanted = {grant.unit_id for grant in account.grants if grant.unit_id is not None}
    units = {unit.id: unit for unit in await session.scalars(select(Unit).where(Unit.id.in_(wanted)))}
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
