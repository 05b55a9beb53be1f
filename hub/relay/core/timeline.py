"""Which timestamp a variant begins with, so that all variants of a slot run on one clock."""

from collections.abc import Iterable
from typing import Final

from hub.relay.core.source import Source
from hub.relay.core.track import Arrival, Track
from hub.relay.core.variant import Variant

_TOLERANCE: Final = 1_350
"""Ticks of the pictures' clock, 15 ms: sender reports are no more exact than that."""


def timestamp_for(  # noqa: PLR0917 (who begins, beside whom, with what)
    variant: Variant,
    variants: Iterable[Variant],
    source: Source,
    track: Track,
    arrival: Arrival,
    now: float,
) -> int | None:
    """The timestamp of that packet in a variant that begins with it; None when the variant's own clock goes
    on.

    The layers of one picture are brought in time with each other by their capture times (the publisher's
    sender reports), so that a viewer who changes from one to the other neither steps back nor jumps.
    """
    written = [other for other in variants if other.splice.written_at is not None]
    beside = _beside(variant, written, source)
    if beside:
        return _in_time_with(beside, source, track, arrival, now)
    latest = max(written, key=lambda other: other.splice.written_at or 0.0, default=variant)
    if latest is variant:
        return None
    return latest.splice.timestamp + latest.splice.pause(track.codec, now)


def realign(  # noqa: PLR0917 (as above)
    variant: Variant,
    variants: Iterable[Variant],
    source: Source,
    track: Track,
    arrival: Arrival,
    now: float,
) -> None:
    """Correct the clock of a variant that nobody is being sent, at a keyframe of it: it may have begun before
    the publisher's first sender report told when its pictures were taken."""
    beside = [other for other in _beside(variant, variants, source) if other.is_sent]
    wanted = _in_time_with(beside, source, track, arrival, now) if beside else None
    if wanted is None:
        return
    error = ((wanted - variant.splice.stamp(arrival.rtp) + 0x80000000) & 0xFFFFFFFF) - 0x80000000
    if abs(error) > _TOLERANCE:
        variant.splice.align(arrival.rtp, wanted)


def _beside(variant: Variant, variants: Iterable[Variant], source: Source) -> list[Variant]:
    return [other for other in variants if other is not variant and other.source is source]


def _in_time_with(
    beside: list[Variant], source: Source, track: Track, arrival: Arrival, now: float
) -> int | None:
    reference = max(beside, key=lambda other: (other.layer is arrival.layer, other.is_sent))
    if reference.track is track:
        return reference.splice.stamp(arrival.rtp)
    return reference.clock(source.captured_at(arrival.layer, arrival.rtp.timestamp, now))
