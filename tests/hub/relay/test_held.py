"""What a supervisor holds, as its child finds it."""

import os
import socket
import subprocess
import sys

from hub.relay.held import VARIABLE, Held, hold, inherited
from hub.relay.wire.udp import media_sockets

CHILD = """
import os
from hub.relay.held import inherited
held = inherited(os.environ)
udp, tcp = held.sockets()
print(udp.getsockname()[1], tcp.getsockname()[1], udp.type.name, tcp.type.name)
print(os.pread(held.ledger, 5, 0).decode())
print("RELAY_HELD" in os.environ, os.get_inheritable(held.udp))
"""


def test_a_child_finds_sockets_and_ledger_and_hands_them_to_nobody() -> None:
    sockets = media_sockets("127.0.0.1", 0)
    port = sockets[0].getsockname()[1]
    held = hold("relay", sockets)
    os.pwrite(held.ledger, b"state", 0)
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        env={**os.environ, **held.environ},
        pass_fds=held.descriptors,
        capture_output=True,
        text=True,
        check=True,
    )
    held.close()
    assert done.stdout.splitlines() == [f"{port} {port} SOCK_DGRAM SOCK_STREAM", "state", "False False"]


def test_without_a_supervisor_there_is_nothing() -> None:
    assert inherited({}) is None
    assert inherited({VARIABLE: ""}) is None


def test_what_arrives_while_nobody_reads_is_there_for_the_next_reader() -> None:
    """A dead relay's port is open: nobody is told otherwise, and nothing is lost but time."""
    held: Held = hold("relay", media_sockets("127.0.0.1", 0))
    try:
        first, listener = held.sockets()
        address = first.getsockname()
        first.close()
        listener.close()
        with socket.socket(type=socket.SOCK_DGRAM) as browser:
            browser.connect(address)
            browser.send(b"a check")
            with socket.create_connection(address, timeout=5):
                browser.send(b"another")  # would fail if the kernel had said that the port is closed
                udp, tcp = held.sockets()
                assert [udp.recv(100), udp.recv(100)] == [b"a check", b"another"]
                tcp.accept()[0].close()
                udp.close()
                tcp.close()
    finally:
        held.close()
