"""What is agreed with a peer: the hub's own offers, and the answers to WHIP and WHEP clients. Pure functions.

The hub offers, so every browser gets the same payload types and SSRCs and one plaintext fits all. m-lines
of a hub offer, by mid: 0 main, 1 second, 2–4 voices, and for publishers 5 camera, 6 microphone.
"""

from dataclasses import dataclass
from typing import Final

from hub.relay.core.specs import (
    HUB_PAYLOAD_TYPES,
    PICTURE_SLOTS,
    SLOT_SSRC,
    SLOTS,
    VOICE_SLOTS,
    Codec,
    PayloadTypes,
    SlotName,
    TrackKind,
)
from hub.relay.wire.sdp import (
    Format,
    Line,
    Local,
    Remote,
    SdpBad,
    SdpNoCodec,
    Setup,
    connection,
    head,
    text,
    transport,
)

CAMERA_MID: Final = "5"
MICROPHONE_MID: Final = "6"
START_KBPS: Final = 800
"""Where a browser's sender begins; without it Chrome starts at 300 kbit/s and takes seconds to climb."""

_STREAM: Final[dict[SlotName, str]] = {
    "main": "hall", "voice1": "hall", "second": "floor", "voice2": "floor", "voice3": "third",
}  # fmt: skip
"""Slots of one stream are kept in lip-sync by the browser."""
_VIDEO_FEEDBACK: Final = ("nack", "nack pli", "ccm fir")
_H264_FMTP: Final = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id="
_OPUS_FMTP: Final = "minptime=10;useinbandfec=1;usedtx=0;stereo=0"
_RTPMAP: Final = {Codec.VP8: "VP8/90000", Codec.H264: "H264/90000", Codec.OPUS: "opus/48000/2"}
_TAKES: Final = ("recvonly", "sendrecv")
_GIVES: Final = ("sendonly", "sendrecv")


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the core must know of a peer after negotiation; the fields are `PeerSpec`'s."""

    receives: frozenset[SlotName]
    payload_types: PayloadTypes
    publishes: tuple[tuple[int, Codec, TrackKind], ...]


def hub_offer(local: Local, *, may_publish: bool) -> str:
    """The offer to a browser: all slots out, and camera and microphone in when it may publish."""
    mids = [str(index) for index in range(len(SLOTS))]
    if may_publish:
        mids += [CAMERA_MID, MICROPHONE_MID]
    lines = head(local, mids)
    for mid, slot in enumerate(SLOTS):
        kind = "video" if slot in PICTURE_SLOTS else "audio"
        lines += _media(
            local, kind, str(mid), "sendonly", setup="actpass", formats=_hub_formats(kind)
        ) + _stream(slot)
    if may_publish:
        lines += _media(
            local,
            "video",
            CAMERA_MID,
            "recvonly",
            setup="actpass",
            formats=_hub_formats("video", inbound=True),
        )
        lines += _media(
            local,
            "audio",
            MICROPHONE_MID,
            "recvonly",
            setup="actpass",
            formats=_hub_formats("audio", inbound=True),
        )
    return text(lines)


def read_hub_answer(remote: Remote, *, may_publish: bool) -> Agreed:
    """What a browser took of a hub offer. Raises SdpBad when the m-lines are not those that were offered."""
    offered = len(SLOTS) + (2 if may_publish else 0)
    if len(remote.lines) != offered:
        raise SdpBad(f"the answer has {len(remote.lines)} m-lines, the offer had {offered}")
    slots = list(zip(SLOTS, remote.lines, strict=False))
    taken = [(slot, line) for slot, line in slots if not line.rejected and line.direction in _TAKES]
    for slot, line in slots:
        if not line.rejected and line.kind != ("video" if slot in PICTURE_SLOTS else "audio"):
            raise SdpBad(f"the answer's m-line for {slot} is of the wrong kind")
    given = zip((TrackKind.CAMERA, TrackKind.MICROPHONE), remote.lines[len(SLOTS) :], strict=False)
    publishes = [p for kind, line in given for p in _published(line, kind)]
    return Agreed(
        frozenset(slot for slot, _ in taken), _payload_types([line for _, line in taken]), tuple(publishes)
    )


def accept_publisher(local: Local, remote: Remote) -> tuple[str, Agreed]:
    """The answer to a WHIP offer: its first video (VP8 before H264) and its first audio (Opus).

    Raises SdpBad for an offer that cannot be one, SdpNoCodec when nothing of it can be forwarded.
    """
    _must_bundle(remote)
    chosen: dict[int, tuple[Line, tuple[Format, ...]]] = {}
    publishes: list[tuple[int, Codec, TrackKind]] = []
    for kind, track in (("video", TrackKind.CAMERA), ("audio", TrackKind.MICROPHONE)):
        for index, line in enumerate(remote.lines):
            best = _best(line)[:1] if line.kind == kind and line.direction in _GIVES else ()
            if best:
                chosen[index] = (line, best)
                publishes.append((best[0].payload_type, best[0].codec, track))
                break
    if not publishes:
        raise SdpNoCodec("the offer publishes nothing in VP8, H264 or Opus")
    answer = _answer(local, remote, {i: (f, "recvonly", None) for i, (_, f) in chosen.items()})
    return answer, Agreed(frozenset(), (), tuple(publishes))


def accept_viewer(local: Local, remote: Remote) -> tuple[str, Agreed]:
    """The answer to a WHEP offer: its videos get the picture slots, its audios the voice slots, in order.

    Raises as `accept_publisher`.
    """
    _must_bundle(remote)
    free = {"video": list(PICTURE_SLOTS), "audio": list(VOICE_SLOTS)}
    chosen: dict[int, tuple[tuple[Format, ...], str, SlotName | None]] = {}
    lines: list[Line] = []
    for index, line in enumerate(remote.lines):
        formats = _best(line) if line.direction in _TAKES else ()
        slots = free.get(line.kind, [])
        if formats and slots:
            chosen[index] = (formats, "sendonly", slots.pop(0))
            lines.append(line)
    if not chosen:
        raise SdpNoCodec("the offer receives nothing in VP8, H264 or Opus")
    receives = frozenset(slot for _, _, slot in chosen.values() if slot is not None)
    return _answer(local, remote, chosen), Agreed(receives, _payload_types(lines), ())


def our_setup(remote: Remote) -> Setup:
    """Our DTLS role in an answer: passive (the server, whose order of profiles wins) unless the other side
    must be.
    """
    return "active" if remote.setup == "passive" else "passive"


def _must_bundle(remote: Remote) -> None:
    if not remote.bundled:
        raise SdpBad("the offer does not bundle its media on one transport")


def _best(line: Line) -> tuple[Format, ...]:
    """One format per codec, preferred first: VP8, then the H264 closest to constrained baseline."""
    if line.rejected:
        return ()
    wanted = (Codec.VP8, Codec.H264) if line.kind == "video" else (Codec.OPUS,)
    found = []
    for codec in wanted:
        fitting = [f for f in line.formats if f.codec is codec]
        fitting.sort(
            key=lambda f: not f.profile.lower().startswith("42e0")
        )  # stable: else the client's own order
        found += fitting[:1]
    return tuple(found)


def _payload_types(lines: list[Line]) -> PayloadTypes:
    types: dict[Codec, int] = {}
    for line in lines:
        for best in _best(line):
            types.setdefault(best.codec, best.payload_type)
    return tuple(sorted(types.items()))


def _published(line: Line, kind: TrackKind) -> list[tuple[int, Codec, TrackKind]]:
    if line.rejected or line.direction not in _GIVES:
        return []
    return [(f.payload_type, f.codec, kind) for f in _best(line)]


def _hub_formats(kind: str, *, inbound: bool = False) -> tuple[Format, ...]:
    types = dict(HUB_PAYLOAD_TYPES)
    if kind == "audio":
        return (Format(types[Codec.OPUS], Codec.OPUS, "", frozenset()),)
    feedback = frozenset((*_VIDEO_FEEDBACK, "goog-remb") if inbound else _VIDEO_FEEDBACK)
    return (
        Format(types[Codec.VP8], Codec.VP8, "", feedback),
        Format(types[Codec.H264], Codec.H264, "42e01f", feedback),
    )


def _answer(
    local: Local, remote: Remote, chosen: dict[int, tuple[tuple[Format, ...], str, SlotName | None]]
) -> str:
    lines = head(local, [remote.lines[index].mid for index in sorted(chosen)])
    for index, line in enumerate(remote.lines):
        if index not in chosen:
            lines += _no(line)
            continue
        formats, direction, slot = chosen[index]
        lines += _media(
            local,
            line.kind,
            line.mid,
            direction,
            setup=our_setup(remote),
            formats=formats,
            protocol=line.protocol,
        )
        lines += _stream(slot) if slot is not None else []
    return text(lines)


def _no(line: Line) -> list[str]:
    refused = [f"m={line.kind} 0 {line.protocol} {line.first_format}", "c=IN IP4 0.0.0.0", "a=inactive"]
    return [*refused, f"a=mid:{line.mid}"]


def _media(
    local: Local,
    kind: str,
    mid: str,
    direction: str,
    *,
    setup: Setup,
    formats: tuple[Format, ...],
    protocol: str = "UDP/TLS/RTP/SAVPF",
) -> list[str]:
    types = " ".join(str(f.payload_type) for f in formats)
    lines = [f"m={kind} {local.port} {protocol} {types}", connection(local), f"a=mid:{mid}", f"a={direction}"]
    lines += ["a=rtcp-mux", "a=rtcp-rsize", *transport(local, setup)]
    for one in formats:
        lines += _format_lines(one, inbound=direction == "recvonly")
    return lines


def _format_lines(one: Format, *, inbound: bool) -> list[str]:
    known = (*_VIDEO_FEEDBACK, "goog-remb") if inbound else _VIDEO_FEEDBACK
    lines = [f"a=rtpmap:{one.payload_type} {_RTPMAP[one.codec]}"]
    lines += [f"a=rtcp-fb:{one.payload_type} {kind}" for kind in known if kind in one.feedback]
    parameters = {Codec.VP8: "", Codec.H264: _H264_FMTP + (one.profile or "42e01f"), Codec.OPUS: _OPUS_FMTP}[
        one.codec
    ]
    if inbound and one.codec is not Codec.OPUS:
        parameters += f"{';' if parameters else ''}x-google-start-bitrate={START_KBPS}"
    return [*lines, f"a=fmtp:{one.payload_type} {parameters}"] if parameters else lines


def _stream(slot: SlotName) -> list[str]:
    ssrc, stream = SLOT_SSRC[slot], _STREAM[slot]
    return [f"a=msid:{stream} {slot}", f"a=ssrc:{ssrc} cname:hub", f"a=ssrc:{ssrc} msid:{stream} {slot}"]
