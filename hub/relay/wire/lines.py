"""The m-lines of the hub's descriptions, written from fixed templates."""

from dataclasses import dataclass
from typing import Final

from hub.relay.core.specs import PROBE_SSRC, SLOT_SSRC, Codec, SlotName
from hub.relay.wire.sdp import Format, Line, Local, Setup, connection, transport

START_KBPS: Final = 1_600
"""Where a browser's sender begins: both layers and a voice. Without it Chrome starts at 300 kbit/s and
takes seconds to climb; on a line that carries less, transport-wide feedback takes it down."""
PROTOCOL: Final = "UDP/TLS/RTP/SAVPF"

STREAM: Final[dict[SlotName, str]] = {
    "main": "hall",
    "voice1": "hall",
    "second": "floor",
    "voice2": "floor",
    "document": "document",
    "voice3": "third",
}
"""Slots of one stream are kept in lip-sync by the browser."""

FEEDBACK: Final = ("nack", "nack pli", "ccm fir", "goog-remb", "transport-cc")
"""All we ever say about a format, in the order it is written."""
TO_VIEWERS: Final = frozenset(("nack", "nack pli", "ccm fir", "goog-remb"))
"""No transport-cc: 190 viewers would send thousands of RTCP packets a second, and with it a browser sends
no REMB."""
FROM_PUBLISHERS: Final = frozenset(FEEDBACK)
VOICE_TO_VIEWERS: Final = frozenset(("nack",))
VOICE_FROM_PUBLISHERS: Final = frozenset(("nack", "transport-cc"))

_H264_FMTP: Final = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id="
_OPUS_FMTP: Final = "minptime=10;useinbandfec=1;usedtx=0;stereo=0"
_RTPMAP: Final = {Codec.VP8: "VP8/90000", Codec.H264: "H264/90000", Codec.OPUS: "opus/48000/2"}


@dataclass(frozen=True, slots=True)
class Media:
    """One m-line to write. `formats` hold the feedback to promise; `extensions` map what it is to its id;
    `rids` are the layers to receive; `slot` is what we send here."""

    kind: str
    mid: str
    direction: str
    formats: tuple[Format, ...]
    extensions: tuple[tuple[str, int], ...] = ()
    rids: tuple[str, ...] = ()
    slot: SlotName | None = None
    protocol: str = PROTOCOL

    def lines(self, local: Local, setup: Setup) -> list[str]:
        """As it stands in a description."""
        types = [t for f in self.formats for t in (f.payload_type, f.rtx) if t is not None]
        lines = [f"m={self.kind} {local.port} {self.protocol} {' '.join(map(str, types))}"]
        lines += [connection(local), f"a=mid:{self.mid}", f"a={self.direction}", "a=rtcp-mux", "a=rtcp-rsize"]
        lines += transport(local, setup)
        lines += [f"a=extmap:{number} {what}" for what, number in self.extensions]
        for one in self.formats:
            lines += _format(one, inbound=self.direction == "recvonly")
        lines += _layers(self.rids)
        return lines + (_stream(self.slot, any(f.rtx for f in self.formats)) if self.slot is not None else [])


def refused(line: Line) -> list[str]:
    """The m-line that says no to one of theirs."""
    no = [f"m={line.kind} 0 {line.protocol} {line.first_format}", "c=IN IP4 0.0.0.0", "a=inactive"]
    return [*no, f"a=mid:{line.mid}"]


def _format(one: Format, *, inbound: bool) -> list[str]:
    number = one.payload_type
    lines = [f"a=rtpmap:{number} {_RTPMAP[one.codec]}"]
    lines += [f"a=rtcp-fb:{number} {kind}" for kind in FEEDBACK if kind in one.feedback]
    parameters = [_parameters(one)] if one.codec is not Codec.VP8 else []
    if inbound and one.codec is not Codec.OPUS:
        parameters.append(f"x-google-start-bitrate={START_KBPS}")
    if parameters:
        lines.append(f"a=fmtp:{number} {';'.join(parameters)}")
    if one.rtx is not None:
        lines += [f"a=rtpmap:{one.rtx} rtx/90000", f"a=fmtp:{one.rtx} apt={number}"]
    return lines


def _parameters(one: Format) -> str:
    return _OPUS_FMTP if one.codec is Codec.OPUS else _H264_FMTP + (one.profile or "42e01f")


def _layers(rids: tuple[str, ...]) -> list[str]:
    if not rids:
        return []
    return [*(f"a=rid:{rid} recv" for rid in rids), f"a=simulcast:recv {';'.join(rids)}"]


def _stream(slot: SlotName, rtx: bool) -> list[str]:
    ssrc, label = SLOT_SSRC[slot], f"{STREAM[slot]} {slot}"
    probe = PROBE_SSRC.get(slot) if rtx else None
    lines = [f"a=msid:{label}"]
    if probe is not None:
        lines.append(f"a=ssrc-group:FID {ssrc} {probe}")
    for each in (ssrc, probe):
        if each is not None:
            lines += [f"a=ssrc:{each} cname:hub", f"a=ssrc:{each} msid:{label}"]
    return lines
