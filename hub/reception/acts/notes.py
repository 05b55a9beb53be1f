"""The clerk's notes on the current item. Nothing is lost: changing and removing are events of their own, and
two clerks who change one note at the same time both keep their words.
"""

from hub.reception.acts.act import Act
from hub.reception.acts.texts import LONGEST_NOTE, Data, Id, Mark, NoteText, Version
from hub.reception.acts.versions import data_at
from hub.reception.errors import Refusal
from hub.reception.merge import merge
from hub.reception.state import Note


class AddNoteData(Data):
    """A new note. `item`: what it is about, the current item when it does not say."""

    text: NoteText
    mark: Mark | None
    item: Id | None = None


class ChangeNoteData(Data):
    """A note's new text, and the version it was made from."""

    note: Id
    base: Version
    text: NoteText


class MarkNoteData(Data):
    """A note's mark, or none."""

    note: Id
    mark: Mark | None


class NoteData(Data):
    """About one note."""

    note: Id


async def add(act: Act, data: AddNoteData) -> None:
    """Note something on an item, also after its end. One that was on its way while the next item was called
    stays with its own.
    """
    act.must_be_running()
    item = act.item(data.item) if data.item is not None else act.current()
    text = await act.kept(item, data.text)
    note = {"note": act.ids.new(), "item": item.id, "text": text, "mark": data.mark}
    act.emit("note.added", note, item=item)


async def change(act: Act, data: ChangeNoteData) -> None:
    """Give a note another text; what others wrote since `base` is merged into it. A removed one must be
    restored first. Refuses version_unknown, note_long (both texts together are longer than a note may be).
    """
    note = _note(act, data.note, removed=False)
    began = (await data_at(act, data.base, "note", note.id, ("note.added", "note.changed")))["text"]
    item = act.state.items[note.item]
    text = await act.kept(item, data.text)
    merged = merge(str(began), text, note.text)
    seen = data.base == note.version  # whoever saw both readings has settled it
    conflict = merged.conflict or (note.conflict and not seen)
    if (merged.text, conflict) == (note.text, note.conflict):
        return
    if len(merged.text) > LONGEST_NOTE:
        raise Refusal("note_long")
    changed = {"note": note.id, "item": note.item, "text": merged.text, "conflict": conflict}
    act.emit("note.changed", changed, item=item)


async def mark(act: Act, data: MarkNoteData) -> None:
    """Mark a note, or take its mark away."""
    note = _note(act, data.note, removed=False)
    if note.mark != data.mark:
        marked = {"note": note.id, "item": note.item, "mark": data.mark}
        act.emit("note.marked", marked, item=act.state.items[note.item])


async def remove(act: Act, data: NoteData) -> None:
    """Strike a note out."""
    note = _note(act, data.note, removed=False)
    act.emit("note.removed", {"note": note.id, "item": note.item}, item=act.state.items[note.item])


async def restore(act: Act, data: NoteData) -> None:
    """Take the striking out back."""
    note = _note(act, data.note, removed=True)
    act.emit("note.restored", {"note": note.id, "item": note.item}, item=act.state.items[note.item])


def _note(act: Act, note_id: str, *, removed: bool) -> Note:
    act.must_be_running()
    note = act.state.notes.get(note_id)
    if note is None or note.removed is not removed:
        raise Refusal("note_unknown")
    return note
