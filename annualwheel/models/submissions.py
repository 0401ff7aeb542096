"""Whose an answer is, and who may write in it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annualwheel.db import Base, choice_column, public_id
from annualwheel.models.contacts import Organisation, Person
from annualwheel.models.questionnaires import Questionnaire

SUBMISSION_STATES = ("draft", "submitted", "changed")


class Submission(Base):
    """An organisation's (or a person's) answer to a questionnaire: one, however many write in it.

    `respondent_key` is `o<organisation id>` or `p<person id>`. `digest` names the definition it
    answers: the one that was published when it was begun. `changed_at` is the latest saved
    change, `reopened_until` is set when a coordinator opens it for this respondent alone after the
    deadline.
    """

    __tablename__ = "submissions"
    # One answer for each respondent, however many open it at the same moment.
    __table_args__ = (UniqueConstraint("questionnaire_id", "respondent_key"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaires.id"), init=False)
    questionnaire: Mapped[Questionnaire] = relationship()
    digest: Mapped[str] = mapped_column(ForeignKey("definitions.digest"))
    respondent_key: Mapped[str]
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id"), index=True, init=False
    )
    organisation: Mapped[Organisation] = relationship()
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True, init=False)
    person: Mapped[Person | None] = relationship(default=None)
    state: Mapped[str] = mapped_column(choice_column("state", *SUBMISSION_STATES), default="draft")
    changed_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    submitted_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    reopened_until: Mapped[dt.datetime | None] = mapped_column(default=None)
    members: Mapped[list[Member]] = relationship(
        back_populates="submission", order_by="Member.id", init=False
    )


class Member(Base):
    """Somebody who may write in an answer.

    `scope` is empty for the whole answer, or the key of one share of it (see
    `preparation.scopes`).
    """

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("submission_id", "person_id", "scope"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    # The link to write opens this row, so it needs no registration.
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), init=False)
    submission: Mapped[Submission] = relationship(back_populates="members")
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True, init=False)
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    invited_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("persons.id"), index=True, init=False
    )
    invited_by: Mapped[Person | None] = relationship(foreign_keys=[invited_by_id], default=None)
    scope: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(choice_column("role", "lead", "writer"), default="writer")
    link_version: Mapped[int] = mapped_column(default=1)
    # Raised when somebody signs out who was let in by the link: sessions from before are over.
    sign_outs: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    # A time stamp and never a lock: whoever leaves for lunch must not lock out the others.
    seen_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    seen_section: Mapped[str] = mapped_column(default="")


class Initiative(Base):
    """The identity of an initiative over the years: items of several years refer to it."""

    __tablename__ = "initiatives"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("initiatives.id"), default=None)
