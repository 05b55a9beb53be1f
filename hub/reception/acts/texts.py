"""Types of what a command's data may hold. Everything has a bound, and text is text."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from hub.units.models import NAME_LENGTH

LONGEST_NOTE = 4000
LONGEST_CONCLUSION = 8000


def _plain(text: str) -> str:
    """No control characters but line ends and tabs, no half surrogates: no database would take or keep
    them.
    """
    if any(
        (ord(letter) < 32 and letter not in "\n\r\t") or 0xD800 <= ord(letter) <= 0xDFFF for letter in text
    ):
        raise ValueError("text with control characters")
    return text


def _words(most: int, least: int = 1) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=least, max_length=most)


Id = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(_plain)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=20), AfterValidator(_plain)]
NoteText = Annotated[str, _words(LONGEST_NOTE), AfterValidator(_plain)]
DraftText = Annotated[str, _words(LONGEST_CONCLUSION, least=0), AfterValidator(_plain)]
Conclusion = Annotated[str, _words(LONGEST_CONCLUSION), AfterValidator(_plain)]
Reason = Annotated[str, _words(500, least=0), AfterValidator(_plain)]
PersonName = Annotated[str, _words(120), AfterValidator(_plain)]
PlaceName = Annotated[str, _words(NAME_LENGTH), AfterValidator(_plain)]
"""What a unit, a room or an account may be called."""
Why = Annotated[str, _words(500), AfterValidator(_plain)]
"""A reason that must be given."""
Title = Annotated[str, _words(300), AfterValidator(_plain)]
Line = Annotated[str, _words(300), AfterValidator(_plain)]
Phone = Annotated[str, _words(40), AfterValidator(_plain)]
Mark = Literal["promise", "question", "evidence", "directive"]


Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""The number of the event that wrote a text."""


def _day(text: str) -> str:
    """A day of the calendar, as `YYYY-MM-DD`."""
    if len(text) != len("2026-07-15") or date.fromisoformat(text).isoformat() != text:
        raise ValueError("not a day")
    return text


Day = Annotated[str, AfterValidator(_day)]


class Data(BaseModel):
    """Base of all commands' data: exact types, nothing unknown."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NoData(Data):
    """A command that needs none."""


class Confirmable(Data):
    """A command that may end a closed hearing: `confirm` says that this is meant."""

    confirm: bool = False


class ItemData(Data):
    """About one agenda item."""

    item: Id
