"""The clock that the rehearsal winds forward. Only the rehearsal gives it to an application."""
from __future__ import annotations

import datetime as dt

from annualwheel.clock import STOCKHOLM


class FastClock:
    """Stands still until it is moved. Web, worker and mail look at the same one."""

    def __init__(self, moment: dt.datetime) -> None:
        self.moment = moment.astimezone(dt.UTC)

    def now(self) -> dt.datetime:
        """What it shows, aware UTC."""
        return self.moment

    def to(self, day: dt.date, hour: int = 9) -> None:
        """Moves it to a full hour in Stockholm. Raises `ValueError` backwards: a year has one direction."""
        moment = dt.datetime.combine(day, dt.time(hour), STOCKHOLM).astimezone(dt.UTC)
        if moment < self.moment:
            raise ValueError(f"{moment} is before {self.moment}")
        self.moment = moment
