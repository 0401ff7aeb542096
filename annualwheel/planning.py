"""Changing the plan: a new year, a meeting's times and seats, the year's themes."""
from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel import audit, reference, years
from annualwheel.audit import Actor
from annualwheel.db import db
from annualwheel.errors import Missing, Refused
from annualwheel.meetings import Appointment
from annualwheel.models import Meeting, Phase, Questionnaire, Registration, Theme, Year
from annualwheel.registrations import seats, ways
from annualwheel.registrations.ways import Way


@dataclass(frozen=True)
class Terms:
    """What holds for registering at a meeting. `ways`: way of attending -> its seats and how they are given."""

    open_registration: bool
    with_lunch: bool
    registry_number: str
    ways: Mapping[str, Way]


def create_year(number: int, plan: Mapping[str, Appointment], now: dt.datetime, actor: Actor) -> Year:
    """A new year with its meetings (kind -> when and where) and their usual phases. Raises `Refused` for a year that is there or a
    meeting that ends before it starts."""
    if db.session.scalar(sa.select(Year.id).where(Year.number == number)):
        raise Refused("year_exists")
    reference.ensure()
    year = Year(number=number)
    db.session.add(year)
    for kind, at in plan.items():
        if at.ends_at <= at.starts_at:
            raise Refused("ends_before_start")
        years.plan_meeting(year, kind, at.starts_at, at.ends_at, at.place, at.address)
    db.session.flush()
    audit.note(actor, "year_planned", year, now)
    return year


def set_phases(meeting: Meeting, days: Mapping[str, tuple[int, int]], now: dt.datetime, actor: Actor) -> None:
    """Moves the meeting's phases (kind -> first and last day, counted from the meeting). Raises `Refused("phase_backwards")` for one
    that ends before it begins, or does not end before the meeting though it should."""
    for kind, (opens, closes) in days.items():
        if closes < opens or (kind != "followup" and closes > 0):
            raise Refused("phase_backwards", kind=kind)
    changed = [kind for kind, (opens, closes) in days.items() if _set_days(meeting, years.phase(meeting, kind), opens, closes)]
    if changed:
        audit.note(actor, "phases_changed", meeting, now, meeting.id, phases=changed)


def set_terms(meeting: Meeting, terms: Terms, now: dt.datetime, actor: Actor) -> list[Registration]:
    """Changes what holds for registering. More seats go to those who wait, in order; returns who was given or offered one.
    Raises `Refused("way_in_use")` when a way of attending is taken away that somebody has or waits for."""
    seats.lock(meeting)
    meeting.open_registration, meeting.with_lunch = terms.open_registration, terms.with_lunch
    meeting.registry_number = terms.registry_number
    audit.note(actor, "terms_changed", meeting, now, meeting.id,
               ways={mode: [way.capacity, way.per_organisation, way.rule, way.hours] for mode, way in terms.ways.items()})
    return ways.change(meeting, terms.ways, now)


def add_theme(year: Year, sv: str, en: str, now: dt.datetime, actor: Actor) -> Theme:
    """Adds a theme last. Raises `Refused("themes_published")` once a questionnaire of the year is published."""
    _require_unpublished(year)
    taken = {theme.key for theme in year.themes}
    key = next(f"tema{number}" for number in range(1, len(taken) + 2) if f"tema{number}" not in taken)
    theme = years.add_theme(year, key, sv, en)
    audit.note(actor, "theme_added", theme, now)
    return theme


def change_theme(theme: Theme, sv: str, en: str, now: dt.datetime, actor: Actor) -> None:
    """Rewords a theme. Raises as `add_theme`."""
    _require_unpublished(theme.year)
    theme.sv, theme.en = sv, en
    audit.note(actor, "theme_changed", theme, now)


def theme_of(year: Year, key: str) -> Theme:
    """The year's theme with that key. Raises `Missing`."""
    for theme in year.themes:
        if theme.key == key:
            return theme
    raise Missing("no_theme")


def is_published(year: Year) -> bool:
    """Whether a questionnaire of one of the year's meetings is published, so that the themes stand."""
    return db.session.scalar(sa.select(Questionnaire.id).join(Meeting, Meeting.id == Questionnaire.meeting_id)
                             .where(Meeting.year_id == year.id).limit(1)) is not None


def _set_days(meeting: Meeting, phase: Phase, opens: int, closes: int) -> bool:
    if (phase.opens_days, phase.closes_days) == (opens, closes):
        return False
    phase.opens_days, phase.closes_days = opens, closes
    phase.opens_at, phase.closes_at = years.span_of(meeting, opens, closes)
    return True


def _require_unpublished(year: Year) -> None:
    if is_published(year):
        raise Refused("themes_published")
