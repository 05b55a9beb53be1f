"""`hub people add`: the first accounts of a hub."""

from deploy.errors import CommandError
from deploy.settings import Settings
from deploy.wiring import office
from hub.people.roles import Role


async def add_account(
    settings: Settings, login: str, name: str, password: str, *, roles: list[str], unit: str | None
) -> str:
    """Make an account; its id. Raises CommandError and AccountRefused."""
    known = {role.value: role for role in Role}
    wrong = [role for role in roles if role not in known]
    if wrong:
        raise CommandError(f"there is no role {', '.join(wrong)}; roles are {', '.join(known)}")
    async with office(settings) as services:
        found = await services.units.by_code(unit) if unit else None
        if unit and found is None:
            raise CommandError(f"there is no unit {unit} today")
        grants = [(known[role], found.id if found else None) for role in roles]
        return await services.people.create(login, name, password, grants)
