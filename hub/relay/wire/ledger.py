"""The ledger of a relay: all that the next process needs to go on with the same peers (README, "Killed").

It lives in a file that the supervisor holds open (a memfd: keys never touch a disk). One process uses it at a
time; a lock sees to that, because two would use the same numbers with the same keys.
"""

import fcntl
import logging
import secrets
from functools import lru_cache
from hashlib import blake2b
from struct import Struct
from typing import Final

from hub.relay.core.ledger import NO_STREAM, NO_VIEW, StreamLine, ViewLine
from hub.relay.core.plan import Totals
from hub.relay.core.specs import PROBE_SSRC, SLOT_SSRC, SLOTS, SlotName
from hub.relay.wire.journal import Blobs, File, Table, place_size
from hub.relay.wire.numbers import INBOUND, STREAM, VIEW, Inbound, Key, Stream, View
from hub.relay.wire.shelves import Records, Shelf

log = logging.getLogger(__name__)

FORMAT: Final = 2
"""Goes up with every change of what is written: a ledger of another format is not read."""
TRIES: Final = 2
"""Starts from one state that may come to nothing; the one after them begins empty."""
LONGEST: Final = 32_752
"""Compressed bytes of one peer or one stage: several times a browser's two descriptions."""
PEERS: Final = 1_000
STAGES: Final = 1_000
STREAMS: Final = 8_192
VIEWS: Final = 8_192
INBOUNDS: Final = 4_096
INBOUNDS_EACH: Final = 16
"""SSRCs of one publisher: two layers of a camera, their repeats, a screen and a voice make seven."""

_HEADER: Final = Struct("=16sIIIQ")
_MARK: Final = b"reception-ledger"


def _span(form: Struct, count: int) -> int:
    return 2 * place_size(form) * count


_STREAMS_AT: Final = 4096
_VIEWS_AT: Final = _STREAMS_AT + _span(STREAM, STREAMS)
_INBOUNDS_AT: Final = _VIEWS_AT + _span(VIEW, VIEWS)
_PEERS_AT: Final = (_INBOUNDS_AT + _span(INBOUND, INBOUNDS) + 4095) // 4096 * 4096
_BLOB: Final = 2 * (LONGEST + 16)
_STAGES_AT: Final = _PEERS_AT + _BLOB * PEERS
SIZE: Final = _STAGES_AT + _BLOB * STAGES
"""Bytes of the file. Holes cost nothing; a peer costs what its descriptions weigh compressed, about 10 kB."""


@lru_cache(maxsize=16_384)
def _key(*names: str) -> Key:
    return blake2b("\0".join(names).encode(), digest_size=16).digest()


class Ledger:
    """Begins with what the process before this one left: `peers` and `stages`, by name. What is not wanted
    any more by the time of `settle` is wiped.

    `generation` tells how many processes have used these keys before this one; `boot` stays the same over
    all of them.
    """

    def __init__(self, descriptor: int, totals: Totals) -> None:
        """Waits until no other process uses it. Raises OSError."""
        fcntl.lockf(descriptor, fcntl.LOCK_EX)
        self._totals = totals
        self._file = File(descriptor, SIZE, _PEERS_AT)
        self._begin()
        memory = self._file.memory
        self._streams = Records(Table(memory, _STREAMS_AT, STREAM, STREAMS))
        self._views = Records(Table(memory, _VIEWS_AT, VIEW, VIEWS))
        self._inbounds = Records(Table(memory, _INBOUNDS_AT, INBOUND, INBOUNDS))
        self._peer_shelf = Shelf(Blobs(descriptor, _PEERS_AT, LONGEST, PEERS))
        self._stage_shelf = Shelf(Blobs(descriptor, _STAGES_AT, LONGEST, STAGES))
        self._stream_lines: dict[Key, Stream] = {}
        self._view_lines: dict[Key, View] = {}
        self._inbound_lines: dict[Key, Inbound] = {}
        self._stage_keys: dict[str, set[Key]] = {}
        self._wanted: set[Key] = set()
        self._unsound: set[str] = set()
        self.peers: dict[str, bytes] = {}
        self.stages: dict[str, bytes] = {}
        if self.generation:
            self._load()

    def _begin(self) -> None:
        self._header = Table(self._file.memory, 0, _HEADER, 1).record(0)
        values = self._header.read()
        self._tries, self.generation = 0, 0
        if values is not None and values[:2] == (_MARK, FORMAT) and values[3] < TRIES:
            self.boot, self.generation, self._tries = f"{values[4]:016x}", values[2] + 1, values[3] + 1
        else:
            if values is not None:
                self._totals.add("state_thrown_away")
                log.warning("the state of the relay before this one led nowhere, and is thrown away")
            self._file.clear()
            self._header = Table(self._file.memory, 0, _HEADER, 1).record(0)
            self.boot = secrets.token_hex(8)
        self._write_header()

    def _write_header(self) -> None:
        self._header.write(_MARK, FORMAT, self.generation, self._tries, int(self.boot, 16))

    def _load(self) -> None:
        descriptor = self._file.descriptor
        by_index: dict[int, Stream] = {}
        for index, record, values in self._streams.load(descriptor):
            stream = self._stream_lines[values[0]] = by_index[index] = Stream(values[0], index, record)
            stream.load(values)
        for index, record, values in self._views.load(descriptor):
            view = self._view_lines[values[0]] = View(values[0], index, record)
            view.load(values, by_index)
        for index, record, values in self._inbounds.load(descriptor):
            key, ssrc, highest = values
            inbound = self._inbound_lines.setdefault(key, Inbound(key))
            inbound.highest[ssrc], inbound.records[ssrc] = highest, (index, record)
        self.peers, self.stages = self._peer_shelf.load(), self._stage_shelf.load()

    def settle(self) -> None:
        """The restoring is over: what nobody took up is wiped."""
        for stream_key in self._stream_lines.keys() - self._wanted:
            stream = self._stream_lines.pop(stream_key)
            self._streams.give(stream.index, stream.record)
        for view_key in self._view_lines.keys() - self._wanted:
            view = self._view_lines.pop(view_key)
            self._views.give(view.index, view.record)
        for key in self._inbound_lines.keys() - self._wanted:
            self._give_inbound(key)
        self.peers, self.stages = {}, {}

    def healthy(self) -> None:
        """This process has lived for a while: the state it began with is good."""
        if self._tries:
            self._tries = 0
            self._write_header()

    def close(self, *, clean: bool) -> None:
        """`clean`: everybody was told goodbye, and the next process begins empty."""
        if clean:
            self._file.clear()
        self._file.close()

    # What the core tells --------------------------------------------------------------------------

    def stream(self, stage: str, slot: SlotName, variant: str) -> StreamLine:
        """See `hub.relay.core.ledger`."""
        key = _key("stream", stage, slot, variant)
        known = self._stream_lines.get(key)
        if known is None:
            taken = self._streams.take()
            if taken is None:
                self._totals.add("ledger_full")
                return NO_STREAM
            known = self._stream_lines[key] = Stream(key, *taken)
        self._wanted.add(key)
        self._stage_keys.setdefault(stage, set()).add(key)
        return known

    def view(self, peer: str, slot: SlotName) -> ViewLine:
        """See `hub.relay.core.ledger`."""
        key = _key("view", peer, slot)
        known = self._view_lines.get(key)
        if known is None:
            taken = self._views.take()
            if taken is None:
                self._give_up(peer)
                return NO_VIEW
            known = self._view_lines[key] = View(key, *taken)
        known.lost = lambda: self._give_up(peer)
        self._wanted.add(key)
        return known

    def forget_peer(self, peer: str) -> None:
        """See `hub.relay.core.ledger`. The peer goes before its numbers: never is there one without the
        other."""
        self._peer_shelf.forget(peer)
        self._unsound.discard(peer)
        for slot in SLOTS:
            view = self._view_lines.pop(_key("view", peer, slot), None)
            if view is not None:
                self._views.give(view.index, view.record)
        self._give_inbound(_key("peer", peer))

    def forget_stage(self, stage: str) -> None:
        """See `hub.relay.core.ledger`."""
        for key in self._stage_keys.pop(stage, ()):
            stream = self._stream_lines.pop(key, None)
            if stream is not None:
                self._streams.give(stream.index, stream.record)

    def _give_up(self, peer: str) -> None:
        """Its numbers are not all known here: it must not be brought back."""
        self._totals.add("ledger_peer_not_kept")
        self._unsound.add(peer)
        self._peer_shelf.forget(peer)

    # What the wire tells --------------------------------------------------------------------------

    def keep_peer(self, peer: str, content: bytes) -> None:
        """All that is known of a peer, in place of what was known before."""
        if peer in self._unsound or not self._peer_shelf.write(peer, content):
            self._totals.add("ledger_peer_not_kept")

    def keep_stage(self, stage: str, content: bytes) -> None:
        """The wanted state of a stage, in place of the one before; an empty one is forgotten."""
        if not content:
            self._stage_shelf.forget(stage)
        elif not self._stage_shelf.write(stage, content):
            self._totals.add("ledger_stage_not_kept")

    def outbound(self, peer: str) -> dict[int, int]:
        """The highest SRTP index that may have been used towards a peer, by SSRC."""
        used: dict[int, int] = {}
        for slot in SLOTS:
            view = self._view_lines.get(_key("view", peer, slot))
            if view is None:
                continue
            if view.last_index is not None:
                used[SLOT_SSRC[slot]] = view.last_index
            if view.probes_before is not None and slot in PROBE_SSRC:
                used[PROBE_SSRC[slot]] = view.probes_before - 1
        return used

    def inbound(self, peer: str) -> dict[int, int]:
        """The highest SRTP index that came from a peer, by SSRC."""
        key = _key("peer", peer)
        self._wanted.add(key)
        known = self._inbound_lines.get(key)
        return dict(known.highest) if known is not None else {}

    def heard(self, peer: str, ssrc: int, index: int) -> None:
        """A packet of that index came from a peer, the highest so far under that SSRC."""
        key = _key("peer", peer)
        inbound = self._inbound_lines.get(key)
        if inbound is None:
            inbound = self._inbound_lines[key] = Inbound(key)
            self._wanted.add(key)
        if not inbound.heard(ssrc, index) and len(inbound.records) < INBOUNDS_EACH:
            taken = self._inbounds.take()
            if taken is not None:
                inbound.records[ssrc] = taken
                inbound.heard(ssrc, index)

    def _give_inbound(self, key: Key) -> None:
        inbound = self._inbound_lines.pop(key, None)
        for index, record in inbound.records.values() if inbound is not None else ():
            self._inbounds.give(index, record)
