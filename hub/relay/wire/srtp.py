"""SRTP over libsrtp (RFC 3711, RFC 7714). The only file that knows pylibsrtp, and the internals of it that we
use.

`Session.protect` copies twice and refuses packets over 1,356 bytes; so we call libsrtp in place, on memory
of ours. `tests/hub/relay/wire/test_srtp.py` is the canary: it fails when those internals move.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from cffi import FFI
from pylibsrtp import Error, Policy, Session, _binding
from pylibsrtp._binding import ffi, lib

SLOT: Final = 2048
"""Bytes of one packet slot: the longest datagram we handle plus every trailer libsrtp may write."""
TRAILER: Final = 16 + 128 + 4
"""SRTP_MAX_TAG_LEN + SRTP_MAX_MKI_LEN, and the SRTCP index."""
LONGEST: Final = SLOT - TRAILER
"""Longest plaintext (or protected) packet in bytes; anything longer is refused before libsrtp sees it."""
WINDOW: Final = 4096
"""Replay window of what arrives, in packets."""
WINDOW_OUT: Final = 1024
"""The same of what leaves: libsrtp refuses to protect a number further back, so resends end there.

It shifts the whole window as a bit field for every packet: 4,096 cost 0.4 µs more than this (a quarter of
all that protecting costs).
"""
MOST_SSRCS: Final = 64
"""Distinct SSRCs one peer may send from: libsrtp keeps a stream for each, and never forgets one."""

protect: Final = lib.srtp_protect
"""`srtp_protect(context, pointer, length pointer) -> 0 or an error`, for the fan-out's hot loop."""


class Profile(Enum):
    """Protection profiles in the order we prefer them: GCM costs 1.3–2.5 µs less per packet."""

    AEAD_AES_128_GCM = (b"SRTP_AEAD_AES_128_GCM", Policy.SRTP_PROFILE_AEAD_AES_128_GCM, 16, 12, 16)
    AES128_CM_SHA1_80 = (b"SRTP_AES128_CM_SHA1_80", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, 16, 14, 10)

    def __init__(self, openssl: bytes, libsrtp: int, key: int, salt: int, tag: int) -> None:
        self.tag = tag
        self.openssl = openssl
        self.libsrtp = libsrtp
        self.key_length = key
        self.salt_length = salt

    @property
    def material_length(self) -> int:
        """Octets to export from DTLS: both keys, then both salts (RFC 5764 §4.2)."""
        return 2 * (self.key_length + self.salt_length)


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """Master key followed by master salt, for each direction. Never shown: `repr` leaves them out."""

    profile: Profile
    local_key: bytes = field(repr=False)
    remote_key: bytes = field(repr=False)

    @classmethod
    def from_material(cls, profile: Profile, material: bytes, *, is_client: bool) -> "SrtpKeys":
        """Split what DTLS exported: client key, server key, client salt, server salt (RFC 5764 §4.2)."""
        key, salt = profile.key_length, profile.salt_length
        client = material[:key] + material[2 * key : 2 * key + salt]
        server = material[key : 2 * key] + material[2 * key + salt : 2 * (key + salt)]
        return cls(profile, client, server) if is_client else cls(profile, server, client)


def is_rtcp(packet: bytes) -> bool:
    """Whether a packet on a multiplexed port is RTCP (RFC 5761 §4): second byte 192–223."""
    return len(packet) > 1 and 192 <= packet[1] <= 223


class Inbound:
    """Opens what one peer sends.

    Forged, replayed and malformed packets give None and are counted in `refused`.
    """

    def __init__(
        self,
        keys: SrtpKeys,
        *,
        since: Mapping[int, int] | None = None,
        heard: Callable[[int, int], None] | None = None,
    ) -> None:
        """`since`: the highest index an earlier process accepted, by SSRC; nothing up to it is taken again.

        `heard` is told the SSRC and index of each packet that is newer than all before it.
        """
        self.refused: Counter[str] = Counter()
        half = _Half(keys.profile, keys.remote_key, WINDOW)
        self._session = Session(half.policy(Policy.SSRC_ANY_INBOUND))
        self._context = self._session._srtp[0]
        self._slot = ffi.new("char[]", SLOT)
        self._buffer = ffi.buffer(self._slot)
        self._length = ffi.new("int *")
        self._ssrcs: set[bytes] = set()
        self._heard = heard
        self._highest: dict[bytes, int] = {}
        self._since: dict[bytes, int] = {}
        for ssrc, index in (since or {}).items():
            self._take_up(keys, half, ssrc, index)

    def rtp(self, packet: bytes) -> bytes | None:
        """The plaintext RTP packet, or None when it is not authentic, not new, or not RTP."""
        ssrc = packet[8:12]
        plain = self._open(lib.srtp_unprotect, packet, ssrc, 12)
        if plain is None or self._heard is None:
            return plain
        index = self._index(ssrc, packet[2] << 8 | packet[3])
        since = self._since.get(ssrc)
        if since is not None and index <= since:
            self.refused["srtp_before_restart"] += 1
            return None
        if index > self._highest.get(ssrc, -1):
            self._highest[ssrc] = index
            self._heard(int.from_bytes(ssrc), index)
        return plain

    def _index(self, ssrc: bytes, sequence: int) -> int:
        """The packet's index as libsrtp has just worked it out (RFC 3711 §3.3.1)."""
        highest = self._highest.get(ssrc)
        if highest is None:
            return sequence
        return max(sequence, highest + ((sequence - highest + 0x8000) & 0xFFFF) - 0x8000)

    def _take_up(self, keys: SrtpKeys, half: "_Half", ssrc: int, index: int) -> None:
        """Bring libsrtp to where it was: it is shown packets that the peer might have sent."""
        mirror = Outbound(SrtpKeys(keys.profile, keys.remote_key, keys.local_key))
        _begin_at(mirror._session, _Half(keys.profile, keys.remote_key, WINDOW_OUT), ssrc, index)
        name = ssrc.to_bytes(4)
        for each in _begin_at(self._session, half, ssrc, index):
            self._open(lib.srtp_unprotect, mirror.rtp(_nothing(ssrc, each)), name, 12)
        self._highest[name] = self._since[name] = index

    def rtcp(self, packet: bytes) -> bytes | None:
        """The plaintext RTCP compound, or None when it is not authentic, not new, or not RTCP."""
        return self._open(lib.srtp_unprotect_rtcp, packet, packet[4:8], 8)

    def _open(self, function: Any, packet: bytes, ssrc: bytes, shortest: int) -> bytes | None:
        size = len(packet)
        if size < shortest or size > LONGEST:
            self.refused["srtp_size"] += 1
            return None
        if ssrc not in self._ssrcs and len(self._ssrcs) >= MOST_SSRCS:
            self.refused["srtp_too_many_ssrcs"] += 1
            return None
        self._buffer[0:size] = packet
        self._length[0] = size
        error = function(self._context, self._slot, self._length)
        if error:
            self.refused[_REASONS.get(error, "srtp_malformed")] += 1
            return None
        self._ssrcs.add(ssrc)
        return bytes(self._buffer[0 : self._length[0]])


class Outbound:
    """Protects what one peer is sent.

    The same plaintext with the same sequence number may be protected again (a retransmission); giving
    different plaintext the same number would break GCM, and is the caller's duty to avoid.
    """

    def __init__(self, keys: SrtpKeys, *, used: Mapping[int, int] | None = None, generation: int = 0) -> None:
        """`used`: the highest index an earlier process may have used, by SSRC; numbering goes on behind it.

        `generation`: how many processes used these keys before. SRTCP counts from the start again, so each
        signs its compounds with an SSRC of its own, which is part of the nonce (RFC 7714 §9.1).
        """
        self.tag = keys.profile.tag
        """Bytes a protected RTP packet is longer than its plaintext."""
        half = _Half(keys.profile, keys.local_key, WINDOW_OUT)
        self._session = Session(half.policy(Policy.SSRC_ANY_OUTBOUND))
        self.context: Any = self._session._srtp[0]
        """For the hot loop: valid as long as this object lives."""
        self._slot = ffi.new("char[]", SLOT)
        self._buffer = ffi.buffer(self._slot)
        self._length = ffi.new("int *")
        self._signature = _signature(generation) if generation else b""
        for ssrc, index in (used or {}).items():
            for each in _begin_at(self._session, half, ssrc, index):
                self.rtp(_nothing(ssrc, each))  # goes nowhere

    def rtp(self, packet: bytes) -> bytes:
        """One protected packet. Raises ValueError for what libsrtp refuses."""
        return self._seal(lib.srtp_protect, packet)

    def rtcp(self, packet: bytes) -> bytes:
        """One protected compound. Raises ValueError for what libsrtp refuses."""
        return self._seal(lib.srtp_protect_rtcp, self._signature + packet)

    def protect_in_place(self, pointer: Any, length: int) -> int:
        """Protect the RTP packet of `length` bytes at `pointer` (a cffi `char *` with `SLOT` bytes behind
        it).

        Returns the new length. A wrong length would corrupt the heap, so it is checked: ValueError.
        """
        if not 12 <= length <= LONGEST:
            raise ValueError(f"a packet has 12 to {LONGEST} bytes, not {length}")
        self._length[0] = length
        error = lib.srtp_protect(self.context, pointer, self._length)
        if error:
            raise ValueError(f"libsrtp refused to protect a packet: error {error}")
        return int(self._length[0])

    def _seal(self, function: Any, packet: bytes) -> bytes:
        size = len(packet)
        if not 8 <= size <= LONGEST:
            raise ValueError(f"a packet has 8 to {LONGEST} bytes, not {size}")
        self._buffer[0:size] = packet
        self._length[0] = size
        error = function(self.context, self._slot, self._length)
        if error:
            raise ValueError(f"libsrtp refused to protect a packet: error {error}")
        return bytes(self._buffer[0 : self._length[0]])


_REASONS: Final = {7: "srtp_forged", 9: "srtp_replayed", 10: "srtp_too_old"}
"""libsrtp's srtp_err_status_auth_fail, _replay_fail and _replay_old."""


@dataclass(frozen=True, slots=True)
class _Half:
    """One direction of a context: what its policies are made from."""

    profile: Profile
    key: bytes = field(repr=False)
    window: int

    def policy(self, ssrc_type: int, ssrc: int = 0) -> Policy:
        """Of one stream, or of whichever will come."""
        policy = Policy(key=self.key, ssrc_type=ssrc_type, ssrc_value=ssrc, srtp_profile=self.profile.libsrtp)
        policy.allow_repeat_tx = True
        policy.window_size = self.window
        return policy


_SIGNER: Final = 0x52000000
"""The SSRCs that sign compounds after a restart: 24 bits of generation below this."""


def _signature(generation: int) -> bytes:
    """An empty receiver report (RFC 3550 §6.4.2)."""
    return b"\x80\xc9\x00\x01" + (_SIGNER | generation & 0xFFFFFF).to_bytes(4)


def _nothing(ssrc: int, index: int) -> bytes:
    """An RTP packet that exists to be counted."""
    return b"\x80\x00" + (index & 0xFFFF).to_bytes(2) + bytes(4) + ssrc.to_bytes(4)


def _begin_at(session: Session, half: _Half, ssrc: int, index: int) -> Iterable[int]:
    """Add a stream that is to begin at `index`. Gives the indexes to go through, in order, the last of which
    is that one.
    """
    session.add_stream(half.policy(Policy.SSRC_SPECIFIC, ssrc))
    if SET_ROC is None:
        return (*range(0, index, 0x7FFF), index)  # no step that could be taken for one back
    context = _FFI.cast("void *", address(session._srtp[0]))
    if index >> 16 and SET_ROC(context, ssrc, index >> 16):
        raise ValueError("libsrtp refused a rollover counter")
    return (index,)


def address(context: Any) -> int:
    """Where a context is, for code that is not Python. Valid as long as its `Outbound` lives."""
    return int(ffi.cast("uintptr_t", context))


def protect_address() -> int | None:
    """Where `srtp_protect(context, packet, int *length)` is; None where the binding does not export it."""
    function = _exported("srtp_protect")
    return None if function is None else int(_FFI.cast("uintptr_t", function))


def _exported(name: str) -> Any:
    """A function of libsrtp that the binding exports and need not declare; None where it does not."""
    try:
        return getattr(_FFI.dlopen(_binding.__file__), name)
    except (AttributeError, OSError):
        return None


_FFI: Final = FFI()
_FFI.cdef(
    """
    int srtp_set_stream_roc(void *, uint32_t, uint32_t);
    int srtp_protect(void *, void *, int *);
    """
)
SET_ROC: Any = _exported("srtp_set_stream_roc")


def has_gcm() -> bool:
    """Whether this libsrtp was built with AES-GCM."""
    try:
        Policy(srtp_profile=Profile.AEAD_AES_128_GCM.libsrtp)
    except Error:
        return False
    return True


PROFILES: Final[tuple[Profile, ...]] = tuple(Profile) if has_gcm() else (Profile.AES128_CM_SHA1_80,)
"""What we negotiate, best first. As DTLS server our order wins."""
