"""The base of every message: strict, closed, unchangeable."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

VERSION: Final = 1
Screen = Literal["console", "room", "desk"]
Line = Literal["stage", "talk"]
"""Which media connection is meant: to the session's stage, or to a private talk."""


class Message(BaseModel):
    """A JSON object with exactly the fields of its model; a typo never passes for success."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def dump(self) -> str:
        """The message as it is sent."""
        return self.model_dump_json()
