"""The pages' bench on a small scale: its shape and what must hold anywhere, never its speed."""

import struct
from typing import cast

import pytest

from deploy.bench import pages
from deploy.bench.output import Steps
from deploy.bench.readers import Reader


class Silent(Steps):
    """Says nothing."""

    def __init__(self) -> None:
        """Without a progress bar."""

    def step(self, what: str) -> None:
        """Nothing."""

    def measured(self, seconds: float, what: str) -> None:
        """Nothing."""


@pytest.mark.bench
@pytest.mark.timeout(400)
async def test_every_note_reaches_every_page_and_room() -> None:
    result = await pages.run(pages.Result(pages=12, points=3, seconds=3.0), Silent())
    assert result.notes >= 2
    assert (result.notes_not_everywhere, result.pages_lost) == (0, 0)
    assert result.note_to_every_page_ms["max"] >= result.note_to_a_page_ms["max"] > 0
    assert set(result.relay_delay_us) == {"without", "with"}
    assert 0 < result.web_rss_mb["max"] < pages.MOST_WEB_MB


class Transport:
    """Keeps what a reader writes."""

    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)


def frame(text: bytes, kind: int = 1) -> bytes:
    size = len(text)
    length = bytes((size,)) if size < 126 else b"\x7e" + struct.pack(">H", size)
    return bytes((0x80 | kind,)) + length + text


@pytest.mark.parametrize("piece", [1, 7, 4096])
def test_a_reader_reads_frames_however_they_are_cut(piece: int) -> None:
    reader, transport = Reader(b"GET"), Transport()
    reader._transport = cast("object", transport)  # type: ignore[assignment]
    note = b'{"type":"event","n":41,"kind":"note.added","data":{"text":"' + b"x" * 300 + b'"}}'
    other = b'{"type":"event","n":42,"kind":"note.changed"}'
    stream = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
    stream += frame(b'{"type":"welcome"}') + frame(b"hi", kind=9) + frame(note) + frame(other)
    for start in range(0, len(stream), piece):
        reader.data_received(stream[start : start + piece])
    assert reader.joined
    assert list(reader.seen) == [41]
    assert [data[0] & 0xF for data in transport.written] == [1, 10], "hello, and a pong"


def test_a_reader_that_is_not_let_in_says_so() -> None:
    with pytest.raises(ConnectionRefusedError):
        Reader(b"GET").data_received(b"HTTP/1.1 404 Not Found\r\n\r\n")
