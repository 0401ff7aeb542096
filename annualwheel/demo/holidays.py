"""Moves the dates of the demonstration year away from Swedish holidays.

A meeting on Epiphany or a last day on Christmas Eve would make people doubt the rest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from annualwheel.audit import Actor
from annualwheel.clock import local
from annualwheel.meetings import planning
from annualwheel.models import Meeting
from annualwheel.wording.free_days import is_holiday

DAY = dt.timedelta(days=1)
SATURDAY = 5


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
