"""Tables of the citizen's look-up: which code opens which case, and what citizens said of their answers."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.cases.models import NAME_LENGTH
from hub.store.base import Base, Id

FEEDBACK_LENGTH = 2000


class LookupCode(Base):
    """The code on a receipt, as a keyed hash: whoever reads the database cannot look anything up with it."""

    __tablename__ = "lookup_codes"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(NAME_LENGTH))


class Feedback(Base):
    """What a citizen says of the answer. One who is not content keeps the case open until somebody has looked
    at it anew (`reviewed_at`).
    """

    __tablename__ = "feedbacks"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), index=True)
    at: Mapped[datetime]
    content: Mapped[bool]
    text: Mapped[str] = mapped_column(String(FEEDBACK_LENGTH))
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    review: Mapped[str | None] = mapped_column(String(FEEDBACK_LENGTH))
