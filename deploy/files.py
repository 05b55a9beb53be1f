"""`hub files`: what lies in the data folder and no record names."""

from deploy.settings import Settings
from deploy.wiring import office


async def sweep(settings: Settings, *, dry: bool) -> str:
    """A round of `hub.cases.chores`, in a sentence; with `dry` only what it would do."""
    async with office(settings) as services:
        done = await services.chores.do(dry=dry)
    would = "would be" if dry else "were"
    return (
        f"{done.files} files and {done.vault_files} sealed files that nothing names {would} removed; "
        f"{done.sealed} originals of denunciations {would} moved into the vault."
    )
