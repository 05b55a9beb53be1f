"""A simulated room answers roll calls as a person in it would."""

import json

from endpoints.fleet.roll import Person, RollBook


def event(kind: str, **data: object) -> str:
    return json.dumps({"type": "event", "n": 1, "kind": kind, "data": data})


def began(tones: int = 3) -> str:
    return event("roll.began", roll="r", until="", tones=tones)


def heard(book: RollBook, person: Person) -> object:
    text = book.answer(person)
    return json.loads(text)["data"] if text is not None else None


def test_it_counts_and_answers_once() -> None:
    book = RollBook()
    assert book.answer(Person()) is None
    assert book.hear(began())
    assert heard(book, Person()) == {"roll": "r", "heard": 3}
    assert book.answer(Person()) is None


def test_a_muted_tv_and_an_empty_room() -> None:
    book = RollBook()
    book.hear(began())
    assert book.answer(Person(hands=False)) is None
    assert book.asked
    assert heard(book, Person(ears=False)) == {"roll": "r", "heard": 0}


def test_it_is_over() -> None:
    book = RollBook()
    book.hear(began())
    assert not book.hear(event("roll.closed", roll="r", results={}))
    assert not book.asked
    assert not book.hear(event("note.added", text='"roll'))


def test_a_newcomer_is_asked_too() -> None:
    book = RollBook()
    roll = {"id": "r", "tones": 2, "closed": None, "answers": {}}
    welcome = {"type": "welcome", "you": {"point": "p"}, "view": {"roll": roll}}
    book.hear(json.dumps(welcome))
    assert heard(book, Person()) == {"roll": "r", "heard": 2}
    roll["answers"] = {"p": {"heard": 2}}
    book.hear(json.dumps(welcome))
    assert not book.asked
