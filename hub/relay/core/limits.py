"""Every bound of the core in one place, with the reason for its size."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds, counts in packets unless a name says otherwise."""

    max_packet: int = 1_500
    """Octets; leaves room for the tag and the header in the fan-out's 2,048-octet slots."""
    history: int = 2_048
    """Packets kept per slot for retransmission: 10 s and more of one 1.5 Mbit/s picture."""
    replay_packets: int = 300
    """The longest stored group of pictures a joiner is given; beyond it a fresh keyframe is cheaper."""
    replay_per_viewer: int = 16
    """Of one slot in one tick: 3,200 packets/s, about 30 Mbit/s, which does not overrun a browser's
    socket."""
    replay_copies: int = 320
    """Over all joiners in one tick, so that 190 joins at once leave the other half of a core for live
    packets."""
    tick: float = 0.005
    idle_tick: float = 0.05
    resends_per_viewer: int = 200
    """In one second. A line that loses more than that is not mended by sending more."""
    resends_in_all: int = 10_000
    """In one second, over all viewers."""
    keyframe_interval: float = 1.0
    """The least time between two keyframe requests to one publisher."""
    viewer_keyframe_interval: float = 2.0
    """The least time between two requests of one viewer that are passed on."""
    keyframe_crossing: float = 0.25
    """A viewer's request this soon after a keyframe crossed it on the way, and is not passed on."""
    nack_first: float = 0.015
    """Wait before the first upstream NACK: packets that merely overtook each other need none."""
    nack_again: float = 0.05
    nack_tries_picture: int = 10
    nack_tries_voice: int = 2
    max_gap: int = 500
    """A larger jump of a publisher's sequence numbers is a new beginning, not a loss."""
    window: int = 1_024
    """How far behind the newest packet a late one is still taken."""
    takeover: float = 0.25
    """Silence after which another SSRC or codec may take a source over."""
    silence: float = 3.0
    """A source this long without a packet is reported as gone."""
    publish_bitrate: int = 2_500_000
    """Bits per second; the cap told to publishers by REMB."""
    report_interval: float = 2.0
    first_report: float = 0.3
    """A viewer's first sender reports come this soon, so that lips are in time from the start."""
    reports_per_tick: int = 40
    segments: int = 16
    """Runs of contiguous numbering remembered per viewer and slot, for NACKs."""
