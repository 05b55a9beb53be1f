"""The VP8 payload descriptor (RFC 7741 §4.2): where a keyframe starts, and the two numbers a switch must
continue."""

from typing import NamedTuple

from hub.relay.core.malformed import Malformed


class Descriptor(NamedTuple):
    """`picture_at` and `tl0_at` are offsets into the payload, 0 when the field is absent; `temporal` is the
    layer's index, None when the descriptor does not tell."""

    size: int
    starts_frame: bool
    picture_at: int
    picture_wide: bool
    picture: int
    tl0_at: int
    tl0: int
    temporal: int | None = None


def describe(payload: bytes) -> Descriptor:
    """Read the descriptor of a payload that is not empty. Raises `Malformed("vp8")` when it runs past the
    end."""
    try:
        return _describe(payload)
    except IndexError:
        raise Malformed("vp8") from None


def _describe(payload: bytes) -> Descriptor:
    first = payload[0]
    starts_frame = first & 0x17 == 0x10  # S set, partition 0
    if not first & 0x80:
        return Descriptor(1, starts_frame, 0, False, 0, 0, 0)
    flags = payload[1]
    at = 2
    picture_at, wide, picture = 0, False, 0
    if flags & 0x80:
        picture_at, wide = at, payload[at] >= 0x80
        picture = (payload[at] & 0x7F) << 8 | payload[at + 1] if wide else payload[at]
        at += 2 if wide else 1
    tl0_at, tl0 = 0, 0
    if flags & 0x40:
        tl0_at, tl0 = at, payload[at]
        at += 1
    temporal = None
    if flags & 0x30:
        if flags & 0x20:
            temporal = payload[at] >> 6
        else:
            payload[at]
        at += 1
    return Descriptor(at, starts_frame, picture_at, wide, picture, tl0_at, tl0, temporal)


def starts_keyframe(payload: bytes) -> bool:
    """True for the first packet of a keyframe: start of partition 0, and the frame header's P bit clear."""
    if not payload:
        return False
    descriptor = describe(payload)
    return descriptor.starts_frame and len(payload) > descriptor.size and not payload[descriptor.size] & 0x01


def renumber(payload: bytes, descriptor: Descriptor, picture: int, tl0: int) -> bytes:
    """The payload with its picture id and TL0PICIDX replaced where it has them; widths are kept."""
    patched = bytearray(payload)
    if descriptor.picture_at:
        if descriptor.picture_wide:
            patched[descriptor.picture_at] = 0x80 | picture >> 8 & 0x7F
            patched[descriptor.picture_at + 1] = picture & 0xFF
        else:
            patched[descriptor.picture_at] = picture & 0x7F
    if descriptor.tl0_at:
        patched[descriptor.tl0_at] = tl0 & 0xFF
    return bytes(patched)
