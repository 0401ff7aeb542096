"""Moves the dates of the demonstration year away from Swedish holidays.

A meeting on Epiphany or a last day on Christmas Eve would make people doubt the rest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from holidays import DE_FACTO, PUBLIC, country_holidays

from annualwheel.audit import Actor
from annualwheel.clock import local
from annualwheel.meetings import planning
from annualwheel.models import Meeting

DAY = dt.timedelta(days=1)
SATURDAY = 5
# PUBLIC alone lacks midsummer's, Christmas and New Year's Eve, which no law makes holidays and
# nobody works.
_SWEDISH = country_holidays("SE", categories=(PUBLIC, DE_FACTO))


def is_holiday(day: dt.date) -> bool:
    """Whether the day is a public holiday in Sweden, or free as if it were one."""
    return day in _SWEDISH


def working_day(day: dt.date) -> dt.date:
    """The day itself; for a holiday or a day of the weekend the last working day before it."""
    while is_holiday(day) or day.weekday() >= SATURDAY:
        day -= DAY
    return day


def plan_phases(
    meeting: Meeting, changed: Mapping[str, tuple[int, int]], now: dt.datetime, actor: Actor
) -> None:
    """Gives the meeting its phases, with the `changed` ones, moved away from holidays."""
    usual = {phase.kind: (phase.opens_days, phase.closes_days) for phase in meeting.phases}
    day = local(meeting.starts_at).date()
    planning.set_phases(meeting, settled(usual | dict(changed), day), now, actor)


def settled(phases: Mapping[str, tuple[int, int]], day: dt.date) -> dict[str, tuple[int, int]]:
    """The phases of a meeting that day, none of which opens or closes on a holiday.

    Phases are first and last day, counted from the meeting. A phase that would open on a holiday
    opens the day after, and one that would close on a holiday closes the working day before.
    """
    found = {}
    for kind, (opens, closes) in phases.items():
        first, last = day + opens * DAY, day + closes * DAY
        while is_holiday(first):
            first += DAY
        if is_holiday(last):
            last = working_day(last)
        found[kind] = ((first - day).days, (last - day).days)
    return found
