"""Which processes a hub starts, and on which ports."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import serve
from deploy.bench.processes import free_ports
from deploy.errors import CommandError
from deploy.serve import check_ports, child_environ, relay_programs
from deploy.settings import Settings, SettingsError, read_settings


def settings(folder: Path, relays: int) -> Settings:
    first = free_ports(relays + 1)
    return read_settings(
        data_dir=folder, port=first, media_port=first + 1, relays=relays, media_host="127.0.0.1"
    )


@pytest.fixture
def busy() -> Iterator[socket.socket]:
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        yield taken


def test_one_process_for_each_relay_with_a_name_a_socket_and_a_port_of_its_own(tmp_path: Path) -> None:
    wanted = settings(tmp_path, 3)
    programs = relay_programs(wanted)
    try:
        assert [program.name for program in programs] == ["relay", "relay-1", "relay-2"]
        assert [program.command[-2:] for program in programs] == [("--index", str(i)) for i in range(3)]
        sockets = [wanted.relay_socket_of(index).name for index in range(3)]
        assert sockets == ["relay.sock", "relay-1.sock", "relay-2.sock"]
    finally:
        for program in programs:
            if program.held is not None:
                program.held.close()


def test_every_relays_port_is_tried_before_anything_starts(tmp_path: Path, busy: socket.socket) -> None:
    wanted = settings(tmp_path, 2)
    check_ports(wanted)
    busy.bind(("127.0.0.1", wanted.media + 1))
    with pytest.raises(CommandError, match=f"UDP port {wanted.media + 1}"):
        check_ports(wanted)


def test_there_must_be_ports_for_all_of_them(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no port that high"):
        read_settings(data_dir=tmp_path, media_port=65535, relays=2)
    with pytest.raises(SettingsError, match="HUB_RELAYS"):
        read_settings(data_dir=tmp_path, relays=9)


def test_children_are_the_program_that_we_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed, and started where the sources lie: `python -m` would take those."""
    wanted = settings(tmp_path, 1)
    monkeypatch.chdir(Path(serve.__file__).parents[1])
    assert "PYTHONSAFEPATH" not in child_environ(wanted)
    monkeypatch.chdir(tmp_path)
    assert child_environ(wanted)["PYTHONSAFEPATH"] == "1"
