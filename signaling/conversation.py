"""One participant's conversation, sans-IO: texts and the time in, acts for the driver out.

A state is a bound method. Nothing a client sends raises; what cannot be read ends it with a code.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from signaling.errors import BadMessage, CloseCode
from signaling.messages import (
    LONGEST_TEXT,
    ClientMessage,
    Command,
    Hello,
    MediaAnswer,
    MediaClose,
    MediaOpen,
    MediaReport,
    MediaThumbnail,
    MediaWant,
    Ping,
    read,
)
from signaling.replies import Pong

HELLO_SECONDS: Final = 10.0
SILENT_SECONDS: Final = 40.0
"""Clients speak every 30 s; the rest is for a slow line."""
RATE_MESSAGES: Final = 40
RATE_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Greet:
    """Let the participant in and answer `hello`."""

    hello: Hello


@dataclass(frozen=True, slots=True)
class Say:
    """Send this text."""

    text: str


@dataclass(frozen=True, slots=True)
class Do:
    """Carry out a request that the hub has to answer."""

    request: Command | MediaOpen | MediaAnswer | MediaClose | MediaWant


@dataclass(frozen=True, slots=True)
class Heed:
    """Take note of what arrives at the participant, or of what its camera sees."""

    report: MediaReport | MediaThumbnail


@dataclass(frozen=True, slots=True)
class End:
    """Close the connection; for a 44xx code an `error` comes first. `why` is for the log."""

    code: CloseCode
    why: str = ""


Act = Greet | Say | Do | Heed | End


class Conversation:
    """Made when the WebSocket opens; `receive` and `tick` until an `End` comes out."""

    def __init__(self, now: float) -> None:
        self._opened_at = self._heard_at = now
        self._recent: deque[float] = deque(maxlen=RATE_MESSAGES)
        self._state: Callable[[ClientMessage], list[Act]] = self._waiting

    @property
    def ended(self) -> bool:
        """Whether an `End` has come out; nothing comes after it."""
        return self._state == self._over

    def deadline(self) -> float | None:
        """When `tick` is next wanted."""
        if self.ended:
            return None
        return (
            self._opened_at + HELLO_SECONDS
            if self._state == self._waiting
            else self._heard_at + SILENT_SECONDS
        )

    def receive(self, text: str, now: float) -> list[Act]:
        """Take one text from the client."""
        if self.ended:
            return []
        if self._too_fast(now):
            return self._end(CloseCode.TOO_FAST)
        if len(text) > LONGEST_TEXT or len(text.encode(errors="replace")) > LONGEST_TEXT:
            return self._end(CloseCode.TOO_LARGE)
        self._heard_at = now
        try:
            message = read(text)
        except BadMessage as error:
            return self._end(CloseCode.MESSAGE_BAD, str(error))
        return self._state(message)

    def receive_binary(self) -> list[Act]:
        """Take a binary frame: the protocol has none."""
        return [] if self.ended else self._end(CloseCode.MESSAGE_BAD, "binary frame")

    def stop(self) -> None:
        """It ended for a reason outside: nothing is taken any more."""
        self._state = self._over

    def tick(self, now: float) -> list[Act]:
        """Let the deadline pass."""
        due = self.deadline()
        if due is None or now < due:
            return []
        if self._state == self._waiting:
            return self._end(CloseCode.HELLO_LATE)
        return self._end(CloseCode.GOING_AWAY, "silent")

    def _waiting(self, message: ClientMessage) -> list[Act]:
        if not isinstance(message, Hello):
            return self._end(CloseCode.MESSAGE_BAD, f"{message.type} before hello")
        self._state = self._talking
        return [Greet(message)]

    def _talking(self, message: ClientMessage) -> list[Act]:
        match message:
            case Ping():
                return [Say(Pong(at=message.at).dump())]
            case MediaReport() | MediaThumbnail():
                return [Heed(message)]
            case Hello():
                return self._end(CloseCode.MESSAGE_BAD, "hello twice")
            case _:
                return [Do(message)]

    def _over(self, _message: ClientMessage) -> list[Act]:
        return []

    def _end(self, code: CloseCode, why: str = "") -> list[Act]:
        self._state = self._over
        return [End(code, why)]

    def _too_fast(self, now: float) -> bool:
        full = len(self._recent) == RATE_MESSAGES and now - self._recent[0] < RATE_SECONDS
        self._recent.append(now)
        return full
