"""`hub vault`: the keys of the denouncer vault. Nothing here shows what is inside."""

from typing import Final

from deploy.errors import CommandError
from deploy.settings import Settings
from deploy.wiring import office
from hub.cases import rotation
from hub.cases.rotation import Count, StillNeeded

MOST_NAMED: Final = 10
"""Damaged records named in a sentence."""


async def status(settings: Settings) -> str:
    """Which keys there are, how many records. Raises CommandError when some of them do not open."""
    async with office(settings) as services:
        keys = services.vault.ring.numbers()
        count = await rotation.look_through(services.db, services.vault.vault)
    _must_open(count)
    waiting = f", {count.outdated} of them under older keys" if count.outdated else ""
    return f"Keys: {', '.join(map(str, keys))}. {count.records} sealed records{waiting}; all of them open."


async def rotate(settings: Settings, *, resume: bool) -> str:
    """A new key, and everything sealed under it; with `resume` only the second. Raises CommandError."""
    async with office(settings) as services:
        door = services.vault
        if not resume:
            door.ring.add()
        count = await rotation.reseal(services.db, door.vault)
        async with services.db.read() as session:
            swept = await door.store.sweep(session, services.clock.now())
        latest = door.ring.latest()
    _must_open(count)
    left = f" {swept} files that nothing names were removed." if swept else ""
    return (
        f"Key {latest} seals from now on; {count.resealed} of {count.records} records were sealed anew.{left}"
        f" Back up {door.ring.path(latest)}; older keys go with: hub vault drop-old"
    )


async def drop_old(settings: Settings) -> str:
    """Delete keys that nothing needs any more. Raises CommandError."""
    async with office(settings) as services:
        try:
            dropped = await rotation.drop_old(services.db, services.vault.ring, services.vault.vault)
        except StillNeeded as problem:
            raise CommandError(str(problem)) from problem
    if not dropped:
        return "There are no older keys."
    return f"Deleted: key {', '.join(map(str, dropped))}. Backups from before the rotation need it still."


def _must_open(count: Count) -> None:
    if count.bad:
        named = ", ".join(count.bad[:MOST_NAMED])
        raise CommandError(
            f"{len(count.bad)} of {count.records} records do not open: {named}. "
            "Restore the missing key or records"
        )
