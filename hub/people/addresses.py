"""Addresses for reminders: of accounts, and of offices where no person is named."""

import re
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from hub.people.actor import Actor
from hub.people.audit import Audit
from hub.people.errors import AccountRefused
from hub.people.models import EMAIL_LENGTH, Account
from hub.units.models import Unit

# Plain ASCII mailboxes, which every server takes. No sign in it means anything to a header.
_ADDRESS: Final = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")


def read_address(text: str) -> str | None:
    """The address; None for an empty text. Raises AccountRefused("email_bad") for what is none."""
    address = text.strip()
    if not address:
        return None
    if len(address) > EMAIL_LENGTH or _ADDRESS.fullmatch(address) is None or ".." in address:
        raise AccountRefused("email_bad", limit=EMAIL_LENGTH)
    return address


async def address_account(
    session: AsyncSession, audit: Audit, account_id: str, text: str, *, by: Actor
) -> str | None:
    """Write down an account's address, or with an empty text take it away; the address as it stands now. The
    trail says that it changed, and not what it is. Raises AccountRefused email_bad, account_unknown.
    """
    address = read_address(text)
    account = await session.get(Account, account_id, with_for_update=True)
    if account is None:
        raise AccountRefused("account_unknown")
    if account.email != address:
        account.email = address
        audit.record(session, by, "account.addressed", f"account:{account_id}", given=address is not None)
    return address


async def address_unit(
    session: AsyncSession, audit: Audit, unit_id: str, text: str, *, by: Actor
) -> str | None:
    """Write down the mailbox of a unit's office; see `address_account`. Raises AccountRefused email_bad,
    unit_unknown.
    """
    address = read_address(text)
    unit = await session.get(Unit, unit_id, with_for_update=True)
    if unit is None:
        raise AccountRefused("unit_unknown")
    if unit.email != address:
        unit.email = address
        audit.record(session, by, "unit.addressed", f"unit:{unit_id}", given=address is not None)
    return address
