"""Acts on a directive from a desk: each is held to the table of `states`, done, and recorded. The caller
holds the case locked and has checked the right to see it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import select

from hub.cases import reach
from hub.cases.deadlines import complained_about
from hub.cases.desk import Desk
from hub.cases.directives import due, live
from hub.cases.directives.record import record
from hub.cases.directives.sides import answers_for, sides
from hub.cases.directives.states import ACTS, PREFIX, Side, Standing, State, check, is_proxy
from hub.cases.errors import Refusal
from hub.cases.models import WHY_LENGTH, Case, Directive, DirectiveUnit
from hub.cases.rules import CaseKind
from hub.cases.vault_tables import SealedMessage
from hub.units import queries
from hub.units.local_day import local_day

LONGEST_TEXT: Final = 8000
LONGEST: Final = 300
MOST_UNITS: Final = 40
SECURE: Final = "letter_box"
"""The only way in which a denunciation is answered: the letter of the office, in the denouncer's box."""


@dataclass(frozen=True, slots=True)
class Directed:
    """A directive with its parts, as its transaction found it."""

    case: Case
    directive: Directive
    parts: tuple[DirectiveUnit, ...]

    @property
    def lead(self) -> DirectiveUnit:
        """The part that leads."""
        return next(part for part in self.parts if part.part == Side.LEAD)


@dataclass(frozen=True, slots=True)
class Ready:
    """An act that may be done, as it will be."""

    directed: Directed
    act: str
    given: Mapping[str, Any]
    part: DirectiveUnit | None
    on: date
    by_proxy: bool


async def opened(desk: Desk, case: Case, directive_id: str) -> Directed:
    """A directive of that case. Raises Refusal("directive_unknown")."""
    directive = await desk.session.get(Directive, directive_id, populate_existing=True)
    if directive is None or directive.case_id != case.id:
        raise Refusal("directive_unknown")
    wanted = select(DirectiveUnit).where(DirectiveUnit.directive_id == directive_id)
    return Directed(case, directive, tuple(await desk.session.scalars(wanted)))


async def standing(desk: Desk, directed: Directed, part: DirectiveUnit | None) -> Standing:
    """How it stands for whoever acts, about that part."""
    by = desk.by
    mine = await sides(desk.session, by, directed.directive, directed.parts, desk.today)
    if part is not None and Side.ISSUER in mine and not answers_for(by, part.unit_id):
        mine = frozenset({Side.ISSUER})  # for that unit they only write down what it said
    against = by.unit is not None and by.unit in await complained_about(desk.session, directed.case.id)
    return Standing(
        state=State(directed.directive.state),
        withdrawn=directed.directive.withdrawn_at is not None,
        sides=mine,
        own_acknowledged=part is not None and part.acknowledged_at is not None,
        against_own=against,
        room=by.is_room,
    )


async def ready(
    desk: Desk,
    directed: Directed,
    act: str,
    data: Mapping[str, Any],
    *,
    unit: str | None = None,
    on: date | None = None,
) -> Ready:
    """Whether the act may be done so, before anything is written. `unit`: the directed unit it is about, the
    actor's own when not given; `on`: the day, today when not given.

    Raises Refusal: those of `states.check`, not_your_unit, directive_day, identity_in_text.
    """
    given = {name: value for name, value in data.items() if value not in ("", None)}
    part = _part(desk, directed, act, unit)
    now = await standing(desk, directed, part)
    check(now, act, given)
    _fits(act, given)
    day = on or desk.today
    if not local_day(directed.directive.issued_at) <= day <= desk.today:
        raise Refusal("directive_day", act=PREFIX + act, basis=ACTS[act].basis, day=day.isoformat())
    await desk.refuse_names(directed.case, given)
    return Ready(directed, act, given, part, day, is_proxy(now, act))


async def perform(
    desk: Desk, asked: Ready, files: Sequence[Mapping[str, Any]] = (), more: Mapping[str, Any] | None = None
) -> None:
    """Do it in the desk's name. `files`: documents that were attached with it; `more`: what its record says
    beside.

    Raises Refusal: due_past, data_bad, unit_unknown, denounced_unit, directive_delivered, directive_has_unit,
    directive_reply_proof, directive_reply_secure.
    """
    directed, act, given, part = asked.directed, asked.act, asked.given, asked.part
    if act == "acknowledge" and part is not None:
        await _acknowledge(desk, directed, part, given, by_proxy=asked.by_proxy)
        return
    if act == "deliver" and part is not None:
        if part.delivered_at is not None:
            raise Refusal("directive_delivered", act=PREFIX + act, basis=ACTS[act].basis)
        part.delivered_at, part.delivered_how = desk.now, "hand"
    told = dict(given) | await _change(desk, directed, act, given, files) | dict(more or {})
    if part is not None:
        named = await queries.get(desk.session, part.unit_id)
        told["unit_name"] = named.name if named is not None else ""
    if files:
        told["files"] = [dict(each) for each in files]
    case, directive = directed.case, directed.directive
    await record(desk, case, directive, act, by=desk.by, part=part, on=asked.on, data=told)


async def _acknowledge(
    desk: Desk, directed: Directed, part: DirectiveUnit, given: Mapping[str, Any], *, by_proxy: bool
) -> None:
    how = "hand" if by_proxy else "page"
    await live.deliver(desk, directed.case, directed.directive, part, by=desk.by, how=how)
    await live.mark_acknowledged(
        desk, directed.case, directed.directive, part, by=desk.by, how=str(given.get("how", ""))
    )


async def _change(
    desk: Desk,
    directed: Directed,
    act: str,
    given: Mapping[str, Any],
    files: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """What the act changes beside the state, and what its record says of that."""
    directive = directed.directive
    if act in ("send_back", "change_due"):
        was = directive.due_period or directive.due.isoformat()
        new = due.read(str(given["due"]), not_before=desk.today)
        directive.due, directive.due_period = new.on, new.period
        return {"was": was, "due": new.period or new.on.isoformat()}
    if act == "add_unit":
        return await _add_unit(desk, directed, given)
    if act == "withdraw":
        directive.withdrawn_at = desk.now
        directive.withdrawn_why = (await desk.unnamed(directed.case, str(given["reason"])))[:WHY_LENGTH]
    elif act == "restore":
        directive.withdrawn_at = directive.withdrawn_why = None
    elif act == "reply":
        await _replied(desk, directed, given, files)
    return {}


async def _add_unit(desk: Desk, directed: Directed, given: Mapping[str, Any]) -> dict[str, Any]:
    unit = await queries.by_code(desk.session, str(given["unit"]), desk.today)
    side = str(given["part"])
    if unit is None:
        raise Refusal("unit_unknown", unit=str(given["unit"]))
    if side not in (Side.SUPPORT, Side.WATCH):
        raise Refusal("directive_field", field="part", act=PREFIX + "add_unit", basis=ACTS["add_unit"].basis)
    if any(part.unit_id == unit.id for part in directed.parts) or len(directed.parts) >= MOST_UNITS:
        raise Refusal("directive_has_unit", unit=unit.name)
    await live.refuse_denounced(desk, directed.case, [unit.id])
    desk.session.add(DirectiveUnit(directive_id=directed.directive.id, unit_id=unit.id, part=side))
    await reach.direct(desk.session, directed.case.id, unit.id)
    return {"unit_name": unit.name, "unit": unit.id}


async def _replied(
    desk: Desk, directed: Directed, given: Mapping[str, Any], files: Sequence[Mapping[str, Any]]
) -> None:
    """A reply that nobody can point to is none. A denunciation's goes to the letter box and nowhere else."""
    told = {"act": PREFIX + "reply", "basis": ACTS["reply"].basis}
    sealed = directed.case.kind == CaseKind.DENUNCIATION or await desk.is_sealed(directed.case.id)
    if not sealed:
        if not given.get("number") and not files:
            raise Refusal("directive_reply_proof", **told)
        return
    letter = select(SealedMessage.id).where(
        SealedMessage.case_id == directed.case.id,
        SealedMessage.from_denouncer.is_(False),
        SealedMessage.at >= directed.directive.issued_at,
    )
    if given["how"] != SECURE or await desk.session.scalar(letter.limit(1)) is None:
        raise Refusal("directive_reply_secure", **told)


def _part(desk: Desk, directed: Directed, act: str, unit: str | None) -> DirectiveUnit | None:
    """The part that an act is about: the leading one, or for acts of one unit that unit's."""
    rule = ACTS.get(act)
    if rule is None or not (rule.of_part or rule.by_proxy):
        return None
    if not rule.of_part:
        return directed.lead
    wanted = unit or desk.by.unit
    found = next((part for part in directed.parts if part.unit_id == wanted), None)
    if found is None:
        raise Refusal("not_your_unit")
    if found.part == Side.WATCH and act == "acknowledge":
        raise Refusal("directive_side", act=PREFIX + act, basis=rule.basis, who="_".join(sorted(rule.by)))
    return found


def _fits(act: str, given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        longest = LONGEST_TEXT if name == "text" else WHY_LENGTH if name == "reason" else LONGEST
        if not isinstance(value, str) or len(value) > longest:
            raise Refusal("directive_field", field=name, act=PREFIX + act, basis=ACTS[act].basis)
