"""Mail by SMTP. Threads of its own wait for servers; nothing a server says leaves here but a code."""

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from typing import Final

from hub.cases.notices.post import Outcome
from web.mail_server import Server

TIMEOUT: Final = 20.0
"""Seconds for one answer of the server."""
DEADLINE: Final = 120.0
"""Seconds for a whole batch: a server that dribbles is cut off."""
SENT: Final = Outcome()


class Mailer:
    """Hands mail to one server. `tls` is for a server whose certificate the system does not know."""

    def __init__(
        self,
        server: Server,
        *,
        tls: ssl.SSLContext | None = None,
        timeout: float = TIMEOUT,
        deadline: float = DEADLINE,
    ) -> None:
        self._server, self._timeout, self._deadline = server, timeout, deadline
        self._tls = tls or ssl.create_default_context()

    def send(self, mails: Sequence[EmailMessage]) -> list[Outcome]:
        """Hand them in over one connection; what became of each, in order. Never raises for what a server
        or a line does. Blocks: call it in a thread.
        """
        outcomes: list[Outcome] = []
        link: smtplib.SMTP | None = None
        with self._cut_off() as watched:
            for mail in mails:
                if watched.over:
                    outcomes.append(Outcome("timeout"))
                    continue
                try:
                    if link is None:
                        link = self._connect()
                        watched.socket = link.sock
                    link.send_message(mail)
                    outcomes.append(SENT)
                except (smtplib.SMTPException, OSError, ValueError) as error:
                    outcome = _outcome(error)
                    outcomes.append(Outcome("timeout") if watched.over else outcome)
                    if link is None:  # nobody is there: the others need not try
                        outcomes += [outcomes[-1]] * (len(mails) - len(outcomes))
                        break
                    refused = isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)
                    if not refused or link.sock is None:  # after a 421 the line is closed already
                        _close(link)
                        link = None
        if link is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                link.quit()
        return outcomes

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        link: smtplib.SMTP
        if server.way == "smtps":
            link = smtplib.SMTP_SSL(server.host, server.port, timeout=self._timeout, context=self._tls)
        else:
            link = smtplib.SMTP(server.host, server.port, timeout=self._timeout)
        try:
            if server.way == "starttls":
                link.starttls(context=self._tls)
            if server.user:
                link.login(server.user, server.password)
        except BaseException:
            _close(link)
            raise
        return link

    @contextlib.contextmanager
    def _cut_off(self) -> Iterator["_Watched"]:
        watched = _Watched()
        timer = threading.Timer(self._deadline, watched.cut)
        timer.daemon = True
        timer.start()
        try:
            yield watched
        finally:
            timer.cancel()


class _Watched:
    """The connection that is cut when its time is over."""

    def __init__(self) -> None:
        self.socket: socket.socket | None = None
        self.over = False

    def cut(self) -> None:
        self.over = True
        if self.socket is not None:
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)


def _outcome(error: Exception) -> Outcome:
    match error:
        case smtplib.SMTPRecipientsRefused():
            code = max((answer[0] for answer in error.recipients.values()), default=0)
            return Outcome(f"smtp_{code}", final=500 <= code < 600)
        case smtplib.SMTPAuthenticationError():
            return Outcome("auth")
        case smtplib.SMTPDataError():
            return Outcome(f"smtp_{error.smtp_code}", final=500 <= error.smtp_code < 600)
        case smtplib.SMTPConnectError() | smtplib.SMTPHeloError() | smtplib.SMTPSenderRefused():
            return Outcome(f"smtp_{error.smtp_code}")  # the server's or our own matter, no recipient's
        case smtplib.SMTPNotSupportedError():
            return Outcome("tls_missing")
        case smtplib.SMTPServerDisconnected():
            return Outcome("disconnected")
        case smtplib.SMTPResponseException():
            return Outcome(f"smtp_{error.smtp_code}")
        case TimeoutError():
            return Outcome("timeout")
        case ssl.SSLError():
            return Outcome("tls")
        case ValueError():
            return Outcome("mail_bad", final=True)
    return Outcome("connect")


def _close(link: smtplib.SMTP) -> None:
    with contextlib.suppress(OSError, smtplib.SMTPException):
        link.close()
