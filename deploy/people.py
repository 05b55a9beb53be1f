"""`hub people`: the accounts of a hub, who is let in and who no more, and where their reminders go."""

from sqlalchemy import select

from deploy.errors import CommandError
from deploy.settings import Settings
from deploy.wiring import office
from hub.people.actor import HUB
from hub.people.models import Account, Grant
from hub.people.roles import Role
from hub.units.models import Unit
from web.services import Services

WHOLE_HUB = "the whole hub"


async def add_account(
    settings: Settings, login: str, name: str, password: str, *, roles: list[str], unit: str | None
) -> str:
    """Make an account; its id. Raises CommandError and AccountRefused."""
    wanted = [_role(role) for role in roles]
    async with office(settings) as services:
        place = await _unit(services, unit)
        grants = [(role, place) for role in wanted]
        return await services.people.create(login, name, password, grants)


async def set_address(settings: Settings, login: str, address: str) -> str:
    """Set or take away a person's address; a sentence. Raises CommandError and AccountRefused."""
    async with office(settings) as services:
        account = await _account(services, login)
        stands = await services.people.address(account.id, address, by=HUB)
    return f"{account.login}: {stands}" if stands else f"{account.login} gets no mail."


async def set_office_address(settings: Settings, code: str, address: str) -> str:
    """Set or take away the mailbox of a unit's office; a sentence. Raises CommandError, AccountRefused."""
    async with office(settings) as services:
        unit = await services.units.by_code(code)
        if unit is None:
            raise CommandError(f"there is no unit {code} today")
        stands = await services.people.address_unit(unit.id, address, by=HUB)
    return f"{unit.name}: {stands}" if stands else f"{unit.name} gets no mail."


async def set_password(settings: Settings, login: str, password: str) -> str:
    """Give an account another password, which ends every session of it; a sentence. Raises CommandError and
    AccountRefused.
    """
    async with office(settings) as services:
        account = await _account(services, login)
        await services.people.change_password(account.id, password, by=HUB)
    return f"{account.login} has a new password; who was signed in with the old one is signed out."


async def shut_account(settings: Settings, login: str) -> str:
    """Close an account for good, which ends every session of it; a sentence. Raises CommandError."""
    async with office(settings) as services:
        account = await _account(services, login)
        await services.people.shut(account.id, by=HUB)
    return f"{account.login} is shut and signed out everywhere."


async def grant_role(settings: Settings, login: str, role: str, unit: str | None) -> str:
    """Give an account a role for a unit of today, or for the whole hub; a sentence. Raises CommandError."""
    given = _role(role)
    async with office(settings) as services:
        account = await _account(services, login)
        await services.people.grant(account.id, given, await _unit(services, unit), by=HUB)
    return f"{account.login} is {role} for {unit or WHOLE_HUB}."


async def revoke_role(settings: Settings, login: str, role: str, unit: str | None) -> str:
    """Take a role away, also one held for a unit that is no more; a sentence. Raises CommandError."""
    taken = _role(role)
    async with office(settings) as services:
        account = await _account(services, login)
        units = await _units_of(services, [account])
        held = [each for each in account.grants if each.role == taken and _code(each, units) == unit]
        if not held:
            raise CommandError(f"{account.login} is not {role} for {unit or WHOLE_HUB}")
        for each in held:
            await services.people.revoke(account.id, taken, each.unit_id, by=HUB)
    return f"{account.login} is no more {role} for {unit or WHOLE_HUB}, and signed out everywhere."


async def list_accounts(settings: Settings) -> list[str]:
    """A line for each account: login, name, whether it is shut, its roles."""
    async with office(settings) as services:
        accounts = await services.people.everybody()
        units = await _units_of(services, accounts)
    return [_line(account, units) for account in accounts]


def _line(account: Account, units: dict[str, Unit]) -> str:
    roles = sorted(f"{each.role} {_code(each, units) or WHOLE_HUB}" for each in account.grants)
    shut = [] if account.active else ["shut"]
    return "  ".join([account.login, account.name, *shut, ", ".join(roles) or "no role"])


def _code(grant: Grant, units: dict[str, Unit]) -> str | None:
    return units[grant.unit_id].code if grant.unit_id is not None else None


async def _units_of(services: Services, accounts: list[Account]) -> dict[str, Unit]:
    wanted = {each.unit_id for account in accounts for each in account.grants if each.unit_id is not None}
    async with services.db.read() as session:
        found = await session.scalars(select(Unit)) if wanted else ()
        return {unit.id: unit for unit in found if unit.id in wanted}


def _role(name: str) -> Role:
    known = {role.value: role for role in Role}
    if name not in known:
        raise CommandError(f"there is no role {name}; roles are {', '.join(known)}")
    return known[name]


async def _unit(services: Services, code: str | None) -> str | None:
    if code is None:
        return None
    found = await services.units.by_code(code)
    if found is None:
        raise CommandError(f"there is no unit {code} today")
    return found.id


async def _account(services: Services, login: str) -> Account:
    found = await services.people.by_login(login)
    if found is None:
        raise CommandError(f"there is no account {login}")
    return found
