"""One connection of one participant in a session: who, how far told, and which media peer."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

from hub.people.actor import Actor
from hub.reception.acts.registry import may
from hub.reception.viewer import Viewer
from hub.relay.core.specs import Rung, SlotName, StageSpec, Want
from signaling.errors import CloseCode
from signaling.message import Screen
from signaling.outbox import Outbox
from signaling.replies import MediaLine, MediaLost, MediaProgram, You
from signaling.texts import EventTexts

_LARGE_FIRST: Final[tuple[SlotName, ...]] = ("document", "main", "second")
"""As screens show them."""


class Timeline(Protocol):
    """The part of `LiveSession` a seat reads."""

    @property
    def n(self) -> int:
        """The last event known."""
        ...

    def after(self, viewer: Viewer, n: int) -> list[dict[str, Any]]:
        """The events after `n` as they may see them. Raises LookupError when they are no longer here."""
        ...


class Seat:
    """Made when a `hello` was accepted, given up when the WebSocket ends."""

    def __init__(self, actor: Actor, viewer: Viewer, screen: Screen, outbox: Outbox) -> None:
        self.actor = actor
        self.viewer = viewer
        self.screen = screen
        self.outbox = outbox
        self.sent = 0
        """All events up to this number that are theirs to see have been queued."""
        self.told = 0
        """The number the client knows by what was queued: of its last event, or of a `head`."""
        self.media: str | None = None
        """The media peer it holds."""
        self.talk: str | None = None
        """The media peer of the private talk it is in."""
        self.wants: Mapping[SlotName, Want] = {}
        """How large its screen shows each slot, as it last said; a relay that was killed is told again."""
        self._program: tuple[SlotName, ...] = ()
        """The slots it was last told of; none, when it came."""
        self._line: tuple[str | None, Mapping[SlotName, Rung]] = None, {}
        """A media peer, and what it lacks."""
        self.left_on_purpose = False
        """The client said goodbye (1000), so nobody need wait for it."""
        self.shut_out = False
        """They may not be here any more, or not hear what they heard, so nothing of theirs goes on."""

    @property
    def you(self) -> You:
        """Who the hub takes them for."""
        viewer = self.viewer
        return You(
            key=viewer.key,
            name=viewer.name,
            screen=self.screen,
            staff=viewer.staff,
            point=viewer.point,
            unit=viewer.unit_code,
            may=may(viewer),
        )

    def bring(self, timeline: Timeline, texts: EventTexts) -> None:
        """Queue what is new for them; of what they do not see they hear by `tell_head`."""
        if self.sent >= timeline.n or self.outbox.closing:
            return
        try:
            wires = timeline.after(self.viewer, self.sent)
        except LookupError:
            self.end(CloseCode.GOING_AWAY)  # too far behind to be told: a snapshot on coming back
            return
        for wire in wires:
            self.outbox.put(texts.event(wire))
            self.told = wire["n"]
        self.sent = timeline.n

    def tell_head(self, texts: EventTexts) -> None:
        """Queue the head when the last events were not theirs to see."""
        if self.told < self.sent:
            self.outbox.put(texts.head(self.sent))
            self.told = self.sent

    def tell_program(self, stage: StageSpec) -> None:
        """Queue which slots show them something, when that has changed."""
        inside = not stage.audience.isdisjoint(self.viewer.groups)
        slots = tuple(slot for slot, _ in stage.slots) if inside else ()
        if slots != self._program:
            self._program = slots
            self.outbox.put(MediaProgram(slots=slots).dump())

    @property
    def program(self) -> tuple[SlotName, ...]:
        """The slots that show it something now."""
        return self._program

    @property
    def is_shown_something(self) -> bool:
        """Whether the program has anything for it now."""
        return bool(self._program)

    @property
    def shown(self) -> Rung | None:
        """What it is sent of the picture that it shows large; None without one."""
        large = next((slot for slot in _LARGE_FIRST if slot in self._program), None)
        if large is None or self.media is None:
            return None
        peer, lacking = self._line
        return lacking.get(large, Rung.HIGH) if peer == self.media else Rung.HIGH

    def tell_line(self, lacking: Mapping[SlotName, Rung]) -> None:
        """Queue what its media peer is sent less of, when that has changed. A new peer begins lacking
        nothing."""
        peer, told = self._line
        before = told if peer == self.media else {}
        self._line = self.media, lacking
        if lacking != before:
            self.outbox.put(MediaLine(slots=dict(lacking)).dump())

    def lose_media(self, peer: str) -> None:
        """Tell them that their media peer is gone."""
        if peer not in (self.media, self.talk):
            return
        self.media = None if self.media == peer else self.media
        self.talk = None if self.talk == peer else self.talk
        self.outbox.put(MediaLost(peer=peer).dump())

    def end(self, code: CloseCode) -> None:
        """Close their connection, after what is queued."""
        self.outbox.close(code)

    def same_room(self, other: "Seat") -> bool:
        """Whether both are the same connection point's."""
        return self.viewer.point is not None and self.viewer.point == other.viewer.point
