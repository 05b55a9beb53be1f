"""What is agreed with a peer: the hub's own offers, and the answers to WHIP and WHEP clients. Pure functions.

The hub offers, so every browser gets the same payload types and SSRCs and one plaintext fits all. m-lines
of a hub offer, by mid: 0 main, 1 second, 2 document, 3–5 voices, and for publishers 6 camera, 7 microphone,
8 screen.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from hub.relay.core.specs import (
    ABS_SEND_TIME,
    HUB_EXTENSIONS,
    HUB_PAYLOAD_TYPES,
    HUB_RTX_TYPES,
    PICTURE_SLOTS,
    SCREEN_PAYLOAD_TYPES,
    SCREEN_RTX_TYPES,
    SLOTS,
    VOICE_SLOTS,
    Codec,
    Extensions,
    Layer,
    PayloadTypes,
    PeerSpec,
    SlotName,
    TrackKind,
)
from hub.relay.wire import lines, traits
from hub.relay.wire.lines import Media
from hub.relay.wire.sdp import Format, Line, Local, Remote, SdpBad, SdpNoCodec, Setup, head, text

CAMERA_MID: Final = "6"
MICROPHONE_MID: Final = "7"
SCREEN_MID: Final = "8"
_GIVEN: Final = (TrackKind.CAMERA, TrackKind.MICROPHONE, TrackKind.SCREEN)
"""What a publisher's m-lines are for, in order."""

PICTURE_CODECS: Final = (Codec.VP8, Codec.H264)
"""The order in which picture codecs are offered and taken, unless the hub is set otherwise."""
HUB_RIDS: Final = (Layer.LOW, Layer.HIGH)
"""In the order libwebrtc wants its layers: it takes the last for the best, and pads the line up to all that
the others may need (measured the other way round: 1 Mbit/s of padding for as long as the camera is on)."""

_SMALL_FIRST: Final = frozenset(
    ((small,), (large,)) for small, large in (("l", "h"), ("q", "f"), ("low", "high"), ("lo", "hi"))
)
"""First and last names that say themselves that the order is libwebrtc's and not RFC 8853's."""

_TO_VIEWERS: Final = ((traits.ABS_SEND_TIME, ABS_SEND_TIME),)
_MARKS: Final = (
    (traits.SDES_MID, HUB_EXTENSIONS.mid),
    (traits.TRANSPORT_SEQUENCE, HUB_EXTENSIONS.sequence),
    (traits.SDES_RID, HUB_EXTENSIONS.rid),
    (traits.SDES_REPAIRED_RID, HUB_EXTENSIONS.repaired_rid),
)
"""The extensions of a publisher's packets; a voice has the first two."""
_TAKES: Final = ("recvonly", "sendrecv")
_GIVES: Final = ("sendonly", "sendrecv")


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the core must know of a peer after negotiation; the fields are `PeerSpec`'s."""

    receives: frozenset[SlotName]
    payload_types: PayloadTypes
    publishes: tuple[tuple[int, Codec, TrackKind], ...]
    repeats: tuple[tuple[int, int], ...] = ()
    extensions: Extensions = field(default_factory=Extensions)
    rids: tuple[tuple[str, Layer], ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()
    probe_type: int | None = None
    remb: bool = False

    def spec(self, peer: str, stage: str, groups: frozenset[str]) -> PeerSpec:
        """As the core is told."""
        return PeerSpec(
            peer=peer,
            stage=stage,
            groups=groups,
            receives=self.receives,
            payload_types=self.payload_types,
            publishes=self.publishes,
            repeats=self.repeats,
            extensions=self.extensions,
            rids=self.rids,
            pairs=self.pairs,
            probe_type=self.probe_type,
            remb=self.remb,
        )


def preferring(codec: Codec) -> tuple[Codec, ...]:
    """Both picture codecs, that one first."""
    return codec, *(other for other in PICTURE_CODECS if other is not codec)


def hub_offer(
    local: Local, *, may_publish: bool, codecs: tuple[Codec, ...] = PICTURE_CODECS, layers: bool = True
) -> str:
    """The offer to a browser: all slots out, and camera, microphone and screen in when it may publish.

    Browsers send the first of `codecs` that they can; `layers` asks for the camera in two sizes.
    """
    media = [_slot(mid, slot) for mid, slot in enumerate(SLOTS)]
    if may_publish:
        media += [_camera(codecs, layers), _microphone(), _screen(codecs)]
    written = head(local, [each.mid for each in media])
    for each in media:
        written += each.lines(local, "actpass")
    return text(written)


def _slot(mid: int, slot: SlotName) -> Media:
    if slot in PICTURE_SLOTS:
        formats = _formats(HUB_PAYLOAD_TYPES, HUB_RTX_TYPES, PICTURE_CODECS, lines.TO_VIEWERS)
        return Media("video", str(mid), "sendonly", formats, _TO_VIEWERS, slot=slot)
    return Media("audio", str(mid), "sendonly", _opus(lines.VOICE_TO_VIEWERS), _TO_VIEWERS, slot=slot)


def _camera(codecs: tuple[Codec, ...], layers: bool) -> Media:
    formats = _formats(HUB_PAYLOAD_TYPES, HUB_RTX_TYPES, codecs, lines.FROM_PUBLISHERS)
    return Media("video", CAMERA_MID, "recvonly", formats, _MARKS, rids=HUB_RIDS if layers else ())


def _microphone() -> Media:
    return Media("audio", MICROPHONE_MID, "recvonly", _opus(lines.VOICE_FROM_PUBLISHERS), _MARKS[:2])


def _screen(codecs: tuple[Codec, ...]) -> Media:
    """One layer only: what a document loses in size cannot be read."""
    formats = _formats(SCREEN_PAYLOAD_TYPES, SCREEN_RTX_TYPES, codecs, lines.FROM_PUBLISHERS)
    return Media("video", SCREEN_MID, "recvonly", formats, _MARKS)


def _formats(
    types: PayloadTypes, rtx: dict[Codec, int], codecs: tuple[Codec, ...], feedback: frozenset[str]
) -> tuple[Format, ...]:
    numbers = dict(types)
    profiles = {Codec.H264: "42e01f"}
    return tuple(
        Format(numbers[codec], codec, profiles.get(codec, ""), feedback, rtx[codec]) for codec in codecs
    )


def _opus(feedback: frozenset[str]) -> tuple[Format, ...]:
    return (Format(dict(HUB_PAYLOAD_TYPES)[Codec.OPUS], Codec.OPUS, "", feedback),)


def read_hub_answer(remote: Remote, *, may_publish: bool) -> Agreed:
    """What a browser took of a hub offer. Raises SdpBad when the m-lines are not those that were offered."""
    offered = len(SLOTS) + (len(_GIVEN) if may_publish else 0)
    if len(remote.lines) != offered:
        raise SdpBad(f"the answer has {len(remote.lines)} m-lines, the offer had {offered}")
    slots = list(zip(SLOTS, remote.lines, strict=False))
    for slot, line in slots:
        if not line.rejected and line.kind != ("video" if slot in PICTURE_SLOTS else "audio"):
            raise SdpBad(f"the answer's m-line for {slot} is of the wrong kind")
    taken = {slot: line for slot, line in slots if not line.rejected and line.direction in _TAKES}
    given = [
        (kind, line)
        for kind, line in zip(_GIVEN, remote.lines[len(SLOTS) :], strict=False)
        if not line.rejected and line.direction in _GIVES
    ]
    return replace(
        _viewer(taken),
        publishes=tuple((f.payload_type, f.codec, kind) for kind, line in given for f in _best(line)),
        repeats=_repeats(line for _, line in given),
        extensions=_extensions([line for _, line in given]),
        pairs=tuple(pair for _, line in given for pair in line.traits.pairs),
    )


def _viewer(taken: dict[SlotName, Line]) -> Agreed:
    """Of the slots a peer takes, and the m-lines it takes them on."""
    pictures = [best for slot, line in taken.items() if slot in PICTURE_SLOTS for best in _best(line)]
    probes = [best.rtx for best in pictures if best.rtx is not None]
    return Agreed(
        receives=frozenset(taken),
        payload_types=_payload_types(list(taken.values())),
        publishes=(),
        probe_type=probes[0] if probes else None,
        remb=any("goog-remb" in best.feedback for best in pictures),
    )


def accept_publisher(
    local: Local, remote: Remote, codecs: tuple[Codec, ...] = PICTURE_CODECS
) -> tuple[str, Agreed]:
    """The answer to a WHIP offer: its first video (the first of `codecs` it has) and its first audio
    (Opus), with its own payload types, extension ids and names of layers.

    Raises SdpBad for an offer that cannot be one, SdpNoCodec when nothing of it can be forwarded.
    """
    _must_bundle(remote)
    chosen: dict[int, Media] = {}
    publishes: list[tuple[int, Codec, TrackKind]] = []
    rids: tuple[tuple[str, Layer], ...] = ()
    for kind, track in (("video", TrackKind.CAMERA), ("audio", TrackKind.MICROPHONE)):
        for index, line in enumerate(remote.lines):
            best = _best(line, codecs)[:1] if line.kind == kind and line.direction in _GIVES else ()
            if best:
                layers = _layers(line) if track is TrackKind.CAMERA else ()
                rids = rids or layers
                taken_rids = tuple(rid for rid in line.traits.sends if rid in dict(layers))
                chosen[index] = _received(line, best, taken_rids)
                publishes.append((best[0].payload_type, best[0].codec, track))
                break
    if not publishes:
        raise SdpNoCodec("the offer publishes nothing in VP8, H264 or Opus")
    taken = [remote.lines[index] for index in chosen]
    agreed = Agreed(
        receives=frozenset(),
        payload_types=(),
        publishes=tuple(publishes),
        repeats=tuple(
            (f.rtx, f.payload_type) for m in chosen.values() for f in m.formats if f.rtx is not None
        ),
        extensions=_extensions(taken),
        rids=rids,
        pairs=tuple(pair for line in taken for pair in line.traits.pairs),
    )
    return _answer(local, remote, chosen), agreed


def _received(line: Line, formats: tuple[Format, ...], rids: tuple[str, ...]) -> Media:
    """Their m-line, taken: of their extensions those we read, of their feedback what we give."""
    ids = dict(line.traits.extensions)
    marks = tuple((what, ids[what]) for what, _ in _MARKS if what in ids)
    if traits.TRANSPORT_SEQUENCE not in ids:
        formats = tuple(replace(f, feedback=f.feedback - {"transport-cc"}) for f in formats)
    return Media(line.kind, line.mid, "recvonly", formats, marks, rids=rids, protocol=line.protocol)


def accept_viewer(local: Local, remote: Remote) -> tuple[str, Agreed]:
    """The answer to a WHEP offer: its videos get the picture slots, its audios the voice slots, in order.

    Raises as `accept_publisher`.
    """
    _must_bundle(remote)
    free = {"video": list(PICTURE_SLOTS), "audio": list(VOICE_SLOTS)}
    chosen: dict[int, Media] = {}
    taken: dict[SlotName, Line] = {}
    types: dict[Codec, int] = {}
    for index, line in enumerate(remote.lines):
        best = _best(line) if line.direction in _TAKES else ()
        # A codec has one payload type for all slots: an m-line that gives it another is not taken in it.
        formats = tuple(f for f in best if types.setdefault(f.codec, f.payload_type) == f.payload_type)
        slots = free.get(line.kind, [])
        if formats and slots:
            slot = slots.pop(0)
            chosen[index] = _sent(line, formats, slot)
            taken[slot] = line
    if not chosen:
        raise SdpNoCodec("the offer receives nothing in VP8, H264 or Opus")
    return _answer(local, remote, chosen), _viewer(taken)


def _sent(line: Line, formats: tuple[Format, ...], slot: SlotName) -> Media:
    """One plaintext for all: its extension has our id, so it is agreed only with who has the same."""
    given = lines.TO_VIEWERS if line.kind == "video" else lines.VOICE_TO_VIEWERS
    formats = tuple(replace(f, feedback=f.feedback & given) for f in formats)
    marks = tuple(mark for mark in _TO_VIEWERS if mark in line.traits.extensions)
    return Media(line.kind, line.mid, "sendonly", formats, marks, slot=slot, protocol=line.protocol)


def our_setup(remote: Remote) -> Setup:
    """Our DTLS role in an answer: passive (the server, whose order of profiles wins) unless the other side
    must be.
    """
    return "active" if remote.setup == "passive" else "passive"


def _must_bundle(remote: Remote) -> None:
    if not remote.bundled:
        raise SdpBad("the offer does not bundle its media on one transport")


def _best(line: Line, codecs: tuple[Codec, ...] = PICTURE_CODECS) -> tuple[Format, ...]:
    """One format per codec, preferred first; of H264 the one closest to constrained baseline."""
    if line.rejected:
        return ()
    wanted = codecs if line.kind == "video" else (Codec.OPUS,)
    found = []
    for codec in wanted:
        fitting = [f for f in line.formats if f.codec is codec]
        fitting.sort(
            key=lambda f: not f.profile.lower().startswith("42e0")
        )  # stable: else the client's own order
        found += fitting[:1]
    return tuple(found)


def _payload_types(taken: list[Line]) -> PayloadTypes:
    types: dict[Codec, int] = {}
    for line in taken:
        for best in _best(line):
            types.setdefault(best.codec, best.payload_type)
    return tuple(sorted(types.items()))


def _repeats(given: Iterable[Line]) -> tuple[tuple[int, int], ...]:
    return tuple((f.rtx, f.payload_type) for line in given for f in _best(line) if f.rtx is not None)


def _extensions(given: list[Line]) -> Extensions:
    """Ids hold for the whole transport (RFC 8843 §9.2). Without feedback of either kind the sequence is not
    agreed."""
    ids: dict[str, int] = {}
    for line in given:
        ids = dict(line.traits.extensions) | ids
    counted = any("transport-cc" in f.feedback for line in given for f in line.formats)
    return Extensions(
        mid=ids.get(traits.SDES_MID, 0),
        rid=ids.get(traits.SDES_RID, 0),
        repaired_rid=ids.get(traits.SDES_REPAIRED_RID, 0),
        sequence=ids.get(traits.TRANSPORT_SEQUENCE, 0) if counted else 0,
    )


def _layers(line: Line) -> tuple[tuple[str, Layer], ...]:
    """The first of the other side's layers is the best, the last the smallest; those between are not
    taken."""
    sends = line.traits.sends
    if (sends[:1], sends[-1:]) in _SMALL_FIRST:
        sends = sends[::-1]
    if not sends or traits.SDES_RID not in dict(line.traits.extensions):
        return ()
    return ((sends[0], Layer.HIGH), (sends[-1], Layer.LOW)) if len(sends) > 1 else ((sends[0], Layer.HIGH),)


def _answer(local: Local, remote: Remote, chosen: dict[int, Media]) -> str:
    written = head(local, [remote.lines[index].mid for index in sorted(chosen)])
    for index, line in enumerate(remote.lines):
        written += chosen[index].lines(local, our_setup(remote)) if index in chosen else lines.refused(line)
    return text(written)
