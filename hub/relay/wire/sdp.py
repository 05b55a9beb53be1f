"""Reading session descriptions (RFC 8866, RFC 8829), and the lines ours are written from.

Reading goes through aiortc's parser, which asserts, indexes and looks up as it goes: every failure of it is
`SdpBad` here. Writing is done from templates, because that parser loses lines when it writes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.sdp import MediaDescription, SessionDescription

from hub.relay.core.specs import Codec
from hub.relay.wire import traits
from hub.relay.wire.candidates import lines as candidate_lines
from hub.relay.wire.endpoint import read_endpoint
from hub.relay.wire.traits import Traits

LONGEST: Final = 64 * 1024
"""Characters of a session description; a browser's has 5 to 20 thousand."""
MOST_LINES: Final = 32
"""m-lines."""
MOST_CODECS: Final = 128
MOST_TEXT_LINES: Final = 4_000
MOST_SHOWN: Final = 1_500
"""Lines the parser is shown; a browser's longest offer has about 700. Its cost grows with their square."""

Setup = Literal["active", "passive", "actpass"]
_SHOWN: Final = frozenset(
    (
        *("group", "mid", "bundle-only", "fingerprint", "setup", "ice-ufrag", "ice-pwd", "rtcp-mux"),
        *("rtpmap", "fmtp", "rtcp-fb", "sendrecv", "sendonly", "recvonly", "inactive"),
    )
)
"""The attributes that mean something to us; the parser never sees others (candidates, SSRCs, extensions)."""
_SETUPS: Final[dict[str, Setup]] = {"client": "active", "server": "passive", "auto": "actpass"}


class SdpBad(ValueError):
    """The description cannot be used; the text says why, for the log."""


class SdpNoCodec(SdpBad):
    """The description offers none of the codecs the relay forwards."""


@dataclass(frozen=True, slots=True)
class Format:
    """A payload type of an m-line that we can forward.

    `feedback` is what the other side offered, e.g. `nack pli`; `rtx` the payload type that repeats this one
    (RFC 4588), None without.
    """

    payload_type: int
    codec: Codec
    profile: str
    feedback: frozenset[str]
    rtx: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One m-line. `rejected` when its port is 0 or its kind is none of ours."""

    kind: str
    mid: str
    direction: str
    rejected: bool
    formats: tuple[Format, ...]
    protocol: str
    first_format: str
    traits: Traits = field(default_factory=Traits)


@dataclass(frozen=True, slots=True)
class Remote:
    """The other side of one bundled transport."""

    fragment: str
    fingerprint: str
    setup: Setup
    lines: tuple[Line, ...]
    bundled: bool
    password: str = ""
    """Of its ICE agent; empty when it said none."""


@dataclass(frozen=True, slots=True)
class Local:
    """This side: what every description of ours is written from. `session` is the number in the o-line."""

    session: int
    fragment: str
    password: str
    fingerprint: str
    addresses: tuple[str, ...]
    """As `read_endpoint` takes them."""
    port: int
    tcp: bool = False
    """Whether a TCP listener has the same port."""


def read(text: str) -> Remote:
    """Read an offer or an answer. Raises SdpBad for anything that is not a usable one, and nothing else."""
    if not isinstance(text, str) or len(text) > LONGEST:
        raise SdpBad("the session description is no text, or too long")
    if not text.startswith("v=0"):
        raise SdpBad("the session description does not begin with v=0")
    shown = _shown(text)
    if shown.count("\nm=") > MOST_LINES or shown.count("\na=rtpmap:") > MOST_CODECS:
        raise SdpBad("the session description has too many lines or codecs")
    try:
        return _remote(SessionDescription.parse(shown), _bundle_only(shown), _traits(text))
    except SdpBad:
        raise
    except Exception as problem:  # the parser raises whatever it trips over, StopIteration included
        raise SdpBad(f"the session description cannot be read: {type(problem).__name__}") from problem


def _shown(text: str) -> str:
    """What the parser may see: the lines we read, each once in its section, in a number it can bear.

    The relay forwards nothing while it parses: 64 KiB made for that kept it busy for six seconds.
    """
    lines: list[str] = []
    section: set[str] = set()
    for line in _text_lines(text):
        if line.startswith("m="):
            section = set()
        elif line in section or not _is_shown(line):
            continue
        section.add(line)
        lines.append(_tidied(line) if line.startswith("a=fmtp:") else line)
    if len(lines) > MOST_SHOWN:
        raise SdpBad("the session description has too many lines or codecs")
    return "\r\n".join(lines) + "\r\n"


def _text_lines(text: str) -> list[str]:
    lines = text.splitlines()
    if len(lines) > MOST_TEXT_LINES:
        raise SdpBad("the session description has too many lines or codecs")
    return lines


def _tidied(line: str) -> str:
    """A format's parameters as the parser wants them: no spaces, names in lower case (RFC 6184 §8.1 writes
    spaces after semicolons; names are not sensitive to case, RFC 4855 §3)."""
    head, _, told = line.partition(" ")
    named = [each.partition("=") for each in told.split(";") if each.strip()]
    tidy = (f"{name.strip().lower()}{sign}{value.strip()}" for name, sign, value in named)
    return f"{head} {';'.join(tidy)}"


def _is_shown(line: str) -> bool:
    name = line[2:].partition(":")[0].strip()
    return line.startswith(("v=", "o=", "s=", "t=")) or (line.startswith("a=") and name in _SHOWN)


def _bundle_only(text: str) -> frozenset[int]:
    """m-lines whose port 0 does not mean no (RFC 9143 §6); the parser loses that line."""
    sections = text.split("\nm=")[1:]
    return frozenset(index for index, section in enumerate(sections) if "\na=bundle-only" in section)


def _traits(text: str) -> list[Traits]:
    """Of each m-line, from the lines the parser is not shown."""
    sections: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("m="):
            sections.append([])
        elif sections and line.startswith(("a=extmap:", "a=simulcast:", "a=ssrc-group:")):
            sections[-1].append(line)
    return [traits.read(section) for section in sections]


def _remote(parsed: SessionDescription, alive: frozenset[int], marks: list[Traits]) -> Remote:
    if not parsed.media:
        raise SdpBad("the session description has no media")
    first = next((media for media in parsed.media if media.port and media.dtls), parsed.media[0])
    if first.dtls is None or first.ice is None or not first.ice.usernameFragment:
        raise SdpBad("the session description has no DTLS setup or no ICE credentials")
    prints = [p.value.upper() for p in first.dtls.fingerprints if p.algorithm.lower() == "sha-256"]
    if not prints:
        raise SdpBad("the session description has no sha-256 fingerprint")
    return Remote(
        fragment=first.ice.usernameFragment,
        fingerprint=prints[0],
        setup=_SETUPS[first.dtls.role],
        lines=tuple(
            _line(media, index, index in alive, marks[index] if index < len(marks) else Traits())
            for index, media in enumerate(parsed.media)
        ),
        bundled=len(parsed.media) == 1 or any(group.semantic == "BUNDLE" for group in parsed.group),
        password=first.ice.password or "",
    )


def _line(media: MediaDescription, index: int, bundle_only: bool, marks: Traits) -> Line:
    rtx = _repeats(media)
    formats = tuple(f for codec in media.rtp.codecs if (f := _format(codec, rtx)) is not None)
    return Line(
        kind=media.kind,
        mid=_token(media.rtp.muxId or str(index)),
        direction=media.direction or "sendrecv",
        rejected=media.kind not in ("audio", "video") or (media.port == 0 and not bundle_only),
        formats=formats,
        protocol=_token(media.profile),
        first_format=_token(str(media.fmt[0])),
        traits=marks,
    )


def _repeats(media: MediaDescription) -> dict[str, int]:
    """Payload type, as text → the one that repeats it."""
    return {
        str(codec.parameters.get("apt")): codec.payloadType
        for codec in reversed(media.rtp.codecs)
        if codec.mimeType.lower() == "video/rtx"
        and codec.payloadType is not None
        and 0 <= codec.payloadType <= 127
    }


def _token(text: str) -> str:
    """What is copied into a description of ours must not bring lines or spaces of its own."""
    if not text or len(text) > 64 or not text.isprintable() or " " in text:
        raise SdpBad("the session description has a malformed token")
    return text


def _format(codec: RTCRtpCodecParameters, rtx: dict[str, int]) -> Format | None:
    number, parameters = codec.payloadType, codec.parameters
    if number is None or not 0 <= number <= 127:
        raise SdpBad("the session description has a payload type outside 0 to 127")
    feedback = frozenset(f"{f.type} {f.parameter}" if f.parameter else f.type for f in codec.rtcpFeedback)
    match codec.mimeType.lower(), codec.clockRate:
        case "video/vp8", 90_000:
            return Format(number, Codec.VP8, "", feedback, rtx.get(str(number)))
        case "audio/opus", 48_000:
            return Format(number, Codec.OPUS, "", feedback)
        case "video/h264", 90_000 if str(parameters.get("packetization-mode", "0")) == "1":
            profile = _profile(parameters.get("profile-level-id"))
            return Format(number, Codec.H264, profile, feedback, rtx.get(str(number)))
    return None


def _profile(value: object) -> str:
    """Six hexadecimal digits; constrained baseline 3.1 when there are none (RFC 6184 §8.1)."""
    text = str(value)
    return text if re.fullmatch("[0-9a-fA-F]{6}", text) else "42e01f"


def candidates(local: Local) -> list[str]:
    """Host candidates in the order of the addresses (the first is preferred), then the end mark."""
    return candidate_lines(tuple(map(read_endpoint, local.addresses)), local.port, tcp=local.tcp)


def transport(local: Local, setup: Setup) -> list[str]:
    """The lines of one m-line's transport.

    Repeated in every m-line: not every client reads them from the first.
    """
    return [
        f"a=ice-ufrag:{local.fragment}",
        f"a=ice-pwd:{local.password}",
        f"a=fingerprint:sha-256 {local.fingerprint}",
        f"a=setup:{setup}",
        *candidates(local),
    ]


def head(local: Local, mids: Iterable[str]) -> list[str]:
    """The session's own lines."""
    return [
        "v=0",
        f"o=- {local.session} 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        "a=group:BUNDLE " + " ".join(mids),
        "a=msid-semantic: WMS *",
    ]


def connection(local: Local) -> str:
    """The c-line: the first address, or a wildcard."""
    address = read_endpoint(local.addresses[0]).host if local.addresses else "0.0.0.0"
    return f"c=IN IP{6 if ':' in address else 4} {address}"


def text(lines: Iterable[str]) -> str:
    """Lines as SDP wants them ended."""
    return "\r\n".join(lines) + "\r\n"
