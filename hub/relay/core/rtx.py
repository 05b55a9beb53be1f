"""Retransmissions on a stream of their own (RFC 4588): an rtx packet becomes the packet it repeats."""

from typing import Final

from hub.relay.core.rtp import Rtp

_NUMBER: Final = 2
"""Octets of the original sequence number in front of the payload."""


def is_padding(rtx: Rtp) -> bool:
    """Whether it repeats nothing: a sender probes its line with such packets."""
    return len(rtx.payload) <= _NUMBER


def original(rtx: Rtp, payload_type: int, ssrc: int) -> Rtp:
    """The packet as it was first sent, under that payload type and SSRC. Only for what is no padding."""
    number = int.from_bytes(rtx.payload[:_NUMBER])
    return rtx._replace(payload_type=payload_type, sequence=number, ssrc=ssrc, payload=rtx.payload[_NUMBER:])
