"""The year's plan: phases relative to their meeting, and what they allow."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, selectinload

from annualwheel.clock import end_of_day, local, start_of_day
from annualwheel.db import db
from annualwheel.errors import Closed, Missing
from annualwheel.models import (
    AttendanceOption,
    Category,
    FocusArea,
    Goal,
    Meeting,
    Phase,
    Theme,
    Year,
)
from annualwheel.wording import names

# First and last day, counted from the meeting, as in the region's own plan for 2026–27. A
# coordinator changes them for each meeting.
USUAL_PHASES: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "work": {
        "invitation": (-81, -68),
        "registration": (-67, -42),
        "change": (-67, -3),
        "preparation": (-41, -8),
        "followup": (6, 28),
    },
    "direction": {
        "invitation": (-53, -40),
        "registration": (-39, -21),
        "change": (-39, -3),
        "preparation": (-20, -7),
        "followup": (7, 35),
    },
    "conference": {
        "invitation": (-130, -110),
        "registration": (-109, -28),
        "change": (-109, -3),
        "preparation": (-27, -10),
        "followup": (8, 35),
    },
}
# Letters of a theme's short name: it stands on a tab behind its number.
SHORT_THEME = 25
Row = TypeVar("Row", FocusArea, Goal, Category)
Span: TypeAlias = tuple[dt.datetime, dt.datetime]
# A page may be open when the last day ends: what is sent from it a little later is accepted, though
# no page says so.
GRACE = dt.timedelta(minutes=15)
# An address may name a number that no database can hold: it asks for this one instead.
NO_YEAR = 10_000


def latest() -> Year | None:
    """The newest year there is."""
    return db.session.scalar(sa.select(Year).order_by(Year.number.desc()).limit(1))


def other_numbers(number: int) -> Sequence[int]:
    """The numbers of all years but that one, newest first."""
    others = sa.select(Year.number).where(Year.number != number)
    return db.session.scalars(others.order_by(Year.number.desc())).all()


def exists(number: int) -> bool:
    """Whether that year has been planned."""
    return db.session.scalar(sa.select(Year.id).where(Year.number == number)) is not None


def is_first(number: int) -> bool:
    """Whether no year before that one has been planned."""
    before = sa.select(Year.id).where(Year.number < number).limit(1)
    return db.session.scalar(before) is None


def by_number(number: int) -> Year:
    """The year with its meetings, phases and options. Raises `Missing`."""
    year = db.session.scalar(
        sa.select(Year)
        .where(Year.number == min(number, NO_YEAR))
        .options(
            selectinload(Year.meetings).selectinload(Meeting.phases),
            selectinload(Year.meetings).selectinload(Meeting.options),
        )
    )
    if year is None:
        raise Missing("no_year", number=number)
    return year


def meeting_of(number: int, kind: str) -> Meeting:
    """The meeting of a year by its kind (work, direction, conference). Raises `Missing`."""
    meeting = db.session.scalar(
        sa.select(Meeting)
        .join(Meeting.year)
        .where(Year.number == min(number, NO_YEAR), Meeting.kind == kind)
        .options(
            contains_eager(Meeting.year),
            selectinload(Meeting.phases),
            selectinload(Meeting.options),
        )
    )
    if meeting is None:
        raise Missing("no_meeting", number=number, kind=kind)
    return meeting


def plan_meeting(
    year: Year,
    kind: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    place: str,
    address: str = "",
    like: Meeting | None = None,
) -> Meeting:
    """Adds a meeting with its phases (days from the meeting).

    It has the days, the terms and the ways to attend of the meeting it is `like`. Without such a
    meeting it has the usual days, and one way to attend, on site.
    """
    usual = kind != "direction"
    meeting = Meeting(
        year=year,
        kind=kind,
        starts_at=starts_at,
        ends_at=ends_at,
        place=place,
        address=address,
        with_lunch=like.with_lunch if like else usual,
        open_registration=like.open_registration if like else usual,
    )
    db.session.add(meeting)
    db.session.add_all(_phases(meeting, like))
    db.session.add_all(_ways_to_attend(meeting, like))
    db.session.flush()
    return meeting


def _phases(meeting: Meeting, like: Meeting | None) -> list[Phase]:
    days = dict(USUAL_PHASES[meeting.kind])
    if like is not None:
        days |= {phase.kind: (phase.opens_days, phase.closes_days) for phase in like.phases}
    found = []
    for kind, (opens, closes) in days.items():
        opens_at, closes_at = span_of(meeting, opens, closes)
        phase = Phase(
            meeting=meeting,
            kind=kind,
            opens_days=opens,
            closes_days=closes,
            opens_at=opens_at,
            closes_at=closes_at,
        )
        found.append(phase)
    return found


def _ways_to_attend(meeting: Meeting, like: Meeting | None) -> list[AttendanceOption]:
    if like is None:
        return [AttendanceOption(meeting=meeting, mode="on_site")]
    return [
        AttendanceOption(
            meeting=meeting,
            mode=one.mode,
            capacity=one.capacity,
            per_organisation=one.per_organisation,
            waiting_rule=one.waiting_rule,
            offer_hours=one.offer_hours,
        )
        for one in like.options
    ]


def add_theme(
    year: Year, key: str, sv: str, en: str, short_sv: str = "", short_en: str = ""
) -> Theme:
    """Adds one of the year's themes, last in order.

    A short name that is left out is the theme's first words.
    """
    theme = Theme(
        year=year,
        key=key,
        position=len(year.themes) + 1,
        sv=sv,
        en=en,
        short_sv=short_sv or names.first_words(sv, SHORT_THEME),
        short_en=short_en or names.first_words(en, SHORT_THEME),
    )
    db.session.add(theme)
    db.session.flush()
    return theme


def reference(table: type[Row]) -> list[Row]:
    """All rows of a table of reference data, in order."""
    return list(db.session.scalars(sa.select(table).order_by(table.position)))


def place_phases(meeting: Meeting, now: dt.datetime) -> None:
    """Sets the times of the phases that are not over from their days and the meeting's day.

    It sets the times of the questionnaires that have days of their own too.

    The plan moves with the meeting. What has opened stays open: a meeting that is a week later must
    not shut people out of what they are writing. What keeps its time gets other days, since those
    are counted from the meeting: days and times always agree.
    """
    day = local(meeting.starts_at).date()
    for phase in meeting.phases:
        span = phase.opens_at, phase.closes_at
        span = placed(day, (phase.opens_days, phase.closes_days), span, now)
        phase.opens_at, phase.closes_at = span
        phase.opens_days, phase.closes_days = days_of(meeting, span)
    for asked in meeting.questionnaires:
        if asked.opens_days is None or asked.closes_days is None:
            continue
        if asked.opens_at is not None and asked.closes_at is not None:
            span = asked.opens_at, asked.closes_at
            span = placed(day, (asked.opens_days, asked.closes_days), span, now)
            asked.opens_at, asked.closes_at = span
            asked.opens_days, asked.closes_days = days_of(meeting, span)


def placed(day: dt.date, days: tuple[int, int], span: Span, now: dt.datetime) -> Span:
    """The times of `days` with the meeting on `day`; `span` is what they are before the move."""
    opened_at, closed_at = span
    # What is over stays as it was: a move does not open it again.
    if closed_at <= now:
        return span
    opens_at, closes_at = _span(day, *days)
    return (min(opens_at, opened_at) if opened_at <= now else opens_at), closes_at


def span_of(meeting: Meeting, opens: int, closes: int) -> Span:
    """The time from the start of the first day to the end of the last one; aware UTC.

    Both days are counted from the meeting's day.
    """
    return _span(local(meeting.starts_at).date(), opens, closes)


def days_of(meeting: Meeting, span: Span) -> tuple[int, int]:
    """The first and the last day of a span, counted from the meeting's day."""
    day = local(meeting.starts_at).date()
    opens, closes = ((local(edge).date() - day).days for edge in span)
    return opens, closes


def _span(day: dt.date, opens: int, closes: int) -> Span:
    # Counted in days of Stockholm, not in hours: between may lie the day when the clocks change.
    return (
        start_of_day(day + dt.timedelta(days=opens)),
        end_of_day(day + dt.timedelta(days=closes)),
    )


def phase(meeting: Meeting, kind: str) -> Phase:
    """The meeting's phase of that kind. Raises `Missing` for a meeting planned without it."""
    for candidate in meeting.phases:
        if candidate.kind == kind:
            return candidate
    raise Missing("no_phase", kind=kind)


def is_open(
    meeting: Meeting, kind: str, now: dt.datetime, grace: dt.timedelta = dt.timedelta()
) -> bool:
    """Whether the phase has opened and not closed (plus `grace`).

    Never at a meeting that is cancelled.
    """
    span = phase(meeting, kind)
    return meeting.state == "planned" and span.opens_at <= now <= span.closes_at + grace


def require_open(
    meeting: Meeting, kind: str, now: dt.datetime, grace: dt.timedelta = dt.timedelta()
) -> None:
    """Raises `Closed` when the phase is not open now, nor was until at most `grace` ago."""
    if meeting.state == "cancelled":
        raise Closed("meeting_cancelled")
    if now < phase(meeting, kind).opens_at:
        raise Closed(f"{kind}_not_open", day=phase(meeting, kind).opens_at)
    if not is_open(meeting, kind, now, grace):
        raise Closed(f"{kind}_closed", day=phase(meeting, kind).closes_at)
