"""RTCP of a light peer, over aiortc's classes (cold path): reads what a hub asks, writes reports. Pure."""

from dataclasses import dataclass, field
from struct import error as StructError
from struct import unpack
from typing import Final

from aiortc.rtp import (
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
)

from endpoints.peer.reception import Reception

PLI: Final = 1
FIR: Final = 4
REMB: Final = 15
NACK: Final = 1
_NTP_EPOCH: Final = 2_208_988_800
"""Seconds from 1900 to 1970."""
_MOST_REPORTS: Final = 31


@dataclass(slots=True)
class Asked:
    """What one compound asks of a sender, and when the other side last reported."""

    keyframe: set[int] = field(default_factory=set)
    again: list[tuple[int, int]] = field(default_factory=list)
    """SSRC and sequence number of packets wanted once more."""
    bits_per_second: int | None = None
    reported: dict[int, int] = field(default_factory=dict)
    """SSRC → the middle 32 bits of the NTP time in its sender report."""


def read(compound: bytes) -> Asked | None:
    """None when it is malformed."""
    asked = Asked()
    try:
        for packet in RtcpPacket.parse(compound):
            _take(packet, asked)
    except (ValueError, StructError, IndexError):
        return None
    return asked


def _take(packet: object, asked: Asked) -> None:
    match packet:
        case RtcpPsfbPacket(fmt=1):
            asked.keyframe.add(packet.media_ssrc)
        case RtcpPsfbPacket(fmt=4):
            asked.keyframe.update(
                unpack(f"!{len(packet.fci) // 8 * 2}I", packet.fci[: len(packet.fci) // 8 * 8])[::2]
            )
        case RtcpPsfbPacket(fmt=15) if packet.fci[:4] == b"REMB" and len(packet.fci) >= 8:
            bits = int.from_bytes(packet.fci[5:8], "big")
            asked.bits_per_second = (bits & 0x3FFFF) << (bits >> 18)
        case RtcpRtpfbPacket(fmt=1):
            asked.again += [(packet.media_ssrc, number & 0xFFFF) for number in packet.lost]
        case RtcpSrPacket():
            asked.reported[packet.ssrc] = (packet.sender_info.ntp_timestamp >> 16) & 0xFFFFFFFF


def receiver_report(own: int, reception: Reception, heard: dict[int, tuple[int, float]], now: float) -> bytes:
    """RR and SDES. `heard` maps an SSRC to the middle bits of its last sender report and when that came."""
    reports = []
    for ssrc, stream in list(reception.streams.items())[:_MOST_REPORTS]:
        middle, at = heard.get(ssrc, (0, now))
        reports.append(
            RtcpReceiverInfo(
                ssrc=ssrc,
                fraction_lost=stream.fraction(),
                packets_lost=min(stream.lost, 0x7FFFFF),
                highest_sequence=stream.highest & 0xFFFFFFFF,
                jitter=0,
                lsr=middle,
                dlsr=round((now - at) * 65536) if middle else 0,
            )
        )
    return bytes(RtcpRrPacket(ssrc=own, reports=reports)) + _name(own)


def sender_report(ssrc: int, unix_time: float, timestamp: int, packets: int, octets: int) -> bytes:
    """A compound of SR and SDES for one sent SSRC."""
    seconds = unix_time + _NTP_EPOCH
    info = RtcpSenderInfo(
        ntp_timestamp=int(seconds * (1 << 32)),
        rtp_timestamp=timestamp & 0xFFFFFFFF,
        packet_count=packets & 0xFFFFFFFF,
        octet_count=octets & 0xFFFFFFFF,
    )
    return bytes(RtcpSrPacket(ssrc=ssrc, sender_info=info)) + _name(ssrc)


def picture_loss(own: int, media: int) -> bytes:
    """A PLI, alone (reduced size)."""
    return bytes(RtcpPsfbPacket(fmt=PLI, ssrc=own, media_ssrc=media))


def lost(own: int, media: int, numbers: list[int]) -> bytes:
    """A generic NACK, alone (reduced size)."""
    return bytes(RtcpRtpfbPacket(fmt=NACK, ssrc=own, media_ssrc=media, lost=numbers))


def _name(ssrc: int) -> bytes:
    return bytes(RtcpSdesPacket(chunks=[RtcpSourceInfo(ssrc=ssrc, items=[(1, b"light")])]))
