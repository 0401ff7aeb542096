"""The one source of the time. Everything else is given `now`."""

from __future__ import annotations

import datetime as dt
import math
import threading
import time
from collections.abc import Callable
from typing import Protocol
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
# How often the machine's clock is held against the database's, in seconds.
CORRECTED_EVERY = 60.0
# An answer that took longer says nothing about the time to the second.
SLOW = dt.timedelta(seconds=5)


class Clock(Protocol):
    """Anything that knows what time it is."""

    def now(self) -> dt.datetime:
        """The present moment as an aware UTC datetime."""


class SystemClock:
    """The machine's own clock, put right by another one that all machines share.

    Leases and ticks of several machines mean the same moment only when their clocks agree. `ask`
    gives the time of the shared clock as aware UTC; None where the machine's is the only one.
    """

    def __init__(self, ask: Callable[[], dt.datetime] | None = None) -> None:
        self._ask, self._lock = ask, threading.Lock()
        self._asked_at, self.ahead = -math.inf, dt.timedelta()

    def now(self) -> dt.datetime:
        """The present moment as an aware UTC datetime."""
        if self._ask is not None:
            self._correct(self._ask)
        return _machine() - self.ahead

    def _correct(self, ask: Callable[[], dt.datetime]) -> None:
        """Notes once a minute how far the machine is ahead; negative when it is behind."""
        with self._lock:
            if time.monotonic() - self._asked_at < CORRECTED_EVERY:
                return
            # Before it is asked, so that the other threads go on meanwhile.
            self._asked_at = time.monotonic()
        before = _machine()
        try:
            told = ask()
        # Whatever prevents the answer: the difference is what it was, and is asked for again.
        except Exception:
            return
        took = _machine() - before
        if took < SLOW:
            self.ahead = before + took / 2 - told


def ahead_of_shared(clock: Clock) -> dt.timedelta:
    """How far the machine of this clock is ahead of the shared one, as last noted."""
    return clock.ahead if isinstance(clock, SystemClock) else dt.timedelta()


def _machine() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def local(moment: dt.datetime) -> dt.datetime:
    """The same moment on Stockholm's clock."""
    return moment.astimezone(STOCKHOLM)


def is_on_clock(day: dt.date, time: dt.time) -> bool:
    """Whether Stockholm's clock shows that time on that day.

    In the last hour before summer time it does not: on 28 March 2027, 3.00 follows 1.59.
    """
    there = dt.datetime.combine(day, time, STOCKHOLM)
    return local(there.astimezone(dt.UTC)).time() == time


def start_of_day(day: dt.date) -> dt.datetime:
    """Midnight when `day` begins in Stockholm, as aware UTC."""
    # Put together on Stockholm's clock: a day there can have 23 or 25 hours.
    return dt.datetime.combine(day, dt.time.min, STOCKHOLM).astimezone(dt.UTC)


def end_of_day(day: dt.date) -> dt.datetime:
    """The last second of `day` in Stockholm, as aware UTC: deadlines are whole days (23.59.59)."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), STOCKHOLM).astimezone(dt.UTC)
