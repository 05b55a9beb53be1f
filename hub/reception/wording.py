"""What planners write for others to read, without whom the vault keeps in the cases it is about: what a
session is called, where it is and who presides, and the files they ask for. Rooms, printed notices and
calendar files show it to people who may not know of the case at all.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from sqlalchemy import select

from hub.cases.desk import Desk
from hub.cases.mask import masked
from hub.reception.events import wire_time
from hub.reception.models import NAME_LENGTH, REASON_LENGTH, TITLE_LENGTH, DraftItem, FileRequest, Session
from hub.reception.state import cases_of
from hub.reception.timeline import Timeline

_TEXTS: Final = {
    "title": TITLE_LENGTH,
    "place": TITLE_LENGTH,
    "chair": NAME_LENGTH,
    "reason": REASON_LENGTH,
}
"""What a session's row says in words."""


def told(row: Session) -> dict[str, str]:
    """What `session.changed` tells of a session."""
    return {
        "title": row.title,
        "form": row.form,
        "default_audience": row.default_audience,
        "starts_at": wire_time(row.starts_at),
    }


async def cases_about(line: Timeline, desk: Desk) -> list[str]:
    """Ids of the cases that a session is about: drafted, on its agenda, or taken off it."""
    wanted = select(DraftItem.case_id).where(DraftItem.session_id == line.row.id)
    return sorted({*await desk.session.scalars(wanted), *cases_of(line.state)})


async def unname(row: Session, desk: Desk, case_ids: Sequence[str]) -> None:
    """Mask in a session's own words whom the vault keeps in these cases. What had to be taken out is on
    record as a try: whoever puts words and a case together would learn from it.
    """
    await _reword(row, lambda text: desk.unsealed_among(case_ids, text))


async def unname_added(line: Timeline, desk: Desk, case_id: str, by: tuple[str, str]) -> None:
    """The same for a case that joined the agenda. Screens that know the title are told the new one."""
    title = line.row.title
    await unname(line.row, desk, [case_id])
    _tell(line, title, by)


async def unname_denounced(line: Timeline, desk: Desk, case_id: str, by: tuple[str, str]) -> None:
    """The same for a case of the session's that became a denunciation: nobody tried anything."""
    title, names = line.row.title, await desk.sealed_names(case_id)

    async def without(text: str) -> str:
        return masked(text, names)

    await _reword(line.row, without)
    _tell(line, title, by)


async def unname_files(desk: Desk, case_id: str) -> None:
    """The case became a denunciation: what files were asked for about it says no more who denounces."""
    names = await desk.sealed_names(case_id)
    for asked in await desk.session.scalars(select(FileRequest).where(FileRequest.case_id == case_id)):
        asked.what = masked(asked.what, names)[:TITLE_LENGTH]


async def _reword(row: Session, mask: Callable[[str], Awaitable[str]]) -> None:
    for name, longest in _TEXTS.items():
        text = getattr(row, name)
        if text:
            setattr(row, name, (await mask(text))[:longest])


def _tell(line: Timeline, title: str, by: tuple[str, str]) -> None:
    """A draft has told nobody anything yet; place and chair are in no event."""
    if line.state.n and line.row.title != title:
        line.append("session.changed", told(line.row), by=by)
