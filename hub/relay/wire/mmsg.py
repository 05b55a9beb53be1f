"""Many datagrams in one system call: `recvmmsg` and `sendmmsg` of the C library (Linux), through cffi, no
compiler.

Addresses stay raw (`struct sockaddr` bytes) on their way: no text, no tuples per packet.
"""

import contextlib
import socket
import sys
import time
from collections.abc import Iterator
from struct import Struct, pack, unpack_from
from typing import Any, Final

from cffi import FFI

RawAddress = bytes
"""A `sockaddr_in` (16 bytes) or `sockaddr_in6` (28 bytes), exactly as the kernel gives and takes it; or one
of these with five bytes more, for the peer's end of a TCP connection (`stream_address`).
"""

LONGEST_NAME: Final = 28
_STREAM: Final = b"T"
_STREAM_LENGTHS: Final = (16 + 5, LONGEST_NAME + 5)
SO_TIMESTAMPNS: Final = 35
"""Asks for, and names, the time a datagram came in (the wall clock's)."""
_STAMP: Final = Struct("=Qiiqq")
"""`cmsghdr {length, SOL_SOCKET, SCM_TIMESTAMPNS}` and a `timespec`."""
_HEADER: Final = Struct("=8xI4x8x8x8xQ4x4xI4x")
"""Of a `struct mmsghdr` what the kernel writes: length of the name, of the control data, of the datagram."""

ffi: Final = FFI()
ffi.cdef(
    """
    struct iovec { void *iov_base; size_t iov_len; };
    struct msghdr { void *msg_name; unsigned int msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
                    void *msg_control; size_t msg_controllen; int msg_flags; };
    struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
    int sendmmsg(int fd, struct mmsghdr *vec, unsigned int vlen, int flags);
    int recvmmsg(int fd, struct mmsghdr *vec, unsigned int vlen, int flags, void *timeout);
    """
)


def available() -> bool:
    """Whether both calls exist here and our structure layout is the platform's (Linux, 64 bits,
    little-endian).
    """
    return (
        sys.platform == "linux"
        and sys.byteorder == "little"
        and sys.maxsize > 2**32
        and _library() is not None
    )


def _library() -> Any | None:
    try:
        library: Any = ffi.dlopen(None)
        return library if library.sendmmsg and library.recvmmsg else None
    except (OSError, AttributeError):
        return None


libc: Final = _library()


class Batch:
    """`count` fixed slots of `slot` bytes, and as many messages that can be pointed at one slot or at a row
    of them.

    `lengths[i]` is an `int *` onto the low half of slot i's `iov_len`: whoever writes a length there
    (libsrtp does) has written what will be sent. Where that half is elsewhere (not `available`) the lengths
    have cells of their own, and only `packets` knows them.
    """

    def __init__(self, count: int, slot: int) -> None:
        self.count = count
        self.slot = slot
        self._memory = ffi.new("char[]", count * slot)
        self._iovecs = ffi.new("struct iovec[]", count)
        self.headers = ffi.new("struct mmsghdr[]", count)
        self.view = ffi.buffer(self._memory)
        self.iovecs_view = ffi.buffer(self._iovecs)
        self.pointers: list[Any] = [self._memory + i * slot for i in range(count)]
        self.iovecs: list[Any] = [self._iovecs + i for i in range(count)]
        self._cells = ffi.new("int[]", 0 if available() else count)
        self.lengths: list[Any] = [
            self._cells + i if len(self._cells) else ffi.cast("int *", ffi.addressof(iovec, "iov_len"))
            for i, iovec in enumerate(self.iovecs)
        ]
        self.messages: list[Any] = [self.headers[i].msg_hdr for i in range(count)]
        self.firsts = list(range(count))
        for i in range(count):
            self._iovecs[i].iov_base = self.pointers[i]
            self.messages[i].msg_iov = self.iovecs[i]
            self.messages[i].msg_iovlen = 1

    def packets(self, message: int) -> Iterator[memoryview]:
        """The packets one message is pointed at. `firsts` must say where they begin."""
        first = self.firsts[message]
        for i in range(first, first + self.messages[message].msg_iovlen):
            start = i * self.slot
            yield memoryview(self.view)[start : start + self.lengths[i][0]]


class SegmentSizes:
    """Control messages that ask the kernel to cut one long send into datagrams (UDP GSO); kept by size."""

    length: Final = 24

    def __init__(self) -> None:
        self._made: dict[int, Any] = {}

    def get(self, size: int) -> Any:
        """`cmsghdr {length 18, SOL_UDP, UDP_SEGMENT}` with a 16-bit size, padded."""
        if size not in self._made:
            self._made[size] = ffi.new("char[]", pack("=QiiH6x", 18, 17, 103, size))
        return self._made[size]


class Receiver:
    """Reads up to `count` datagrams at once from a non-blocking socket, and when each came in."""

    def __init__(self, sock: socket.socket, count: int = 64, slot: int = 2048) -> None:
        self._fd = sock.fileno()
        self._batch = Batch(count, slot)
        self._names = ffi.new("char[]", count * LONGEST_NAME)
        self._names_view = ffi.buffer(self._names)
        self._stamps = ffi.new("char[]", count * _STAMP.size)
        self._stamps_view = ffi.buffer(self._stamps)
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        for i, message in enumerate(self._batch.messages):
            message.msg_name, message.msg_namelen = self._names + i * LONGEST_NAME, LONGEST_NAME
            message.msg_control, message.msg_controllen = self._stamps + i * _STAMP.size, _STAMP.size
            self._batch.lengths[i][0] = slot
        self._headers_view = ffi.buffer(self._batch.headers)
        self._fresh = bytes(self._headers_view)
        """The headers as the kernel must find them: it writes over the lengths it was given."""
        self.full = False
        """Whether the last call brought as many as it could: there may be more."""

    def receive(self) -> list[tuple[bytes, RawAddress, float]]:
        """What is there, possibly nothing; with each datagram the seconds it has waited in the kernel.

        Datagrams longer than a slot are left out: none of ours is.
        """
        batch = self._batch
        assert libc is not None
        got = libc.recvmmsg(self._fd, batch.headers, batch.count, socket.MSG_DONTWAIT, ffi.NULL)
        self.full = got == batch.count
        if got <= 0:
            return []
        now = time.time()
        headers = self._headers_view[0 : got * _HEADER.size]
        out = [
            self._one(i, named, controlled, length, now)
            for i, (named, controlled, length) in enumerate(_HEADER.iter_unpack(headers))
            if length < batch.slot
        ]
        self._headers_view[0 : len(headers)] = self._fresh[0 : len(headers)]
        return out

    def _one(
        self, i: int, named: int, controlled: int, length: int, now: float
    ) -> tuple[bytes, RawAddress, float]:
        start, name = i * self._batch.slot, i * LONGEST_NAME
        waited = 0.0
        if controlled >= _STAMP.size:
            _, _, kind, seconds, nanoseconds = _STAMP.unpack_from(self._stamps_view, i * _STAMP.size)
            if kind == SO_TIMESTAMPNS:
                waited = min(1.0, max(0.0, now - seconds - nanoseconds * 1e-9))  # clocks are set at times
        return self._batch.view[start : start + length], self._names_view[name : name + named], waited


def raw_address(host: str, port: int) -> RawAddress:
    """The `sockaddr` of a literal IPv4 or IPv6 address. ValueError for anything else."""
    try:
        if ":" in host:
            parts = (
                pack("=H", socket.AF_INET6),
                pack("!HI", port, 0),
                socket.inet_pton(socket.AF_INET6, host),
            )
            return b"".join(parts) + bytes(4)
        return (
            pack("=H", socket.AF_INET) + pack("!H", port) + socket.inet_pton(socket.AF_INET, host) + bytes(8)
        )
    except OSError as problem:
        raise ValueError(f"{host!r} is not an IP address") from problem


def host_and_port(address: RawAddress) -> tuple[str, int]:
    """The inverse of `raw_address`; an IPv4 address that came through an IPv6 socket is told as IPv4."""
    (port,) = unpack_from("!H", address, 2)
    if len(address) >= LONGEST_NAME:
        text = socket.inet_ntop(socket.AF_INET6, address[8:24])
        return text.removeprefix("::ffff:") if "." in text else text, port
    return socket.inet_ntop(socket.AF_INET, address[4:8]), port


def socket_name(address: RawAddress) -> tuple[str, int] | tuple[str, int, int, int]:
    """What `socket.sendto` takes on a socket that gave this address: unlike `host_and_port` it keeps an IPv4
    address of a dual stack socket in its IPv6 clothes, and the number of a link.
    """
    (port,) = unpack_from("!H", address, 2)
    if len(address) >= LONGEST_NAME:
        (scope,) = unpack_from("=I", address, 24)
        return socket.inet_ntop(socket.AF_INET6, address[8:24]), port, 0, scope
    return socket.inet_ntop(socket.AF_INET, address[4:8]), port


def stream_address(host: str, port: int, number: int) -> RawAddress:
    """The address of one TCP connection's other end; `number` (32 bits) tells it from every other one."""
    return raw_address(host, port) + _STREAM + pack("!I", number & 0xFFFFFFFF)


def is_stream(address: RawAddress) -> bool:
    """Whether an address is one that `stream_address` made."""
    return len(address) in _STREAM_LENGTHS
