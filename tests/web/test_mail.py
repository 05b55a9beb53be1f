"""Mail to a real server, and to servers that refuse, hang, hang up and have no certificate worth the name."""

import asyncio
import ssl
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from deploy.lan import certificate_for
from hub.cases.notices.inbox import Entry
from hub.cases.notices.post import Letter, Outcome
from tests.kit.smtp import MailServer, mail_server
from web.digest import digest
from web.mail import Mailer
from web.mail_server import Server, read_sender, read_server

SENDER = "Ban Tiếp công dân <tiepdan@hub.example>"
URL = "https://hub.example"


def entry(n: int = 1, code: str = "term_overdue", **more: object) -> Entry:
    plain = Entry(
        id=str(n),
        at=datetime(2026, 11, 20, 1, tzinfo=UTC),
        code=code,
        level=0,
        term=date(2026, 11, 19),
        rule="complaint_first",
        nobody=False,
        case_id="c" * 26,
        number=f"2026/{n:04d}",
        unit_name="Xã Hòa An",
        directive_id=None,
        read=False,
        settled=False,
        own=True,
    )
    from dataclasses import replace

    return replace(plain, **more)  # type: ignore[arg-type]


def letter(address: str = "an@xa.example", *entries: Entry, mail_id: str = "m" * 26) -> Letter:
    return Letter(mail_id, 1, address, datetime(2026, 11, 20, 1, tzinfo=UTC), "", entries or (entry(),))


def mail(address: str = "an@xa.example", mail_id: str = "m" * 26) -> EmailMessage:
    return digest(letter(address, mail_id=mail_id), SENDER, URL)


def mailer(server: MailServer, way: str = "smtp", **how: object) -> Mailer:
    return Mailer(Server(way, "127.0.0.1", server.port), timeout=1.0, **how)  # type: ignore[arg-type]


async def send(to: Mailer, *mails: EmailMessage) -> list[Outcome]:
    return await asyncio.to_thread(to.send, mails)


async def test_a_digest_arrives_as_it_was_written() -> None:
    async with mail_server() as server:
        assert await send(mailer(server), mail()) == [Outcome()]
    got = server.mails[0]
    assert got["Message-ID"] == f"<{'m' * 26}@hub.example>"
    assert got["From"] == SENDER
    assert got["Subject"] == "[Tiếp công dân] 1 việc cần chú ý ngày 20/11/2026"
    text = got.get_content().replace("\r\n", "\n")
    assert "QUÁ HẠN\n- Vụ việc 2026/0001, Xã Hòa An. Thời hạn giải quyết: đã quá hạn 19/11/2026" in text
    assert f"{URL}/inbox" in text


def test_a_digest_is_grouped_and_says_what_it_leaves_out() -> None:
    many = letter("a@b.example", entry(1), entry(2), entry(3, "directive_new", rule=None, nobody=True))
    text = digest(Letter(*[getattr(many, name) for name in many.__slots__[:6]], 7), SENDER, URL).get_content()
    assert text.count("QUÁ HẠN") == 1
    assert "(đơn vị chưa có người dùng)" in text
    assert "Và 7 việc khác" in text
    assert "Có 10 việc" in text


def test_a_mail_says_of_no_case_what_kind_it_is() -> None:
    """What is said of all but denunciations says of the others that they are."""
    rules = "denunciation", "denunciation_check", "complaint_first", "reception_answer", "party_answer"
    said = {digest(letter("a@b.example", entry(rule=rule)), SENDER, URL).get_content() for rule in rules}
    assert len(said) == 1
    assert "Thời hạn giải quyết: đã quá hạn 19/11/2026" in said.pop()


@pytest.mark.parametrize("address", ["a@b.example\r\nBcc: x@y.example", "a@b.example\nX: y"])
def test_no_line_end_gets_into_a_header(address: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        digest(letter(address), SENDER, URL)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("550 no such user", Outcome("smtp_550", final=True)),
        ("451 later", Outcome("smtp_451")),
        ("421 shutting down", Outcome("smtp_421")),
    ],
)
async def test_one_that_is_refused_does_not_hold_the_others(answer: str, outcome: Outcome) -> None:
    async with mail_server(refuse={"nobody@": answer}) as server:
        done = await send(mailer(server), mail("nobody@xa.example"), mail("an@xa.example"))
    assert done == [outcome, Outcome()]
    assert [each["To"] for each in server.mails] == ["an@xa.example"]


@pytest.mark.parametrize("at", ["connect", "EHLO", "MAIL", "DATA"])
async def test_a_server_that_hangs_is_left(at: str) -> None:
    async with mail_server(hang_at=at) as server:
        done = await send(mailer(server), mail())
        assert done[0].code in {"timeout", "disconnected"}
        assert not done[0].final


async def test_a_batch_ends_when_its_time_is_over() -> None:
    async with mail_server(hang_at="MAIL") as server:
        slow = Mailer(Server("smtp", "127.0.0.1", server.port), timeout=30.0, deadline=0.5)
        done = await send(slow, mail(), mail("b@xa.example"), mail("c@xa.example"))
    assert [each.code for each in done] == ["timeout"] * 3


async def test_nobody_there_is_asked_once() -> None:
    async with mail_server() as server:
        pass
    assert await send(mailer(server), mail(), mail("b@xa.example")) == [Outcome("connect")] * 2


async def test_an_answer_that_never_came_means_again() -> None:
    async with mail_server(drop_after_data=True) as server:
        first = await send(mailer(server), mail())
        server.drop_after_data = False
        second = await send(mailer(server), mail())
    assert (first[0].code, first[0].final, second) == ("disconnected", False, [Outcome()])
    assert server.mails[0]["Message-ID"] == server.mails[1]["Message-ID"]


def contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    files = certificate_for(["127.0.0.1"], folder)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(files.certificate, files.key)
    return server, ssl.create_default_context(cafile=str(files.authority))


@pytest.mark.parametrize("way", ["starttls", "smtps"])
async def test_encrypted_ways(way: str, tmp_path: Path) -> None:
    theirs, ours = contexts(tmp_path)
    how = {"tls": theirs} if way == "starttls" else {"implicit_tls": theirs}
    async with mail_server(**how) as server:
        assert await send(mailer(server, way, tls=ours), mail()) == [Outcome()]
        assert await send(mailer(server, way), mail()) == [Outcome("tls")]  # nobody vouches for it
    assert len(server.mails) == 1


async def test_broken_encryption_sends_nothing() -> None:
    async with mail_server(garbage_tls=True) as server:
        assert await send(mailer(server, "starttls"), mail()) == [Outcome("tls")]
    async with mail_server() as server:
        assert await send(mailer(server, "starttls"), mail()) == [Outcome("tls_missing")]
        assert (await send(mailer(server, "smtps"), mail()))[0].code in {"tls", "timeout", "disconnected"}
    assert server.mails == []


async def test_a_wrong_password() -> None:
    async with mail_server() as server:
        known = Mailer(Server("smtp", "127.0.0.1", server.port, "hub", "secret"), timeout=1.0)
        assert await send(known, mail()) == [Outcome("auth")]
        server.password = b"x"
        assert await send(known, mail()) == [Outcome()]


def test_servers_are_read() -> None:
    assert read_server("smtp://mail.example") == Server("smtp", "mail.example", 25)
    assert read_server("starttls://u%40x:p%2Fw@mail.example") == Server(
        "starttls", "mail.example", 587, "u@x", "p/w"
    )
    assert read_server("smtps://mail.example:2465/").port == 2465
    assert "p/w" not in repr(read_server("starttls://u:p%2Fw@mail.example"))


@pytest.mark.parametrize(
    "url", ["mail.example", "http://x", "smtp://", "smtp://x/y", "smtp://x?y", "smtp://x:y"]
)
def test_what_is_no_server(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_server(url)


def test_senders() -> None:
    assert read_sender(SENDER) == SENDER
    assert read_sender("a@b.example") == "a@b.example"
    for bad in ("x", "a@b.example\nBcc: c@d.example", "A <a@b.example>, B <b@b.example>", "<>"):
        with pytest.raises(ValueError, match=r"must be like"):
            read_sender(bad)
