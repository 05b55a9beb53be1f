"""PyAV behind one file: VP8 for pictures, Opus for voices, both into bare payloads for RTP."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import av
import numpy as np
from av.video.frame import PictureType
from PIL import Image

from endpoints.camera.voice import FRAME_SAMPLES, SAMPLE_RATE, Samples

PICTURE_CLOCK: Final = 90_000


@dataclass(frozen=True, slots=True)
class Encoded:
    """One VP8 frame."""

    data: bytes
    key: bool


class Vp8Encoder:
    """One running VP8 stream without delay: one picture in, one frame out."""

    def __init__(self, width: int, height: int, rate: int, bits_per_second: int) -> None:
        codec = av.CodecContext.create("libvpx", "w")
        assert isinstance(codec, av.VideoCodecContext)
        codec.width, codec.height = width, height
        codec.pix_fmt = "yuv420p"
        codec.time_base = Fraction(1, rate)
        codec.framerate = Fraction(rate, 1)
        codec.bit_rate = bits_per_second
        codec.gop_size = 100_000  # keyframes come from the caller
        codec.thread_count = 1
        codec.options = {
            "deadline": "realtime",
            "cpu-used": "8",
            "lag-in-frames": "0",
            "error-resilient": "default",
            "minrate": str(bits_per_second // 2),
            "maxrate": str(bits_per_second * 2),
            "bufsize": str(bits_per_second),
            "undershoot-pct": "100",
            "qmin": "4",
            "qmax": "48",
        }
        self._codec = codec
        self._count = 0

    def encode(self, picture: Image.Image, key: bool) -> Encoded:
        """`key` forces a keyframe; the first frame is one anyway. Raises av.FFmpegError when libvpx fails."""
        frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
        frame.pts = self._count
        frame.time_base = self._codec.time_base
        frame.pict_type = PictureType.I if key or self._count == 0 else PictureType.NONE
        self._count += 1
        packets = self._codec.encode(frame)
        return Encoded(b"".join(bytes(packet) for packet in packets), any(p.is_keyframe for p in packets))


def opus(samples: Samples, bits_per_second: int = 28_000) -> tuple[bytes, ...]:
    """Mono `samples` at `SAMPLE_RATE` as Opus packets of 20 ms, without the container's header packets."""
    codec = av.CodecContext.create("libopus", "w")
    assert isinstance(codec, av.AudioCodecContext)
    codec.sample_rate = SAMPLE_RATE
    codec.layout = "mono"
    codec.format = "s16"
    codec.bit_rate = bits_per_second
    codec.options = {"application": "voip", "frame_duration": "20", "vbr": "on"}
    packets: list[bytes] = []
    whole = (np.clip(samples, -1, 1) * 32767).astype(np.int16)
    for start in range(0, len(whole) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        frame = av.AudioFrame.from_ndarray(
            whole[None, start : start + FRAME_SAMPLES], format="s16", layout="mono"
        )
        frame.sample_rate = SAMPLE_RATE
        frame.pts = start
        packets += [bytes(packet) for packet in codec.encode(frame)]
    packets += [bytes(packet) for packet in codec.encode(None)]
    return tuple(packets)
