from hub.cases.looks import looks_for
from hub.people.roles import Role
from tests.kit.factories import PETITIONER
from tests.kit.receptions import Live


async def test_notes_are_never_lost(live: Live) -> None:
    item = live.items[0]
    assert await live.refused(live.house.clerk, "note.add", text="x", mark=None) == "no_current_item"
    await live.clerk("item.call", item=item)
    [(kind, added)] = await live.clerk("note.add", text="sẽ đo lại", mark="promise")
    note = added.pop("note")
    assert (kind, added) == ("note.added", {"item": item, "text": "sẽ đo lại", "mark": "promise"})
    about = {"note": note, "item": item}
    version = (await live.state()).notes[note].version
    assert await live.clerk("note.change", note=note, base=version, text="đo lại") == [
        ("note.changed", about | {"text": "đo lại", "conflict": False})
    ]
    assert await live.refused(live.house.clerk, "note.restore", note=note) == "note_unknown"
    assert await live.clerk("note.remove", note=note) == [("note.removed", about)]
    assert (
        await live.refused(live.house.clerk, "note.change", note=note, base=version, text="x")
        == "note_unknown"
    )
    assert await live.clerk("note.restore", note=note) == [("note.restored", about)]
    assert await live.refused(live.house.clerk, "note.remove", note="0" * 26) == "note_unknown"


async def test_notes_after_the_end_belong_to_the_item(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    await live.conclude(live.items[0], "x")
    [(_, added)] = await live.clerk("note.add", text="đọc lại", mark=None)
    assert added["item"] == live.items[0]


async def test_two_clerks_change_one_note_and_lose_no_word(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    [(_, added)] = await live.clerk("note.add", text="sẽ đo lại", mark=None)
    note = added["note"]
    base = (await live.state()).notes[note].version
    await live.clerk("note.change", note=note, base=base, text="sẽ đo lại trước rằm")
    await live.clerk("note.change", note=note, base=base, text="xã sẽ đo lại")
    known = (await live.state()).notes[note]
    assert (known.text, known.conflict) == ("xã sẽ đo lại trước rằm", False)
    await live.clerk("note.change", note=note, base=known.version, text="xã sẽ đo ngay trước rằm")
    await live.clerk("note.change", note=note, base=known.version, text="xã sẽ đo kỹ trước rằm")
    both = (await live.state()).notes[note]
    assert (both.text, both.conflict) == ("xã sẽ đo ngay kỹ trước rằm", True)
    await live.clerk("note.change", note=note, base=both.version, text=both.text)
    assert not (await live.state()).notes[note].conflict
    assert (
        await live.refused(live.house.clerk, "note.change", note=note, base=1, text="x") == "version_unknown"
    )
    long = " ".join(["dài"] * 990)
    await live.clerk("note.change", note=note, base=both.version, text=long)
    other = " ".join(["lâu"] * 990)
    assert (
        await live.refused(live.house.clerk, "note.change", note=note, base=both.version, text=other)
        == "note_long"
    )


async def test_marks_come_and_go(live: Live) -> None:
    await live.clerk("item.call", item=live.items[0])
    [(_, added)] = await live.clerk("note.add", text="sẽ đo lại", mark=None)
    note = added["note"]
    assert [kind for kind, _ in await live.clerk("note.mark", note=note, mark="promise")] == ["note.marked"]
    assert await live.clerk("note.mark", note=note, mark="promise") == []
    await live.clerk("note.mark", note=note, mark=None)
    assert (await live.state()).notes[note].mark is None


async def test_a_note_stays_with_the_item_it_names(live: Live) -> None:
    first, second = live.items[:2]
    await live.clerk("item.call", item=first)
    await live.clerk("item.call", item=second)
    ((_, added),) = await live.clerk("note.add", text="muộn", mark=None, item=first)
    assert added["item"] == first
    unknown = {"text": "x", "mark": None, "item": "0" * 26}
    assert await live.refused(live.house.clerk, "note.add", **unknown) == "item_unknown"


async def test_no_text_of_a_session_names_who_is_protected(live: Live) -> None:
    """The timeline only grows, and is no vault; what had to be taken out is on record."""
    item = live.items[0]
    case = (await live.state()).items[item].case["id"]
    await live.clerk("item.call", item=item)
    await live.clerk("note.add", text=f"{PETITIONER.name} trình bày", mark=None)
    await live.clerk("case.reclassify", case=case, kind="denunciation")
    [(_, added)] = await live.clerk("note.add", text=f"{PETITIONER.name} nói thêm", mark=None)
    assert added["text"] == "••• nói thêm"
    known = (await live.state()).notes[added["note"]]
    [(_, changed)] = await live.clerk(
        "note.change", note=added["note"], base=known.version, text=f"••• nói, {PETITIONER.name} ký"
    )
    assert changed["text"] == "••• nói, ••• ký"
    form = {"lead": None, "supporting": [], "due": None, "answer_on": None}
    [(_, drafted)] = await live.clerk(
        "conclusion.draft", item=item, base=0, text=f"Mời {PETITIONER.name}.", **form
    )
    assert drafted["text"] == "Mời •••."
    [(_, deferred)] = await live.clerk("item.defer", item=item, reason=f"{PETITIONER.name} ốm")
    assert deferred["reason"] == "••• ốm"
    tries = [each.act for each in (await looks_for(live.house.db, live.house.account(Role.CHAIR))).looks]
    assert tries.count("vault.name_tried") == 4
