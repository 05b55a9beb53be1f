"""Tables of enrolment: the codes that let a device into a room, and the devices that came in."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.store.base import Base, Id

DIGEST_LENGTH = 64
DEVICE_NAME_LENGTH = 60
AGENT_LENGTH = 40


class EnrolmentCode(Base):
    """A code for one point. It may be used again (a new PC, a phone) until it is revoked."""

    __tablename__ = "enrolment_codes"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    point_id: Mapped[str] = mapped_column(ForeignKey("points.id"), index=True)
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), unique=True)
    """SHA-256 of the code, in hex. The code is random, so a plain digest cannot be searched."""
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Device(Base):
    """A browser that was let into a room. Its cookie is `<id>.<secret>`."""

    __tablename__ = "devices"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    point_id: Mapped[str] = mapped_column(ForeignKey("points.id"), index=True)
    code_id: Mapped[str] = mapped_column(ForeignKey("enrolment_codes.id"), index=True)
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    """SHA-256 of the secret, in hex."""
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    name: Mapped[str | None] = mapped_column(String(DEVICE_NAME_LENGTH))
    """As a technician calls it; None: nobody has named it."""
    agent: Mapped[str | None] = mapped_column(String(AGENT_LENGTH))
    """Browser and system in two words, as its last visit said."""
    last_seen_at: Mapped[datetime | None]
    """Its last visit, to within a few minutes."""
