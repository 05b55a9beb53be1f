"""The texts of a case lose the names of people who go into the vault."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.cases import history
from hub.cases.lookup_tables import FEEDBACK_LENGTH, Feedback
from hub.cases.mask import masked
from hub.cases.models import Case, Directive, Petition
from hub.units.fold import fold


async def mask_texts(session: AsyncSession, case: Case, names: Sequence[str]) -> list[str]:
    """Mask the names in all that is kept of a case as text: title and summary, also of its petitions and of
    earlier versions, what the citizen said of the answer, and directives. The texts as they stood.
    """
    texts = [case.title, case.summary]
    case.title, case.summary = (masked(text, names) for text in texts)
    case.folded = fold(f"{case.number} {case.title}")
    for petition in await session.scalars(select(Petition).where(Petition.case_id == case.id)):
        texts.append(petition.summary)
        petition.summary = masked(petition.summary, names)
    for version in await history.versions_of(session, case.id):
        texts += [version.title, version.summary]
        version.title, version.summary = masked(version.title, names), masked(version.summary, names)
    for said in await session.scalars(select(Feedback).where(Feedback.case_id == case.id)):
        texts += [said.text, said.review or ""]
        said.text = masked(said.text, names)[:FEEDBACK_LENGTH]
        said.review = masked(said.review, names)[:FEEDBACK_LENGTH] if said.review else said.review
    for directive in await session.scalars(select(Directive).where(Directive.case_id == case.id)):
        texts.append(directive.text)
        directive.text = masked(directive.text, names)
    return texts
