"""The floor: what encrypting and sending those packets costs when nothing else is done. A process of its own.

Reads one JSON object on standard input: `ports` (UDP, on 127.0.0.1), `bursts` (lists of packet sizes),
`packets` (how many to send at least). Writes `{"packets", "cpu_us_per_packet"}`. The loop is the least that
does the work: copy, number, protect in place with libsrtp, and `sendmmsg`; viewer by viewer.
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
_HEAD: Final = Struct("!BBHII")
_NUMBER: Final = Struct("!H")
_SSRC: Final = 99


def measure(ports: list[int], bursts: list[list[int]], packets: int) -> dict[str, float]:
    """Send the bursts round and round to every port, each with keys of its own, until `packets` have left."""
    loop = _Loop(ports)
    sent, number = 0, 0
    plain = [[_packet(size) for size in burst] for burst in bursts]
    for _ in range(2):
        number = loop.send(plain[0], number)  # warm: allocations, routes, key schedules
    started = time.process_time()
    while sent < packets:
        for burst in plain:
            number = loop.send(burst, number)
            sent += len(burst) * len(ports)
    loop.flush()
    spent = time.process_time() - started
    return {"packets": sent, "cpu_us_per_packet": spent / sent * 1e6}


class _Loop:
    """Sockets, keys and slots, made once."""

    def __init__(self, ports: list[int]) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * 1024 * 1024)
        self._batch = mmsg.Batch(BATCH, srtp.SLOT)
        self._used = 0
        self._targets = [(_keys(index), _name(port)) for index, port in enumerate(ports)]

    def send(self, burst: list[bytes], number: int) -> int:
        """One burst to everybody; returns the next sequence number."""
        batch, protect, slot = self._batch, srtp.protect, srtp.SLOT
        view, pointers, lengths, messages = batch.view, batch.pointers, batch.lengths, batch.messages
        packets = [
            (packet[:2] + _NUMBER.pack(number + index & 0xFFFF) + packet[4:], len(packet))
            for index, packet in enumerate(burst)
        ]
        i = self._used
        for keys, name in self._targets:
            context = keys.context
            for packet, size in packets:
                if i == BATCH:
                    self._used = i
                    self.flush()
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
        return number + len(burst)

    def flush(self) -> None:
        """Hand the batch to the kernel; what it does not take is lost, as for anybody."""
        assert mmsg.libc is not None
        count, self._used, at = self._used, 0, 0
        while at < count:
            got = mmsg.libc.sendmmsg(self._socket.fileno(), self._batch.headers + at, count - at, 0)
            at += max(got, 1)


def _packet(size: int) -> bytes:
    return _HEAD.pack(0x80, 96, 0, 0, _SSRC) + Random(size).randbytes(size - 12)


def _keys(index: int) -> srtp.Outbound:
    profile = srtp.PROFILES[0]
    length = profile.key_length + profile.salt_length
    key = Random(index).randbytes(length)  # not secret: nobody reads these packets
    return srtp.Outbound(srtp.SrtpKeys(profile, key, key))


def _name(port: int) -> Any:
    raw = mmsg.raw_address("127.0.0.1", port)
    return mmsg.ffi.new("char[]", raw)


def main() -> None:
    """Read what to do, measure, write what it cost."""
    wanted = json.load(sys.stdin)
    json.dump(measure(wanted["ports"], wanted["bursts"], wanted["packets"]), sys.stdout)


if __name__ == "__main__":
    main()
