"""The words that scripts need, by page. Everything else stands in templates."""

from collections.abc import Mapping
from typing import Final

from hub.cases.rules import CaseField, CaseKind
from hub.reception.checks import CAUSES
from hub.reception.clerk_state import EntryStatus
from hub.reception.events import Audience
from hub.reception.rolls import FINDINGS, RANKS
from hub.reception.state import ItemStatus, Status
from web import i18n
from web.api.wall import TOLD as HISTORY

TROUBLES: Final = ("denied", "missing", "mute", "none", "busy", "insecure", "asking")
"""Why a room's camera or microphone cannot be used; each has a word for what and one for the fix."""

COVERS: Final = ("waiting", "paused", "over", "closed", "related")
"""Why somebody at a desk has no programme."""

_SESSION: Final = (
    *(f"session.state.{each.value}" for each in Status),
    *(f"item.state.{each.value}" for each in ItemStatus),
    *(f"kind.{each.value}" for each in CaseKind),
    *(f"field.{each.value}" for each in CaseField),
    *(f"mark.{each}" for each in ("promise", "question", "evidence", "directive")),
    *("directive.state.issued", "directive.state.acknowledged"),
    *("due.left", "due.today", "due.late", "due.on"),
    "agenda.hidden",
)

ILLS: Final = (
    *(f"camera_{each}" for each in ("frozen", "black", "off")),
    *(f"microphone_{each}" for each in ("silent", "off")),
    "speaker_muted",
)
"""What can be wrong with a room's own devices."""

_WALL: Final = (
    *(
        f"wall.{each}"
        for each in ("live", "ill", "voice", "silent", "missing", "hand", "floor", "tile", "of")
    ),
    *(f"wall.detail.fix.{each}" for each in ("live", "idle", "voice", "silent", "missing")),
    *(f"wall.sent.{each}" for each in ("high", "low", "few", "none")),
    *(f"wall.sent.{each}.short" for each in ("low", "few", "none")),
    *(f"wall.{part}.{each}" for part in ("ill", "fix") for each in ILLS),
    *(f"wall.ill.{each}.short" for each in ILLS),
    *(f"wall.history.{each}" for each in sorted(HISTORY)),
    *("wall.detail.since", "wall.detail.nobody"),
    *(f"rank.{each}" for each in RANKS),
)

WALL: Final[tuple[str, ...]] = (
    *_WALL,
    *(f"session.state.{each.value}" for each in Status),
    *("line.lost", "line.lost.now", "toast.refused"),
)

_ROLL: Final = (
    *(f"finding.{each}" for each in FINDINGS),
    "roll.who.one",
)

CLERK: Final = (
    *("notes.saved", "notes.is_saved", "notes.saving", "notes.offline", "notes.empty_text"),
    *("notes.refused", "compose.kept", "compose.note.of", "compose.note.waits", "compose.directive.of"),
    *(
        "conclude.none",
        "conclude.reading",
        "conclude.done",
        "conclude.answer_by",
        "undo.reason",
        "agenda.deferred",
    ),
    *("directive.withdrawn", "directive.withdrawn.why", "reason.next_called"),
    *("lobby.persons", "lobby.secret", "lobby.from.room", "lobby.from.office", "lobby.who.sealed"),
    "lobby.who.unread",
    *("lobby.opened", "lobby.admitted", "lobby.turned_down"),
)

CONSOLE: Final[tuple[str, ...]] = (
    *_ROLL,
    *(f"finding.{each}.fix" for each in FINDINGS),
    *(f"roll.open{each}" for each in ("", ".on")),
    *(f"roll.{each}" for each in ("begin", "again", "going", "judging", "done", "count.fine", "finished")),
    *(f"roll.who.{each}" for each in ("none", "nobody", "more", "of")),
    "roll.saved",
    *_SESSION,
    *(f"audience.{each.value}" for each in Audience),
    *("console.item", "console.item.none", "console.closed_hearing", "console.closed_hearing.on"),
    *(
        "line.lost",
        "line.lost.now",
        "program.nobody",
        "program.main",
        "program.second",
        "program.not_live",
        "program.closed",
        "floor.calling",
        "floor.called.left",
        "floor.left",
        "floor.mute",
        "floor.unmute",
        "talk.on",
        "talk.waiting",
        "program.second.none",
        "program.second.silent",
        "take_up.line",
    ),
    *CLERK,
    *("notes.changed", "notes.sending", "compose.sent", "compose.directive.remove"),
    *("error.denunciation_closed", "error.no_current_item", "toast.refused"),
    *(f"toast.camera.{each}" for each in ("denied", "missing", "busy", "insecure")),
    *_WALL,
    "desks.call",
)

DESK: Final[tuple[str, ...]] = (
    *CONSOLE,
    *(f"desk.state.{each}" for each in ("listening", "hand", "called", "air", "mute")),
    *(f"desk.hint.{each}" for each in ("listening", "hand", "called", "air")),
    *(f"desk.cover.{each}" for each in COVERS),
    *(f"desk.cover.{each}.text" for each in COVERS),
    *("desk.ready", "desk.ready.ok", "desk.ready.part", "room.trouble.again"),
    *("desk.speaking", "room.hand", "room.hand.up"),
)

ROOM: Final[tuple[str, ...]] = (
    *_ROLL,
    *(f"rank.{each}" for each in RANKS),
    *(f"room.roll.{each}" for each in ("left", "how", "answered", "answered.change", "silent", "blocked")),
    *("room.roll.fine", "room.roll.found", "room.who.same", "room.who.saved"),
    *_SESSION,
    *("room.item", "room.item.none", "room.weak.few"),
    *(f"room.line.{each}" for each in ("good", "weak", "few", "voice", "bad")),
    *("room.lease", "room.turn.hall", "room.turn.room", "room.turn.muted", "talk.on", "talk.waiting"),
    *(f"room.consent.{each}" for each in ("call", "talk", "pin", "left", "give", "take_back")),
    *("room.hand", "room.hand.up", "room.take_up", "room.take_up.done", "room.take_up.saved"),
    *("conclude.answer_by", "reason.next_called", "room.lobby.sent", "room.lobby.item"),
    *(f"lobby.state.{each.value}" for each in EntryStatus),
    *("directive.withdrawn.why", "directive.state.withdrawn"),
    *("room.waiting.at", "room.lost.for", "room.lost.try"),
    *(f"room.missed.{each}" for each in ("called", "concluded", "deferred", "notes", "directive")),
    *(f"room.trouble.{each}" for each in TROUBLES),
    *(f"room.trouble.{each}.fix" for each in TROUBLES),
    "room.trouble.unheard",
    *("room.check.ok", "room.check.bad", "room.check.wait"),
    *(f"room.lost.{each}" for each in ("since", "hub", "network", "trying")),
    *(f"room.unplugged.{each}" for each in ("camera", "microphone", "both", "fix")),
    *(f"room.clock.{each}" for each in ("ahead", "behind", "days", "hours", "minutes")),
    *("room.missed.when", "room.missed.more", "room.paused.reason", "room.over.reason", "room.over.next"),
    *(f"room.{how}.{each}" for how in ("over", "postponed", "cancelled") for each in ("title", "text")),
    *("room.voice.on", "room.voice.off", "room.on_air", "room.on_air.voice", "due.on"),
)

CHECK: Final[tuple[str, ...]] = (
    *("check.wait", "check.leave", "check.at"),
    *(f"check.state.{each}" for each in ("wait", "doing", "done")),
    *(f"check.tone.{each}" for each in ("fine", "attention", "act")),
    *(f"check.doing.{each}" for each in ("camera", "microphone", "speaker", "echo", "ways", "turn", "speed")),
    *(
        f"check.measured.{each}"
        for each in ("camera", "microphone", "speaker", "line", "screen", "none", "unheard")
    ),
    *(f"check.way.{each}" for each in ("udp", "tcp", "turn", "none")),
    *(
        f"check.verdict.{each}{part}"
        for each in ("running", "sending", "unsent", "gone", "fine", "attention", "act")
        for part in ("", ".text")
    ),
    *(f"check.cause.{code}{part}" for code in CAUSES for part in ("", ".fix")),
)
"""The words that the room's check needs in its script."""

REMINDER: Final[tuple[str, ...]] = (
    *(f"check.verdict.{each}" for each in ("none", "fine", "attention", "act")),
    *("check.at", "check.due", "check.asked", "check.soon", "check.waiting.act", "room.waiting.title"),
    *(f"check.cause.{code}" for code in CAUSES),
)
"""The words of the waiting screen's reminder."""


def raw(locale: i18n.Locale) -> Mapping[str, i18n.Text]:
    """The texts themselves, fields unfilled and plural forms apart, for a page to carry along."""
    return i18n.catalogue(locale)
