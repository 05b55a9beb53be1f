"""Which packets may begin a picture, whatever the codec."""

from hub.relay.core import h264, vp8
from hub.relay.core.specs import Codec


def starts_keyframe(codec: Codec, payload: bytes) -> bool:
    """True when a receiver may begin with this packet. Every voice packet is such a beginning.

    Raises `Malformed` when the codec's own header cannot be read.
    """
    match codec:
        case Codec.VP8:
            return vp8.starts_keyframe(payload)
        case Codec.H264:
            return h264.starts_keyframe(payload)
        case Codec.OPUS:
            return True
