import socket

import pytest

from hub.relay.wire.mmsg import Receiver, available, host_and_port, raw_address

pytestmark = pytest.mark.skipif(not available(), reason="this system has no recvmmsg")


@pytest.mark.parametrize(
    "address", [("127.0.0.1", 80), ("192.0.2.255", 65535), ("::1", 1), ("2001:db8::5", 443)]
)
def test_raw_addresses_go_both_ways(address: tuple[str, int]) -> None:
    assert host_and_port(raw_address(*address)) == address


def test_an_ipv4_address_through_an_ipv6_socket_is_told_as_ipv4() -> None:
    assert host_and_port(raw_address("::ffff:192.0.2.1", 80)) == ("192.0.2.1", 80)


def test_names_are_no_addresses() -> None:
    with pytest.raises(ValueError, match="not an IP address"):
        raw_address("localhost", 80)


def test_what_was_sent_is_received_in_order_with_its_address() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two,
    ):
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        one.setblocking(False)
        receiver = Receiver(one, count=8)
        assert receiver.receive() == []
        for number in range(10):
            two.sendto(b"x" * (number * 100), one.getsockname())
        two.sendto(b"y" * 3000, one.getsockname())
        name = raw_address(*two.getsockname())
        assert receiver.receive() == [(b"x" * (number * 100), name) for number in range(8)]
        assert receiver.receive() == [(b"x" * 800, name), (b"x" * 900, name)]
