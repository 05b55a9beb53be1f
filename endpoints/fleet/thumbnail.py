"""The small picture a simulated room sends for the wall."""

import io
import time
from datetime import UTC, datetime
from typing import Final

from PIL import Image

from endpoints.camera.picture import Look, Picture
from signaling.health import Health

SIZE: Final = (192, 108)
QUALITY: Final = 55
DRAWN_EVERY: Final = 60.0
"""Seconds. Sent six times as often: drawing 190 of them all the time would cost more than the session."""


class Thumbnail:
    """One room's; drawn when it is first wanted."""

    def __init__(self, name: str, variant: int) -> None:
        self._look = Look(name, width=SIZE[0], height=SIZE[1], variant=variant)
        self._picture: Picture | None = None
        self._jpeg = b""
        self._drawn_at = 0.0

    def jpeg(self, health: Health) -> bytes | None:
        """What the camera sees now; None without one. A few milliseconds of work now and then."""
        if health.camera == "off":
            return None
        if health.camera == "black":
            return _encoded(Image.new("RGB", SIZE))
        now = time.monotonic()
        if not self._jpeg or (health.camera == "live" and now - self._drawn_at > DRAWN_EVERY):
            self._picture = self._picture or Picture(self._look)
            self._jpeg = _encoded(self._picture.frame(now % 600, datetime.now(UTC), 0.0))
            self._drawn_at = now
        return self._jpeg


def _encoded(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
