"""A round of `hub.cases.chores` now and then, for as long as the app runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from hub.cases.chores import Chores

log = structlog.get_logger(__name__)

FIRST_SECONDS: Final = 300.0
"""After the start, when rooms come back, there are other things to do."""
EVERY_SECONDS: Final = 6 * 3600.0


@asynccontextmanager
async def done_now_and_then(chores: Chores) -> AsyncIterator[None]:
    """Rounds while the context is open. One that fails is logged, and tried again at its next time."""
    task = asyncio.create_task(_rounds(chores), name="chores")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _rounds(chores: Chores) -> None:
    await asyncio.sleep(FIRST_SECONDS)
    while True:
        try:
            done = await chores.do()
        except Exception:  # whatever is wrong with one file, the hub goes on
            log.exception("chores failed")
        else:
            log.info("chores done", files=done.files, sealed=done.sealed, vault_files=done.vault_files)
        await asyncio.sleep(EVERY_SECONDS)
