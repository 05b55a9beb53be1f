"""A publisher's packets by kind and layer, as it sends them and as it repeats them."""

import pytest

from hub.relay.core.capture import Skew
from hub.relay.core.inlet import MOST_SSRCS, Inlet
from hub.relay.core.limits import Limits
from hub.relay.core.malformed import Malformed
from hub.relay.core.outbox import Outbox
from hub.relay.core.plan import Feedback, Totals
from hub.relay.core.source import Source
from hub.relay.core.specs import (
    HUB_EXTENSIONS,
    Codec,
    Extensions,
    Layer,
    PeerSpec,
    SourceId,
    TrackKind,
)
from tests.kit.media import PUBLISHES, Camera, microphone, rtx, with_extensions
from tests.kit.transport_feedback import read

RID, REPAIRED, SEQUENCE = HUB_EXTENSIONS.rid, HUB_EXTENSIONS.repaired_rid, HUB_EXTENSIONS.sequence


class House:
    """An inlet, and the sources its packets go to."""

    def __init__(
        self,
        *,
        extensions: Extensions = HUB_EXTENSIONS,
        rids: tuple[tuple[str, Layer], ...] = (),
        pairs: tuple[tuple[int, int], ...] = (),
    ) -> None:
        self.totals, self.outbox = Totals(), Outbox()
        self.sources: dict[TrackKind, Source] = {}
        spec = PeerSpec(
            peer="cam",
            stage="s",
            groups=frozenset(),
            receives=frozenset(),
            payload_types=(),
            publishes=PUBLISHES,
            repeats=((97, 96), (103, 102)),
            extensions=extensions,
            rids=rids,
            pairs=pairs,
        )
        self.inlet = Inlet(spec, self.sources, self.totals, self.outbox)

    def take(self, packet: bytes, now: float = 1.0) -> tuple[TrackKind, Layer, int, int] | None:
        """Kind, layer, SSRC and number of what came out; None when nothing did."""
        incoming = self.inlet.take(packet, now)
        if incoming is None:
            return None
        rtp, codec, kind, layer = incoming
        if kind not in self.sources:
            self.sources[kind] = Source(SourceId("cam", kind), Skew(), Limits(), self.totals, self.outbox)
        self.sources[kind].take(rtp, codec, layer, now)
        return kind, layer, rtp.ssrc, rtp.sequence

    def feedback(self) -> list[bytes]:
        return [each.packet for each in self.outbox.drain() if isinstance(each, Feedback)]


CAMERA, VOICE = TrackKind.CAMERA, TrackKind.MICROPHONE


def test_a_layer_is_told_by_its_first_packets_and_remembered() -> None:
    house, high, low = House(), Camera(70), Camera(80)
    assert house.take(with_extensions(high.packet(key=True), {RID: b"h"})) == (CAMERA, Layer.HIGH, 70, 1000)
    assert house.take(with_extensions(low.packet(key=True), {RID: b"l"})) == (CAMERA, Layer.LOW, 80, 1000)
    assert house.take(low.packet()) == (CAMERA, Layer.LOW, 80, 1001)
    assert house.take(high.packet()) == (CAMERA, Layer.HIGH, 70, 1001)


def test_without_a_rid_it_is_the_high_layer() -> None:
    house = House()
    assert house.take(Camera(70).packet(key=True)) == (CAMERA, Layer.HIGH, 70, 1000)
    assert house.take(microphone(90).packet()) == (VOICE, Layer.HIGH, 90, 1000)


def test_a_clients_own_names_of_layers() -> None:
    house = House(rids=(("0", Layer.HIGH), ("2", Layer.LOW)))
    assert house.take(with_extensions(Camera(70).packet(key=True), {RID: b"2"})) == (
        CAMERA,
        Layer.LOW,
        70,
        1000,
    )
    assert house.take(with_extensions(Camera(71).packet(key=True), {RID: b"1"})) is None
    assert house.totals.values["rtp_unwanted_layer"] == 1


def test_what_is_repeated_is_the_original_of_its_layer() -> None:
    house, high, low = House(), Camera(70), Camera(80)
    house.take(with_extensions(high.packet(key=True), {RID: b"h"}))
    house.take(with_extensions(low.packet(key=True), {RID: b"l"}))
    lost = low.packet()
    again = with_extensions(rtx(lost, 97, 5, 81), {REPAIRED: b"l"})
    assert house.take(again) == (CAMERA, Layer.LOW, 80, 1001)
    assert house.take(rtx(low.packet(), 97, 6, 81)) == (CAMERA, Layer.LOW, 80, 1002)
    assert house.take(rtx(high.packet(), 97, 1, 71)) is None  # nothing tells which of the two it repeats
    assert house.totals.values["rtx_of_unknown"] == 1
    assert house.totals.values["rtx_received"] == 2


def test_an_rtx_ssrc_by_the_description_or_as_the_only_one() -> None:
    told = House(pairs=((70, 71), (80, 81)))
    told.take(with_extensions(Camera(70).packet(key=True), {RID: b"h"}))
    low = Camera(80)
    told.take(with_extensions(low.packet(key=True), {RID: b"l"}))
    assert told.take(rtx(low.packet(), 97, 1, 81)) == (CAMERA, Layer.LOW, 80, 1001)
    alone, camera = House(), Camera(70)
    alone.take(camera.packet(key=True))
    assert alone.take(rtx(camera.packet(), 97, 1, 71)) == (CAMERA, Layer.HIGH, 70, 1001)


def test_padding_is_no_picture() -> None:
    house, camera = House(), Camera(70)
    first = camera.packet(key=True)
    house.take(first)
    assert house.take(rtx(first, 97, 1, 71)[:12]) is None
    assert house.totals.values["rtx_padding"] == 1
    padding = camera.packet()[:12] + bytes(3) + b"\x04"
    assert house.take(bytes([0xA0]) + padding[1:]) is None
    assert house.totals.values["rtp_padding"] == 1
    assert not house.sources[CAMERA].awaits_packets  # its number is used, and nobody asks for it


def test_every_packet_with_a_number_is_told_in_transport_feedback() -> None:
    house, camera = House(), Camera(70)
    for number in (1, 2, 4):
        house.take(with_extensions(camera.packet(key=True), {SEQUENCE: bytes([0, number])}), now=1.0)
    house.take(with_extensions(rtx(camera.packet(), 97, 1, 71)[:12], {SEQUENCE: b"\0\5"}), now=1.02)
    with pytest.raises(Malformed):
        house.inlet.take(
            with_extensions(bytes([0xA0]) + camera.packet()[1:12], {SEQUENCE: b"\0\6"}) + b"\xff", 1.03
        )
    house.inlet.tick(1.03)
    (compound,) = house.feedback()
    told = read(compound[8:])  # after the empty receiver report
    assert told.media == 70
    assert [number for number, at in told.arrivals.items() if at is not None] == [1, 2, 4, 5, 6]
    house.inlet.tick(1.2)
    assert house.feedback() == []


def test_feedback_waits_its_turn_and_is_sent_only_where_agreed() -> None:
    house, camera = House(), Camera(70)
    house.take(with_extensions(camera.packet(key=True), {SEQUENCE: b"\0\1"}), now=1.0)
    house.inlet.tick(1.0)
    house.take(with_extensions(camera.packet(), {SEQUENCE: b"\0\2"}), now=1.01)
    house.inlet.tick(1.02)
    assert len(house.feedback()) == 1
    house.inlet.tick(1.06)
    assert len(house.feedback()) == 1
    quiet = House(extensions=Extensions(rid=4))
    quiet.take(with_extensions(camera.packet(key=True), {SEQUENCE: b"\0\1"}))
    quiet.inlet.tick(9.0)
    assert quiet.feedback() == []


def test_what_a_packet_waited_here_is_not_the_lines_fault() -> None:
    house, camera = House(), Camera(70)
    house.take(with_extensions(camera.packet(key=True), {SEQUENCE: b"\0\1"}), now=1.0)
    house.inlet.take(with_extensions(camera.packet(), {SEQUENCE: b"\0\2"}), 1.2, waited=0.19)
    house.inlet.tick(1.2)
    assert read(house.feedback()[0][8:]).arrivals == pytest.approx({1: 1.0, 2: 1.01}, abs=0.0003)


def test_a_type_that_was_not_agreed_is_counted() -> None:
    house = House()
    assert house.take(Camera(70, payload_type=98).packet()) is None
    assert house.totals.values["rtp_unexpected"] == 1


def test_remembered_ssrcs_are_bounded() -> None:
    house = House()
    for ssrc in range(1, 2 * MOST_SSRCS):
        house.take(with_extensions(Camera(ssrc).packet(key=True), {RID: b"l"}))
    assert len(house.inlet._layers) == MOST_SSRCS


def test_codec_and_kind_come_from_the_payload_type() -> None:
    house = House()
    incoming = house.inlet.take(Camera(70, payload_type=102).packet(key=True), 1.0)
    assert incoming is not None
    assert (incoming.codec, incoming.kind) == (Codec.H264, CAMERA)
