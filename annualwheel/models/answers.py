"""What organisations and people write, and every version they have submitted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annualwheel.db import Base, JSONValue, public_id, words
from annualwheel.models.contacts import Organisation, Person
from annualwheel.models.questionnaires import Questionnaire


class Submission(Base):
    """An organisation's (or a person's) answer to a questionnaire: one, however many write in it.

    `respondent_key` is `o<organisation id>` or `p<person id>`. `changed_at` is the latest saved
    change, `reopened_until` is set when a coordinator opens it for this respondent alone after the
    deadline.
    """

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("questionnaire_id", "respondent_key"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaires.id"), init=False)
    questionnaire: Mapped[Questionnaire] = relationship()
    respondent_key: Mapped[str]
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey("organisations.id"), index=True, init=False
    )
    organisation: Mapped[Organisation] = relationship()
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), init=False)
    person: Mapped[Person | None] = relationship(default=None)
    state: Mapped[str] = mapped_column(
        words("state", "draft", "submitted", "changed"), default="draft"
    )
    changed_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    submitted_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    reopened_until: Mapped[dt.datetime | None] = mapped_column(default=None)
    members: Mapped[list[Member]] = relationship(
        back_populates="submission", order_by="Member.id", init=False
    )


class Member(Base):
    """Who may write.

    `scope` is empty for the whole answer, or the key of one share of it (see
    `questionnaires.shares`).
    """

    __tablename__ = "members"
    __table_args__ = (UniqueConstraint("submission_id", "person_id", "scope"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), init=False)
    submission: Mapped[Submission] = relationship(back_populates="members")
    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True, init=False)
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), init=False)
    invited_by: Mapped[Person | None] = relationship(foreign_keys=[invited_by_id], default=None)
    scope: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(words("role", "lead", "writer"), default="writer")
    link_version: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    seen_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    seen_section: Mapped[str] = mapped_column(default="")


class Item(Base):
    """A place answers hang on.

    The root (`group_key` empty), one per theme (`section/theme`), or one of a repeating group.

    `carried` says what the organisation answered about an initiative of the year before: still
    going on, changed, ended.
    """

    __tablename__ = "items"
    __table_args__ = (Index("ix_items_place", "submission_id", "group_key"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), init=False)
    submission: Mapped[Submission] = relationship()
    group_key: Mapped[str] = mapped_column(default="")
    position: Mapped[int] = mapped_column(default=0)
    initiative_id: Mapped[int | None] = mapped_column(ForeignKey("initiatives.id"), default=None)
    carried: Mapped[str] = mapped_column(
        words("carried", "new", "still", "changed", "ended"), default="new"
    )
    removed_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    removed_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), default=None)


class Answer(Base):
    """One field's draft value with the version that a save must name."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("item_id", "question_key"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), init=False)
    item: Mapped[Item] = relationship()
    question_key: Mapped[str]
    value: Mapped[Any] = mapped_column(JSONValue)
    author: Mapped[Person] = relationship()
    at: Mapped[dt.datetime]
    version: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), init=False)


class AnswerHistory(Base):
    """A text that lost its place: kept 30 days so that it can be brought back."""

    __tablename__ = "answer_history"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    question_key: Mapped[str]
    value: Mapped[Any] = mapped_column(JSONValue)
    version: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    at: Mapped[dt.datetime]
    replaced_at: Mapped[dt.datetime]


class SubmissionVersion(Base):
    """What was submitted, word for word, with its labels.

    Never changed. `content` as `questionnaires.path.submittable` gives it.
    """

    __tablename__ = "submission_versions"
    __table_args__ = (UniqueConstraint("submission_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), init=False)
    submission: Mapped[Submission] = relationship()
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(ForeignKey("definitions.digest"))
    content: Mapped[dict[str, Any]]
    by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), init=False)
    by: Mapped[Person] = relationship()
    at: Mapped[dt.datetime]


class Initiative(Base):
    """An initiative's identity over the years."""

    __tablename__ = "initiatives"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    public_id: Mapped[str] = mapped_column(unique=True, default_factory=public_id, init=False)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("initiatives.id"), default=None)
