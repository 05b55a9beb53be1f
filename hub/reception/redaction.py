"""What was written before a case became a denunciation loses the names of those who went into the vault.

An event stays where it is, with its hash and seal; only words in its data are masked. A row of
`timeline_redactions` goes before each change: without it the database refuses (`append_only`), and with it
the chain stays proven (`chain.Masking`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.mask import masked
from hub.reception.chain import Masking, mask
from hub.reception.models import NAME_LENGTH, TimelineEvent, TimelineRedaction
from hub.reception.stored import event_of

BATCH: Final = 500
"""Events looked at together: a long day has tens of thousands."""

WORDS: Final[Mapping[str, frozenset[str]]] = {
    kind: frozenset(fields.split())
    for kind, fields in {
        "session.created": "title",
        "session.changed": "title",
        "session.postponed": "reason",
        "session.cancelled": "reason",
        "session.paused": "reason",
        "item.added": "case",
        "item.removed": "reason",
        "item.concluded": "text",
        "item.reopened": "reason",
        "item.deferred": "reason",
        "conclusion.drafted": "text",
        "conclusion.read": "text",
        "point.present": "people",
        "note.added": "text",
        "note.changed": "text",
        "directive.issued": "text",
        "directive.withdrawn": "reason",
        "lobby.announced": "matter",
        "lobby.turned_down": "reason",
        "case.taken_up": "leader",
    }.items()
}
"""Fields in which somebody's own words stand. All others are ids, codes and days, which the fold reads
(somebody may well be called like one), and what units, rooms and accounts are called.
"""
_INSIDE: Final = frozenset({"title", "name"})
"""What of a case or of a person in the room is words."""


@dataclass(frozen=True, slots=True)
class Made:
    """For which case, when, by whom (key, name), and with which key it is sealed."""

    case_id: str
    at: datetime
    by: tuple[str, str]
    key: bytes


def unnamed(kind: str, data: Mapping[str, Any], names: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """An event's data without these names, and the texts in which one stood. Pure."""
    raw: list[str] = []
    words = WORDS.get(kind, frozenset())
    kept = {name: _unnamed(value, names, raw) if name in words else value for name, value in data.items()}
    return kept, raw


def _unnamed(value: Any, names: Sequence[str], raw: list[str]) -> Any:
    if isinstance(value, str):
        kept = masked(value, names)
        raw += [value] if kept != value else []
        return kept
    if isinstance(value, Mapping):
        return {key: _unnamed(each, names, raw) if key in _INSIDE else each for key, each in value.items()}
    return [_unnamed(each, names, raw) for each in value] if isinstance(value, list) else value


async def redact(
    session: AsyncSession, session_id: str, names: Sequence[str], made: Made
) -> tuple[list[str], int]:
    """Mask the names in every event of a session, in the transaction of a caller who holds the session's
    lock. The texts as they stood, each once, and how many events were changed.
    """
    raw: dict[str, None] = {}
    events, after = 0, 0
    while rows := await _some(session, session_id, after):
        after = rows[-1].n
        found = [(row, *unnamed(row.kind, row.data, names)) for row in rows]
        hits = [(row, data) for row, data, texts in found if texts]
        raw |= dict.fromkeys(text for _, _, texts in found for text in texts)
        await _write(session, hits, made)
        events += len(hits)
    return list(raw), events


async def maskings_of(session: AsyncSession, session_id: str) -> list[Masking]:
    """What proves the masked events of a session."""
    wanted = select(TimelineRedaction).where(TimelineRedaction.session_id == session_id)
    return [Masking(each.n, each.number, each.hash, each.seal) for each in await session.scalars(wanted)]


async def _some(session: AsyncSession, session_id: str, after: int) -> list[TimelineEvent]:
    wanted = select(TimelineEvent).where(TimelineEvent.session_id == session_id, TimelineEvent.n > after)
    wanted = wanted.where(TimelineEvent.kind.in_(WORDS)).order_by(TimelineEvent.n)
    return list(await session.scalars(wanted.limit(BATCH)))


async def _write(
    session: AsyncSession, hits: Sequence[tuple[TimelineEvent, Mapping[str, Any]]], made: Made
) -> None:
    changes = [(row, *mask(event_of(row), data, made.key)) for row, data in hits]
    for row, _, proof in changes:
        session.add(
            TimelineRedaction(
                session_id=row.session_id,
                n=row.n,
                number=proof.number,
                case_id=made.case_id,
                at=made.at,
                by_key=made.by[0],
                by_name=made.by[1][:NAME_LENGTH],
                hash=proof.hash,
                seal=proof.seal,
            )
        )
    await session.flush()  # the database lets nothing change before it knows of it
    for row, event, _ in changes:
        row.data, row.masked = dict(event.data), event.masked
    await session.flush()
