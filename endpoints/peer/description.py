"""Session descriptions for a light peer: reads what a hub writes, line by line, and writes its own. Pure."""

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final, Literal

Setup = Literal["active", "passive", "actpass"]
Address = tuple[str, int]

FORMATS: Final = {"vp8": 96, "h264": 102, "opus": 111}
"""Payload types a light peer offers; answers repeat the other side's."""
_FLIPPED: Final = {
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "sendrecv": "sendrecv",
    "inactive": "inactive",
}
RID: Final = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
REPAIRED_RID: Final = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
_KNOWN: Final = {"vp8/90000": "vp8", "h264/90000": "h264", "opus/48000/2": "opus"}
_CANDIDATE: Final = re.compile(
    r"candidate:\S+ 1 (udp|tcp) \d+ (\S+) (\d+) typ \w+(?: tcptype (\w+))?", re.IGNORECASE
)


class DescriptionBad(ValueError):
    """The other side's description lacks something a connection needs; the text names it."""


@dataclass(slots=True)
class Line:
    """One m-line. `formats` maps payload type to codec name, those a light peer knows."""

    kind: str
    mid: str = ""
    direction: str = "sendrecv"
    refused: bool = False
    formats: dict[int, str] = field(default_factory=dict)
    repeats: dict[int, int] = field(default_factory=dict)
    """Payload type → the one that repeats it (rtx)."""
    rids: tuple[str, ...] = ()
    """The layers it wants to receive."""
    extensions: dict[str, int] = field(default_factory=dict)
    """What a header extension is → its id."""
    ssrcs: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Remote:
    """The other side of one bundled transport. `candidates` are host addresses, best first as they stand;
    `streams` those that take TCP connections.
    """

    fragment: str
    password: str
    fingerprint: str
    setup: Setup
    candidates: tuple[Address, ...]
    lines: list[Line]
    streams: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Local:
    """This side's transport parameters, and the SSRCs it sends from."""

    fragment: str
    password: str
    fingerprint: str
    camera: int
    microphone: int
    small: int = 0
    """SSRC of the camera's small layer; 0: it sends one size only."""


def read(text: str) -> Remote:
    """Raises DescriptionBad when credentials, fingerprint or m-lines are missing."""
    _, *sections = re.split(r"(?m)^(?=m=)", text)
    if not sections:
        raise DescriptionBad("the description has no m-line")
    setup = _value(text, "setup") or "actpass"
    if setup not in ("active", "passive", "actpass"):
        raise DescriptionBad(f"the description has an unknown setup {setup!r}")
    return Remote(
        fragment=_needed(text, "ice-ufrag"),
        password=_needed(text, "ice-pwd"),
        fingerprint=_needed(text, "fingerprint").partition(" ")[2].upper(),
        setup=setup,  # type: ignore[arg-type]  # one of the three, checked above
        candidates=tuple(dict.fromkeys(_candidates(text, "udp"))),
        lines=[_line(section) for section in sections],
        streams=tuple(dict.fromkeys(_candidates(text, "tcp"))),
    )


def answer(remote: Remote, local: Local, *, publish: bool, receive: bool = True) -> str:
    """The answer to an offer: takes all that is offered, gives camera and microphone (the first m-line of
    either kind that wants one) if `publish`.
    """
    directions = []
    given: set[str] = set()
    for line in remote.lines:
        direction = _answered(line, publish=publish and line.kind not in given, receive=receive)
        given |= {line.kind} if direction in ("sendonly", "sendrecv") else set()
        directions.append(direction)
    lines = _head([line.mid for line in remote.lines])
    for line, direction in zip(remote.lines, directions, strict=True):
        lines += _media(line.kind, line.mid, line.formats, direction, local=local, setup="active")
        if direction == "sendonly" and line.rids and local.small:
            lines += _layered(line)
    return _text(lines)


def _layered(line: Line) -> list[str]:
    """A camera in two sizes, and its repeats on streams of their own, as browsers send it."""
    lines = [
        f"a=extmap:{line.extensions[what]} {what}" for what in (RID, REPAIRED_RID) if what in line.extensions
    ]
    for number, rtx in line.repeats.items():
        lines += [f"a=rtpmap:{rtx} rtx/90000", f"a=fmtp:{rtx} apt={number}"]
    return [*lines, *(f"a=rid:{rid} send" for rid in line.rids), f"a=simulcast:send {';'.join(line.rids)}"]


def publish_offer(local: Local) -> str:
    """A WHIP client's offer: one VP8 picture and one Opus voice out."""
    return _offer(
        local, [("video", {FORMATS["vp8"]: "vp8"}), ("audio", {FORMATS["opus"]: "opus"})], "sendonly"
    )


def view_offer(local: Local, pictures: int = 1, voices: int = 1) -> str:
    """A WHEP client's offer: VP8 or H264 pictures and Opus voices in."""
    video = {FORMATS["vp8"]: "vp8", FORMATS["h264"]: "h264"}
    kinds = [("video", video)] * pictures + [("audio", {FORMATS["opus"]: "opus"})] * voices
    return _offer(local, kinds, "recvonly")


def _offer(local: Local, kinds: list[tuple[str, dict[int, str]]], direction: str) -> str:
    lines = _head([str(index) for index in range(len(kinds))])
    for index, (kind, formats) in enumerate(kinds):
        lines += _media(kind, str(index), formats, direction, local=local, setup="actpass")
    return _text(lines)


def _answered(line: Line, *, publish: bool, receive: bool) -> str:
    direction = _FLIPPED[line.direction]
    if direction in ("sendonly", "sendrecv") and not publish:
        direction = "recvonly" if direction == "sendrecv" and receive else "inactive"
    return "inactive" if direction == "recvonly" and not receive else direction


def _media(
    kind: str, mid: str, formats: dict[int, str], direction: str, *, local: Local, setup: Setup
) -> list[str]:
    lines = [f"m={kind} 9 UDP/TLS/RTP/SAVPF {' '.join(map(str, formats))}", "c=IN IP4 0.0.0.0"]
    lines += [f"a=mid:{mid}", f"a={direction}", "a=rtcp-mux", "a=rtcp-rsize"]
    lines += [f"a=ice-ufrag:{local.fragment}", f"a=ice-pwd:{local.password}"]
    lines += [f"a=fingerprint:sha-256 {local.fingerprint}", f"a=setup:{setup}"]
    sends = direction in ("sendonly", "sendrecv")
    for number, name in formats.items():
        lines += _format(number, name, sends=sends)
    if sends:
        ssrc = local.camera if kind == "video" else local.microphone
        lines += [f"a=msid:light {kind}", f"a=ssrc:{ssrc} cname:light"]
    return lines


def _format(number: int, name: str, *, sends: bool) -> list[str]:
    """A light peer heeds REMB and never sends any."""
    if name == "opus":
        return [f"a=rtpmap:{number} opus/48000/2", f"a=fmtp:{number} minptime=10;useinbandfec=1"]
    kinds = ("nack", "nack pli", "ccm fir", *(("goog-remb",) if sends else ()))
    feedback = [f"a=rtcp-fb:{number} {kind}" for kind in kinds]
    if name == "h264":
        level = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
        return [f"a=rtpmap:{number} H264/90000", f"a=fmtp:{number} {level}", *feedback]
    return [f"a=rtpmap:{number} VP8/90000", *feedback]


def _head(mids: list[str]) -> list[str]:
    return [
        "v=0",
        "o=- 1 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {' '.join(mids)}",
        "a=msid-semantic: WMS *",
    ]


def _text(lines: list[str]) -> str:
    return "\r\n".join(lines) + "\r\n"


def _line(section: str) -> Line:
    first, *rest = section.splitlines()
    kind, port = first[2:].split(" ")[:2]
    line = Line(kind, mid=_value(section, "mid") or "", refused=port == "0")
    for text in rest:
        name, _, value = text.removeprefix("a=").partition(":")
        if name in _FLIPPED:
            line.direction = name
        elif name == "rtpmap":
            number, _, codec = value.partition(" ")
            if codec.lower() in _KNOWN and number.isdigit():
                line.formats[int(number)] = _KNOWN[codec.lower()]
        elif name == "fmtp" and (repeated := re.fullmatch(r"(\d+) apt=(\d+)", value)):
            line.repeats[int(repeated[2])] = int(repeated[1])
        elif name == "extmap" and (extension := re.match(r"(\d+)(?:/\w+)? (\S+)", value)):
            line.extensions[extension[2]] = int(extension[1])
        elif name == "simulcast" and value.startswith("recv "):
            line.rids = tuple(value.removeprefix("recv ").split(";"))
        elif name == "ssrc" and (ssrc := value.split(" ")[0]).isdigit() and int(ssrc) not in line.ssrcs:
            line.ssrcs.append(int(ssrc))
    return line


def _candidates(text: str, wanted: str) -> list[Address]:
    found = []
    for protocol, host, port, kind in _CANDIDATE.findall(text):
        if protocol.lower() != wanted or kind.lower() not in ("", "passive"):
            continue
        try:
            ip_address(host)
        except ValueError:
            continue  # an mDNS name: nothing here resolves it
        found.append((host, int(port)))
    return found


def _value(text: str, name: str) -> str | None:
    found = re.search(rf"(?m)^a={name}:(.+?)\s*$", text)
    return found.group(1) if found else None


def _needed(text: str, name: str) -> str:
    value = _value(text, name)
    if value is None:
        raise DescriptionBad(f"the description has no {name}")
    return value
