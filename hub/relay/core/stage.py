"""One stage: its slot streams, the peers on it, and which source feeds which slots."""

from hub.relay.core.common import Common
from hub.relay.core.peer import Peer
from hub.relay.core.slot import SlotStream
from hub.relay.core.specs import (
    PICTURE_KINDS,
    PICTURE_SLOTS,
    SLOTS,
    SlotCount,
    SlotName,
    SourceId,
    StageSpec,
)
from hub.relay.core.view import View


class Stage:
    """Made when it is first named, by a peer or by a spec; `is_empty` when neither needs it any more."""

    def __init__(self, stage: str, common: Common) -> None:
        self._spec = StageSpec(stage)
        self._common = common
        self._peers: dict[str, Peer] = {}
        self._feeds: dict[SourceId, list[SlotStream]] = {}
        self.streams: dict[SlotName, SlotStream] = {slot: SlotStream(stage, slot, common) for slot in SLOTS}

    @property
    def is_empty(self) -> bool:
        """Nobody on it, and it is wanted to be so."""
        return not self._peers and not self._spec.audience and not self._spec.slots

    def put(self, spec: StageSpec, now: float) -> None:
        """Make this the wanted state. A source of the wrong kind for its slot is left out and counted."""
        self._spec = spec
        wanted: dict[SlotName, SourceId] = {}
        for slot, source in spec.slots:
            if (source.kind in PICTURE_KINDS) is (slot in PICTURE_SLOTS):
                wanted[slot] = source
            else:
                self._common.totals.add("stage_kind_mismatch")
        self._feeds = {}
        for slot, source in wanted.items():
            self._feeds.setdefault(source, []).append(self.streams[slot])
        for slot, stream in self.streams.items():
            stream.put(wanted.get(slot), spec.audience, now, details=slot in spec.details)

    def review(self, now: float) -> None:
        """What time asks for, a few times a second."""
        for slot in PICTURE_SLOTS:
            self.streams[slot].review(now)

    def fed_by(self, source: SourceId) -> list[SlotStream]:
        """The slots that a source feeds; none for one that is not on stage."""
        return self._feeds.get(source, [])

    def enter(self, peer: Peer) -> None:
        """Know a peer. It is sent nothing before `ready`."""
        self._peers[peer.spec.peer] = peer
        for slot in peer.spec.receives:
            line = self._common.ledger.view(peer.spec.peer, slot)
            before = line.before
            number = peer.numbers.get(slot, None if before is None else before.number)
            view = View(peer.receiver, number, self._common.limits.segments, line)
            if before is not None:
                view.resume(before.packets, before.octets, before.last_at)
            self.streams[slot].viewers.add(view)
            peer.views[slot] = view

    def inherit(self, peer: str, views: dict[SlotName, View]) -> None:
        """Let a peer that was replaced keep its counts."""
        for slot, old in views.items():
            view = self.streams[slot].viewers.get(peer)
            if view is not None:
                view.inherit(old)

    def ready(self, peer: Peer, now: float) -> None:
        """Its keys are there: let it into the slots it may receive."""
        peer.receiver.ready = True
        for slot in peer.spec.receives:
            self.streams[slot].ready(peer.spec.peer, now)

    def leave(self, peer: Peer) -> dict[SlotName, View]:
        """Put it out of everything, its sources too. Returns its views, finished."""
        del self._peers[peer.spec.peer]
        views: dict[SlotName, View] = {}
        for slot in peer.spec.receives:
            stream = self.streams[slot]
            view = stream.viewers.get(peer.spec.peer)
            if view is not None:
                stream.viewers.expel([view])
                stream.viewers.discard(view.peer)
                stream.repeats.forget(view.peer)
                views[slot] = view
        for source in peer.sources.values():
            source.end()
            for stream in self.fed_by(source.id):
                stream.release()
        return views

    def counts(self) -> list[SlotCount]:
        """What each peer was sent, slot by slot."""
        return [count for stream in self.streams.values() for count in stream.viewers.counts()]
