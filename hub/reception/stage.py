"""What the relay should do for a session, in the session's own words: on air or not, for whom, who has the
floor.
"""

from dataclasses import dataclass, replace
from typing import Final

from hub.reception.events import Audience
from hub.reception.lifecycle import OVER
from hub.reception.state import Item, SessionState, Status

STAFF: Final = "staff"
EVERYONE: Final = frozenset({STAFF, "points", "observers"})


@dataclass(frozen=True, slots=True)
class StageWish:
    """`audience` holds group labels (see `Viewer.groups`); `floor` is the id of the point that speaks,
    `pinned` of the
    one whose picture stands in while nobody does. `muted`: only the hall is heard. `aside` are the keys of
    staff whose voice is in a private talk, and not the hall's.
    """

    live: bool
    audience: frozenset[str]
    floor: str | None = None
    muted: bool = False
    pinned: str | None = None
    aside: frozenset[str] = frozenset()

    def narrower(self, other: "StageWish") -> "StageWish":
        """This wish, for those only whom the other one lets in as well: safe while it is unsure which one
        holds.

        A group of the other's that is wider than one of ours (`points` takes in every `unit:` and `point:`)
        counts.
        """
        both = {label for label in self.audience if _lets_in(other.audience, label)}
        both |= {label for label in other.audience if _lets_in(self.audience, label)}
        return replace(self, live=self.live and other.live, audience=frozenset(both))


def stage(state: SessionState) -> StageWish:
    """The wish of a state. Before going live and in a pause only staff have the picture, after the end
    nobody.
    """
    if state.status in OVER:
        return StageWish(live=False, audience=frozenset())
    speech = state.speech
    aside = frozenset(talk.staff for talk in speech.talks.values())
    if state.status is not Status.LIVE:
        return StageWish(live=False, audience=frozenset({STAFF}), aside=aside)
    return StageWish(
        live=True,
        audience=_audience(state.current_item),
        floor=state.floor.point if state.floor is not None else None,
        muted=speech.muted,
        pinned=speech.pin.point if speech.pin is not None and speech.pin.point in speech.consents else None,
        aside=aside,
    )


@dataclass(frozen=True, slots=True)
class TalkWish:
    """A private talk that stands: one participant of the staff (`staff`, their key) and one room."""

    id: str
    staff: str
    point: str


def talks(state: SessionState) -> tuple[TalkWish, ...]:
    """The talks of rooms that have consented; of the others nothing is sent."""
    if state.status in OVER:
        return ()
    return tuple(
        TalkWish(talk.id, talk.staff, talk.point)
        for talk in state.speech.talks.values()
        if talk.point in state.speech.consents
    )


def _audience(item: Item | None) -> frozenset[str]:
    if item is None or item.audience is Audience.ALL:
        return EVERYONE
    guests = frozenset(f"point:{point}" for point in item.guests)
    if item.audience is Audience.CLOSED:
        return guests | {STAFF}
    return guests | {STAFF} | {f"unit:{unit}" for unit in item.chain | item.invited}


def _lets_in(audience: frozenset[str], label: str) -> bool:
    return label in audience or ("points" in audience and label.startswith(("unit:", "point:")))
