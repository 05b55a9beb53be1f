"""What the generated camera sees: a speaker at a desk, a running clock, a title. Pure.

The still parts are drawn once, at twice the size for smooth edges; a frame only moves pieces: 2.5 ms.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from endpoints.camera import fonts

Colour = tuple[int, int, int]

SUITS: Final[tuple[Colour, ...]] = ((38, 56, 84), (66, 60, 72), (46, 74, 70), (88, 60, 52))
WALLS: Final[tuple[Colour, ...]] = ((196, 178, 150), (172, 184, 190), (186, 188, 168), (198, 180, 176))
SKIN: Final[Colour] = (226, 184, 150)
HAIR: Final[Colour] = (44, 38, 38)
DESK: Final[Colour] = (112, 72, 46)
INK: Final[Colour] = (20, 32, 48)
PAPER: Final[Colour] = (248, 248, 244)
ACCENT: Final[Colour] = (196, 48, 40)


@dataclass(frozen=True, slots=True)
class Look:
    """What one picture shows. `variant` picks colours, so that rooms can be told apart."""

    title: str
    subtitle: str = ""
    width: int = 640
    height: int = 360
    variant: int = 0


class Picture:
    """Draws one camera's frames."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._unit = look.height / 360
        self._wall = _wall(look)
        self._light = _light(look)
        self._speaker = _speaker(look)
        self._front = _front(look)
        self._clock: tuple[str, Image.Image] = ("", Image.new("RGBA", (1, 1)))

    def frame(self, seconds: float, wall_time: datetime, level: float) -> Image.Image:
        """The RGB picture `seconds` after the start. `wall_time` is shown; `level` (0–1) is the voice."""
        picture = self._wall.copy()
        self._put_light(picture, seconds)
        self._put_speaker(picture, seconds, level)
        picture.paste(self._front, (0, 0), self._front)
        self._put_clock(picture, wall_time)
        self._put_meter(picture, level)
        self._put_sweep(picture, wall_time)
        return picture

    def _px(self, value: float) -> int:
        return round(value * self._unit)

    def _put_light(self, picture: Image.Image, seconds: float) -> None:
        reach = picture.width - self._light.width
        x = round(reach * (0.5 + 0.5 * math.sin(seconds * 2 * math.pi / 40)))
        picture.paste(PAPER, (x, 0), self._light)

    def _put_speaker(self, picture: Image.Image, seconds: float, level: float) -> None:
        sway = self._px(7 * math.sin(seconds * 0.9) + 3 * math.sin(seconds * 2.3))
        nod = self._px(3 * math.sin(seconds * 1.7) - 4 * level)
        x = (picture.width - self._speaker.width) // 2 + sway
        y = self._px(62) + nod
        picture.paste(self._speaker, (x, y), self._speaker)
        mouth = 1.5 + 9 * level
        centre_x, centre_y = x + self._speaker.width / 2, y + self._px(99)
        box = (centre_x - self._px(10), centre_y - self._px(mouth / 2))
        ImageDraw.Draw(picture).ellipse(
            (*box, centre_x + self._px(10), centre_y + self._px(mouth / 2) + 1), fill=(150, 72, 66)
        )

    def _put_clock(self, picture: Image.Image, wall_time: datetime) -> None:
        words = wall_time.strftime("%H:%M:%S")
        if self._clock[0] != words:
            self._clock = (words, _clock(words, self._px(44)))
        face = self._clock[1]
        picture.paste(face, (picture.width - face.width - self._px(16), self._px(12)), face)

    def _put_meter(self, picture: Image.Image, level: float) -> None:
        draw = ImageDraw.Draw(picture)
        base, step = picture.height - self._px(14), self._px(9)
        left = picture.width - self._px(16) - 5 * step
        for bar in range(5):
            lit = level > bar * 0.18 + 0.04
            top = base - self._px(8 + 6 * bar)
            draw.rectangle(
                (left + bar * step, top, left + bar * step + self._px(5), base),
                fill=(96, 210, 130) if lit else (70, 84, 100),
            )

    def _put_sweep(self, picture: Image.Image, wall_time: datetime) -> None:
        """A line that crosses the picture once a minute: at a glance, frozen or not."""
        share = (wall_time.second + wall_time.microsecond / 1e6) / 60
        top = picture.height - self._px(62)
        ImageDraw.Draw(picture).rectangle(
            (0, top, round(picture.width * share), top + self._px(3)), fill=ACCENT
        )


def _wall(look: Look) -> Image.Image:
    """A panelled wall, lighter above, with a little grain so that the encoder has honest work."""
    base = np.array(WALLS[look.variant % len(WALLS)], dtype=np.float64)
    down = np.linspace(1.06, 0.72, look.height)[:, None, None]
    across = np.ones((1, look.width, 1))
    seam = look.width / 10
    across[0, (np.arange(look.width) % seam) < max(2.0, look.width / 320), 0] = 0.86
    grain = np.random.default_rng(look.variant).normal(0.0, 1.6, (look.height, look.width, 1))
    pixels = np.clip(base * down * across + grain, 0, 255)
    return Image.fromarray(pixels.astype(np.uint8), "RGB")


def _light(look: Look) -> Image.Image:
    """A soft patch of sunlight, as a mask."""
    width, height = look.width // 3, round(look.height * 0.83)
    x = np.exp(-(np.linspace(-2.2, 2.2, width) ** 2))[None, :]
    y = np.linspace(1.0, 0.15, height)[:, None]
    return Image.fromarray((x * y * 90).astype(np.uint8), "L")


def _speaker(look: Look) -> Image.Image:
    """Head and shoulders, 200×230 units, drawn at twice the size."""
    unit = look.height / 360 * 2
    sheet = Image.new("RGBA", (round(200 * unit), round(230 * unit)), (0, 0, 0, 0))
    draw = ImageDraw.Draw(sheet)

    def box(*corners: float) -> tuple[float, ...]:
        return tuple(corner * unit for corner in corners)

    suit = SUITS[look.variant % len(SUITS)]
    draw.ellipse(box(52, 6, 148, 116), fill=HAIR)
    draw.rounded_rectangle(box(82, 96, 118, 150), 10 * unit, fill=_shade(SKIN, 0.86))
    draw.rounded_rectangle(box(8, 134, 192, 290), 52 * unit, fill=suit)
    draw.polygon(box(72, 136, 128, 136, 100, 206), fill=PAPER)
    draw.polygon(box(95, 146, 105, 146, 109, 196, 100, 206, 91, 196), fill=ACCENT)
    draw.ellipse(box(60, 24, 140, 128), fill=SKIN)
    draw.chord(box(56, 8, 144, 96), 188, 352, fill=HAIR)
    for eye in (84, 116):
        draw.ellipse(box(eye - 4, 68, eye + 4, 76), fill=INK)
        draw.arc(box(eye - 9, 56, eye + 9, 72), 200, 340, fill=HAIR, width=round(2.5 * unit))
    draw.arc(box(93, 74, 107, 90), 20, 160, fill=_shade(SKIN, 0.7), width=round(2 * unit))
    return sheet.resize((sheet.width // 2, sheet.height // 2), Image.Resampling.LANCZOS)


def _front(look: Look) -> Image.Image:
    """The desk with its microphone, and the title band: everything that stands before the speaker."""
    unit = look.height / 360 * 2
    width, height = look.width * 2, look.height * 2
    sheet = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((0, 258 * unit, width, 266 * unit), fill=_shade(DESK, 1.35))
    draw.rectangle((0, 266 * unit, width, height), fill=DESK)
    stem = width / 2 + 74 * unit
    draw.line((stem, 262 * unit, stem - 26 * unit, 206 * unit), fill=INK, width=round(4 * unit))
    draw.ellipse((stem - 35 * unit, 194 * unit, stem - 19 * unit, 214 * unit), fill=(60, 66, 74))
    draw.rounded_rectangle((stem - 20 * unit, 256 * unit, stem + 20 * unit, 264 * unit), 3 * unit, fill=INK)
    draw.rectangle((0, 298 * unit, width, height), fill=(*INK, 255))
    sheet = sheet.resize((look.width, look.height), Image.Resampling.LANCZOS)
    _title(ImageDraw.Draw(sheet), look)
    return sheet


def _title(draw: ImageDraw.ImageDraw, look: Look) -> None:
    """One or two lines at the bottom left, cut to what fits beside the meter."""
    unit = look.height / 360
    room = look.width - 90 * unit
    lines = [(look.title, round(22 * unit), True), (look.subtitle, round(15 * unit), False)]
    y = (306 if look.subtitle else 316) * unit
    for words, size, bold in lines:
        if not words:
            continue
        kind = fonts.find(size, bold)
        line = _fit(draw, kind, kind.text(words), room)
        draw.text((16 * unit, y), line, font=kind.font, fill=PAPER if bold else (186, 198, 212))
        y += 28 * unit


def _fit(draw: ImageDraw.ImageDraw, kind: fonts.Type, words: str, room: float) -> str:
    if draw.textlength(words, font=kind.font) <= room:
        return words
    while words and draw.textlength(words + "…", font=kind.font) > room:
        words = words[:-1]
    return words.rstrip() + "…"


def _clock(words: str, pixels: int) -> Image.Image:
    """White digits on a dark plate."""
    kind = fonts.find(pixels, bold=True)
    left, top, right, bottom = ImageDraw.Draw(Image.new("L", (1, 1))).textbbox((0, 0), words, font=kind.font)
    pad = pixels // 4
    plate = Image.new("RGBA", (round(right - left) + 2 * pad, round(bottom - top) + 2 * pad), (0, 0, 0, 0))
    draw = ImageDraw.Draw(plate)
    draw.rounded_rectangle((0, 0, plate.width - 1, plate.height - 1), pad, fill=(*INK, 215))
    draw.text((pad - left, pad - top), words, font=kind.font, fill=PAPER)
    return plate


def _shade(colour: Colour, by: float) -> Colour:
    red, green, blue = (min(255, round(part * by)) for part in colour)
    return red, green, blue
