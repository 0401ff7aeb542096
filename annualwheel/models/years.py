"""The year and the reference data that a year is sorted by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annualwheel.db import Base

# Meetings import years: here their names are needed for types only.
if TYPE_CHECKING:
    from annualwheel.models.meetings import Meeting


class Year(Base):
    """One cycle with its three meetings. `number` is the calendar year of the meetings."""

    __tablename__ = "years"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    number: Mapped[int] = mapped_column(unique=True)
    meetings: Mapped[list[Meeting]] = relationship(
        back_populates="year", order_by="Meeting.starts_at", init=False
    )
    themes: Mapped[list[Theme]] = relationship(
        back_populates="year", order_by="Theme.position", init=False
    )


class Theme(Base):
    """One of the year's questions. It is data and never code, since it is new every year.

    The short names stand where a whole question has no room: on tabs, in columns and in matrices.
    """

    __tablename__ = "themes"
    __table_args__ = (UniqueConstraint("year_id", "key"),)
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    year_id: Mapped[int] = mapped_column(ForeignKey("years.id"), index=True, init=False)
    year: Mapped[Year] = relationship(back_populates="themes")
    key: Mapped[str]
    position: Mapped[int]
    sv: Mapped[str]
    en: Mapped[str]
    short_sv: Mapped[str]
    short_en: Mapped[str]

    def name(self, language: str) -> str:
        """The whole theme ("en", anything else gives Swedish)."""
        return self.en if language == "en" else self.sv

    def short(self, language: str) -> str:
        """Its short name ("en", anything else gives Swedish)."""
        return self.short_en if language == "en" else self.short_sv


class FocusArea(Base):
    """An insatsområde of the strategy."""

    __tablename__ = "focus_areas"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    key: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    sv: Mapped[str]
    en: Mapped[str]


class Goal(Base):
    """A goal of the strategy.

    The table is empty at first: the region fills in the official wording.
    """

    __tablename__ = "goals"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    key: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    sv: Mapped[str]
    en: Mapped[str]


class Category(Base):
    """A kind of organisation (kommun, kluster, …)."""

    __tablename__ = "categories"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    key: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    sv: Mapped[str]
    en: Mapped[str]
