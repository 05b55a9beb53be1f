"""The generated picture, looked at through the encoder and a decoder that is not ours."""

from datetime import timedelta

import av
import numpy as np
import pytest

from endpoints.camera import fonts
from endpoints.camera.encode import Vp8Encoder
from endpoints.camera.picture import Look, Picture
from tests.kit.clock import START


def test_the_same_moment_gives_the_same_picture() -> None:
    one, two = (Picture(Look("Hội trường")).frame(3.2, START, 0.4) for _ in range(2))
    assert one.tobytes() == two.tobytes()


def test_it_moves_and_its_clock_runs() -> None:
    picture = Picture(Look("Hội trường", "Trụ sở"))
    first = np.asarray(picture.frame(0, START, 0.0)).astype(int)
    second = np.asarray(picture.frame(1, START + timedelta(seconds=1), 0.0)).astype(int)
    changed = np.abs(first - second).max(axis=2) > 40
    assert changed[:70, 400:].any()
    assert changed[70:250].any()


def test_a_title_of_any_length_fits() -> None:
    Picture(Look("Trụ sở tiếp công dân " * 10, "x" * 300, width=320, height=180)).frame(0, START, 1.0)


@pytest.mark.parametrize(("words", "bare"), [("Hạ Long", "Ha Long"), ("Đường", "Duong")])
def test_a_machine_without_fonts_gets_bare_letters(words: str, bare: str) -> None:
    assert fonts.plain(words) == bare


def test_keyframes_come_when_asked_for_and_everything_decodes() -> None:
    picture, encoder = Picture(Look("a", width=320, height=180)), Vp8Encoder(320, 180, 10, 150_000)
    decoder = av.CodecContext.create("vp8", "r")
    frames = [encoder.encode(picture.frame(n / 10, START, 0.5), key=n == 5) for n in range(10)]
    assert [n for n, frame in enumerate(frames) if frame.key] == [0, 5]
    decoded = [image for frame in frames for image in decoder.decode(av.Packet(frame.data))]
    assert [(image.width, image.height) for image in decoded] == [(320, 180)] * 10
