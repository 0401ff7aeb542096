"""The region's own people."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annualwheel.db import Base, choice_column, public_id

STAFF_ROLES = ("coordinator", "facilitator", "administrator")


class Staff(Base):
    """An account at the region. It has no password: a mailed link signs in."""

    __tablename__ = "staff"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    name: Mapped[str]
    email: Mapped[str]
    email_folded: Mapped[str] = mapped_column(unique=True)
    language: Mapped[str] = mapped_column(choice_column("language", "sv", "en"), default="sv")
    active: Mapped[bool] = mapped_column(default=True)
    last_signed_in_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    roles: Mapped[list[StaffRole]] = relationship(
        back_populates="staff", cascade="all, delete-orphan", order_by="StaffRole.role", init=False
    )


class StaffRole(Base):
    """A role an account has."""

    __tablename__ = "staff_roles"
    __table_args__ = (UniqueConstraint("staff_id", "role"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), init=False)
    staff: Mapped[Staff] = relationship(back_populates="roles")
    role: Mapped[str] = mapped_column(choice_column("role", *STAFF_ROLES))


class StaffLink(Base):
    """A mailed sign-in link: single use, 15 minutes."""

    __tablename__ = "staff_links"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True, init=False)
    staff: Mapped[Staff] = relationship()
    expires_at: Mapped[dt.datetime]
    # Set by the press of a button: scanners open the link before its reader does.
    used_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class StaffSession(Base):
    """A signed-in browser. Only the hash of its token is kept."""

    __tablename__ = "staff_sessions"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True, init=False)
    staff: Mapped[Staff] = relationship()
    # Whoever reads the database or a backup cannot sign in with a hash.
    token_hash: Mapped[str] = mapped_column(unique=True)
    expires_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None] = mapped_column(default=None)
