"""The drafts of organisations and persons: items, answers, and former texts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annualwheel.db import Base, JSONValue, choice_column, public_id
from annualwheel.models.contacts import Person
from annualwheel.models.submissions import Submission


class Item(Base):
    """The row that answers hang on (decision 8).

    It is the root (`group_key` empty), one per theme (`section/theme`), or of a repeating group.

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
        choice_column("carried", "new", "still", "changed", "ended"), default="new"
    )
    # A removed item keeps its row and its answers, so that it can be brought back.
    removed_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    removed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("persons.id"), index=True, default=None
    )


class Answer(Base):
    """The draft value of one field, with the version that a save must name (decision 9)."""

    __tablename__ = "answers"
    # Of several who write first in a field at the same moment, one makes the row.
    __table_args__ = (UniqueConstraint("item_id", "question_key"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), init=False)
    item: Mapped[Item] = relationship()
    question_key: Mapped[str]
    value: Mapped[Any] = mapped_column(JSONValue)
    author: Mapped[Person] = relationship()
    at: Mapped[dt.datetime]
    version: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True, init=False)


class AnswerHistory(Base):
    """A text that was replaced or rejected, kept for 30 days so that it can be brought back."""

    __tablename__ = "answer_history"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    question_key: Mapped[str]
    value: Mapped[Any] = mapped_column(JSONValue)
    version: Mapped[int]
    author_id: Mapped[int] = mapped_column(ForeignKey("persons.id"), index=True)
    at: Mapped[dt.datetime]
    replaced_at: Mapped[dt.datetime]
