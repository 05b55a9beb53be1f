"""The clerk's notes on the current item. Nothing is lost: changing and removing are events of their own."""

from hub.reception.acts.act import Act
from hub.reception.acts.texts import Data, Id, Mark, NoteText
from hub.reception.errors import Refusal
from hub.reception.state import Note


class AddNoteData(Data):
    """A new note."""

    text: NoteText
    mark: Mark | None


class ChangeNoteData(Data):
    """A note's new text."""

    note: Id
    text: NoteText


class NoteData(Data):
    """About one note."""

    note: Id


async def add(act: Act, data: AddNoteData) -> None:
    """Note something on the current item, also after its end, until the next is called."""
    act.must_be_running()
    item = act.current()
    note = {"note": act.ids.new(), "item": item.id, "text": data.text, "mark": data.mark}
    act.emit("note.added", note, item=item)


async def change(act: Act, data: ChangeNoteData) -> None:
    """Give a note another text. A removed one must be restored first."""
    note = _note(act, data.note, removed=False)
    changed = {"note": note.id, "item": note.item, "text": data.text}
    act.emit("note.changed", changed, item=act.state.items[note.item])


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
