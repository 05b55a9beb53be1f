"""Before a session: what a room measured of its devices and its line, and what that amounts to. Pure.

The room only measures. Whether it may take part is decided here, in one place, from bounds that stand below.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hub.reception.lifecycle import COMING
from hub.reception.state import Status

OPENS: Final = timedelta(minutes=60)
"""This long before a session its rooms begin to check."""

Verdict = Literal["go", "no_go"]
Severity = Literal["stop", "warn"]
Step = Literal["screen", "camera", "microphone", "speaker", "line"]
STEPS: Final[tuple[Step, ...]] = ("camera", "microphone", "speaker", "line", "screen")
"""In the order in which they are shown."""

Bits = Annotated[int, Field(ge=0, le=1_000_000_000)]
Decibels = Annotated[float, Field(ge=-200, le=200)]
Milliseconds = Annotated[float, Field(ge=0, le=120_000)]
Share = Annotated[float, Field(ge=0, le=1)]

Trouble = Literal["insecure", "denied", "asking", "missing", "busy"]
"""Why a device could not be opened: no HTTPS, forbidden, nobody answered the browser, not there, in use."""


class _Part(BaseModel):
    """Exact types, nothing unknown; infinities and NaN are no measurements."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Screen(_Part):
    """The page's own size in device pixels."""

    width: Annotated[int, Field(ge=0, le=32_768)]
    height: Annotated[int, Field(ge=0, le=32_768)]


class Camera(_Part):
    """`brightness` 0 (black) to 1, `moved`: any two pictures differed; `fps` pictures a second."""

    trouble: Trouble | None = None
    width: Annotated[int, Field(ge=0, le=32_768)] = 0
    height: Annotated[int, Field(ge=0, le=32_768)] = 0
    fps: Annotated[float, Field(ge=0, le=1_000)] = 0.0
    brightness: Share = 0.0
    moved: bool = False


class Microphone(_Part):
    """`level_db` (dBFS) of the room while nothing is played, `clipped`: the share of samples at the rim."""

    trouble: Trouble | None = None
    level_db: Decibels = -200.0
    clipped: Share = 0.0


class Speaker(_Part):
    """The room's own microphone listened to a pattern of tones from its loudspeakers.

    `played`: the browser let the page be heard. `matched` of `tones` tones were heard, each at its time and
    pitch; `level_db` above the room's noise. `echo_db`: the same with the browser's echo canceller on, which
    is what is left of the hall's voice in this room's; None when that was not tried.
    """

    played: bool = False
    tones: Annotated[int, Field(ge=0, le=64)] = 0
    matched: Annotated[int, Field(ge=0, le=64)] = 0
    level_db: Decibels = 0.0
    echo_db: Decibels | None = None


class Way(_Part):
    """A way to the relay: `ok` when a picture went there and came back; None: there is no such way to try."""

    ok: bool | None = None
    connect_ms: Milliseconds | None = None
    rtt_ms: Milliseconds | None = None


class Line(_Part):
    """`up_bits` and `down_bits` a second in the best two seconds, over the way `used`, without which there
    are none; `loss` each way (0–1).

    `limit` is what the browser says held its sending back. `refused` is the hub's own code when it would
    not let anything be measured.
    """

    udp: Way = Way()
    tcp: Way = Way()
    turn: Way = Way()
    used: Literal["udp", "tcp", "turn"] | None = None
    up_bits: Bits | None = None
    down_bits: Bits | None = None
    up_loss: Share = 0.0
    down_loss: Share = 0.0
    rtt_ms: Milliseconds | None = None
    limit: Literal["none", "bandwidth", "cpu"] = "none"
    refused: Literal["media_unavailable", "media_full"] | None = None

    @model_validator(mode="after")
    def _no_bits_over_no_way(self) -> Self:
        if self.used is None and (self.up_bits, self.down_bits) != (None, None):
            raise ValueError("bits that went over no way")
        return self


class Measures(_Part):
    """Everything a room measured. `clock_ms`: how far its clock is off, positive when it is ahead."""

    screen: Screen
    camera: Camera
    microphone: Microphone
    speaker: Speaker
    line: Line
    clock_ms: Annotated[float, Field(ge=-1e13, le=1e13)] = 0.0


def read_back(stored: Mapping[str, Any]) -> Measures:
    """Measures as they were stored, by a version too that took bits over no way: those are not shown."""
    line = stored["line"]
    if line.get("used") is None:
        line = {**line, "up_bits": None, "down_bits": None}
    return Measures.model_validate({**stored, "line": line}, strict=False)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a room is not, or not quite, ready; `step` is where it was found.

    Its words are `check.cause.<code>` and `check.cause.<code>.fix`.
    """

    code: str
    step: Step
    severity: Severity


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict, and its causes, the gravest first."""

    verdict: Verdict
    causes: tuple[Cause, ...]

    @property
    def tone(self) -> Literal["fine", "attention", "act"]:
        """As screens show it: a room that goes with a warning gets attention."""
        if self.verdict == "no_go":
            return "act"
        return "attention" if self.causes else "fine"


SMALL_SCREEN: Final = 1280, 720
"""Device pixels. Below this the names under a picture cannot be read from 4 m."""
BLACK: Final = 0.04
SMALL_CAMERA: Final = 480
SLOW_CAMERA: Final = 8.0
SILENT_DB: Final = -85.0
"""dBFS. The quietest room through the cheapest microphone is about 20 dB louder."""
NOISY_DB: Final = -28.0
CLIPPED: Final = 0.005
HEARD: Final = 0.75
"""The share of the tones: one that a door shuts over does not count, chance does not reach it."""
FAINT_DB: Final = 10.0
ECHO_DB: Final = 18.0
STOP_BITS: Final = 120_000
"""A second, each way: voices and the smallest picture."""
LOW_BITS: Final = 700_000
"""Below it the large picture does not fit."""
LOSSY: Final = 0.03
TOO_LOSSY: Final = 0.20
LATE_MS: Final = 400.0
CLOCK_MS: Final = 120_000.0

CAUSES: Final[dict[str, tuple[Step, Severity]]] = {
    **{f"camera_{each}": ("camera", "stop") for each in ("insecure", "denied", "asking", "missing", "busy")},
    "camera_frozen": ("camera", "stop"),
    "camera_black": ("camera", "stop"),
    "camera_slow": ("camera", "warn"),
    "camera_small": ("camera", "warn"),
    **{
        f"microphone_{each}": ("microphone", "stop")
        for each in ("insecure", "denied", "asking", "missing", "busy")
    },
    "microphone_silent": ("microphone", "stop"),
    "microphone_noisy": ("microphone", "warn"),
    "microphone_clipped": ("microphone", "warn"),
    "speaker_blocked": ("speaker", "stop"),
    "speaker_unheard": ("speaker", "stop"),
    "speaker_faint": ("speaker", "warn"),
    "echo_strong": ("speaker", "warn"),
    "hub_media": ("line", "stop"),
    "line_none": ("line", "stop"),
    "line_too_slow_up": ("line", "stop"),
    "line_too_slow_down": ("line", "stop"),
    "line_too_lossy": ("line", "stop"),
    "line_unmeasured": ("line", "warn"),
    "udp_blocked": ("line", "warn"),
    "turn_only": ("line", "warn"),
    "line_slow_up": ("line", "warn"),
    "line_slow_down": ("line", "warn"),
    "line_lossy": ("line", "warn"),
    "line_late": ("line", "warn"),
    "computer_slow": ("line", "warn"),
    "screen_small": ("screen", "warn"),
    "clock_wrong": ("screen", "warn"),
}
"""All there are: where each is found, and whether it stops a room. Stops come before warnings."""


def judge(measures: Measures) -> Judged:
    """Whether the room may take part, and what is wrong."""
    found = [Cause(code, *CAUSES[code]) for code in _codes(measures)]
    found.sort(key=lambda cause: cause.severity != "stop")  # stable: else in the order of the steps
    stopped = any(cause.severity == "stop" for cause in found)
    return Judged("no_go" if stopped else "go", tuple(found))


def known_causes(codes: Iterable[str]) -> tuple[Cause, ...]:
    """Causes as they were stored; those this version does not know any more are left out."""
    return tuple(Cause(code, *CAUSES[code]) for code in codes if code in CAUSES)


def is_due(status: Status, starts_at: datetime, checked_at: datetime | None, now: datetime) -> bool:
    """Whether a room of a session that has not begun should check by itself now.

    A check counts from `OPENS` before the session on. A session that is late is still waited for.
    """
    wanted = checked_at is None or not is_fresh(starts_at, checked_at, now=now)
    return status in COMING and now >= starts_at - OPENS and wanted


def is_fresh(starts_at: datetime, checked_at: datetime, *, now: datetime) -> bool:
    """Whether a check still counts: when the hour before the session has begun, only one made since."""
    opens = starts_at - OPENS
    return now < opens or checked_at >= opens


def _codes(measures: Measures) -> Iterator[str]:
    yield from _camera(measures.camera)
    yield from _microphone(measures.microphone, measures.speaker)
    yield from _speaker(measures.speaker, measures.microphone)
    yield from _line(measures.line)
    if measures.screen.width < SMALL_SCREEN[0] or measures.screen.height < SMALL_SCREEN[1]:
        yield "screen_small"
    if abs(measures.clock_ms) > CLOCK_MS:
        yield "clock_wrong"


def _camera(camera: Camera) -> Iterator[str]:
    if camera.trouble is not None:
        yield f"camera_{camera.trouble}"
    elif camera.fps > 0 and camera.brightness < BLACK:
        # Whether it stirs or not: a lid, a shutter, or a driver that shuts the eye. As on the wall.
        yield "camera_black"
    elif camera.fps == 0 or not camera.moved:
        yield "camera_frozen"
    else:
        if camera.fps < SLOW_CAMERA:
            yield "camera_slow"
        if camera.height < SMALL_CAMERA:
            yield "camera_small"


def _microphone(microphone: Microphone, speaker: Speaker) -> Iterator[str]:
    if microphone.trouble is not None:
        yield f"microphone_{microphone.trouble}"
    elif microphone.level_db < SILENT_DB and not _heard(speaker):
        yield "microphone_silent"
    else:
        if microphone.level_db > NOISY_DB:
            yield "microphone_noisy"
        if microphone.clipped > CLIPPED:
            yield "microphone_clipped"


def _speaker(speaker: Speaker, microphone: Microphone) -> Iterator[str]:
    if not speaker.played:
        yield "speaker_blocked"
    elif microphone.trouble is not None or (microphone.level_db < SILENT_DB and not _heard(speaker)):
        return  # a deaf microphone tells nothing of the speaker; it is a cause of its own
    elif not _heard(speaker):
        yield "speaker_unheard"
    else:
        if speaker.level_db < FAINT_DB:
            yield "speaker_faint"
        if speaker.echo_db is not None and speaker.echo_db > ECHO_DB:
            yield "echo_strong"


def _heard(speaker: Speaker) -> bool:
    return speaker.tones > 0 and speaker.matched >= HEARD * speaker.tones


def _line(line: Line) -> Iterator[str]:
    if line.refused is not None:
        yield "hub_media"
        return
    if not (line.udp.ok or line.tcp.ok or line.turn.ok):
        yield "line_none"
        return
    if not line.udp.ok:
        yield "udp_blocked" if line.tcp.ok else "turn_only"
    speed = list(_speed(line))
    yield from speed
    worst = max(line.up_loss, line.down_loss)
    if any(code.startswith("line_too_slow") for code in speed):
        return  # what does not fit comes late and is lost: one cause, not three
    if worst > LOSSY:
        yield "line_too_lossy" if worst > TOO_LOSSY else "line_lossy"
    if line.rtt_ms is not None and line.rtt_ms > LATE_MS:
        yield "line_late"


def _speed(line: Line) -> Iterator[str]:
    if line.up_bits is None or line.down_bits is None:
        yield "line_unmeasured"
        return
    if line.limit == "cpu" and line.up_bits < LOW_BITS:
        # The computer could not make more pictures, so no more came back: nothing is known of the line.
        yield "computer_slow"
        return
    for bits, way in ((line.up_bits, "up"), (line.down_bits, "down")):
        if bits < LOW_BITS:
            yield f"line_too_slow_{way}" if bits < STOP_BITS else f"line_slow_{way}"
