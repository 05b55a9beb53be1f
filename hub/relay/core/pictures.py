"""The two counters of VP8 (RFC 7741 §4.2) in a stream that goes on over every change of source and of layer.

A receiver keeps what it decoded under these numbers and takes for old what is numbered before it. libwebrtc
drops a frame whose TL0PICIDX it knows with a later picture id, and waits for what it thinks is missing: after
a change to a stream numbered otherwise its picture stands still until a keyframe happens to fit. So both
numbers have to go up for whoever changes, too: at its keyframes a stream is led past all others of its slot.
"""

from collections.abc import Collection
from typing import Final

from hub.relay.core.vp8 import Descriptor

_WIDE: Final = 0x7FFF
_NARROW: Final = 0x7F
_TL0: Final = 0xFF
_HALF: Final = 0x4000


class Pictures:
    """`picture` and `tl0` are the newest that were written. They never wrap; a packet carries their low bits,
    as many as its source uses."""

    def __init__(self, picture: int, tl0: int) -> None:
        self.picture = picture
        self.tl0 = tl0
        self._picture_shift = 0
        self._tl0_shift = 0

    def begin(self, descriptor: Descriptor) -> None:
        """Another source goes on with that packet."""
        self._picture_shift = self.picture + 1 - descriptor.picture
        self._tl0_shift = self.tl0 + 1 - descriptor.tl0

    def lead(self, descriptor: Descriptor, picture: int, tl0: int) -> None:
        """A keyframe, of which nothing has been written yet, has these numbers at the least."""
        own_picture, own_tl0 = self.of(descriptor)
        if own_picture < picture:
            self._picture_shift += picture - own_picture
            self.picture = picture - 1
        if own_tl0 < tl0:
            self._tl0_shift += tl0 - own_tl0
            self.tl0 = tl0 - 1

    def of(self, descriptor: Descriptor) -> tuple[int, int]:
        """Picture and TL0PICIDX of that packet in this stream."""
        wraps = _WIDE if descriptor.picture_wide else _NARROW
        return (
            _nearest(descriptor.picture + self._picture_shift, self.picture, wraps),
            _nearest(descriptor.tl0 + self._tl0_shift, self.tl0, _TL0),
        )

    def wrote(self, descriptor: Descriptor, picture: int, tl0: int) -> None:
        """That packet became the newest. Numbers that its source does not tell stay as they are."""
        if descriptor.picture_at:
            self.picture = picture
        if descriptor.tl0_at:
            self.tl0 = tl0


def comes_after(picture: int, seen: int) -> bool:
    """Whether a receiver, who knows the low 15 bits only, takes that picture for newer than what it saw."""
    return 0 < (picture - seen) & _WIDE < _HALF


def clear_of(picture: int, seen: Collection[int]) -> int:
    """The least number from `picture` on that each of those takes for newer: after nine minutes without one
    (16,384 pictures) it would be older. `picture` itself when no step that others bear serves all."""
    found = picture
    while found - picture < _HALF:
        ahead = [(each - found) & _WIDE for each in seen if not comes_after(found, each)]
        if not ahead:
            return found
        found += max(ahead) + 1
    return picture


def _nearest(number: int, around: int, wraps: int) -> int:
    """What lies nearest to `around` of all that end with the same bits."""
    half = (wraps + 1) // 2
    return around + ((number - around + half) & wraps) - half
