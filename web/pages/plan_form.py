"""The form of a session to come: what was typed, what is wrong with it, and what it makes. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any, Final

from hub.reception.events import Audience
from hub.reception.models import NAME_LENGTH, TITLE_LENGTH
from hub.reception.plan_info import PlannedSession
from hub.reception.planning import FORMS, HELD_BY, NewSession
from hub.units.local_day import VIETNAM
from hub.units.working_days import Calendar

FIELDS: Final = (
    "title",
    "form",
    "held_by",
    "chair",
    "place",
    "date",
    "from",
    "to",
    "unit",
    "audience",
)


@dataclass(frozen=True, slots=True)
class PlanForm:
    """Every field as text, and by field the locale key of what is wrong with it."""

    values: Mapping[str, str]
    keep_day: bool = False
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def day(self) -> date | None:
        """The day that was typed, when it is one."""
        return parse_day(self.values["date"])

    def on(self, day: str) -> "PlanForm":
        """The same with another day, unjudged."""
        return replace(self, values={**self.values, "date": day}, problems={}, keep_day=False)


def empty(day: str, unit: str) -> PlanForm:
    """A fresh form. Nobody's audience is chosen for them."""
    values = dict.fromkeys(FIELDS, "") | {"form": "periodic", "held_by": "head"}
    return PlanForm(values | {"date": day, "unit": unit, "from": "08:00", "to": "11:30"})


def of_session(plan: PlannedSession) -> PlanForm:
    """The form of a session as it is."""
    start = plan.starts_at.astimezone(VIETNAM)
    end = plan.ends_at.astimezone(VIETNAM) if plan.ends_at is not None else None
    values = {
        "title": plan.title,
        "form": plan.form,
        "held_by": plan.held_by or "",
        "chair": plan.chair,
        "place": plan.place,
        "date": f"{start:%Y-%m-%d}",
        "from": f"{start:%H:%M}",
        "to": f"{end:%H:%M}" if end is not None else "",
        "unit": plan.hub_unit,
        "audience": plan.default_audience,
    }
    return PlanForm(values, keep_day=True)


def typed(form: Mapping[str, Any]) -> PlanForm:
    """What came from the browser; what is not text counts as empty."""
    values = {name: _line(form.get(name)) for name in FIELDS}
    return PlanForm(values, keep_day=form.get("keep") == "1")


def judged(form: PlanForm, calendar: Calendar, now: datetime) -> PlanForm:
    """The form with its problems."""
    found = _problems_of_text(form.values) | _problems_of_time(form, calendar, now)
    return replace(form, problems=found)


def made(form: PlanForm) -> NewSession:
    """The session that a form without problems describes."""
    values, day = form.values, date.fromisoformat(form.values["date"])
    end = parse_time(values["to"])
    return NewSession(
        title=values["title"],
        form=values["form"],  # type: ignore[arg-type]  # judged
        starts_at=moment(day, time.fromisoformat(values["from"])),
        ends_at=moment(day, end) if end is not None else None,
        hub_unit=values["unit"],
        default_audience=Audience(values["audience"]),
        held_by=values["held_by"],  # type: ignore[arg-type]
        chair=values["chair"],
        place=values["place"],
    )


def moment(day: date, at: time) -> datetime:
    """That time of that day in Vietnam."""
    return datetime.combine(day, at, VIETNAM)


def parse_day(text: str) -> date | None:
    """A day as the browser sends it, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """A time of day as the browser sends it, or None."""
    try:
        found = time.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is None else None


def _problems_of_text(values: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, most in (("title", TITLE_LENGTH), ("place", TITLE_LENGTH), ("chair", NAME_LENGTH)):
        if len(values[name]) > most or not values[name].isprintable():
            found[name] = "plan.problem.text"
    for name in ("title", "chair"):
        if not values[name]:
            found[name] = f"plan.problem.{name}"
    for name, known in (("form", FORMS), ("held_by", HELD_BY), ("audience", tuple(Audience))):
        if values[name] not in known:
            found[name] = f"plan.problem.{name}"
    if not values["unit"]:
        found["unit"] = "plan.problem.unit"
    return found


def _problems_of_time(form: PlanForm, calendar: Calendar, now: datetime) -> dict[str, str]:
    start, end = parse_time(form.values["from"]), parse_time(form.values["to"])
    if form.day is None:
        return {"date": "plan.problem.date"}
    if start is None:
        return {"from": "plan.problem.from"}
    if form.values["to"] and (end is None or end <= start):
        return {"to": "plan.problem.to"}
    if moment(form.day, start) <= now:
        return {"date": "plan.problem.past"}
    if not calendar.is_working(form.day) and not form.keep_day:
        return {"date": "plan.problem.day_off"}
    return {}


def _line(value: object) -> str:
    return " ".join(value.split()) if isinstance(value, str) else ""
