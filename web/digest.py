"""A digest as a mail: plain text from the locales. It names cases by number and unit, nobody, no
title and no kind.
"""

from collections.abc import Sequence
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import partial
from itertools import groupby
from typing import Final

from hub.cases.notices.inbox import Entry
from hub.cases.notices.post import Letter
from web import i18n

LANGUAGE: Final = i18n.DEFAULT
_POLICY: Final = SMTP.clone(cte_type="8bit", max_line_length=200)

_t = partial(i18n.translate, LANGUAGE)


def headline(entry: Entry, locale: i18n.Locale = LANGUAGE) -> str:
    """What a notice says, without its case."""
    term = (
        i18n.translate(locale, f"term.{entry.rule}") if entry.rule else i18n.translate(locale, "notice.term")
    )
    return i18n.translate(locale, f"notice.{entry.code}", term=term, date=i18n.day(entry.term))


def digest(letter: Letter, sender: str, url: str) -> EmailMessage:
    """The mail of a letter. `url`: where the hub is. The Message-ID is the same at every try. Raises
    ValueError for an address that is none: no line end gets into a header.
    """
    total = len(letter.entries) + letter.more
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = letter.address
    mail["Subject"] = _t("mail.subject", n=total, date=i18n.day(letter.made_at))
    mail["Date"] = format_datetime(letter.made_at)
    mail["Message-ID"] = f"<{letter.mail_id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = LANGUAGE
    mail.set_content("\n".join(_lines(letter, total, url)) + "\n")
    return mail


def _lines(letter: Letter, total: int, url: str) -> Sequence[str]:
    greeting = _t("mail.greeting.office", unit=letter.unit_name) if letter.unit_name else _t("mail.greeting")
    lines = [greeting, "", _t("mail.lead", n=total)]
    for code, entries in groupby(letter.entries, key=lambda entry: entry.code):
        lines += ["", _t(f"mail.group.{code}")]
        lines += [f"- {_line(entry)}" for entry in entries]
    if letter.more:
        lines += ["", _t("mail.more", n=letter.more)]
    return [*lines, "", _t("mail.open", url=f"{url}/inbox"), "", _t("mail.foot")]


def _line(entry: Entry) -> str:
    # A mail leaves the house: it does not say which term it is. Were only a denunciation's left out, that
    # would tell it.
    what = headline(replace(entry, rule=None))
    said = _t("mail.line", number=entry.number, unit=entry.unit_name, what=what)
    more = [_t("notice.nobody")] if entry.nobody else [_t("notice.up")] if entry.level else []
    return " ".join([said, *(f"({each})" for each in more)])
