"""What ends a connection, and the one exception a malformed message raises."""

from enum import IntEnum
from typing import Final


class CloseCode(IntEnum):
    """WebSocket close codes of PROTOCOL.md."""

    DONE = 1000
    GOING_AWAY = 1001
    TOO_LARGE = 1009
    MESSAGE_BAD = 4400
    SIGNED_OUT = 4401
    SESSION_UNKNOWN = 4404
    HELLO_LATE = 4408
    REPLACED = 4409
    TOO_FAST = 4429


REASON: Final = {
    CloseCode.DONE: "done",
    CloseCode.GOING_AWAY: "going_away",
    CloseCode.TOO_LARGE: "too_large",
    CloseCode.MESSAGE_BAD: "message_bad",
    CloseCode.SIGNED_OUT: "signed_out",
    CloseCode.SESSION_UNKNOWN: "session_unknown",
    CloseCode.HELLO_LATE: "hello_late",
    CloseCode.REPLACED: "replaced",
    CloseCode.TOO_FAST: "too_fast",
}
"""The reason sent with a close code; for 44xx also the `code` of the `error` before it."""


class BadMessage(Exception):
    """A client's text is not a message. The sentence is for the log and never repeats what was sent."""
