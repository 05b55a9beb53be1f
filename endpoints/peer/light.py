"""`LightPeer`: one WebRTC client without I/O and without codecs.

Feed it datagrams and the time, send what `drain()` gives, call `tick` when `wake` has come. It counts what it
receives by SSRC; every packet, or a sample of them, is authenticated and decrypted.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

from endpoints.peer import description, feedback
from endpoints.peer.description import Address, Local
from endpoints.peer.ice import CONSENT_LOST, Checks
from endpoints.peer.packets import named
from endpoints.peer.reception import Reception, Stream
from endpoints.peer.sending import Repeats, Sent
from hub.relay.wire.dtls import Certificate, DtlsEnd
from hub.relay.wire.srtp import Inbound, Outbound, is_rtcp

COPIED: Final = "srtp_replayed"
"""What `Inbound` calls a packet that came already."""
REPORT_EVERY: Final = 2.0
HANDSHAKE_TICK: Final = 0.05
HANDSHAKE: Final = 20.0
_NEVER: Final = float("inf")

Token = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Up:
    """Media can flow."""


@dataclass(frozen=True, slots=True)
class Closed:
    """It is over; the sentence is for a log."""

    reason: str


@dataclass(frozen=True, slots=True)
class KeyframeWanted:
    """The hub asks for a keyframe of this SSRC of ours."""

    ssrc: int


Event = Up | Closed | KeyframeWanted
State = Literal["new", "checking", "shaking", "up", "closed"]


class LightPeer:
    """One in `sample` received packets is decrypted, and the first of an SSRC; `on_rtp` gets those.

    After `patience` seconds without an answered check the hub counts as gone. `tcp`: over a TCP connection.
    `wake` is when `tick` is wanted next (the caller's clock); `state` is for reading.
    """

    def __init__(
        self,
        certificate: Certificate,
        token: Token,
        now: float,
        *,
        sample: int = 1,
        on_rtp: Callable[[bytes], None] | None = None,
        patience: float = CONSENT_LOST,
        unix_time: Callable[[], float] = time.time,
        tcp: bool = False,
    ) -> None:
        camera, microphone, small = (int.from_bytes(token(4), "big") | 1 for _ in range(3))
        self.local = Local(
            token(4).hex(), token(16).hex(), certificate.fingerprint, camera, microphone, small
        )
        self.state: State = "new"
        self.wake = _NEVER
        self.reception = Reception()
        self.sent: dict[int, Sent] = {}
        self.estimate: int | None = None
        """Bits per second the hub grants a publisher (REMB), once it has said so."""
        self.keyframes_asked = 0
        self.tcp = tcp
        self.hub: tuple[Address, ...] = ()
        """Where the hub can be reached by the transport in use, once its description is known."""
        self._certificate = certificate
        self._token = token
        self._sample = sample
        self._patience = patience
        self._on_rtp = on_rtp
        self._unix_time = unix_time
        self._began = now
        self._setup: description.Setup = "active"
        self._fingerprint = ""
        self._remote: description.Remote | None = None
        self._ice: Checks | None = None
        self._dtls: DtlsEnd | None = None
        self._inbound: Inbound | None = None
        self._outbound: Outbound | None = None
        self._heard: dict[int, tuple[int, float]] = {}
        self._report_at = _NEVER
        self._seen = 0
        self._out: list[tuple[bytes, Address]] = []
        self._events: list[Event] = []

    # Negotiation ----------------------------------------------------------------------------------

    def answer(self, offer: str, now: float, *, publish: bool, layers: bool = False) -> str:
        """Answer a hub's offer and start. Raises DescriptionBad.

        `layers`: the camera in two sizes (from `local.camera` and `local.small`, each packet with its rid),
        repeated by rtx, as browsers do.
        """
        remote = description.read(offer)
        local = self.local if layers else replace(self.local, small=0)
        text = description.answer(remote, local, publish=publish)
        if publish and layers:
            self._repeat_by_rtx(remote)
        self._start(remote, "active", now)
        return text

    def _repeat_by_rtx(self, remote: description.Remote) -> None:
        line = next((line for line in remote.lines if line.rids and line.repeats), None)
        if line is None or description.REPAIRED_RID not in line.extensions:
            return
        for rid, media in (("h", self.local.camera), ("l", self.local.small)):
            repeats = Repeats(
                media ^ 2, min(line.repeats.values()), named(line.extensions[description.REPAIRED_RID], rid)
            )
            self.sent[media] = Sent(90_000, repeats)

    def publish_offer(self) -> str:
        """For WHIP; `accept` takes the answer."""
        return description.publish_offer(self.local)

    def view_offer(self, pictures: int = 1, voices: int = 1) -> str:
        """For WHEP; `accept` takes the answer."""
        return description.view_offer(self.local, pictures, voices)

    def accept(self, answer: str, now: float) -> None:
        """The other side's answer to an offer of ours. Raises DescriptionBad."""
        remote = description.read(answer)
        self._start(remote, "passive" if remote.setup == "active" else "active", now)

    def _start(self, remote: description.Remote, setup: description.Setup, now: float) -> None:
        self._setup = setup
        self._fingerprint = remote.fingerprint
        self._began = now
        own = self.local
        self._remote = remote
        self.hub = remote.streams if self.tcp else remote.candidates
        self._ice = Checks(
            own.fragment,
            own.password,
            remote,
            token=self._token,
            now=now,
            patience=self._patience,
            candidates=self.hub,
        )
        self.state = "checking"
        self.tick(now)

    def roam(self, now: float, *, tcp: bool | None = None) -> None:
        """This end has another address (the caller has another socket): go on there, with the same keys.

        `tcp` changes the transport too.
        """
        if self._ice is None or self._remote is None:
            return
        self.tcp = self.tcp if tcp is None else tcp
        self.hub = self._remote.streams if self.tcp else self._remote.candidates
        self._ice.again(self.hub, now)
        self.tick(now)

    def broken(self, now: float) -> None:
        """The connection in use has ended: look for another at once, as browsers do."""
        if self._ice is not None and self._ice.selected is not None:
            self._ice.again(self.hub, now)
            self.tick(now)

    # In -------------------------------------------------------------------------------------------

    def receive(self, datagram: bytes, source: Address, now: float) -> None:
        """Any datagram, told apart by its first byte (RFC 7983)."""
        if not datagram or self._ice is None or self.state == "closed":
            return
        first = datagram[0]
        if first < 4:
            self._ice.receive(datagram, source, now)
            self._after_ice(now)
        elif 20 <= first <= 63:
            self._handshake(datagram, now)
        elif 128 <= first <= 191 and self._inbound is not None:
            if is_rtcp(datagram):
                self._rtcp(datagram, now)
            elif len(datagram) >= 12:
                number, ssrc = int.from_bytes(datagram[2:4], "big"), int.from_bytes(datagram[8:12], "big")
                if self.media(datagram[1], number, ssrc, len(datagram), now):
                    self.check(datagram)

    def media(self, second: int, sequence: int, ssrc: int, length: int, now: float) -> bool:
        """Count one RTP packet by its header. True when it is its turn to be decrypted: then call `check`."""
        reception = self.reception
        stream = reception.streams.get(ssrc)
        if stream is None:
            if self._inbound is None or len(reception.streams) >= 16:
                return False
            reception.first_at = reception.first_at or now
            stream = reception.streams[ssrc] = Stream(sequence, second & 0x7F)
            self._seen = 0
        stream.count(sequence, second & 0x80, length)
        self._seen -= 1
        if self._seen < 0:
            self._seen = self._sample - 1
            return True
        return False

    def check(self, packet: bytes) -> None:
        """Authenticate and decrypt one packet that `media` has counted."""
        assert self._inbound is not None
        copies = self._inbound.refused[COPIED]
        plain = self._inbound.rtp(packet)
        self.reception.checked += 1
        if plain is None and self._inbound.refused[COPIED] > copies:
            self.reception.copies += 1
        elif plain is None:
            self.reception.forged += 1
        elif self._on_rtp is not None:
            self._on_rtp(plain)

    def _after_ice(self, now: float) -> None:
        assert self._ice is not None
        if self.state == "checking" and self._ice.selected is not None:
            self.state = "shaking"
            self._dtls = DtlsEnd("client" if self._setup == "active" else "server", self._certificate, now)
        self._settle(now)

    def _handshake(self, datagram: bytes, now: float) -> None:
        if self._dtls is None and self._setup == "passive" and self._ice is not None:
            self._dtls = DtlsEnd("server", self._certificate, now)
        if self._dtls is not None:
            self._dtls.receive(datagram, now)
            self._settle(now)

    def _rtcp(self, datagram: bytes, now: float) -> None:
        assert self._inbound is not None
        plain = self._inbound.rtcp(datagram)
        asked = feedback.read(plain) if plain is not None else None
        if asked is None:
            return
        for ssrc, middle in asked.reported.items():
            self._heard[ssrc] = (middle, now)
        self.estimate = asked.bits_per_second or self.estimate
        for ssrc in asked.keyframe & self.sent.keys():
            self.keyframes_asked += 1
            self._events.append(KeyframeWanted(ssrc))
        for ssrc, number in asked.again:
            self._repeat(ssrc, number)

    def _repeat(self, ssrc: int, number: int) -> None:
        sent = self.sent.get(ssrc)
        again = sent.again(number) if sent is not None else None
        if sent is None or again is None or self._outbound is None:
            return
        self._put(again if sent.repeats is None else self._outbound.rtp(sent.repeats.of(again)))

    # Time -----------------------------------------------------------------------------------------

    def tick(self, now: float) -> None:
        """Do what is due."""
        if self._ice is None or self.state == "closed":
            return
        self._ice.tick(now)
        if self._dtls is not None and self.state == "shaking":
            deadline = self._dtls.deadline()
            if deadline is not None and deadline <= now:
                self._dtls.tick(now)
        if now >= self._report_at:
            self._report(now)
        if self.state != "up" and now - self._began > HANDSHAKE:
            self._end("the connection did not come up in time")
        self._settle(now)

    def _settle(self, now: float) -> None:
        """Draw the conclusions of whatever happened, and say when to wake."""
        assert self._ice is not None
        self._out += self._ice.drain()
        if self._dtls is not None and self._ice.selected is not None:
            for datagram in self._dtls.drain():
                self._put(datagram)
            self._judge(self._dtls, now)
        if self._ice.failed and self.state != "closed":
            self._end(self._ice.failed)
        waking = min(self._ice.due, self._report_at)
        self.wake = (
            _NEVER
            if self.state == "closed"
            else min(waking, now + HANDSHAKE_TICK)
            if self.state == "shaking"
            else waking
        )

    def _judge(self, dtls: DtlsEnd, now: float) -> None:
        if dtls.failed or dtls.closed:
            self._end(dtls.failed or "the other side closed")
        elif dtls.keys is not None and self.state == "shaking":
            if dtls.remote_fingerprint != self._fingerprint:
                self._end("the certificate is not the one of the description")
                return
            self._inbound, self._outbound = Inbound(dtls.keys), Outbound(dtls.keys)
            self.state = "up"
            self._report_at = now + REPORT_EVERY * (0.5 + self._token(1)[0] / 256)
            self._events.append(Up())

    def _report(self, now: float) -> None:
        """Receiver and sender reports; every two seconds, as browsers do about."""
        self._report_at = now + REPORT_EVERY
        if self.reception.streams:
            self._rtcp_out(feedback.receiver_report(self.local.microphone, self.reception, self._heard, now))
        for ssrc, sent in self.sent.items():
            if sent.packets:
                timestamp = sent.timestamp_at(now)
                self._rtcp_out(
                    feedback.sender_report(ssrc, self._unix_time(), timestamp, sent.packets, sent.octets)
                )

    # Out ------------------------------------------------------------------------------------------

    def send_rtp(self, packet: bytes, now: float) -> None:
        """Publish one plaintext packet. Nothing happens while the peer is not up."""
        if self._outbound is None or self.state != "up":
            return
        protected = self._outbound.rtp(packet)
        ssrc = int.from_bytes(packet[8:12], "big")
        sent = self.sent.get(ssrc)
        if sent is None:
            sent = self.sent[ssrc] = Sent(48_000 if ssrc == self.local.microphone else 90_000)
        sent.add(packet, protected, now)
        self._put(protected)

    def ask_keyframe(self, ssrc: int) -> None:
        """Send a PLI for a received SSRC."""
        self._rtcp_out(feedback.picture_loss(self.local.microphone, ssrc))

    def ask_again(self, ssrc: int, numbers: list[int]) -> None:
        """Send a NACK for packets of a received SSRC."""
        self._rtcp_out(feedback.lost(self.local.microphone, ssrc, numbers))

    def close(self) -> None:
        """Say goodbye; what is left to send is in `drain()`."""
        if self._dtls is not None and self.state != "closed":
            self._dtls.close()
            for datagram in self._dtls.drain():
                self._put(datagram)
        self._end("closed here")

    def drain(self) -> list[tuple[bytes, Address]]:
        """Datagrams to send now, and where to."""
        out, self._out = self._out, []
        return out

    def events(self) -> list[Event]:
        """What happened since the last call."""
        events, self._events = self._events, []
        return events

    def _end(self, reason: str) -> None:
        if self.state != "closed":
            self.state = "closed"
            self.wake = _NEVER
            self._events.append(Closed(reason))

    def _rtcp_out(self, compound: bytes) -> None:
        if self._outbound is not None:
            self._put(self._outbound.rtcp(compound))

    def _put(self, datagram: bytes) -> None:
        if self._ice is not None and self._ice.selected is not None:
            self._out.append((datagram, self._ice.selected))
