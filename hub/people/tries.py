"""How long a login waits after wrong passwords. Pure, and the same for logins that do not exist."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

FREE_TRIES = 5
LONGEST_WAIT_SECONDS = 300
STRANGERS = 10_000


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong passwords in a row, and until when no password is looked at."""

    failed: int = 0
    blocked_until: datetime | None = None

    def wait_seconds(self, now: datetime) -> int:
        """Whole seconds still to wait, 0 when a try is free."""
        if self.blocked_until is None or self.blocked_until <= now:
            return 0
        return int((self.blocked_until - now).total_seconds()) + 1

    def after_failure(self, now: datetime) -> "Tries":
        """One more wrong password: 5 are free, then the wait doubles from 2 seconds to 5 minutes.

        It ends at 5 minutes so that nobody can lock the chair out for a day by guessing at the chair's login.
        """
        failed = self.failed + 1
        if failed < FREE_TRIES:
            return Tries(failed)
        seconds = min(2 ** min(failed - FREE_TRIES + 1, 20), LONGEST_WAIT_SECONDS)
        return Tries(failed, now + timedelta(seconds=seconds))


class StrangerTries:
    """Tries at logins that do not exist: they must look like the others, and must not fill a table."""

    def __init__(self, limit: int = STRANGERS) -> None:
        self._limit = limit
        self._tries: OrderedDict[str, Tries] = OrderedDict()

    def of(self, login: str) -> Tries:
        """What is remembered of that login."""
        return self._tries.get(login, Tries())

    def failed(self, login: str, now: datetime) -> None:
        """Count one more; the least recently tried login is forgotten when there are too many."""
        self._tries[login] = self.of(login).after_failure(now)
        self._tries.move_to_end(login)
        while len(self._tries) > self._limit:
            self._tries.popitem(last=False)

    def __len__(self) -> int:
        return len(self._tries)
