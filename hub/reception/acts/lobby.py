"""People who came late: a room or the office announces them, staff let them in or turn them down. And a case
opened on the spot for whoever stands before the desk.

What is said of them in the timeline holds no name, and of a denunciation no matter: a timeline can be read
for ever. What became secret later is not told any more (`clerk_fold.hide_matter`).
"""

from typing import Annotated

from pydantic import Field

from hub.cases.arrivals import Newcomer
from hub.cases.desk import Desk, NewCase
from hub.cases.mask import masked, telling
from hub.cases.rules import CaseField, CaseKind
from hub.cases.vault import Person
from hub.reception import planning
from hub.reception.acts.act import Act
from hub.reception.acts.audience import mask_written
from hub.reception.acts.directives import unit_of
from hub.reception.acts.texts import Code, Data, Id, Line, NoteText, PersonName, Phone, Title, Why
from hub.reception.clerk_state import Entry, EntryStatus
from hub.reception.errors import Refusal
from hub.reception.events import Audience
from hub.reception.lifecycle import OVER
from hub.reception.planning import NewItem
from hub.units import queries
from hub.units.models import Unit

MOST_PERSONS = 1000
MOST_OF_POINT = 20
"""So many people of one room may wait at a time."""
MOST_ENTRIES = 500
"""So many were announced in one session in all."""

Persons = Annotated[int, Field(ge=1, le=MOST_PERSONS)]


class AnnounceData(Data, strict=False):
    """Somebody came. `unit` is the unit in charge: a room leaves it out, the office says it."""

    kind: CaseKind
    field: CaseField
    matter: Title
    name: PersonName
    persons: Persons
    unit: Code | None = None


class EntryData(Data):
    """About one of them."""

    entry: Id


class AdmitData(Data, strict=False):
    """As what their case is taken in; `audience` null: as the session has it."""

    entry: Id
    kind: CaseKind
    field: CaseField
    title: Title
    audience: Audience | None = None


class TurnDownData(EntryData):
    """Why not now, in words that the room can pass on."""

    reason: Why


class OpenData(Data, strict=False):
    """A new case, for the end of the agenda."""

    unit: Code
    kind: CaseKind
    field: CaseField
    title: Title
    name: PersonName
    persons: Persons
    summary: NoteText | None = None
    address: Line | None = None
    phone: Phone | None = None
    audience: Audience | None = None


async def announce(act: Act, data: AnnounceData) -> None:
    """Somebody came who is not on the agenda.

    Refuses session_over, lobby_full, unit_unknown, not_your_unit.
    """
    _not_over(act)
    room = act.viewer.room
    unit = await _unit(act, data.unit)
    waiting = [each for each in act.state.lobby.values() if each.status is EntryStatus.WAITING]
    of_point = sum(each.point == room for each in waiting)
    if len(act.state.lobby) >= MOST_ENTRIES or of_point >= MOST_OF_POINT:
        raise Refusal("lobby_full")
    entry = act.ids.new()
    person = Person(data.name, persons=data.persons)
    await act.desk.arrivals.keep(entry, Newcomer(person, data.matter, unit.id))
    secret = data.kind is CaseKind.DENUNCIATION
    announced = {
        "entry": entry,
        "point": room,
        "unit": unit.code,
        "unit_name": unit.name,
        "kind": data.kind.value,
        "field": data.field.value,
        "matter": "" if secret else _unnamed(data.matter, person),
        "persons": data.persons,
    }
    act.emit("lobby.announced", announced)


async def admit(act: Act, data: AdmitData) -> None:
    """Open a case for them and put it at the end of the agenda. Refuses entry_unknown, entry_state,
    identity_in_text.
    """
    _not_over(act)
    entry = _entry(act, data.entry, EntryStatus.WAITING)
    came = await act.desk.arrivals.open(entry.id)
    title = data.title if data.kind is CaseKind.DENUNCIATION else _unnamed(data.title, came.person)
    new = NewCase(
        kind=data.kind,
        field=data.field,
        unit=came.unit,
        title=title,
        summary="" if data.kind is CaseKind.DENUNCIATION else came.matter,
        petitioners=(came.person,),
        book=act.timeline.row.hub_unit_id,
    )
    case, item = await _put(act, new, data.audience)
    await act.desk.arrivals.became(entry.id, case)
    act.emit("lobby.admitted", {"entry": entry.id, "point": entry.point, "item": item})


async def turn_down(act: Act, data: TurnDownData) -> None:
    """Not in this session; the room hears why, and the timeline keeps it without their name."""
    _not_over(act)
    entry = _entry(act, data.entry, EntryStatus.WAITING)
    came = await act.desk.arrivals.open(entry.id)
    reason = _unnamed(data.reason, came.person)
    act.emit("lobby.turned_down", {"entry": entry.id, "point": entry.point, "reason": reason})


async def restore(act: Act, data: EntryData) -> None:
    """They wait again: turned down or withdrawn by mistake."""
    _not_over(act)
    entry = _entry(act, data.entry, EntryStatus.TURNED_DOWN, EntryStatus.WITHDRAWN)
    act.emit("lobby.restored", {"entry": entry.id, "point": entry.point})


async def withdraw(act: Act, data: EntryData) -> None:
    """They went away again, or were announced by mistake."""
    _not_over(act)
    entry = _entry(act, data.entry, EntryStatus.WAITING)
    act.emit("lobby.withdrawn", {"entry": entry.id, "point": entry.point})


async def open_case(act: Act, data: OpenData) -> None:
    """Open a case for somebody who stands before the desk. Refuses unit_unknown, identity_in_text."""
    _not_over(act)
    unit = await _unit(act, data.unit)
    person = Person(data.name, data.address or "", data.phone or "", data.persons)
    summary = data.summary or ""
    new = NewCase(
        kind=data.kind,
        field=data.field,
        unit=unit.id,
        title=data.title,
        summary=summary,
        petitioners=(person,),
        book=act.timeline.row.hub_unit_id,
    )
    await _put(act, new, data.audience)


async def who_came(desk: Desk, entry: Entry) -> Newcomer | None:
    """Who it is, while staff need it to let them in, and later only where their case hides nobody; None of a
    denunciation, of one that became secret since, and of those who have no case.

    The records are asked, not the session: a case may become a denunciation after the session is over.
    """
    if entry.kind == CaseKind.DENUNCIATION:
        return None
    if entry.status is not EntryStatus.WAITING:
        case_id = await desk.arrivals.case_of(entry.id)
        if case_id is None or await desk.is_secret(case_id):
            return None
    return await desk.arrivals.open(entry.id)


def _unnamed(text: str, person: Person) -> str:
    """A text as it may stand for ever: without them, however they are spoken of."""
    return masked(text, telling(person.name, person.address, person.phone))


async def _put(act: Act, new: NewCase, audience: Audience | None) -> tuple[str, str]:
    """The ids of the new case and of its item. Of a denunciation, what was noted of them while they waited
    names them no more.
    """
    case = await act.desk.register(new)
    item, by = act.ids.new(), (act.viewer.key, act.viewer.name)
    wanted = NewItem(case.id, audience)
    await planning.add_item(act.timeline, act.desk, wanted, session=act.session, item_id=item, by=by)
    if new.kind is CaseKind.DENUNCIATION:
        await mask_written(act, case.id)
    return case.id, item


async def _unit(act: Act, code: str | None) -> Unit:
    """The unit in charge: a room's own, or one that the staff look after. Refuses unit_unknown,
    not_your_unit.
    """
    if act.viewer.room is not None:
        own = await act.session.get_one(Unit, act.viewer.unit)
        if code is not None and code != own.code:
            raise Refusal("not_your_unit")
        return own
    if code is None:
        raise Refusal("unit_unknown", unit="")
    unit = await unit_of(act, code)
    chain = {each.id for each in await queries.chain(act.session, unit.id, act.today)}
    if act.actor.unit is not None and act.actor.unit not in chain:
        raise Refusal("unit_unknown", unit=code)
    return unit


def _entry(act: Act, entry_id: str, *wanted: EntryStatus) -> Entry:
    entry = act.state.lobby.get(entry_id)
    mine = entry is not None and (act.viewer.staff or entry.point == act.viewer.room)
    if entry is None or not mine:
        raise Refusal("entry_unknown")
    if entry.status not in wanted:
        raise Refusal("entry_state")
    return entry


def _not_over(act: Act) -> None:
    if act.state.status in OVER:
        raise Refusal("session_over")
