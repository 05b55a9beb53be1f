"""The generated voice, and its way through Opus."""

import av
import numpy as np

from endpoints.camera.encode import opus
from endpoints.camera.voice import FRAME_SAMPLES, Speaker, levels, speak


def test_it_speaks_pauses_and_loops() -> None:
    samples = speak(Speaker(), 8.0)
    loudness = np.array(levels(samples))
    assert len(loudness) == 400
    assert np.abs(samples).max() <= 1
    assert (loudness > 0.2).mean() > 0.3
    assert (loudness < 0.02).mean() > 0.08
    assert loudness[0] < 0.02
    assert loudness[-1] < 0.02


def test_speakers_differ_and_repeat_themselves() -> None:
    one, same, other = (speak(Speaker(seed=seed), 2.0) for seed in (1, 1, 2))
    assert (one == same).all()
    assert not np.array_equal(one, other)


def test_opus_packets_are_20_ms_each_and_decode() -> None:
    samples = speak(Speaker(), 2.0)
    packets = opus(samples)
    assert len(packets) in (100, 101)
    decoder = av.CodecContext.create("opus", "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate = 48_000
    decoder.layout = "mono"
    heard = [frame.samples for packet in packets for frame in decoder.decode(av.Packet(packet))]
    assert sum(heard) >= len(samples) * 48_000 // (FRAME_SAMPLES * 50) - 4800
