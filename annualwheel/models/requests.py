"""What participants ask the coordinators for: one row for each request."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annualwheel.db import Base, choice_column, public_id
from annualwheel.models.contacts import Person
from annualwheel.models.meetings import Meeting
from annualwheel.models.submissions import Submission

REQUEST_STATES = ("asked", "granted", "refused")


class ChangeRequest(Base):
    """An organisation asks to change its answer after the last day."""

    __tablename__ = "change_requests"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True, init=False)
    submission: Mapped[Submission] = relationship()
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True, init=False)
    person: Mapped[Person] = relationship()
    asked_at: Mapped[dt.datetime]
    reason: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(choice_column("state", *REQUEST_STATES), default="asked")
    answered_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), default=None)


class OrganisationRequest(Base):
    """Somebody at an open registration did not find their organisation.

    The row has what they wrote. It becomes a person and an organisation only when a coordinator
    grants it.
    """

    __tablename__ = "organisation_requests"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True, init=False)
    meeting: Mapped[Meeting] = relationship()
    organisation: Mapped[str]
    given: Mapped[str]
    family: Mapped[str]
    email: Mapped[str]
    asked_at: Mapped[dt.datetime]
    title: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(choice_column("language", "sv", "en"), default="sv")
    state: Mapped[str] = mapped_column(choice_column("state", *REQUEST_STATES), default="asked")
    answered_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), default=None)


class DeletionRequest(Base):
    """A person asks us to erase what we know about them (GDPR art. 17).

    `answer` is what the coordinator replied.
    """

    __tablename__ = "deletion_requests"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True, init=False)
    person: Mapped[Person] = relationship()
    asked_at: Mapped[dt.datetime]
    reason: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(choice_column("state", *REQUEST_STATES), default="asked")
    answered_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), default=None)
