"""A meeting's plan as dates: the periods that have days, their change, and what collides in them.

A period is a phase of the meeting, or the time when a questionnaire with days of its own is open.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from annualwheel.audit import Actor
from annualwheel.clock import local
from annualwheel.cycle import years
from annualwheel.meetings import planning
from annualwheel.models import Meeting, Questionnaire
from annualwheel.questionnaires import opening
from annualwheel.wording import dates, free_days

SATURDAY = 5
Days: TypeAlias = tuple[dt.date, dt.date]
# The first and the last day of each period, by its key.
Plan: TypeAlias = Mapping[str, Days]
Edge = Literal["opens", "closes"]
EDGES: tuple[Edge, ...] = ("opens", "closes")


@dataclass(frozen=True)
class Period:
    """A stretch of whole days of the plan.

    `key` is the kind of a phase, or `asked_` and the key of the `questionnaire`. `after`: it
    follows the meeting.
    """

    key: str
    questionnaire: Questionnaire | None
    after: bool
    days: Days


@dataclass(frozen=True)
class Concern:
    """Something in a plan that is allowed and seldom meant.

    `what` is the key of the sentence about it. `period` is the key of the period that it is about,
    `edge` which of its days, `day` that day. `other` is the day that it collides with; `asked` are
    the keys of the questionnaires that it is about.
    """

    what: str
    period: str
    edge: Edge
    day: dt.date
    other: dt.date | None = None
    asked: tuple[str, ...] = ()


def periods(meeting: Meeting) -> list[Period]:
    """The phases in order, then the questionnaires with days of their own."""
    found = [
        Period(
            phase.kind,
            None,
            phase.kind == "followup",
            days_between(phase.opens_at, phase.closes_at),
        )
        for phase in meeting.phases
    ]
    for asked in meeting.questionnaires:
        if asked.opens_days is not None:
            days = days_between(opening.opens_at(asked), opening.closes_at(asked))
            found.append(Period(f"asked_{asked.key}", asked, not opening.prepares(asked), days))
    return found


def days_between(opens_at: dt.datetime, closes_at: dt.datetime) -> Days:
    """The first and the last day in Stockholm of a span of time."""
    return dates.as_date(opens_at), dates.as_date(closes_at)


def plan_of(meeting: Meeting) -> dict[str, Days]:
    """The plan as it is now."""
    return {period.key: period.days for period in periods(meeting)}


def plan_after_move(meeting: Meeting, day: dt.date, now: dt.datetime) -> dict[str, Days]:
    """The plan as it would be with the meeting on another day; nothing is written."""
    spans = {
        phase.kind: (phase.opens_days, phase.closes_days, phase.opens_at, phase.closes_at)
        for phase in meeting.phases
    }
    for asked in meeting.questionnaires:
        if asked.opens_days is not None and asked.closes_days is not None:
            times = opening.opens_at(asked), opening.closes_at(asked)
            spans[f"asked_{asked.key}"] = (asked.opens_days, asked.closes_days, *times)
    return {
        key: days_between(*years.placed(day, (opens, closes), (opens_at, closes_at), now))
        for key, (opens, closes, opens_at, closes_at) in spans.items()
    }


def change(meeting: Meeting, plan: Plan, now: dt.datetime, actor: Actor) -> None:
    """Gives the periods of `plan` these days; a day that is the same keeps its time.

    Raises `Refused("phase_backwards")`, with the period's key as `kind`, for one that ends before
    it begins or is on the wrong side of the meeting.
    """
    counted = {key: counted_from(meeting, days) for key, days in plan.items()}
    asked = {
        period.questionnaire.key: counted.pop(period.key)
        for period in periods(meeting)
        if period.questionnaire is not None and period.key in counted
    }
    planning.set_phases(meeting, counted, now, actor)
    planning.set_openings(meeting, asked, now, actor)


def counted_from(meeting: Meeting, days: Days) -> tuple[int, int]:
    """First and last day as numbers of days from the meeting's day, negative before it."""
    held = local(meeting.starts_at).date()
    return (days[0] - held).days, (days[1] - held).days


def concerns(meeting: Meeting, before: Plan, after: Plan, today: dt.date) -> list[Concern]:
    """What collides in the plan `after`, which of its new days are free or have been, and what is
    open today and would not be.
    """
    found = list(_overlaps(after))
    found += _at_once(meeting, after)
    for key, days in after.items():
        for place, edge in enumerate(EDGES):
            if days[place] != before[key][place]:
                found += _of_day(key, edge, days[place], today)
        if before[key][0] <= today <= before[key][1] and days[0] > today:
            found.append(Concern("shuts", key, "opens", days[0]))
    return found


def _overlaps(plan: Plan) -> Iterator[Concern]:
    """Phases that stand in each other's way."""
    (_first, invited), (_first, registered) = plan["invitation"], plan["registration"]
    (_first, changed), (prepared, _last) = plan["change"], plan["preparation"]
    if invited > registered:
        yield Concern("invited_too_late", "invitation", "closes", invited, registered)
    if changed < registered:
        yield Concern("change_ends_first", "change", "closes", changed, registered)
    if prepared <= registered:
        yield Concern("prepared_too_soon", "preparation", "opens", prepared, registered)


def _at_once(meeting: Meeting, plan: Plan) -> Iterator[Concern]:
    """The questionnaires that open on one day: those who come get a mail about each."""
    opening_on: dict[tuple[str, dt.date], list[str]] = defaultdict(list)
    for asked in meeting.questionnaires:
        phase = opening.PHASES[asked.timing]
        first, _last = plan.get(f"asked_{asked.key}", plan[phase])
        opening_on[phase, first].append(asked.key)
    for (phase, first), keys in opening_on.items():
        if len(keys) > 1:
            yield Concern("mailed_twice", phase, "opens", first, asked=tuple(keys))


def _of_day(key: str, edge: Edge, day: dt.date, today: dt.date) -> Iterator[Concern]:
    if free_days.is_holiday(day):
        yield Concern("holiday", key, edge, day)
    elif day.weekday() >= SATURDAY:
        yield Concern("weekend", key, edge, day)
    if edge == "closes" and day < today:
        yield Concern("passed", key, edge, day)
