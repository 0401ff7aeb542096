"""The three meetings of a year, their phases and the ways to attend."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annualwheel.db import Base, choice_column
from annualwheel.models.years import Year

# Questionnaires import meetings: here their names are needed for types only.
if TYPE_CHECKING:
    from annualwheel.models.questionnaires import Questionnaire

MEETING_KINDS = ("work", "direction", "conference")
MEETING_STATES = ("planned", "cancelled", "closed")
PHASE_KINDS = ("invitation", "registration", "change", "preparation", "followup")


class Meeting(Base):
    """A meeting.

    `material_url` is where one finds what is read before answering, `map_url` a map of the way to
    the place; these and the programme are "" while nobody has said.
    `sequence` counts its moves; the seats' calendar entries carry their own. `results_at`: since
    when its results are shown.
    """

    __tablename__ = "meetings"
    __table_args__ = (UniqueConstraint("year_id", "kind"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    year_id: Mapped[int] = mapped_column(ForeignKey("years.id"), init=False)
    year: Mapped[Year] = relationship(back_populates="meetings")
    kind: Mapped[str] = mapped_column(choice_column("kind", *MEETING_KINDS))
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    place: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    sequence: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(choice_column("state", *MEETING_STATES), default="planned")
    registry_number: Mapped[str] = mapped_column(default="")
    material_url: Mapped[str] = mapped_column(default="")
    map_url: Mapped[str] = mapped_column(default="")
    programme_sv: Mapped[str] = mapped_column(default="")
    programme_en: Mapped[str] = mapped_column(default="")
    open_registration: Mapped[bool] = mapped_column(default=False)
    with_lunch: Mapped[bool] = mapped_column(default=False)
    cancel_reason: Mapped[str] = mapped_column(default="")
    results_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    phases: Mapped[list[Phase]] = relationship(
        back_populates="meeting", order_by="Phase.opens_at, Phase.closes_at", init=False
    )
    options: Mapped[list[AttendanceOption]] = relationship(
        back_populates="meeting", order_by="AttendanceOption.id", init=False
    )
    questionnaires: Mapped[list[Questionnaire]] = relationship(
        back_populates="meeting", order_by="Questionnaire.id", init=False
    )


class Phase(Base):
    """A stretch of time before or after the meeting.

    The days are relative to it, so that the year moves with its meetings.

    `opens_days` and `closes_days` count from the meeting's day (negative = before); `closes_at` is
    the end of that day.
    """

    __tablename__ = "phases"
    __table_args__ = (UniqueConstraint("meeting_id", "kind"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), init=False)
    meeting: Mapped[Meeting] = relationship(back_populates="phases")
    kind: Mapped[str] = mapped_column(choice_column("kind", *PHASE_KINDS))
    # Both are kept: the days move with the meeting, and queries compare the times.
    opens_days: Mapped[int]
    closes_days: Mapped[int]
    opens_at: Mapped[dt.datetime]
    closes_at: Mapped[dt.datetime]


class AttendanceOption(Base):
    """A way of attending with its capacity.

    None as `capacity` or `per_organisation` means that there is no limit. `joining_url` and the
    instructions are for those who have a seat in it (`registrations.joining`).
    """

    __tablename__ = "attendance_options"
    __table_args__ = (UniqueConstraint("meeting_id", "mode"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), init=False)
    meeting: Mapped[Meeting] = relationship(back_populates="options")
    mode: Mapped[str] = mapped_column(choice_column("mode", "on_site", "online"))
    capacity: Mapped[int | None] = mapped_column(default=None)
    per_organisation: Mapped[int | None] = mapped_column(default=None)
    waiting_rule: Mapped[str] = mapped_column(
        choice_column("waiting_rule", "direct", "offer"), default="direct"
    )
    offer_hours: Mapped[int] = mapped_column(default=24)
    joining_url: Mapped[str] = mapped_column(default="")
    instructions_sv: Mapped[str] = mapped_column(default="")
    instructions_en: Mapped[str] = mapped_column(default="")


class Result(Base):
    """What the tables said about a theme, or about the whole (`theme_key` empty).

    In both languages. Pages show it once the meeting's `results_at` is set.
    """

    __tablename__ = "results"
    __table_args__ = (UniqueConstraint("meeting_id", "theme_key"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), init=False)
    meeting: Mapped[Meeting] = relationship()
    # Empty and not null: a unique key lets several nulls through on both databases.
    theme_key: Mapped[str] = mapped_column(default="")
    sv: Mapped[str] = mapped_column(default="")
    en: Mapped[str] = mapped_column(default="")
