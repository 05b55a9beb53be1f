"""The form of a case that is taken in: what was typed, and what it makes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from hub.cases.desk import NewCase
from hub.cases.documents import Upload
from hub.cases.eligibility import Answer, checks_of
from hub.cases.errors import Refusal
from hub.cases.groups import MOST_FOR_LARGE
from hub.cases.intake import Intake, Source
from hub.cases.rules import CaseField, CaseKind
from hub.cases.vault import Person

ROWS: Final = range(MOST_FOR_LARGE)
"""Lines for people: as many as may speak for the largest group."""
LINES: Final = (
    "field",
    "title",
    "unit",
    "against",
    "session",
    "received",
    "persons",
    "signer",
    "signer_title",
)
TICKS: Final = ("remote", "anonymous", "evidence", "in_writing", "receipt")
PERSON: Final = ("name", "address", "phone")
LONGEST: Final = {"title": 300, "summary": 8000, "name": 200, "address": 500, "phone": 40}
PROBLEM_FIELD: Final = {
    "group_too_many": "persons",
    "group_unnamed": "name_0",
    "group_not_in_writing": "in_writing",
    "petitioner_unnamed": "name_0",
    "received_day": "received",
    "unit_unknown": "unit",
    "denounced_unit": "against",
    "identity_in_text": "title",
}
"""Beside which field a refusal is said; the others stand above the form."""


@dataclass(frozen=True, slots=True)
class IntakeForm:
    """Every field as text, and by field the code of what is wrong with it."""

    values: Mapping[str, str] = field(repr=False)
    problems: Mapping[str, str] = field(default_factory=dict)


def empty(source: str, session: str, unit: str, today: date) -> IntakeForm:
    """A fresh form. Nobody's kind is chosen for them."""
    known = source if source in tuple(Source) else Source.COUNTER.value
    values = {"source": known, "session": session, "unit": unit, "received": today.isoformat()}
    return IntakeForm(_blank() | values | {"persons": "1", "receipt": "1"})


def typed(form: Mapping[str, Any]) -> IntakeForm:
    """What came from the browser; what is not text counts as empty."""
    values = {name: _line(form.get(name)) for name in _blank()}
    text = form.get("summary")
    values["summary"] = text.replace("\r\n", "\n").strip() if isinstance(text, str) else ""
    return IntakeForm(values, _problems(values))


def made(form: IntakeForm, files: tuple[Upload, ...]) -> Intake:
    """What a form without problems describes."""
    values = form.values
    kind = CaseKind(values["kind"])
    named = [{each: values[f"{each}_{n}"] for each in PERSON} for n in ROWS]
    nameless = kind is CaseKind.DENUNCIATION and values["anonymous"] == "1"
    people = (
        ()
        if nameless
        else tuple(Person(each["name"], each["address"], each["phone"]) for each in named if each["name"])
    )
    new = NewCase(
        kind=kind,
        field=CaseField(values["field"]),
        unit=values["unit"],
        title=values["title"],
        summary=values["summary"],
        petitioners=people,
        remote=values["remote"] == "1",
        anonymous=nameless,
        evidence=nameless and values["evidence"] == "1",
        complained_about=(values["against"],) if values["against"] else (),
        source=values["source"],
    )
    return Intake(
        new,
        persons=int(values["persons"]),
        in_writing=values["in_writing"] == "1",
        received_on=date.fromisoformat(values["received"]),
        session=values["session"] if values["source"] == Source.SESSION else "",
        answers=answers(kind, values),
        files=files,
        receipt=values["receipt"] == "1",
        receipt_fields={name: values[name] for name in ("signer", "signer_title")},
    )


def answers(kind: CaseKind, values: Mapping[str, str]) -> dict[str, str]:
    """The answers to the list of a kind; none at all when nobody gave one."""
    given = {check.id: values[f"check_{check.id}"] or Answer.OPEN for check in checks_of(kind)}
    return {} if all(each == Answer.OPEN for each in given.values()) else given


def refused(form: IntakeForm, refusal: Refusal) -> IntakeForm:
    """The form with a refusal beside its field, when it has one."""
    name = PROBLEM_FIELD.get(refusal.code, "")
    return IntakeForm(form.values, {name: refusal.code} if name else {})


def _blank() -> dict[str, str]:
    people = [f"{each}_{n}" for n in ROWS for each in PERSON]
    checks = [f"check_{check.id}" for kind in CaseKind for check in checks_of(kind)]
    return dict.fromkeys(("source", "kind", "summary", *LINES, *TICKS, *people, *checks), "")


def _problems(values: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    if values["source"] not in tuple(Source):
        found["source"] = "intake_field"
    for name, known in (("kind", tuple(CaseKind)), ("field", tuple(CaseField))):
        if values[name] not in known:
            found[name] = "intake_field"
    for name in ("title", "unit"):
        if not values[name]:
            found[name] = "intake_field"
    for name, value in values.items():
        most = LONGEST.get(name.partition("_")[0], 300)
        if len(value) > most or not value.replace("\n", "").replace("\t", "").isprintable():
            found[name] = "intake_text"
    if not (values["persons"].isdecimal() and 1 <= int(values["persons"][:6]) <= 10_000):
        found["persons"] = "intake_persons"
    try:
        date.fromisoformat(values["received"])
    except ValueError:
        found["received"] = "intake_field"
    return found


def _line(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""
