"""Changes the plan: a new year, a meeting's times and seats, the year's themes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.contacts.folding import fold
from annualwheel.contacts.states import WITH_US
from annualwheel.cycle import reference, years
from annualwheel.db import db, read_again
from annualwheel.errors import Missing, Refused
from annualwheel.meetings.changes import Appointment
from annualwheel.models import (
    Affiliation,
    Meeting,
    Organisation,
    Person,
    Phase,
    Questionnaire,
    Registration,
    Theme,
    Year,
    YearOrganisation,
)
from annualwheel.participation import attendance_terms
from annualwheel.participation.attendance_terms import AttendanceTerms
from annualwheel.questionnaires import opening, published
from annualwheel.questionnaires.definition import Text
from annualwheel.registrations import seats
from annualwheel.wording import names

NO_PROGRAMME = Text("", "")


@dataclass(frozen=True)
class Terms:
    """What holds for a meeting beside its days.

    The addresses and the programme are as in `Meeting`. `ways`: way of attending -> its seats and
    how they are given.
    """

    open_registration: bool
    with_lunch: bool
    registry_number: str
    material_url: str
    ways: Mapping[str, AttendanceTerms]
    map_url: str = ""
    programme: Text = NO_PROGRAMME


def create_year(
    number: int, plan: Mapping[str, Appointment], now: dt.datetime, actor: Actor
) -> Year:
    """A new year with its meetings (kind -> when and where).

    Each meeting has the days and the terms of the year before, and the year has that year's
    organisations. Raises `Refused` for a year that exists or a meeting that ends before it starts.
    """
    if db.session.scalar(sa.select(Year.id).where(Year.number == number)):
        raise Refused("year_exists")
    reference.ensure()
    # The newest year before: one can have been left out.
    last = db.session.scalar(
        sa.select(Year).where(Year.number < number).order_by(Year.number.desc()).limit(1)
    )
    before = {meeting.kind: meeting for meeting in last.meetings} if last else {}
    year = Year(number=number)
    db.session.add(year)
    for kind, at in plan.items():
        if at.ends_at <= at.starts_at:
            raise Refused("ends_before_start")
        like = before.get(kind)
        years.plan_meeting(year, kind, at.starts_at, at.ends_at, at.place, at.address, like)
    if last is not None:
        _keep_organisations(last, year)
    db.session.flush()
    audit.note(actor, "year_planned", year, now)
    return year


def _keep_organisations(last: Year, year: Year) -> None:
    """Gives the new year the organisations of the year before, each of the same kind.

    A lead who has left does not lead in the new year.
    """
    leads = (
        sa.select(Affiliation.person_id)
        .join(Person, Person.id == Affiliation.person_id)
        .where(
            Affiliation.person_id == YearOrganisation.lead_id,
            Affiliation.organisation_id == YearOrganisation.organisation_id,
            Affiliation.active,
            WITH_US,
        )
        .correlate(YearOrganisation)
        .limit(1)
        .scalar_subquery()
    )
    kept = (
        sa.select(
            sa.literal(year.id),
            YearOrganisation.organisation_id,
            YearOrganisation.category_id,
            leads,
        )
        .join(Organisation, Organisation.id == YearOrganisation.organisation_id)
        .where(YearOrganisation.year_id == last.id, Organisation.active)
        .order_by(YearOrganisation.id)
    )
    columns = ["year_id", "organisation_id", "category_id", "lead_id"]
    db.session.execute(sa.insert(YearOrganisation).from_select(columns, kept))


def set_phases(
    meeting: Meeting, days: Mapping[str, tuple[int, int]], now: dt.datetime, actor: Actor
) -> None:
    """Moves the meeting's phases (kind -> first and last day, counted from the meeting).

    A day that is the same keeps its time. Raises `Refused("phase_backwards")` for a phase that
    `is_backwards`.
    """
    seats.lock(meeting)
    read_days(meeting)
    for kind, (opens, closes) in days.items():
        if is_backwards(kind == "followup", opens, closes):
            raise Refused("phase_backwards", kind=kind)
    changed = [
        kind
        for kind, (opens, closes) in days.items()
        if _set_days(meeting, years.phase(meeting, kind), opens, closes)
    ]
    if changed:
        audit.note(actor, "phases_changed", meeting, now, meeting.id, phases=changed)


def read_days(meeting: Meeting) -> None:
    """Reads the days of the plan as they are now: a colleague may have changed them meanwhile."""
    for table in (Phase, Questionnaire):
        db.session.scalars(
            sa.select(table)
            .where(table.meeting_id == meeting.id)
            .execution_options(populate_existing=True)
        ).all()


def set_openings(
    meeting: Meeting, days: Mapping[str, tuple[int, int]], now: dt.datetime, actor: Actor
) -> None:
    """Moves the questionnaires of the meeting that have days of their own.

    `days`: a questionnaire's key -> first and last day, counted from the meeting. Raises
    `Refused("phase_backwards")` for one that `is_backwards`.
    """
    seats.lock(meeting)
    changed = []
    for key, (opens, closes) in days.items():
        asked = published.one(meeting, key)
        read_again(asked)
        if is_backwards(not opening.prepares(asked), opens, closes):
            raise Refused("phase_backwards", kind=f"asked_{key}")
        times = opening.opens_at(asked), opening.closes_at(asked)
        if asked.opens_days is None or years.days_of(meeting, times) != (opens, closes):
            opening.set_days(asked, opens, closes)
            changed.append(key)
    if changed:
        audit.note(actor, "phases_changed", meeting, now, meeting.id, questionnaires=changed)


def is_backwards(after: bool, opens: int, closes: int) -> bool:
    """Whether a period ends before it begins, or is on the wrong side of the meeting.

    `after`: it follows the meeting, else it is over by the meeting's day. Days are counted from it.
    """
    return closes < opens or (opens < 0 if after else closes > 0)


def set_terms(meeting: Meeting, terms: Terms, now: dt.datetime, actor: Actor) -> list[Registration]:
    """Changes what holds for registering.

    New seats go to those who wait, in order; returns the registrations that were given or offered
    one. Raises `Refused("way_in_use")` when a way of attending is taken away that somebody has or
    waits for.
    """
    seats.lock(meeting)
    meeting.open_registration, meeting.with_lunch = terms.open_registration, terms.with_lunch
    meeting.registry_number = terms.registry_number
    meeting.material_url, meeting.map_url = terms.material_url, terms.map_url
    meeting.programme_sv, meeting.programme_en = terms.programme.sv, terms.programme.en
    noted = {
        mode: [way.capacity, way.per_organisation, way.rule, way.hours]
        for mode, way in terms.ways.items()
    }
    audit.note(actor, "terms_changed", meeting, now, meeting.id, ways=noted)
    return attendance_terms.change(meeting, terms.ways, now)


@dataclass(frozen=True)
class ThemeWords:
    """A theme in both languages. A short name of "" is the first words of the theme."""

    sv: str
    en: str
    short_sv: str = ""
    short_en: str = ""


def add_theme(year: Year, words: ThemeWords, now: dt.datetime, actor: Actor) -> Theme:
    """Adds a theme last.

    Raises `Refused("themes_published")` once a questionnaire of the year is published, and
    `Refused("short_theme_sv")` or `Refused("short_theme_en")` for a short name that another theme
    of the year has.
    """
    _require_unpublished(year)
    taken = {theme.key for theme in year.themes}
    possible = [f"tema{number}" for number in range(1, len(taken) + 2)]
    key = next(key for key in possible if key not in taken)
    theme = years.add_theme(year, key, words.sv, words.en, words.short_sv, words.short_en)
    _require_short_names(theme)
    audit.note(actor, "theme_added", theme, now)
    return theme


def change_theme(theme: Theme, words: ThemeWords, now: dt.datetime, actor: Actor) -> None:
    """Rewords a theme. Raises as `add_theme`.

    The short names may be changed after a questionnaire is published: no answer has them.
    """
    if (words.sv, words.en) != (theme.sv, theme.en):
        _require_unpublished(theme.year)
    theme.sv, theme.en = words.sv, words.en
    theme.short_sv = words.short_sv or names.first_words(words.sv, years.SHORT_THEME)
    theme.short_en = words.short_en or names.first_words(words.en, years.SHORT_THEME)
    _require_short_names(theme)
    audit.note(actor, "theme_changed", theme, now)


def _require_short_names(theme: Theme) -> None:
    """Two themes with one short name could not be told apart on tabs and in matrices."""
    others = [other for other in theme.year.themes if other is not theme]
    for language in ("sv", "en"):
        if fold(theme.short(language)) in [fold(other.short(language)) for other in others]:
            raise Refused(f"short_theme_{language}")


def theme_of(year: Year, key: str) -> Theme:
    """The year's theme with that key. Raises `Missing`."""
    for theme in year.themes:
        if theme.key == key:
            return theme
    raise Missing("no_theme")


def is_published(year: Year) -> bool:
    """Whether a questionnaire of the year is published: from then on the themes cannot change."""
    found = db.session.scalar(
        sa.select(Questionnaire.id)
        .join(Meeting, Meeting.id == Questionnaire.meeting_id)
        .where(Meeting.year_id == year.id)
        .limit(1)
    )
    return found is not None


def _set_days(meeting: Meeting, phase: Phase, opens: int, closes: int) -> bool:
    # By the times: a plan that was moved before they agreed has days that count from another day.
    if years.days_of(meeting, (phase.opens_at, phase.closes_at)) == (opens, closes):
        return False
    phase.opens_days, phase.closes_days = opens, closes
    phase.opens_at, phase.closes_at = years.span_of(meeting, opens, closes)
    return True


def _require_unpublished(year: Year) -> None:
    if is_published(year):
        raise Refused("themes_published")
