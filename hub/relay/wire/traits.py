"""What the parser does not read of an m-line: header extensions (RFC 8285), layers (RFC 8851, RFC 8853) and
pairs of SSRCs (RFC 5576). Lines that make no sense are as good as absent."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

MOST: Final = 32
"""Of each sort in one m-line; a browser has about ten extensions."""

SDES_MID: Final = "urn:ietf:params:rtp-hdrext:sdes:mid"
SDES_RID: Final = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
SDES_REPAIRED_RID: Final = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
TRANSPORT_SEQUENCE: Final = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
ABS_SEND_TIME: Final = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"

_EXTMAP: Final = re.compile(r"a=extmap:(\d{1,3})(?:/(\w+))? (\S+)")
_SIMULCAST: Final = re.compile(r"a=simulcast: ?(.*)")
_RID: Final = re.compile(r"[A-Za-z0-9_-]{1,16}")
_PAIR: Final = re.compile(r"a=ssrc-group:FID (\d{1,10}) (\d{1,10})\s*")


@dataclass(frozen=True, slots=True)
class Traits:
    """`extensions` maps what an extension is (its URI) to its id, 1–14. `sends` are the rids of the layers
    the other side sends, in its order. `pairs` are media SSRCs and the rtx SSRCs that go with them."""

    extensions: tuple[tuple[str, int], ...] = ()
    sends: tuple[str, ...] = ()
    pairs: tuple[tuple[int, int], ...] = ()


def read(lines: Iterable[str]) -> Traits:
    """Read one section's lines. Never raises."""
    extensions: dict[str, int] = {}
    sends: tuple[str, ...] = ()
    pairs: list[tuple[int, int]] = []
    for line in lines:
        if found := _EXTMAP.match(line):
            if 1 <= int(found[1]) <= 14 and len(extensions) < MOST:
                extensions.setdefault(found[3], int(found[1]))
        elif found := _SIMULCAST.match(line):
            sends = _sent(found[1].split())
        elif (found := _PAIR.fullmatch(line)) and len(pairs) < MOST:
            media, rtx = int(found[1]), int(found[2])
            if media <= 0xFFFFFFFF and rtx <= 0xFFFFFFFF:
                pairs.append((media, rtx))
    return Traits(tuple(extensions.items()), sends, tuple(pairs))


def _sent(words: list[str]) -> tuple[str, ...]:
    """The rids after `send`; of alternatives the first, a paused one like any other."""
    if "send" not in words[:-1]:
        return ()
    streams = words[words.index("send") + 1].removeprefix("rid=").split(";")[:MOST]
    rids = tuple(stream.partition(",")[0].removeprefix("~") for stream in streams)
    return rids if all(_RID.fullmatch(rid) for rid in rids) and len(set(rids)) == len(rids) else ()
