"""A conclusion: drafted by several clerks at once, read back aloud, and only then it counts.

Reading back is an act of its own because of the rule that what is recorded is what was heard: the item can be
concluded only with the very version that was read, and any change to it has to be read again.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from hub.cases.directives import live
from hub.reception.acts.act import Act
from hub.reception.acts.directives import MOST_SUPPORTING, issue_to, unit_of
from hub.reception.acts.floor import end_floor_of
from hub.reception.acts.texts import LONGEST_CONCLUSION, Code, Data, Day, DraftText, Id, ItemData, Version
from hub.reception.acts.versions import data_at
from hub.reception.clerk_state import Draft
from hub.reception.errors import Refusal
from hub.reception.merge import merge
from hub.reception.state import OPEN_ITEM, Item, ItemStatus


class DraftData(Data):
    """The form as a clerk has it now. `base` is the version it was made from, 0 for the first."""

    item: Id
    base: Version
    text: DraftText
    lead: Code | None
    supporting: Annotated[list[Code], Field(max_length=MOST_SUPPORTING)]
    due: Day | None
    answer_on: Day | None


class VersionData(Data):
    """One version of an item's conclusion."""

    item: Id
    version: Version


async def draft(act: Act, data: DraftData) -> None:
    """Write the conclusion; what others wrote since `base` is merged into it. Whoever reads it back begins
    anew.

    Refuses item_state, version_unknown, unit_unknown, note_long, data_bad.
    """
    act.must_be_running()
    item = _open(act, data.item)
    known = act.state.drafts.get(item.id)
    began = await _base(act, item, data.base)
    text = await act.kept(item, data.text)
    drafted = await _merged(act, data.model_copy(update={"text": text}), began, known)
    if known is not None and {name: drafted[name] for name in _FORM} == _form(known):
        return
    if len(drafted["text"]) > LONGEST_CONCLUSION:
        raise Refusal("note_long")
    take_back_reading(act, item)
    act.emit("conclusion.drafted", drafted, item=item)


async def read_back(act: Act, data: VersionData) -> None:
    """Show the conclusion to all who hear the item, to be read aloud; it does not count yet.

    Refuses draft_changed (that is not the latest version), conclusion_incomplete, due_past, item_state,
    denounced_unit (the case denounces a unit that is to carry it out).
    """
    act.must_be_running()
    item = _open(act, data.item)
    known = act.state.drafts.get(item.id)
    if known is None or known.version != data.version:
        raise Refusal("draft_changed")
    _check(act, known)
    if known.read_at is not None:
        return
    await _refuse_denounced(act, item, known)
    names = ("text", "lead", "lead_name", "due", "answer_on")
    shown = {name: getattr(known, name) for name in names} | {"supporting": list(known.supporting)}
    act.emit("conclusion.read", {"item": item.id, "version": known.version, **shown}, item=item)


async def take_back(act: Act, data: ItemData) -> None:
    """Not as it is being read: back to writing."""
    act.must_be_running()
    item = _open(act, data.item)
    known = act.state.drafts.get(item.id)
    if known is None or known.read_at is None:
        raise Refusal("not_read_back")
    take_back_reading(act, item)


async def conclude(act: Act, data: VersionData) -> None:
    """End an item with the conclusion that was read back and confirmed; with a leading unit it is a directive
    too. An item that was concluded without a formal hearing was heard nevertheless.

    Refuses not_read_back, item_state, due_past, denounced_unit.
    """
    act.must_be_running()
    item = _open(act, data.item)
    known = act.state.drafts.get(item.id)
    if known is None or known.read_at is None or known.version != data.version:
        raise Refusal("not_read_back")
    _check(act, known)
    end_floor_of(act, item, "item_over")
    directive = await _directive(act, item, known)
    ended = {"item": item.id, "text": known.text, "answer_on": known.answer_on, "directive": directive}
    act.emit("item.concluded", ended, item=item)
    if item.status is ItemStatus.CALLED:
        await act.desk.count_hearing(item.case["id"])


def redraft(act: Act, item: Item, was: Draft) -> None:
    """A conclusion that was taken back is a draft again."""
    again = _form(was) | {"item": item.id, "lead_name": was.lead_name, "conflict": False}
    act.emit("conclusion.drafted", again, item=item)


def take_back_reading(act: Act, item: Item) -> None:
    """End the reading of an item's draft, if it is being read."""
    known = act.state.drafts.get(item.id)
    if known is not None and known.read_at is not None:
        act.emit("conclusion.taken_back", {"item": item.id}, item=item)


_FORM = ("text", "lead", "supporting", "due", "answer_on")
_EMPTY: dict[str, Any] = {"text": "", "lead": None, "supporting": [], "due": None, "answer_on": None}


def _form(known: Draft) -> dict[str, Any]:
    return {name: getattr(known, name) for name in _FORM} | {"supporting": list(known.supporting)}


async def _base(act: Act, item: Item, base: int) -> dict[str, Any]:
    if base == 0:
        return _EMPTY
    return dict(await data_at(act, base, "item", item.id, ("conclusion.drafted",)))


async def _merged(act: Act, data: DraftData, began: dict[str, Any], known: Draft | None) -> dict[str, Any]:
    """The text by words; of the other fields those that this clerk changed."""
    now = _form(known) if known is not None else _EMPTY
    form = {name: getattr(data, name) for name in _FORM}
    form["supporting"] = [code for code in dict.fromkeys(data.supporting) if code != data.lead]
    merged = {name: form[name] if form[name] != began[name] else now[name] for name in _FORM}
    text = merge(began["text"], data.text, now["text"])
    gone = set(began["supporting"]) - set(form["supporting"])
    every = dict.fromkeys([*now["supporting"], *form["supporting"]])
    added = set(form["supporting"]) - set(began["supporting"])
    merged["supporting"] = [
        code
        for code in every
        if (code in added or code in now["supporting"]) and code not in gone and code != merged["lead"]
    ][:MOST_SUPPORTING]
    for code in merged["supporting"]:
        await unit_of(act, code)
    lead = await unit_of(act, merged["lead"]) if merged["lead"] is not None else None
    seen = known is None or data.base == known.version
    conflict = text.conflict or (known is not None and known.conflict and not seen)
    named = {"item": data.item, "lead_name": lead.name if lead is not None else None}
    return {**merged, **named, "text": text.text, "conflict": conflict}


def _check(act: Act, known: Draft) -> None:
    if not known.text or (known.lead is None) != (known.due is None) or (known.supporting and not known.lead):
        raise Refusal("conclusion_incomplete")
    for day in (known.due, known.answer_on):
        if day is not None and date.fromisoformat(day) < act.today:
            raise Refusal("due_past")


async def _refuse_denounced(act: Act, item: Item, known: Draft) -> None:
    """Before it is read aloud: what cannot be confirmed must not be heard either."""
    codes = (known.lead, *known.supporting) if known.lead is not None else ()
    units = [await unit_of(act, code) for code in codes]
    case = await act.desk.case(item.case["id"])
    await live.refuse_denounced(act.desk, case, [unit.id for unit in units])


async def _directive(act: Act, item: Item, known: Draft) -> str | None:
    if known.lead is None or known.due is None:
        return None
    lead = await unit_of(act, known.lead)
    supporting = [await unit_of(act, code) for code in known.supporting]
    due = date.fromisoformat(known.due)
    answer_on = date.fromisoformat(known.answer_on) if known.answer_on is not None else None
    return await issue_to(act, item, lead, supporting, text=known.text, due=due, answer_on=answer_on)


def _open(act: Act, item_id: str) -> Item:
    item = act.item(item_id)
    if item.status not in OPEN_ITEM:
        raise Refusal("item_state")
    return item
