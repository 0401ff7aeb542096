"""The one source of the time. Everything else is given `now`."""

from __future__ import annotations

import datetime as dt
from typing import Protocol
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")


class Clock(Protocol):
    """Anything that knows what time it is."""

    def now(self) -> dt.datetime:
        """The present moment as an aware UTC datetime."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)


def local(moment: dt.datetime) -> dt.datetime:
    """The same moment on Stockholm's clock."""
    return moment.astimezone(STOCKHOLM)


def start_of_day(day: dt.date) -> dt.datetime:
    """Midnight when `day` begins in Stockholm, as aware UTC."""
    # Put together on Stockholm's clock: a day there can have 23 or 25 hours.
    return dt.datetime.combine(day, dt.time.min, STOCKHOLM).astimezone(dt.UTC)


def end_of_day(day: dt.date) -> dt.datetime:
    """The last second of `day` in Stockholm, as aware UTC: deadlines are whole days (23.59.59)."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), STOCKHOLM).astimezone(dt.UTC)
