"""Random commands of clerks, for plays that try whether everything told adds up."""

import random
from datetime import timedelta
from typing import Any

from hub.reception.state import SessionState
from tests.kit.factories import ROOMS, House

Move = tuple[str, dict[str, Any]]


def staff_moves(house: House, state: SessionState, item: str, dice: random.Random, words: str) -> list[Move]:
    """What a clerk may do beside calling and noting."""
    day = (house.clock.now() + timedelta(days=dice.randrange(1, 9))).date().isoformat()
    code = dice.choice(ROOMS)
    draft = state.drafts.get(item)
    version = draft.version if draft is not None else 0
    lead = dice.choice([None, code])
    form = {
        "text": f"{words} {dice.randrange(9)}",
        "lead": lead,
        "supporting": [],
        "due": day if lead else None,
    }
    note = state.notes[dice.choice(list(state.notes))] if state.notes else None
    entry = dice.choice([*state.lobby, ""])
    people = {
        "kind": dice.choice(["complaint", "denunciation"]),
        "field": "land",
        "name": "Lê Văn Ẩn",
        "persons": 2,
    }
    directive = dice.choice([*state.directives, ""])
    change = {
        "note": note.id if note else "",
        "base": note.version if note else 0,
        "text": f"{words} {dice.random()}",
    }
    return [
        ("conclusion.draft", {"item": item, "base": version, "answer_on": dice.choice([None, day]), **form}),
        ("conclusion.read_back", {"item": item, "version": version}),
        ("conclusion.read_back", {"item": item, "version": version}),
        ("conclusion.take_back", {"item": item}),
        ("item.conclude", {"item": item, "version": version}),
        ("item.conclude", {"item": item, "version": version}),
        ("item.reopen", {"item": item, "reason": words, "confirm": True}),
        ("note.change", change),
        ("note.mark", {"note": change["note"], "mark": dice.choice([None, "question"])}),
        ("directive.withdraw", {"directive": directive, "reason": words}),
        ("directive.restore", {"directive": directive}),
        ("lobby.announce", {**people, "matter": words, "unit": code}),
        ("lobby.admit", {"entry": entry, "kind": people["kind"], "field": "land", "title": words}),
        ("lobby.turn_down", {"entry": entry, "reason": "Hết giờ"}),
        ("lobby.restore", {"entry": entry}),
    ]


def room_moves(state: SessionState, item: str, dice: random.Random) -> list[Move]:
    """What a room may do with people who come, and to take back."""
    people = {"kind": "complaint", "field": "land", "name": "Lê Văn Ẩn", "persons": 1}
    return [
        ("lobby.announce", {**people, "matter": "Hỏi về đất"}),
        ("lobby.withdraw", {"entry": dice.choice([*state.lobby, ""])}),
        ("take_up.withdraw", {"item": item}),
    ]
