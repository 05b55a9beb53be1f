"""How long a sign-in lasts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.people.ended import LONGEST_SIGN_IN
from hub.people.secrets import Keys
from web.cookies import AccountCookie, read_account, write_account

AT = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
LASTS = timedelta(hours=12)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


def test_it_lasts_from_the_time_it_was_given_anew(keys: Keys) -> None:
    evening = write_account(keys, AccountCookie("a", 1, AT))
    assert read_account(keys, evening, AT + LASTS, LASTS) is None
    morning = AT + timedelta(hours=11)
    renewed = write_account(keys, AccountCookie("a", 1, AT, morning))
    read = read_account(keys, renewed, AT + LASTS, LASTS)
    assert read == AccountCookie("a", 1, AT, morning)
    assert read_account(keys, renewed, morning + LASTS, LASTS) is None


def test_however_often_it_is_renewed_a_password_is_asked_for_some_day(keys: Keys) -> None:
    last = AT + LONGEST_SIGN_IN - timedelta(hours=1)
    text = write_account(keys, AccountCookie("a", 1, AT, last))
    assert read_account(keys, text, last, LASTS) is not None
    assert read_account(keys, text, AT + LONGEST_SIGN_IN, LASTS) is None


def test_a_cookie_from_before_renewals_counts(keys: Keys) -> None:
    from web.cookies import _serializer  # what an older hub wrote

    text = str(_serializer(keys).dumps(["a", 1, int(AT.timestamp())]))
    assert read_account(keys, text, AT, LASTS) == AccountCookie("a", 1, AT, AT)


@pytest.mark.parametrize("content", [["a", 1], ["a", "1", 5], ["a", 1, 5, "x"], 7, ["a", 1, 10**20]])
def test_what_makes_no_sense_is_nobody(keys: Keys, content: object) -> None:
    from web.cookies import _serializer

    assert read_account(keys, str(_serializer(keys).dumps(content)), AT, LASTS) is None
