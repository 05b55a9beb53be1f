"""What a simulated room says it measured before a session: as its devices are said to be (`Health`)."""

from typing import Any

from signaling.health import Health

TONES = 10


def measures_of(health: Health, seed: int) -> dict[str, Any]:
    """The body of `POST /api/room/check`. `seed` makes rooms differ a little; the line is an office's."""
    silent, muted = health.microphone == "silent", health.speaker == "muted"
    heard = 0 if silent or muted else TONES
    way = {"ok": True, "connect_ms": 120 + seed % 90, "rtt_ms": 8 + seed % 40}
    camera: dict[str, Any] = {
        "width": 1280,
        "height": 720,
        "fps": 24.0,
        "brightness": 0.0 if health.camera == "black" else 0.4,
        "moved": health.camera != "frozen",
    }
    return {
        "screen": {"width": 1920, "height": 1080},
        "camera": {"trouble": "missing"} if health.camera == "off" else camera,
        "microphone": {"trouble": "missing"}
        if health.microphone == "off"
        else {"level_db": -110.0 if silent else -58.0 + seed % 9, "clipped": 0.0},
        "speaker": {"played": True, "tones": TONES, "matched": heard, "level_db": 24.0 if heard else 0.0},
        "line": {
            "udp": way,
            "tcp": {**way, "rtt_ms": 10 + seed % 40},
            "turn": {"ok": None},
            "used": "udp",
            "up_bits": 1_400_000 + seed % 7 * 90_000,
            "down_bits": 4_200_000 + seed % 7 * 270_000,
            "rtt_ms": 8 + seed % 40,
        },
        "clock_ms": 0.0,
    }
