"""Table of the units that were in charge of a case before the one that is."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.base import Base


class FormerCharge(Base):
    """`unit_id` was in charge of the case from `since` to the day before `until`.

    Who is in charge now stands in `Case.unit_id` and nowhere else, so that there is always exactly one.
    """

    __tablename__ = "former_charges"
    __table_args__ = (CheckConstraint("until >= since", name="days"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """The number of the act that ended it: see `hub.cases.act_tables.CaseAct`."""
    unit_id: Mapped[str] = mapped_column(ForeignKey("units.id"), index=True)
    since: Mapped[date]
    until: Mapped[date] = mapped_column(index=True)
