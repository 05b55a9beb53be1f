"""H.264 payloads (RFC 6184 §5): where a keyframe starts."""

from collections.abc import Iterator
from typing import Final

from hub.relay.core.malformed import Malformed

_IDR: Final = 5
_SPS: Final = 7
_STAP_A: Final = 24
_FU_A: Final = 28


def starts_keyframe(payload: bytes) -> bool:
    """True for a packet that a decoder may start with: it holds parameter sets or the beginning of an IDR
    picture.

    Both may come in separate packets of one picture; the caller tells them apart by the timestamp.
    Raises `Malformed("h264")` for an aggregation or fragment that runs past the end.
    """
    if not payload:
        return False
    kind = payload[0] & 0x1F
    if kind == _STAP_A:
        return any(unit in (_IDR, _SPS) for unit in _aggregated(payload))
    if kind == _FU_A:
        if len(payload) < 2:
            raise Malformed("h264")
        return payload[1] >= 0x80 and payload[1] & 0x1F == _IDR
    return kind in (_IDR, _SPS)


def _aggregated(payload: bytes) -> Iterator[int]:
    at = 1
    while at < len(payload):
        size = int.from_bytes(payload[at : at + 2])
        if size == 0 or at + 2 + size > len(payload):
            raise Malformed("h264")
        yield payload[at + 2] & 0x1F
        at += 2 + size
