"""Types of what a command's data may hold. Everything has a bound, and text is text."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

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
Conclusion = Annotated[str, _words(LONGEST_CONCLUSION), AfterValidator(_plain)]
Reason = Annotated[str, _words(500, least=0), AfterValidator(_plain)]
PersonName = Annotated[str, _words(120), AfterValidator(_plain)]
Mark = Literal["promise", "question", "evidence", "directive"]


class Data(BaseModel):
    """Base of all commands' data: exact types, nothing unknown."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NoData(Data):
    """A command that needs none."""


class ItemData(Data):
    """About one agenda item."""

    item: Id
