"""What a client says, one model each, and the strict reading of it."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError, field_validator

from hub.relay.core.specs import SlotName, Want
from signaling.errors import BadMessage
from signaling.health import Health
from signaling.message import Line, Message, Screen

LONGEST_TEXT: Final = 64 * 1024
"""Bytes of one message from a client, as UTF-8."""
LARGEST_NUMBER: Final = 2**53 - 1
"""Beyond it a browser's numbers are no longer exact."""
LONGEST_THUMBNAIL: Final = 16 * 1024
"""Characters of base64: `signaling.thumbnails.LARGEST_BYTES`, written out."""
DEEPEST: Final = 8
"""Levels of a command's data. No command needs more than two."""

PeerId = Annotated[str, Field(min_length=1, max_length=64)]
Number = Annotated[int, Field(ge=0, le=LARGEST_NUMBER)]
# Browsers report fractions for some of these; a number is a number.
Amount = Annotated[float, Field(ge=0, le=LARGEST_NUMBER, allow_inf_nan=False)]


class Hello(Message):
    """The first message."""

    type: Literal["hello"]
    version: Literal[1]
    resume: Number | None
    media: PeerId | None
    screen: Screen


class Command(Message):
    """Do something, once per `id`."""

    type: Literal["command"]
    id: Annotated[str, Field(min_length=1, max_length=64)]
    name: Annotated[str, Field(max_length=64)]
    data: dict[str, Any]

    @field_validator("id", "name", "data")
    @classmethod
    def _can_be_stored(cls, value: Any) -> Any:
        _storable(value)
        return value


class MediaOpen(Message):
    """Ask for a media offer."""

    type: Literal["media.open"]
    publish: bool
    line: Line = "stage"


class MediaAnswer(Message):
    """The browser's answer to an offer."""

    type: Literal["media.answer"]
    peer: PeerId
    sdp: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]


class MediaClose(Message):
    """Give up the media peer."""

    type: Literal["media.close"]
    line: Line = "stage"


class MediaWant(Message):
    """How large a screen shows each slot; slots that are not named may have all. Replaces what was said
    before."""

    type: Literal["media.want"]
    slots: dict[SlotName, Want]


class MediaReport(Message):
    """What arrives at the participant's screen, and how its own devices are when it can tell."""

    type: Literal["media.report"]
    decoding: bool
    frames: Amount
    sound: bool
    loss: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    health: Health | None = None


class MediaThumbnail(Message):
    """A small picture of what a room's camera sees, for the wall: a JPEG in base64."""

    type: Literal["media.thumbnail"]
    jpeg: Annotated[str, Field(min_length=1, max_length=LONGEST_THUMBNAIL)]


class Ping(Message):
    """Keeps the connection, measures the way."""

    type: Literal["ping"]
    at: Annotated[float, Field(allow_inf_nan=False)]


ClientMessage = (
    Hello | Command | MediaOpen | MediaAnswer | MediaClose | MediaWant | MediaReport | MediaThumbnail | Ping
)
_CLIENT: Final[TypeAdapter[ClientMessage]] = TypeAdapter(
    Annotated[ClientMessage, Field(discriminator="type")]
)


def read(text: str) -> ClientMessage:
    """Read a client's text. Raises BadMessage for anything that is not exactly a message of the protocol."""
    try:
        return _CLIENT.validate_json(text)
    except ValidationError as error:
        raise BadMessage(_why(error)) from None
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"not readable ({type(error).__name__})") from None


def _why(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    where = ".".join(str(part)[:40] for part in first["loc"][:4])
    return f"{where or 'message'}: {first['type']}"


def _storable(value: Any, depth: int = 0) -> None:
    """Raise ValueError for what no record can hold: NUL in a text, endless numbers, data without end."""
    if depth > DEEPEST:
        raise ValueError("nested too deeply")
    match value:
        case str():
            if "\0" in value:
                raise ValueError("a text with NUL")
        case dict():
            for name, each in value.items():
                _storable(name, depth)
                _storable(each, depth + 1)
        case list():
            for each in value:
                _storable(each, depth + 1)
        case bool() | None:
            pass
        case int() | float():
            if not abs(value) <= LARGEST_NUMBER:
                raise ValueError("a number out of range")
