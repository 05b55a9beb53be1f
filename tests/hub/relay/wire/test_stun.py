import random
import struct
from binascii import crc32
from ipaddress import IPv4Address, IPv6Address

from aioice.stun import Class, Message, Method, parse_message
from hypothesis import given
from hypothesis import strategies as st

from hub.relay.wire import stun

TRANSACTION = b"abcdefghijkl"


def check(**changes: object) -> bytes:
    values = {"priority": 1, "tie_breaker": 7, "use_candidate": True} | changes
    return stun.request(TRANSACTION, "hub:browser", "secret", **values)  # type: ignore[arg-type]


def test_a_request_is_read_as_it_was_written() -> None:
    binding = stun.read(check())
    assert binding is not None
    assert (binding.kind, binding.transaction, binding.username) == ("request", TRANSACTION, "hub:browser")
    assert (binding.use_candidate, binding.controlling, binding.controlled) == (True, 7, None)
    assert binding.signed_by("secret")
    assert not binding.signed_by("other")


def test_rfc_5769_sample_request() -> None:
    sample = bytes.fromhex(
        "000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74"
        "002400046e0001ff80290008932ff9b151263b36000600096576746a3a68367659202020"
        "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf"
    )
    binding = stun.read(sample)
    assert binding is not None
    assert binding.username == "evtj:h6vY"
    assert binding.signed_by("VOkJxbRl1RmTxUk/WvJxBt")
    assert stun.local_fragment(sample) == "evtj"


def test_answers_tell_the_address_and_the_refusal() -> None:
    binding = stun.read(stun.success(TRANSACTION, ("192.0.2.1", 32853), "secret"))
    assert binding is not None
    assert (binding.kind, binding.mapped, binding.signed_by("secret")) == (
        "success",
        ("192.0.2.1", 32853),
        True,
    )
    refusal = stun.read(stun.error(TRANSACTION, 487, "Role Conflict", "secret"))
    assert refusal is not None
    assert (refusal.kind, refusal.error_code) == ("error", 487)


def test_every_truncation_is_no_message() -> None:
    whole = check()
    for size in range(len(whole)):
        assert stun.read(whole[:size]) is None
        stun.local_fragment(whole[:size])


def test_every_flipped_byte_is_no_message_or_not_signed() -> None:
    whole = check()
    for at in range(len(whole) - 8):  # FINGERPRINT comes after what is signed
        binding = stun.read(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        assert binding is None or not binding.signed_by("secret")


def test_the_fragment_is_found_without_parsing() -> None:
    assert stun.local_fragment(check()) == "hub"
    assert stun.local_fragment(stun.success(TRANSACTION, ("1.2.3.4", 5), "secret")) is None
    assert stun.local_fragment(b"") is None


def test_a_message_without_integrity_is_signed_by_nobody() -> None:
    bare = b"\x00\x01\x00\x00\x21\x12\xa4\x42" + TRANSACTION
    binding = stun.read(bare)
    assert binding is not None
    assert not binding.signed_by("secret")
    assert not binding.signed_by("")


def by_the_library(datagram: bytes) -> tuple[object, ...] | None:
    """What aioice reads in a datagram, and whether "secret" signed it."""
    try:
        message = parse_message(datagram)
    except (ValueError, struct.error, IndexError):
        return None
    found = message.attributes
    return (
        message.transaction_id,
        found.get("USERNAME", ""),
        "USE-CANDIDATE" in found,
        found.get("ICE-CONTROLLING"),
        found.get("ICE-CONTROLLED"),
        bool(message.check_message_integrity(b"secret")),
    )


def by_us(datagram: bytes) -> tuple[object, ...] | None:
    """The same of ours."""
    binding = stun.read(datagram)
    return binding and (
        binding.transaction,
        binding.username,
        binding.use_candidate,
        binding.controlling,
        binding.controlled,
        binding.signed_by("secret"),
    )


ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "USERNAME": st.text(max_size=40),
        "PRIORITY": st.integers(0, 2**32 - 1),
        "USE-CANDIDATE": st.none(),
        "ICE-CONTROLLING": st.integers(0, 2**64 - 1),
        "ICE-CONTROLLED": st.integers(0, 2**64 - 1),
        "SOFTWARE": st.text(max_size=20),
    },
)


@given(ATTRIBUTES, st.binary(min_size=12, max_size=12), st.sampled_from(["secret", "other"]))
def test_requests_are_read_as_the_library_reads_them(
    attributes: dict[str, object], transaction: bytes, password: str
) -> None:
    message = Message(Method.BINDING, Class.REQUEST, transaction, attributes)
    message.add_message_integrity(password.encode())
    assert by_us(bytes(message)) == by_the_library(bytes(message))


@given(st.integers(0, 200), st.integers(1, 255))
def test_damaged_requests_are_read_as_the_library_reads_them(at: int, change: int) -> None:
    whole = check()
    at %= len(whole)
    damaged = whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1 :]
    mended = damaged[:-4] + (crc32(damaged[:-8]) ^ 0x5354554E).to_bytes(4)
    for datagram in (damaged, mended):
        ours, theirs = by_us(datagram), by_the_library(datagram)
        assert ours == theirs or not (ours and ours[-1])


@given(st.ip_addresses(), st.integers(0, 65535), st.binary(min_size=12, max_size=12), st.text(max_size=24))
def test_answers_are_written_as_the_library_writes_them(
    host: IPv4Address | IPv6Address, port: int, transaction: bytes, password: str
) -> None:
    message = Message(Method.BINDING, Class.RESPONSE, transaction, {"XOR-MAPPED-ADDRESS": (str(host), port)})
    message.add_message_integrity(password.encode())
    assert stun.success(transaction, (str(host), port), password) == bytes(message)


@given(st.binary(max_size=200))
def test_garbage_is_never_more_than_none(data: bytes) -> None:
    stun.read(data)
    stun.local_fragment(data)
    framed = b"\x00\x01" + len(data).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + TRANSACTION + data
    binding = stun.read(framed)
    assert binding is None or not binding.signed_by("secret")
    stun.local_fragment(framed)


def test_random_attributes_never_raise() -> None:
    rng = random.Random(1)
    for _ in range(2000):
        body = b"".join(
            rng.choice([1, 6, 8, 9, 0x20, 0x25, 0x8028, 0x8029]).to_bytes(2, "big")
            + rng.randrange(12).to_bytes(2, "big")
            + rng.randbytes(rng.choice([0, 4, 8, 12]))
            for _ in range(3)
        )
        stun.read(b"\x00\x01" + len(body).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + TRANSACTION + body)
