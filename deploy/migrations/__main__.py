"""`python -m deploy.migrations "Add a table"`: write the next migration, from what only the models have.

Read what comes out before you commit it: data moves, triggers and checks are not guessed.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.migrations import config_for, newest, upgrade
from hub.store.database import async_url


async def write_revision(message: str) -> Path:
    """Write the next migration against a database that has all earlier ones; its path."""
    number = f"{int(newest() or 0) + 1:04}"
    with tempfile.TemporaryDirectory() as directory:
        url = f"sqlite:///{directory}/hub.sqlite"
        await upgrade(url)
        engine = create_async_engine(async_url(url))
        async with engine.connect() as connection:
            await connection.run_sync(_write, message, number)
        await engine.dispose()
    return next((Path(__file__).parent / "versions").glob(f"{number}_*.py"))


def _write(connection: Connection, message: str, number: str) -> None:
    command.revision(config_for(connection), message, autogenerate=True, rev_id=number)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    print(asyncio.run(write_revision(sys.argv[1])))
