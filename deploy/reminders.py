"""Reminders beside the pages, and `hub notices`: when they run is decided here, what they say in
`hub.cases.notices`.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import structlog

from deploy.errors import CommandError
from deploy.settings import Settings
from deploy.wiring import office, postman
from hub.cases.notices.reminding import Reminders, Said
from hub.store.database import Busy
from hub.units.local_day import local_day
from web.i18n import day as shown
from web.i18n import time_of_day
from web.postman import Postman
from web.services import Services

log = structlog.get_logger(__name__)

EVERY: Final = timedelta(minutes=5)
"""How often what is due is looked for, in office hours."""


@dataclass(slots=True)
class Round:
    """What one going round did. `mails`: how many by `sent` or a code of failure."""

    said: Said
    mails: Counter[str] = field(default_factory=Counter)


async def keep_reminding(services: Services, settings: Settings) -> None:
    """Go round every five minutes of office hours, and at once, until cancelled. A round that fails is the
    next one's to do.
    """
    reminders = Reminders(services.db, services.clock, services.ids)
    carrier = postman(settings)
    while True:
        now = services.clock.now()
        opens = services.office.next_moment(now)
        if opens > now:
            # Clocks are set right meanwhile, and a night is long: look again now and then.
            await asyncio.sleep(min(opens - now, EVERY).total_seconds())
            continue
        try:
            done = await go_round(services, reminders, carrier)
        except Busy:
            log.warning("reminders wait: the database is busy")
        except Exception:  # whatever it is, the task must not end without a word
            log.exception("reminders failed; the next round tries again")
        else:
            if done.said.total or done.mails:
                log.info("reminders", said=dict(done.said.codes), mails=dict(done.mails))
        await asyncio.sleep(EVERY.total_seconds())


async def go_round(services: Services, reminders: Reminders, carrier: Postman | None) -> Round:
    """Say what is to be said today; by mail too, where a server is set."""
    done = Round(await reminders.run(local_day(services.clock.now())))
    if carrier is not None:
        if done.said.whole:
            await services.post.collect()
        done.mails = await carrier.deliver(services.post)
    return done


async def run_notices(settings: Settings, *, dry: bool, on: date | None) -> Iterator[str]:
    """`hub notices run`: one round by hand, as lines for a terminal. Raises CommandError."""
    async with office(settings) as services:
        now = services.clock.now()
        today = local_day(now)
        if on is not None and on != today and not dry:
            raise CommandError("another day than today can only be tried: add --dry-run")
        reminders = Reminders(services.db, services.clock, services.ids)
        if dry:
            said = await reminders.run(on or today, dry=True)
            return iter([f"On {shown(on or today)} would be said:", *_lines(said)])
        opens = services.office.next_moment(now)
        if opens > now:
            raise CommandError(
                f"notices leave in office hours; the next begin at {time_of_day(opens)} on {shown(opens)}"
            )
        done = await go_round(services, reminders, postman(settings))
    if not done.said.whole:
        return iter(["Another process is at it; it says what is to be said."])
    mails = [f"Mail, {code}: {n:,}" for code, n in sorted(done.mails.items())]
    return iter(["Said:", *_lines(done.said), *mails])


def _lines(said: Said) -> list[str]:
    lines = [f"  {code}: {n:,}" for code, n in sorted(said.codes.items()) if n]
    if said.settled:
        lines.append(f"  settled since: {said.settled:,}")
    return lines or ["  nothing new"]
