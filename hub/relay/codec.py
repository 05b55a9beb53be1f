"""Frames of the control link: a 4-byte big-endian length and a JSON object `{"v", "id"?, "type", "body"}`.

Types are those of `hub.relay.control`, by class name; pydantic checks every field on the way in.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Final, get_args

from pydantic import TypeAdapter, ValidationError

from hub.relay import control

Message = control.Request | control.Reply | control.Event

_ADAPTERS: Final[dict[str, TypeAdapter[Any]]] = {
    kind.__name__: TypeAdapter(kind)
    for union in (control.Request, control.Reply, control.Event)
    for kind in get_args(union)
}


class FrameBad(ValueError):
    """Not a frame of this protocol; the text says why.

    `id` is the request it would have been, when that is known.
    """

    def __init__(self, sentence: str, id: int | None = None) -> None:
        super().__init__(sentence)
        self.id = id


@dataclass(frozen=True, slots=True)
class Frame:
    """A message, and the request it belongs to (None for events)."""

    message: Message
    id: int | None = None


def encode(message: Message, id: int | None = None) -> bytes:
    """The frame, length included. Raises FrameBad when it is longer than `MAX_FRAME`."""
    name = type(message).__name__
    body = _ADAPTERS[name].dump_python(message, mode="json")
    frame: dict[str, Any] = {"v": control.VERSION, "type": name, "body": body}
    if id is not None:
        frame["id"] = id
    text = json.dumps(frame, separators=(",", ":")).encode()
    if len(text) > control.MAX_FRAME:
        raise FrameBad("the message does not fit in a frame", id)
    return len(text).to_bytes(4, "big") + text


def decode(text: bytes) -> Frame:
    """Read a frame's JSON. Raises FrameBad, and nothing else, for anything that is not a message of version
    1.
    """
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise FrameBad("the frame is not JSON") from problem
    if not isinstance(frame, dict):
        raise FrameBad("the frame is not an object")
    id = frame.get("id")
    if id is not None and (not isinstance(id, int) or isinstance(id, bool)):
        raise FrameBad("the id is not a whole number")
    if frame.get("v") != control.VERSION:
        raise FrameBad(f"the version is not {control.VERSION}", id)
    name = frame.get("type")
    adapter = _ADAPTERS.get(name) if isinstance(name, str) else None
    if adapter is None:
        raise FrameBad("the type is unknown", id)
    try:
        return Frame(adapter.validate_python(frame.get("body")), id)
    except ValidationError as problem:
        raise FrameBad(f"the body of {name} is malformed ({problem.error_count()} errors)", id) from problem


async def read_frame(reader: asyncio.StreamReader) -> bytes:
    """The JSON of the next frame. Raises EOFError at the end, FrameBad when it says to be too long."""
    try:
        length = int.from_bytes(await reader.readexactly(4), "big")
        if length > control.MAX_FRAME:
            raise FrameBad("the frame is too long")
        return await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError) as problem:
        raise EOFError("the control link ended") from problem
