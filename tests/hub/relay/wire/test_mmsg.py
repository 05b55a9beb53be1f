import socket

import pytest

from hub.relay.wire import mmsg
from hub.relay.wire.mmsg import (
    Batch,
    Receiver,
    available,
    host_and_port,
    is_stream,
    raw_address,
    socket_name,
    stream_address,
)

pytestmark = pytest.mark.skipif(not available(), reason="this system has no recvmmsg")


@pytest.mark.parametrize(
    "address", [("127.0.0.1", 80), ("192.0.2.255", 65535), ("::1", 1), ("2001:db8::5", 443)]
)
def test_raw_addresses_go_both_ways(address: tuple[str, int]) -> None:
    assert host_and_port(raw_address(*address)) == address


def test_an_ipv4_address_through_an_ipv6_socket_is_told_as_ipv4() -> None:
    assert host_and_port(raw_address("::ffff:192.0.2.1", 80)) == ("192.0.2.1", 80)


def test_a_connection_s_address_tells_where_it_comes_from_and_is_no_other_s() -> None:
    for host in ("192.0.2.1", "2001:db8::5"):
        one, two = stream_address(host, 80, 1), stream_address(host, 80, 2)
        assert one != two
        assert host_and_port(one) == (host, 80)
        assert is_stream(one)
        assert not is_stream(raw_address(host, 80))
    assert host_and_port(stream_address("::ffff:192.0.2.1", 80, 1)) == ("192.0.2.1", 80)


def test_a_dual_stack_socket_sends_back_to_what_it_was_given() -> None:
    assert socket_name(raw_address("::ffff:192.0.2.1", 80)) == ("::ffff:192.0.2.1", 80, 0, 0)
    assert socket_name(raw_address("192.0.2.1", 80)) == ("192.0.2.1", 80)


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
        got = [receiver.receive() for _ in range(2)]
        sizes = [[(len(datagram) // 100, address) for datagram, address, _ in batch] for batch in got]
        assert sizes == [[(number, name) for number in range(8)], [(8, name), (9, name)]]
        assert all(0 < waited < 1 for batch in got for _, _, waited in batch)


def test_lengths_are_what_the_kernel_sends_and_elsewhere_cells_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = Batch(4, 2048)
    monkeypatch.setattr(mmsg, "available", lambda: False)
    elsewhere = Batch(4, 2048)
    for batch in (here, elsewhere):
        batch.lengths[2][0] = 77
        assert [len(packet) for packet in batch.packets(2)] == [77]
    assert (here.iovecs[2].iov_len, elsewhere.iovecs[2].iov_len) == (77, 0)
