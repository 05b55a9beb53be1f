"""Where a publisher's packets come in: told by kind and layer, repeated ones as the originals they repeat."""

from collections.abc import Callable
from typing import Final, NamedTuple

from hub.relay.core import extensions, rtcp_write, rtx
from hub.relay.core.extensions import Marks
from hub.relay.core.outbox import Outbox
from hub.relay.core.plan import Feedback, Totals
from hub.relay.core.rtp import Rtp, parse
from hub.relay.core.source import Source
from hub.relay.core.specs import Codec, Layer, Layers, PeerSpec, TrackKind
from hub.relay.core.transport_feedback import TransportFeedback

MOST_SSRCS: Final = 32
"""Remembered per publisher; a browser has seven."""
EVERY: Final = 0.05
"""Seconds between two feedback packets; browsers judge their line by them."""
_OWN_RIDS: Final = {str(layer): layer for layer in Layer}


class Incoming(NamedTuple):
    """A packet to be given to the source of its kind."""

    rtp: Rtp
    codec: Codec
    kind: TrackKind
    layer: Layer


class Inlet:
    """One publisher's. `sources` is shared with its peer.

    A layer is known by the rid its first packets carry, and remembered by SSRC; a packet that never told is
    of the high one. `learned` is called when a new SSRC has told its layer: the packets after it will not, so
    whoever goes on with this publisher elsewhere or later must be told. An rtx SSRC belongs to the media SSRC
    the description told, else to the layer its repaired rid names, else to the only track of its kind.
    """

    def __init__(
        self, spec: PeerSpec, sources: dict[TrackKind, Source], totals: Totals, outbox: Outbox
    ) -> None:
        self.learned: Callable[[str], None] = _nothing
        self._peer = spec.peer
        self._ids = spec.extensions
        self._accepted = {number: (codec, kind) for number, codec, kind in spec.publishes}
        self._repeats = dict(spec.repeats)
        self._rids = dict(spec.rids) or _OWN_RIDS
        self._layers: dict[int, Layer | None] = dict(spec.layers[:MOST_SSRCS])
        self._originals = {rtx_ssrc: media for media, rtx_ssrc in spec.pairs}
        self._sources = sources
        self._totals = totals
        self._outbox = outbox
        self._feedback = TransportFeedback() if spec.extensions.sequence else None
        self._due_at = 0.0

    def take(self, packet: bytes, now: float, waited: float = 0.0) -> Incoming | None:
        """Read one packet that came `waited` seconds ago; None when nothing in it is to be forwarded
        (counted). Raises `Malformed`."""
        marks = extensions.read(packet, self._ids)
        if self._feedback is not None and marks.sequence is not None:
            self._feedback.arrived(marks.sequence, now - waited)
        rtp = parse(packet)
        repeated = self._repeats.get(rtp.payload_type)
        if repeated is not None:
            return self._original(rtp, repeated, marks)
        if rtp.payload_type not in self._accepted:
            self._totals.add("rtp_unexpected")
            return None
        codec, kind = self._accepted[rtp.payload_type]
        layer = self._layer(rtp.ssrc, marks.rid)
        if layer is None:
            self._totals.add("rtp_unwanted_layer")
            return None
        if not rtp.payload:
            self._pad(rtp, kind, layer, now)
            return None
        return Incoming(rtp, codec, kind, layer)

    @property
    def layers(self) -> Layers:
        """What was learned up to now."""
        return tuple(self._layers.items())

    def learn(self, layers: Layers) -> None:
        """Somebody else heard its rids."""
        for ssrc, layer in layers:
            if ssrc in self._layers or len(self._layers) < MOST_SSRCS:
                self._layers[ssrc] = layer

    def _layer(self, ssrc: int, rid: str | None) -> Layer | None:
        """None for a layer that was not asked for."""
        if rid is None:
            return self._layers.get(ssrc, Layer.HIGH)
        layer = self._rids.get(rid)
        if ssrc in self._layers:
            self._layers[ssrc] = layer
        elif len(self._layers) < MOST_SSRCS:
            self._layers[ssrc] = layer
            self.learned(self._peer)
        return layer

    def _pad(self, rtp: Rtp, kind: TrackKind, layer: Layer, now: float) -> None:
        self._totals.add("rtp_padding")
        source = self._sources.get(kind)
        if source is not None:
            source.pad(rtp, layer, now)

    def _original(self, repeat: Rtp, payload_type: int, marks: Marks) -> Incoming | None:
        if rtx.is_padding(repeat):
            self._totals.add("rtx_padding")
            return None
        accepted = self._accepted.get(payload_type)
        found = self._media(repeat.ssrc, accepted[1], marks) if accepted is not None else None
        if accepted is None or found is None:
            self._totals.add("rtx_of_unknown")
            return None
        layer, ssrc = found
        self._totals.add("rtx_received")
        return Incoming(rtx.original(repeat, payload_type, ssrc), accepted[0], accepted[1], layer)

    def _media(self, ssrc: int, kind: TrackKind, marks: Marks) -> tuple[Layer, int] | None:
        """The layer and the media SSRC that an rtx SSRC repeats."""
        source = self._sources.get(kind)
        if source is None:
            return None
        if marks.repaired_rid is not None:
            layer = self._layer(ssrc, marks.repaired_rid)
        elif ssrc in self._layers:
            layer = self._layers[ssrc]
        elif ssrc in self._originals:
            layer = source.layer_of(self._originals[ssrc])
        else:
            layer = next(iter(source.tracks)) if len(source.tracks) == 1 else None
        track = source.tracks.get(layer) if layer is not None else None
        return (layer, track.ssrc) if layer is not None and track is not None else None

    def tick(self, now: float) -> None:
        """Tell the publisher what arrived, when it is time."""
        feedback = self._feedback
        if feedback is None or not feedback.pending or now < self._due_at:
            return
        media = self._any_ssrc()
        if media is None:
            return
        self._due_at = now + EVERY
        for packet in feedback.write(media):
            self._totals.add("transport_feedback_sent")
            self._outbox.say(Feedback(self._peer, rtcp_write.receiver_report() + packet))

    def _any_ssrc(self) -> int | None:
        """One that the publisher knows as its own: browsers ignore feedback about others."""
        for source in self._sources.values():
            for track in source.tracks.values():
                return track.ssrc
        return None


def _nothing(_: str) -> None:
    return
