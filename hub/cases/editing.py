"""Changing what a file says and what is known of it. What it said before is kept; two people who change it at
once both find their work in it. Rights are the caller's business.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import deadlines, history
from hub.cases.act_tables import CaseVersion, ComplainedUnit
from hub.cases.desk import LONGEST_SUMMARY, Desk
from hub.cases.errors import Refusal
from hub.cases.life import COMPLAINTS
from hub.cases.merging import Merged, merge
from hub.cases.models import TITLE_LENGTH, Case
from hub.cases.rules import CaseField
from hub.units import queries
from hub.units.fold import fold

TEXTS: Final = ("title", "summary", "field")
MOST_UNITS: Final = 20


class FileChanged(Exception):
    """Somebody changed the same fields meanwhile, otherwise. Nothing was saved; `merged` has what the file
    says now, with what could be merged already in it.
    """

    def __init__(self, merged: Merged, version: int) -> None:
        super().__init__("the file was changed meanwhile")
        self.merged = merged
        self.version = version


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a petition, apart from its text. `against` are ids of units."""

    remote: bool
    anonymous: bool
    evidence: bool
    against: frozenset[str]


async def amend(desk: Desk, case: Case, base: int, texts: Mapping[str, str]) -> Merged:
    """Change title, summary and field, as somebody who saw version `base` wants them; `theirs` of the answer
    says what others changed since.

    Raises FileChanged, Refusal data_bad, identity_in_text, names_tried. The caller has locked the case.
    """
    mine = {name: texts[name].strip() for name in TEXTS}
    _check(mine)
    await desk.refuse_names(case, mine)
    now = _texts(case)
    merged = merge(await _texts_at(desk.session, case, base), mine, now)
    if merged.conflicts:
        raise FileChanged(merged, case.version)
    changed = [name for name in TEXTS if merged.values[name] != now[name]]
    if changed:
        await history.keep_version(desk.session, case, case.version + 1)
        case.title, case.summary, case.field = (merged.values[name] for name in TEXTS)
        case.folded = fold(f"{case.number} {case.title}")
        await desk.session.flush()
        await desk.record(case, "amend", data={"fields": changed})
    return merged


async def note_facts(desk: Desk, case: Case, facts: Facts) -> None:
    """Set what is known of it. Raises Refusal unit_unknown, data_bad (too many units), conflict_of_interest
    (a unit does not strike itself off those complained of: it would then end the case itself).
    """
    if len(facts.against) > MOST_UNITS:
        raise Refusal("data_bad", field="against")
    if not all([await queries.get(desk.session, unit) for unit in facts.against]):
        raise Refusal("unit_unknown")
    was = await facts_of(desk.session, case)
    if was == facts:
        return
    if desk.by.unit in was.against - facts.against:
        raise Refusal("conflict_of_interest", act="note_facts", basis=COMPLAINTS)
    case.remote, case.anonymous, case.evidence = facts.remote, facts.anonymous, facts.evidence
    await desk.session.execute(delete(ComplainedUnit).where(ComplainedUnit.case_id == case.id))
    desk.session.add_all(ComplainedUnit(case_id=case.id, unit_id=unit) for unit in sorted(facts.against))
    await desk.session.flush()
    await desk.record(case, "note_facts", data={"was": _plain(was), "now": _plain(facts)})


async def facts_of(session: AsyncSession, case: Case) -> Facts:
    """What is known of it now."""
    against = await deadlines.complained_about(session, case.id)
    return Facts(case.remote, case.anonymous, case.evidence, against)


async def _texts_at(session: AsyncSession, case: Case, base: int) -> Mapping[str, str]:
    """What the file said at version `base`: what the first change after it replaced, or what it says now."""
    versions = await history.versions_of(session, case.id)
    return _texts(next((each for each in versions if each.n > base), case))


def _texts(of: Case | CaseVersion) -> Mapping[str, str]:
    return {"title": of.title, "summary": of.summary, "field": of.field}


def _check(mine: Mapping[str, str]) -> None:
    if not 0 < len(mine["title"]) <= TITLE_LENGTH:
        raise Refusal("data_bad", field="title")
    if len(mine["summary"]) > LONGEST_SUMMARY:
        raise Refusal("data_bad", field="summary")
    if mine["field"] not in set(CaseField):
        raise Refusal("data_bad", field="field")


def _plain(facts: Facts) -> Mapping[str, bool | Sequence[str]]:
    return {
        "remote": facts.remote,
        "anonymous": facts.anonymous,
        "evidence": facts.evidence,
        "against": sorted(facts.against),
    }
