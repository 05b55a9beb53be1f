"""Every bound of the core in one place, with the reason for its size."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds, counts in packets unless a name says otherwise."""

    max_packet: int = 1_500
    """Octets; leaves room for the tag and the header in the fan-out's 2,048-octet slots."""
    history: int = 2_048
    """Packets kept per variant of a slot, for joiners and retransmission: 10 s of a 1.5 Mbit/s picture."""
    resend_window: int = 1_000
    """A viewer is resent its last numbers only, so many: libsrtp's window on the sending side is 1,024."""
    replay_packets: int = 300
    """The longest stored group of pictures a joiner is given; beyond it a fresh keyframe is cheaper."""
    return_packets: int = 30
    """The same for a viewer that was sent nothing for a while: its line may be weak."""
    replay_per_viewer: int = 16
    """Of one slot in one tick: 3,200 packets/s, about 30 Mbit/s, which does not overrun a browser's
    socket."""
    replay_copies: int = 320
    """Over all joiners in one tick, so that 190 joins at once leave the other half of a core for live
    packets."""
    tick: float = 0.005
    idle_tick: float = 0.05
    early_tick: float = 0.008
    """The least time between two early ticks."""
    resend_again: float = 0.04
    """A number is not sent again to a viewer within this time, or four fifths of its round trip: the copy is
    on its way."""
    resends_per_viewer: int = 100
    """In one second. A line that loses more than that is not mended by sending more: whoever asks for more at
    once is sent a keyframe instead."""
    resends_in_all: int = 10_000
    """In one second, over all viewers."""
    keyframe_interval: float = 1.0
    """The least time between two keyframe requests for one layer of a publisher."""
    few_interval: float = 5.0
    """How often a keyframe is asked for while somebody is sent few frames of a picture without temporal
    layers."""
    climb_interval: float = 2.0
    """The least time between two keyframes asked for only because viewers are to be sent more: whoever may
    climb in the meantime goes with the next one."""
    fall_patience: float = 1.5
    """A viewer whose line is overrun is sent nothing any more when the smaller variant has not begun in this
    time: voices need the room."""
    viewer_keyframe_interval: float = 2.0
    """The least time between two requests of one viewer that are passed on."""
    keyframe_crossing: float = 0.25
    """A viewer's request this soon after a keyframe crossed it on the way, and is not passed on."""
    nack_first: float = 0.015
    """Wait before the first upstream NACK: packets that merely overtook each other need none."""
    nack_again: float = 0.05
    nack_again_most: float = 1.0
    """How long an answer is thought to take at most, whatever it took."""
    nack_for: float = 1.5
    """Where answers take long a number is asked for less often, for about so long: a keyframe is sooner."""
    nack_tries_least: int = 3
    """But so many times: an answer gets lost, too."""
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
    layer_silence: float = 1.5
    """A layer this long without a packet, while another one of its source goes on, is not sent any more:
    browsers switch layers off."""
    publish_bitrate: int = 2_500_000
    """Bits per second; the cap told to publishers by REMB."""
    report_interval: float = 2.0
    first_report: float = 0.3
    """A viewer's first sender reports come this soon, so that lips are in time from the start."""
    reports_per_tick: int = 40
    repeat_from: float = 0.06
    """A line that loses a larger share than this (below it, what Opus mends is enough: of 5 % at random it
    leaves 0.3 %) hears each voice packet once more, and over
    `repeat_all_from` as often as `repeat_after` has times (seconds after the first)."""
    repeat_all_from: float = 0.08
    repeat_after: tuple[float, ...] = (0.08, 0.16)
    """Spaced so that one burst or outage does not take all, and soon enough for a browser, which waits 20 ms
    more for each per cent that it would lose otherwise (NetEq). Multiples of a voice's 20 ms: a copy then
    leaves with a newer packet, and is never the first after an outage, when a browser would take its old send
    time for a queue and lower its REMB."""
    repeat_hold: float = 15.0
    repeat_longest: float = 120.0
    """How long voices are said again without new evidence, at first and at most."""
    segments: int = 16
    """Runs of contiguous numbering remembered per viewer and slot, for NACKs."""
    uplink: int = 0
    """Bits per second that all viewers together may be sent, shared fairly; 0: as much as there is."""
    adapt_interval: float = 0.5
    """How often a viewer's line is judged, in seconds."""
    probes_at_once: int = 256
    """Viewers whose lines are being tried with padding at the same time. A province whose lines recover at
    once has all its 190 back on the high layer within 15 s only if all are tried together. It costs the
    relay no more than their pictures will (1.2 times as much for a second or two, in packets as long), and
    where an uplink is set a try stays within the viewer's share of it."""
