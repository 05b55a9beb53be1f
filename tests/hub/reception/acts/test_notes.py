from tests.kit.receptions import Live


async def test_notes_are_never_lost(live: Live) -> None:
    item = live.items[0]
    assert await live.refused(live.house.clerk, "note.add", text="x", mark=None) == "no_current_item"
    await live.clerk("item.call", item=item)
    [(kind, added)] = await live.clerk("note.add", text="sẽ đo lại", mark="promise")
    note = added.pop("note")
    assert (kind, added) == ("note.added", {"item": item, "text": "sẽ đo lại", "mark": "promise"})
    about = {"note": note, "item": item}
    assert await live.clerk("note.change", note=note, text="đo lại") == [
        ("note.changed", about | {"text": "đo lại"})
    ]
    assert await live.refused(live.house.clerk, "note.restore", note=note) == "note_unknown"
    assert await live.clerk("note.remove", note=note) == [("note.removed", about)]
    assert await live.refused(live.house.clerk, "note.change", note=note, text="x") == "note_unknown"
    assert await live.clerk("note.restore", note=note) == [("note.restored", about)]
    assert await live.refused(live.house.clerk, "note.remove", note="0" * 26) == "note_unknown"


async def test_notes_after_the_end_belong_to_the_item(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.clerk("item.conclude", item=live.items[0], text="x")
    [(_, added)] = await live.clerk("note.add", text="đọc lại", mark=None)
    assert added["item"] == live.items[0]
