"""The floor: what encrypting and sending those packets costs when nothing else is done. A process of its own.

Reads JSON objects on standard input, one a line: first `ports` (UDP, on 127.0.0.1) and `bursts` (lists of
packet sizes), then each time `packets` (how many to send at least); answers each of these with the CPU
microseconds a packet took. The loop is the least that does the work: copy, number, protect in place with
libsrtp, and `sendmmsg`; viewer by viewer.

It is a tight loop that rests now and then, so that whoever reads the sockets keeps up: a datagram that finds
its socket full costs the kernel less than one that is delivered, and the relay's are delivered.
"""

import json
import socket
import sys
import time
from random import Random
from struct import Struct
from typing import Any, Final

from hub.relay.wire import mmsg, srtp

BATCH: Final = 64
STRETCH: Final = 40
"""Packets to each socket between two rests: half of what its buffer holds."""
REST: Final = 1.5
"""How long a rest is, in times of the stretch before it: reading costs more than sending."""
_HEAD: Final = Struct("!BBHII")
_NUMBER: Final = Struct("!H")
_SSRC: Final = 99


class Loop:
    """Sockets, keys and slots, made once."""

    def __init__(self, ports: list[int], bursts: list[list[int]]) -> None:
        self._plain = [[_packet(size) for size in burst] for burst in bursts]
        self._number = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * 1024 * 1024)
        self._batch = mmsg.Batch(BATCH, srtp.SLOT)
        self._used = 0
        self._targets = [(_keys(index), _name(port)) for index, port in enumerate(ports)]
        for _ in range(2):
            self._send(self._plain[0])  # warm: allocations, routes, key schedules

    def measure(self, packets: int) -> float:
        """Send the bursts round and round to every port, each with keys of its own, until so many packets
        have left: CPU microseconds a packet."""
        sent, rested_at = 0, 0
        started, began = time.process_time(), time.monotonic()
        while sent < packets:
            for burst in self._plain:
                self._send(burst)
                sent += len(burst) * len(self._targets)
                if sent - rested_at >= STRETCH * len(self._targets):
                    self._flush()
                    time.sleep((time.monotonic() - began) * REST)
                    began, rested_at = time.monotonic(), sent
        self._flush()
        return (time.process_time() - started) / sent * 1e6

    def _send(self, burst: list[bytes]) -> None:
        """One burst to everybody."""
        batch, protect, slot = self._batch, srtp.protect, srtp.SLOT
        view, pointers, lengths, messages = batch.view, batch.pointers, batch.lengths, batch.messages
        packets = [
            (packet[:2] + _NUMBER.pack(self._number + index & 0xFFFF) + packet[4:], len(packet))
            for index, packet in enumerate(burst)
        ]
        i = self._used
        for keys, name in self._targets:
            context = keys.context
            for packet, size in packets:
                if i == BATCH:
                    self._used = i
                    self._flush()
                    i = 0
                at, length, message = i * slot, lengths[i], messages[i]
                view[at : at + size] = packet
                length[0] = size
                if protect(context, pointers[i], length):
                    raise ValueError("libsrtp refused to protect a packet")
                message.msg_name = name
                message.msg_namelen = 16
                i += 1
        self._used = i
        self._number += len(burst)

    def _flush(self) -> None:
        """Hand the batch to the kernel; what it does not take is lost, as for anybody."""
        assert mmsg.libc is not None
        count, self._used, at = self._used, 0, 0
        while at < count:
            got = mmsg.libc.sendmmsg(self._socket.fileno(), self._batch.headers + at, count - at, 0)
            at += max(got, 1)


def _packet(size: int) -> bytes:
    return _HEAD.pack(0x40, 96, 0, 0, _SSRC) + Random(size).randbytes(size - 12)


def _keys(index: int) -> srtp.Outbound:
    profile = srtp.PROFILES[0]
    length = profile.key_length + profile.salt_length
    key = Random(index).randbytes(length)  # not secret: nobody reads these packets
    return srtp.Outbound(srtp.SrtpKeys(profile, key, key))


def _name(port: int) -> Any:
    raw = mmsg.raw_address("127.0.0.1", port)
    return mmsg.ffi.new("char[]", raw)


def main() -> None:
    """Read what to do, measure as often as asked, write what it cost."""
    first = json.loads(sys.stdin.readline())
    loop = Loop(first["ports"], first["bursts"])
    for line in sys.stdin:
        print(loop.measure(json.loads(line)["packets"]), flush=True)


if __name__ == "__main__":
    main()
