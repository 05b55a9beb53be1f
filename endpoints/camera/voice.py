"""A voice that is nobody's: syllables with Vietnamese-like tones, harmonics under formants. Pure."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]

SAMPLE_RATE: Final = 24_000
FRAME_SAMPLES: Final = SAMPLE_RATE // 50
"""20 ms, one Opus packet."""

VOWELS: Final = (
    (800, 1200, 2500),
    (300, 2250, 3000),
    (500, 1850, 2600),
    (450, 850, 2500),
    (350, 750, 2400),
    (550, 1300, 2450),
)
"""First three formants in Hz of a, i, ê, ô, u, ơ."""
TONES: Final = ((1.0, 1.0), (0.95, 1.35), (0.9, 0.72), (0.85, 0.95), (1.0, 1.25), (0.9, 0.6))
"""Pitch at the start and the end of a syllable, over the speaker's own."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """`pitch` in Hz; `seed` chooses what is said."""

    pitch: float = 125.0
    seed: int = 1


def speak(speaker: Speaker, seconds: float) -> Samples:
    """Mono samples in −1…1 at `SAMPLE_RATE`: whole 20 ms frames, silent at both ends so that they loop."""
    random = np.random.default_rng(speaker.seed)
    total = int(seconds * 50) * FRAME_SAMPLES
    out: Samples = np.zeros(total)
    at = int(0.2 * SAMPLE_RATE)
    while True:
        for _ in range(int(random.integers(4, 11))):
            syllable = _syllable(speaker, random)
            if at + len(syllable) + FRAME_SAMPLES * 10 > total:
                return _level(out)
            out[at : at + len(syllable)] += syllable
            at += int(len(syllable) * 0.92)
        at += int(random.uniform(0.35, 0.9) * SAMPLE_RATE)


def levels(samples: Samples) -> list[float]:
    """Loudness of each 20 ms frame, 0–1, for the picture."""
    frames = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    loudness = np.sqrt((frames**2).mean(axis=1)) * 4
    return [float(value) for value in np.clip(loudness, 0, 1)]


def _syllable(speaker: Speaker, random: np.random.Generator) -> Samples:
    """An onset of noise, then a vowel gliding to another under a tone contour."""
    count = int(random.uniform(0.16, 0.26) * SAMPLE_RATE)
    along = np.linspace(0, 1, count)
    start, end = TONES[int(random.integers(len(TONES)))]
    pitch = speaker.pitch * (start + (end - start) * along**1.5) * (1 + 0.01 * np.sin(along * 25))
    first, last = (VOWELS[int(random.integers(len(VOWELS)))] for _ in range(2))
    voiced = _vowel(pitch, [a + (b - a) * along for a, b in zip(first, last, strict=True)])
    envelope = np.minimum(1, along / 0.18) * np.minimum(1, (1 - along) / 0.3)
    out: Samples = voiced * envelope + _onset(count, random)
    return out


def _vowel(pitch: Samples, formants: list[Samples]) -> Samples:
    """Harmonics of `pitch` up to 4 kHz, each as loud as the formants and the falling voice source make it."""
    phase = np.cumsum(pitch) * (2 * np.pi / SAMPLE_RATE)
    out: Samples = np.zeros(len(pitch))
    for harmonic in range(1, int(4000 / pitch.min()) + 1):
        frequency = harmonic * pitch
        gain = sum(
            weight / (1 + ((frequency - formant) / width) ** 2)
            for formant, width, weight in zip(formants, (90.0, 110.0, 170.0), (1.0, 0.6, 0.25), strict=True)
        )
        out += np.sin(harmonic * phase) * gain * (frequency < 4000) / harmonic**0.35
    return out


def _onset(count: int, random: np.random.Generator) -> Samples:
    """A consonant: a short breath of noise, brighter or duller."""
    out: Samples = np.zeros(count)
    length = int(random.uniform(0.02, 0.06) * SAMPLE_RATE)
    noise = random.normal(0, 1, length + 1)
    if random.random() < 0.6:
        noise = np.diff(noise, prepend=0.0)
    out[:length] = noise[:length] * np.hanning(length) * random.uniform(0.05, 0.22)
    return out


def _level(samples: Samples) -> Samples:
    """Speech at a comfortable loudness, its peaks rounded off."""
    peak = float(np.abs(samples).max()) or 1.0
    out2: Samples = np.tanh(samples / peak * 1.6) * 0.6
    return out2
