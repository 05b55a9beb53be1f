"""An encoder as people write them with PyAV: FFmpeg's own WHIP muxer, H.264 and Opus.

    whip_encoder.py URL TOKEN CERTIFICATE

It prints a line once it sends, and ends when its standard input does. FFmpeg with GnuTLS, as in PyAV's
wheels, would make a P-224 certificate of its own, which OpenSSL 4 does not take; hence CERTIFICATE, a PEM
file with a key and a certificate.
"""

import itertools
import sys
import threading
import time
from fractions import Fraction

import av
import numpy as np

RATE, WIDTH, HEIGHT = 15, 320, 240
SAMPLES = 960


def main(url: str, token: str, certificate: str) -> None:
    """Send until the end of standard input."""
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    options = {"authorization": token, "cert_file": certificate, "key_file": certificate}
    with av.open(url, "w", format="whip", options=options) as out:
        settings = {"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"}
        picture = out.add_stream("libx264", rate=RATE, options=settings)
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        picture.bit_rate, picture.gop_size = 300_000, RATE * 2
        voice = out.add_stream("libopus", rate=48_000, options={"b": "64k"})
        voice.layout = "stereo"
        began, sent = time.monotonic(), 0
        for number in itertools.count():
            out.mux(picture.encode(frame(number)))
            while sent * RATE < (number + 1) * 48_000:
                out.mux(voice.encode(tone(sent)))
                sent += SAMPLES
            if number == RATE:
                print("sending", flush=True)
            if ended.wait(max(0.0, began + (number + 1) / RATE - time.monotonic())):
                return


def frame(number: int) -> av.VideoFrame:
    """A bar that moves."""
    pixels = np.full((HEIGHT, WIDTH, 3), 60, np.uint8)
    pixels[:, number * 4 % WIDTH :][:, :20] = 230
    made = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    made.pts, made.time_base = number, Fraction(1, RATE)
    return made


def tone(first: int) -> av.AudioFrame:
    """20 ms of 440 Hz."""
    wave = np.sin(2 * np.pi * 440 * (np.arange(SAMPLES) + first) / 48_000) * 9000
    made = av.AudioFrame.from_ndarray(
        np.repeat(wave.astype(np.int16), 2)[None, :], format="s16", layout="stereo"
    )
    made.sample_rate, made.pts, made.time_base = 48_000, first, Fraction(1, 48_000)
    return made


if __name__ == "__main__":
    main(*sys.argv[1:])
