import socket
from types import SimpleNamespace

from deploy.addresses import LOOPBACK, local_addresses, local_addresses6, media_addresses, port_problem


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


def test_ports_of_their_own_move_on_with_the_relay() -> None:
    assert media_addresses("10.0.0.1,203.0.113.5:40000", relay=2) == ("10.0.0.1", "203.0.113.5:40002")


def test_one_address_that_is_listened_on_is_the_one_to_announce() -> None:
    assert media_addresses("", "10.0.0.9") == ("10.0.0.9",)
    assert media_addresses("", "::")[-1] == LOOPBACK


def test_ipv6_addresses_are_those_others_can_reach() -> None:
    six = [entry(text, socket.AF_INET6) for text in ("::1", "fe80::1%eth0", "2001:db8::1")]
    bridge = [entry("2001:db8::2", socket.AF_INET6)]
    assert local_addresses6({"eth0": [*six, entry("10.0.0.5")], "docker0": bridge}) == ["2001:db8::1"]


def test_a_taken_port_is_named_in_either_family() -> None:
    for host, family in (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)):
        with socket.socket(family, socket.SOCK_DGRAM) as taken:
            taken.bind((host, 0))
            port = taken.getsockname()[1]
            assert port_problem(host, port, socket.SOCK_DGRAM) == "Address already in use"
            assert port_problem(host, 0, socket.SOCK_DGRAM) is None
