"""Which source feeds which slot: a stage wish and what is arriving, made into a program. Pure.

The hall is a console's camera (the chair's before the clerk's), else an encoder's. The point that has the
floor stands beside it with its own picture and voice; a second voice from the hall is heard too. A document
is a screen that either of them shares, the one who began last.

Who hears what: the hall's voices go to the whole audience, the speaking room's to all but itself (the relay
sends nobody their own voice), no other room's to anybody; muted, only the hall is heard. A voice that is in a
private talk is not the hall's. That the room which speaks does not play what it picks up is its page's work
(`half-duplex.js`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from hub.reception.stage import StageWish

TrackKind = Literal["camera", "microphone", "screen"]
Slot = Literal["main", "second", "document", "voice1", "voice2", "voice3"]


@dataclass(frozen=True, slots=True)
class Source:
    """A track that is arriving. `owner` is `console:<account>`, `whip:<token>` or `point:<id>`; `since`
    orders arrivals.
    """

    peer: str
    owner: str
    kind: TrackKind
    since: float = 0.0
    chair: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """A slot and the peer and kind of track that feed it."""

    slot: Slot
    peer: str
    kind: TrackKind


def program(wish: StageWish, sources: Iterable[Source]) -> tuple[Feed, ...]:
    """The feeds of the slots that have a source, in the order of the slots."""
    known = _newest(sources)
    cameras = sorted((each for each in known if _hall(each) and each.kind == "camera"), key=_rank)
    hall = cameras[0] if cameras else None
    voices = _hall_voices([each for each in known if not _aside(wish, each)], hall)
    chosen: dict[Slot, Source | None] = {
        "main": hall,
        "second": _of_floor(wish, known, "camera") or _of_pinned(wish, known),
        "document": _document(wish, known),
        "voice1": voices[0] if voices else None,
        "voice2": None if wish.muted else _of_floor(wish, known, "microphone"),
        "voice3": voices[1] if len(voices) > 1 else None,
    }
    return tuple(Feed(slot, each.peer, each.kind) for slot, each in chosen.items() if each is not None)


def _newest(sources: Iterable[Source]) -> list[Source]:
    """One track of a kind per owner: a reloaded page has left its old peer behind."""
    newest: dict[tuple[str, TrackKind], Source] = {}
    for source in sorted(sources, key=lambda each: (each.since, each.peer)):
        newest[source.owner, source.kind] = source
    return list(newest.values())


def _hall(source: Source) -> bool:
    return source.owner.startswith(("console:", "whip:"))


def _rank(source: Source) -> tuple[bool, bool, float, str]:
    """Chair, other consoles, encoders; the first to come before later ones."""
    return source.owner.startswith("whip:"), not source.chair, source.since, source.peer


def _hall_voices(known: list[Source], hall: Source | None) -> list[Source]:
    """The voice that goes with the picture, then one more console's; an encoder's only with its picture or
    alone.
    """
    voices = sorted((each for each in known if _hall(each) and each.kind == "microphone"), key=_rank)
    with_picture = [each for each in voices if hall is not None and each.owner == hall.owner]
    consoles = [each for each in voices if each.owner.startswith("console:")]
    ordered = dict.fromkeys(with_picture + consoles)
    return list(ordered or dict.fromkeys(voices[:1]))


def _document(wish: StageWish, known: list[Source]) -> Source | None:
    floor = _of_floor(wish, known, "screen")
    screens = [each for each in known if _hall(each) and each.kind == "screen"] + ([floor] if floor else [])
    return max(screens, key=lambda each: (each.since, each.peer), default=None)


def _of_floor(wish: StageWish, known: list[Source], kind: TrackKind) -> Source | None:
    return _of_point(wish.floor, known, kind)


def _of_pinned(wish: StageWish, known: list[Source]) -> Source | None:
    """A pinned point is seen, never heard, and only while nobody has the floor."""
    return _of_point(wish.pinned, known, "camera") if wish.floor is None else None


def _of_point(point: str | None, known: list[Source], kind: TrackKind) -> Source | None:
    owner = f"point:{point}"
    return next((each for each in known if each.owner == owner and each.kind == kind), None)


def _aside(wish: StageWish, source: Source) -> bool:
    """Whether it comes from a console whose voice is in a private talk. Owners name the account, not its
    key.
    """
    account = source.owner.removeprefix("console:").removesuffix(":chair")
    return source.owner.startswith("console:") and f"account:{account}" in wish.aside
