"""Cases that sessions count on."""

from sqlalchemy import ColumnElement, exists, or_

from hub.cases.models import Case
from hub.reception.models import AgendaItem, DraftItem, FileRequest


def counted_on() -> ColumnElement[bool]:
    """The condition on `Case` that it stands on an agenda or in a draft, or that a file was asked for it."""
    return or_(*(exists().where(table.case_id == Case.id) for table in (AgendaItem, DraftItem, FileRequest)))
