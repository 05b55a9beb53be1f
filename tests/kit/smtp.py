"""A small mail server for tests: it takes mails, or does to them what servers do."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


@dataclass
class MailServer:
    """Speaks enough SMTP. What stands in `refuse` (a part of an address: an answer) is refused at RCPT."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    greeting: str = "220 test"
    hang_at: str = ""
    """A command after which nothing is ever answered; `connect` for none at all."""
    drop_after_data: bool = False
    """The mail is taken, and the line breaks before that is said."""
    tls: ssl.SSLContext | None = None
    """For STARTTLS."""
    garbage_tls: bool = False
    """Answer the handshake with nonsense."""
    password: bytes = b""
    commands: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        try:
            await self._talk(reader, writer)
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _hang(self, reader: asyncio.StreamReader, at: str) -> None:
        if at == self.hang_at:
            await reader.read()
            raise ConnectionResetError

    def _offers(self) -> str:
        offers = ["250-test", "250-8BITMIME"]
        offers += ["250-STARTTLS"] if self.tls or self.garbage_tls else []
        return "\r\n".join([*offers, "250 AUTH PLAIN"])

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(text: str) -> None:
            writer.write(text.encode() + b"\r\n")
            await writer.drain()

        await self._hang(reader, "connect")
        await say(self.greeting)
        while line := (await reader.readline()).decode().strip():
            verb = line.split(" ", 1)[0].upper()
            self.commands.append(verb)
            await self._hang(reader, verb)
            match verb:
                case "EHLO":
                    await say(self._offers())
                case "STARTTLS":
                    await say("220 go")
                    if self.garbage_tls:
                        await say("no handshake of mine")
                        return
                    assert self.tls is not None
                    await writer.start_tls(self.tls)
                case "AUTH":
                    await say("235 ok" if self.password else "535 no")
                case "RCPT":
                    answer = next((said for part, said in self.refuse.items() if part in line), "250 ok")
                    await say(answer)
                case "DATA":
                    await say("354 go")
                    content = await reader.readuntil(b"\r\n.\r\n")
                    mail: Any = message_from_bytes(content[:-3], policy=policy.default)
                    self.mails.append(mail)
                    if self.drop_after_data:
                        return
                    await say("250 taken")
                case "QUIT":
                    await say("221 bye")
                    return
                case _:
                    await say("250 ok")


@asynccontextmanager
async def mail_server(**how: Any) -> AsyncIterator[MailServer]:
    """A server on a free port of this machine. `implicit_tls`: a context for TLS from the first byte."""
    implicit = how.pop("implicit_tls", None)
    made = MailServer(**how)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=implicit)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
