"""The words that scripts need, by page. Everything else stands in templates."""

from collections.abc import Mapping
from typing import Final

from hub.cases.rules import CaseField, CaseKind
from hub.reception.events import Audience
from hub.reception.state import ItemStatus, Status
from web import i18n

TROUBLES: Final = ("denied", "missing", "mute", "none", "busy", "insecure", "asking")
"""Why a room's camera or microphone cannot be used; each has a word for what and one for the fix."""

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

CONSOLE: Final[tuple[str, ...]] = (
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
        "program.second.none",
        "program.second.silent",
        "take_up.line",
    ),
    *("notes.changed", "notes.sending", "compose.sent", "compose.directive.remove"),
    *("error.denunciation_closed", "error.no_current_item", "toast.refused"),
    *(f"toast.camera.{each}" for each in ("denied", "missing", "busy", "insecure")),
    *(f"wall.{each}" for each in ("live", "voice", "silent", "missing", "hand", "floor", "tile", "of")),
    *(f"wall.detail.fix.{each}" for each in ("live", "voice", "silent", "missing")),
    *(f"wall.sent.{each}" for each in ("high", "low", "few", "none")),
    *(f"wall.sent.{each}.short" for each in ("low", "few", "none")),
    "wall.detail.since",
)

ROOM: Final[tuple[str, ...]] = (
    *_SESSION,
    *("room.item", "room.item.none", "room.weak.few"),
    *(f"room.line.{each}" for each in ("good", "weak", "few", "voice", "bad")),
    *("room.hand", "room.hand.up", "room.take_up", "room.take_up.done", "room.take_up.saved"),
    *("room.waiting.at", "room.lost.for", "room.lost.try"),
    *(f"room.missed.{each}" for each in ("called", "concluded", "deferred", "notes", "directive")),
    *(f"room.trouble.{each}" for each in TROUBLES),
    *(f"room.trouble.{each}.fix" for each in TROUBLES),
    "room.trouble.unheard",
    *("room.check.ok", "room.check.bad", "room.check.wait"),
    *("room.voice.on", "room.voice.off", "room.on_air", "room.on_air.voice", "due.on"),
)


def raw(locale: i18n.Locale) -> Mapping[str, i18n.Text]:
    """The texts themselves, fields unfilled and plural forms apart, for a page to carry along."""
    return i18n.catalogue(locale)
