"""Takes letters from the outbox to the mail server, a batch at a time, until none is due."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol

from hub.cases.notices.post import Letter, Outcome, Post
from web.digest import digest


class Carrier(Protocol):
    """What hands mails in; see `web.mail.Mailer`."""

    def send(self, mails: Sequence[EmailMessage]) -> list[Outcome]:
        """What became of each, in order. Blocks."""
        ...


@dataclass(frozen=True, slots=True)
class Postman:
    """`sender` is the From line, `url` where the hub is."""

    carrier: Carrier
    sender: str
    url: str

    async def deliver(self, post: Post) -> Counter[str]:
        """Send what is due; how many were sent, and how many failed by which code. Ends when a whole batch
        met no server: the others wait for their own time.
        """
        done: Counter[str] = Counter()
        while letters := await post.claim():
            outcomes = await self._carry(letters)
            for letter, outcome in zip(letters, outcomes, strict=True):
                await post.record(letter, outcome)
                done[outcome.code or "sent"] += 1
            if not any(outcome.final or not outcome.code for outcome in outcomes):
                break
        return done

    async def _carry(self, letters: Sequence[Letter]) -> list[Outcome]:
        mails: list[EmailMessage] = []
        outcomes: dict[int, Outcome] = {}
        for at, letter in enumerate(letters):
            try:
                mails.append(digest(letter, self.sender, self.url))
            except ValueError:  # an address that was written into the database by other hands
                outcomes[at] = Outcome("mail_bad", final=True)
        sent = iter(await asyncio.to_thread(self.carrier.send, mails))
        return [outcomes.get(at) or next(sent) for at in range(len(letters))]
