"""The demonstration plans nothing on a day that is free in Sweden, whenever it is begun."""

from __future__ import annotations

import datetime as dt

import pytest

from annualwheel.cycle.years import USUAL_PHASES
from annualwheel.demo.holidays import settled, working_day
from annualwheel.demo.year import PHASES, meeting_days
from annualwheel.wording.free_days import is_holiday

DAY = dt.timedelta(days=1)
BEGUN = [dt.date(2026, 1, 1) + number * DAY for number in range(3 * 366)]


@pytest.mark.parametrize(
    "day",
    [
        dt.date(2027, 1, 6),
        dt.date(2027, 3, 26),
        dt.date(2027, 6, 25),
        dt.date(2026, 12, 24),
        dt.date(2026, 12, 31),
    ],
    ids=["epiphany", "good-friday", "midsummers-eve", "christmas-eve", "new-years-eve"],
)
def test_what_is_free_is_known(day: dt.date) -> None:
    assert is_holiday(day)
    assert working_day(day) < day
    assert not is_holiday(working_day(day))


def test_an_ordinary_day_stays() -> None:
    assert working_day(dt.date(2027, 1, 22)) == dt.date(2027, 1, 22)
    assert working_day(dt.date(2027, 1, 23)) == dt.date(2027, 1, 22)


def test_no_meeting_is_on_a_holiday_whenever_the_demonstration_is_begun() -> None:
    days = {day for today in BEGUN for day in meeting_days(today).values()}
    assert [day for day in sorted(days) if is_holiday(day) or day.weekday() > 4] == []


def test_no_phase_opens_or_closes_on_a_holiday() -> None:
    for today in BEGUN:
        for kind, day in meeting_days(today).items():
            phases = settled({**USUAL_PHASES[kind], **PHASES.get(kind, {})}, day)
            for opens, closes in phases.values():
                assert not is_holiday(day + opens * DAY), (today, kind)
                assert not is_holiday(day + closes * DAY), (today, kind)
                assert opens <= closes


def test_the_first_meeting_is_in_preparation_when_the_demonstration_is_begun() -> None:
    for today in BEGUN:
        day = meeting_days(today)["work"]
        opens, closes = settled(PHASES["work"], day)["preparation"]
        assert day + opens * DAY <= today <= day + closes * DAY, today
