"""The hub's keys: all of them are there from its first start, and a lost one is not made anew unasked."""

from pathlib import Path
from typing import Final

from deploy.errors import CommandError
from deploy.settings import Settings
from hub.cases import key_needs, lookup, vault_door
from hub.people.keyring import KeyRing
from hub.people.secrets import Keys
from hub.store.database import Database

SEAL_KEY: Final = "timeline"
TOKENS_KEY: Final = "tokens"
COOKIES_KEY: Final = "cookies"
SINGLE: Final = (SEAL_KEY, TOKENS_KEY, COOKIES_KEY, vault_door.REPLY_KEY, lookup.KEY)
"""Keys of one file each; the vault's follow one another in a ring."""


async def settle_keys(db: Database, keys: Keys) -> None:
    """Make what is missing, so that one copy of `secrets/` holds everything from the first start on. Raises
    CommandError for a key that records need and whose file is gone: a new one would open none of them.
    """
    for name in key_needs.NEEDED_BY:
        if not _files(keys.directory, name):
            await _refuse_loss(db, keys.directory, name)
    for name in SINGLE:
        keys.get(name)
    KeyRing(keys.directory, vault_door.RING).latest()


async def settle_keys_of(settings: Settings) -> None:
    """The same for a hub that is about to start."""
    db = Database(settings.database)
    try:
        await settle_keys(db, Keys(settings.secrets_dir))
    finally:
        await db.close()


def give_up(settings: Settings, name: str) -> str:
    """Make a new key in the place of one that is lost for good; a sentence. Raises CommandError when it is no
    such key, or not lost.
    """
    if name not in key_needs.NEEDED_BY:
        raise CommandError(f"there is no key {name}; keys are {', '.join(key_needs.NEEDED_BY)}")
    there = _files(settings.secrets_dir, name)
    if there:
        raise CommandError(f"{there[0]} is there: nothing is lost")
    Keys(settings.secrets_dir).get(name)
    return f"A new {name}.key was made. What was sealed or given out under the old one opens no more."


async def _refuse_loss(db: Database, directory: Path, name: str) -> None:
    async with db.read() as session:
        if not await key_needs.is_needed(session, name):
            return
    raise CommandError(
        f"{directory / name}.key is missing, and there are records that nothing else opens: put it back from "
        f"the backup of secrets/. Only if no copy is left anywhere: hub vault give-up {name}"
    )


def _files(directory: Path, name: str) -> list[Path]:
    if name == vault_door.RING:
        ring = KeyRing(directory, name)
        return [ring.path(number) for number in ring.there()]
    path = directory / f"{name}.key"
    return [path] if path.exists() else []
