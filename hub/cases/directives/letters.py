"""Letters that go with directives: urging one, and giving notice of what was concluded. Each is a numbered
paper, and the hub keeps to whom it went, who has it and who said so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases.desk import Desk
from hub.cases.directive_tables import DirectiveLetter, DirectiveLetterUnit
from hub.cases.directives.conduct import Directed
from hub.cases.directives.sides import answers_for
from hub.cases.directives.states import Side
from hub.cases.document_tables import Paper
from hub.cases.errors import Refusal
from hub.cases.models import NAME_LENGTH, Case
from hub.cases.papers.kinds import PaperKind
from hub.people.actor import Actor
from hub.units.local_day import local_day
from hub.units.models import Unit

if TYPE_CHECKING:
    from hub.cases.papers.service import Papers

MOST_LETTERS: Final = 200
HOW: Final = "hand"
"""The office wrote down that they have it."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A unit that a letter went to."""

    unit: str
    name: str
    delivered_at: datetime | None
    delivered_how: str | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None


@dataclass(frozen=True, slots=True)
class LetterInfo:
    """A letter, and where it is."""

    id: str
    kind: str
    number: str
    directive_id: str | None
    document_id: str
    at: datetime
    by_name: str
    units: tuple[Receiver, ...]


async def urge(desk: Desk, papers: "Papers", directed: Directed, given: Mapping[str, Any]) -> dict[str, Any]:
    """Issue an urging letter to the leading unit and to those that have not acknowledged yet; what the
    directive's record says of it. Raises what `Papers.issue_in` raises.
    """
    directive, session = directed.directive, desk.session
    silent = [part for part in directed.parts if part.part == Side.SUPPORT and part.acknowledged_at is None]
    units = await _units(session, [directed.lead.unit_id, *(part.unit_id for part in silent)])
    before = select(func.count()).where(DirectiveLetter.directive_id == directive.id)
    times = 1 + (await session.scalar(before) or 0)
    fields = {
        "whereto": ", ".join(unit.name for unit in units),
        "text": str(given["text"]),
        "directive": await desk.unnamed(directed.case, directive.text),
        "issued": f"{local_day(directive.issued_at):%d/%m/%Y}",
        "due": f"{directive.due:%d/%m/%Y}",
        "times": str(times) if times > 1 else "",
        **{name: str(given[name]) for name in ("signer", "signer_title") if name in given},
    }
    letter = await _send(desk, papers, directed.case, PaperKind.URGE, fields, units, directive.id)
    return {"number": letter.number, "letter": letter.id, "whereto": fields["whereto"], "times": times}


async def notice(
    desk: Desk, papers: "Papers", case: Case, directed: Sequence[Directed], given: Mapping[str, str]
) -> DirectiveLetter:
    """Issue the notice of what was concluded in the case to every unit that is directed in it."""
    parts = [part for each in directed for part in each.parts]
    order = sorted(parts, key=lambda part: list(Side).index(Side(part.part)))
    units = await _units(desk.session, dict.fromkeys(part.unit_id for part in order))
    fields = {**given, "whereto": ", ".join(unit.name for unit in units)}
    letter = await _send(desk, papers, case, PaperKind.CONCLUSION_NOTICE, fields, units)
    told = {"number": letter.number, "whereto": fields["whereto"], "letter": letter.id}
    await desk.record(case, PaperKind.CONCLUSION_NOTICE.value, data=told)
    return letter


async def take(desk: Desk, case: Case, letter_id: str, unit_id: str, *, issuer: bool, said: bool) -> None:
    """A unit has a letter, and with `said` acknowledges it: by one of its own people, or written down by the
    office that sent it. Raises Refusal letter_unknown, not_allowed, already_acknowledged.
    """
    letter = await desk.session.get(DirectiveLetter, letter_id)
    row = await desk.session.get(DirectiveLetterUnit, (letter_id, unit_id), populate_existing=True)
    if letter is None or letter.case_id != case.id or row is None:
        raise Refusal("letter_unknown")
    own = answers_for(desk.by, unit_id)
    if not own and not issuer:
        raise Refusal("not_allowed")
    if row.acknowledged_at is not None:
        raise Refusal("already_acknowledged")
    if row.delivered_at is None:
        row.delivered_at, row.delivered_how = desk.now, "page" if own else HOW
    if said:
        row.acknowledged_at, row.acknowledged_by = desk.now, desk.by.name[:NAME_LENGTH]
        unit = await desk.session.get_one(Unit, unit_id)
        told = {"number": letter.number, "unit_name": unit.name, "letter": letter.id}
        await desk.record(case, "letter_acknowledged", data=told)
    await desk.session.flush()


async def deliver(session: AsyncSession, unit_id: str, case_ids: Sequence[str], now: datetime) -> None:
    """Somebody of the unit sees its letters in these cases."""
    wanted = select(DirectiveLetterUnit).join(
        DirectiveLetter, DirectiveLetter.id == DirectiveLetterUnit.letter_id
    )
    mine = DirectiveLetterUnit.unit_id == unit_id, DirectiveLetterUnit.delivered_at.is_(None)
    for row in await session.scalars(wanted.where(*mine, DirectiveLetter.case_id.in_(case_ids))):
        row.delivered_at, row.delivered_how = now, "page"
    await session.flush()


async def of_case(session: AsyncSession, case_id: str) -> list[LetterInfo]:
    """The letters of a case, the latest first."""
    wanted = select(DirectiveLetter, Paper.document_id).join(Paper, Paper.id == DirectiveLetter.paper_id)
    wanted = wanted.where(DirectiveLetter.case_id == case_id)
    wanted = wanted.order_by(DirectiveLetter.at.desc(), DirectiveLetter.id.desc()).limit(MOST_LETTERS)
    rows = [(letter, document) for letter, document in await session.execute(wanted)]
    sent = select(DirectiveLetterUnit, Unit.name).join(Unit, Unit.id == DirectiveLetterUnit.unit_id)
    sent = sent.where(DirectiveLetterUnit.letter_id.in_([letter.id for letter, _ in rows]))
    receivers: dict[str, list[Receiver]] = {}
    for row, name in await session.execute(sent.order_by(Unit.code)):
        receivers.setdefault(row.letter_id, []).append(
            Receiver(
                row.unit_id,
                name,
                row.delivered_at,
                row.delivered_how,
                row.acknowledged_at,
                row.acknowledged_by,
            )
        )
    return [
        LetterInfo(
            id=letter.id,
            kind=letter.kind,
            number=letter.number,
            directive_id=letter.directive_id,
            document_id=document,
            at=letter.at,
            by_name=letter.by_name,
            units=tuple(receivers.get(letter.id, ())),
        )
        for letter, document in rows
    ]


async def _send(  # noqa: PLR0917
    desk: Desk,
    papers: "Papers",
    case: Case,
    kind: PaperKind,
    fields: Mapping[str, str],
    units: Sequence[Unit],
    directive_id: str | None = None,
) -> DirectiveLetter:
    paper = await papers.issue_in(desk, case, kind, fields)
    letter = DirectiveLetter(
        id=desk.new_id(),
        case_id=case.id,
        directive_id=directive_id,
        kind=kind.value,
        number=paper.number,
        paper_id=paper.id,
        at=desk.now,
        by_name=desk.by.name[:NAME_LENGTH],
    )
    desk.session.add(letter)
    await desk.session.flush()
    desk.session.add_all(DirectiveLetterUnit(letter_id=letter.id, unit_id=unit.id) for unit in units)
    await desk.session.flush()
    return letter


async def _units(session: AsyncSession, ids: Any) -> list[Unit]:
    """The units, each once, in that order."""
    return [await session.get_one(Unit, unit_id) for unit_id in dict.fromkeys(ids)]


def mine(letters: Sequence[LetterInfo], actor: Actor) -> set[str]:
    """Ids of the letters that the actor's unit has not acknowledged yet."""
    return {
        letter.id
        for letter in letters
        for each in letter.units
        if each.acknowledged_at is None and answers_for(actor, each.unit)
    }
