import socket
from types import SimpleNamespace

from deploy.addresses import LOOPBACK, local_addresses, media_addresses, port_problem


def entry(address: str, family: int = socket.AF_INET) -> SimpleNamespace:
    return SimpleNamespace(address=address, family=family)


def test_loopback_bridges_and_other_families_are_left_out() -> None:
    interfaces = {
        "lo": [entry("127.0.0.1")],
        "docker0": [entry("172.17.0.1")],
        "eth0": [entry("fe80::1", socket.AF_INET6), entry("10.0.0.5")],
        "wlan0": [entry("192.168.1.7")],
    }
    assert local_addresses(interfaces) == ["10.0.0.5", "192.168.1.7"]


def test_the_main_address_comes_first_and_once() -> None:
    interfaces = {"eth0": [entry("10.0.0.5")], "wlan0": [entry("192.168.1.7")]}
    assert local_addresses(interfaces, main="192.168.1.7") == ["192.168.1.7", "10.0.0.5"]


def test_media_addresses_as_set_or_with_loopback_last() -> None:
    assert media_addresses("203.0.113.5, 10.0.0.1,") == ("203.0.113.5", "10.0.0.1")
    assert media_addresses("")[-1] == LOOPBACK


def test_a_taken_port_has_a_reason_and_a_free_one_none() -> None:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as taken:
            taken.bind((LOOPBACK, 0))
            if kind == socket.SOCK_STREAM:
                taken.listen()
            port = taken.getsockname()[1]
            assert port_problem(LOOPBACK, port, kind) == "Address already in use"
        assert port_problem(LOOPBACK, port, kind) is None
