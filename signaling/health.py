"""How a room says its own devices are, as far as its page can know: the wall shows it."""

from typing import Literal

from signaling.message import Message

Camera = Literal["live", "frozen", "black", "off"]
"""`frozen`: not one pixel has moved for a while; `black`: nothing but dark; `off`: none is open."""
Microphone = Literal["live", "silent", "off"]
"""`silent`: not even the noise of a room comes in."""
Speaker = Literal["on", "muted", "unknown"]
"""`muted`: what is said cannot be heard in the room; `unknown`: the page has no way to tell."""


class Health(Message):
    """One room's camera, microphone and loudspeaker now. `voice_only`: it is shown no pictures, by choice
    or for its line."""

    camera: Camera
    microphone: Microphone
    speaker: Speaker
    voice_only: bool


WELL = Health(camera="live", microphone="live", speaker="on", voice_only=False)
"""A room with nothing wrong."""
