"""Every version that has been submitted, and the answers of the latest one as rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annualwheel.db import Base, choice_column
from annualwheel.models.contacts import Person
from annualwheel.models.submissions import Submission


class SubmissionVersion(Base):
    """What was submitted, word for word, with its labels.

    A version never changes. `questionnaires.content` reads and writes `content`. `language` is that
    of the page on which it was submitted.
    """

    __tablename__ = "submission_versions"
    __table_args__ = (UniqueConstraint("submission_id", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), init=False)
    submission: Mapped[Submission] = relationship()
    number: Mapped[int]
    digest: Mapped[str] = mapped_column(ForeignKey("definitions.digest"))
    content: Mapped[dict[str, Any]]
    by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True, init=False)
    by: Mapped[Person] = relationship()
    at: Mapped[dt.datetime]
    language: Mapped[str] = mapped_column(choice_column("language", "sv", "en"), default="sv")


class SubmittedAnswer(Base):
    """One answer of the latest version of a submission, to search and count by.

    A projection: `preparation.projection` writes it from the version and can make it anew, so
    nothing may point at its ids. A question that was left empty has a row without a value; a
    question with several options chosen has a row for each of them.

    `position` is the row's number in the submission. `section` is the key of the page. `theme` is
    the theme that the page or the chosen option is about and `area` the chosen focus area: an
    initiative may belong to several, so its other answers are found by way of `item` (the item's
    public id, "" outside a group). `carried` says whether the item is new, goes on, has changed or
    has ended. `person_id` is whose answer it is where each person answers; what belongs to the
    organisation and its category is joined. `kind` is the question's type. `option` is the chosen
    key. `text` is what a reader reads, the labels in `language`, and `value` the whole value as
    the version stores it, null when the question was left empty.
    """

    __tablename__ = "submitted_answers"
    __table_args__ = (
        UniqueConstraint("submission_id", "position"),
        Index("ix_submitted_answers_question", "meeting_id", "question"),
        Index("ix_submitted_answers_theme", "meeting_id", "theme"),
    )
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"))
    # Made from the version, so the rows go with it.
    version_id: Mapped[int] = mapped_column(
        ForeignKey("submission_versions.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"), index=True)
    position: Mapped[int]
    section: Mapped[str]
    item: Mapped[str]
    initiative_id: Mapped[int | None] = mapped_column(ForeignKey("initiatives.id"), index=True)
    carried: Mapped[str]
    theme: Mapped[str]
    area: Mapped[str]
    question: Mapped[str]
    kind: Mapped[str]
    option: Mapped[str]
    language: Mapped[str] = mapped_column(choice_column("language", "sv", "en"))
    text: Mapped[str]
    # An empty answer is SQL's null, which both databases find alike; JSON's null would be a value.
    value: Mapped[Any | None] = mapped_column(
        sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
    )
