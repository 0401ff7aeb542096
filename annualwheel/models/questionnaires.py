"""The questionnaires that a meeting asks, each pinned by the digest of its text."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annualwheel.db import Base, choice_column
from annualwheel.models.meetings import Meeting


class PublishedDefinition(Base):
    """The text of a definition as it was when published. It never changes."""

    __tablename__ = "definitions"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    digest: Mapped[str] = mapped_column(unique=True)
    text: Mapped[str]


class Questionnaire(Base):
    """A definition published for a meeting. A meeting may have several.

    `timing` says whether it prepares the meeting or follows it up. `opens_days` and `closes_days`
    are its own days, counted from the meeting's day as those of `Phase` are, with their times
    next to them; all four are None for one that is open as long as the meeting's phase is (see
    `questionnaires.opening`). `digest` is what a new submission answers.
    """

    __tablename__ = "questionnaires"
    __table_args__ = (UniqueConstraint("meeting_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), init=False)
    meeting: Mapped[Meeting] = relationship(back_populates="questionnaires")
    key: Mapped[str]
    digest: Mapped[str] = mapped_column(ForeignKey("definitions.digest"))
    respondent: Mapped[str] = mapped_column(choice_column("respondent", "organisation", "person"))
    published_at: Mapped[dt.datetime]
    timing: Mapped[str] = mapped_column(
        choice_column("timing", "before", "after"), default="before"
    )
    # The days move with the meeting; the times are what they come to, as in `Phase`.
    opens_days: Mapped[int | None] = mapped_column(default=None)
    closes_days: Mapped[int | None] = mapped_column(default=None)
    opens_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    closes_at: Mapped[dt.datetime | None] = mapped_column(default=None)
