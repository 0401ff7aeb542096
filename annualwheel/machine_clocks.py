"""Clocks that differ: each machine notes how far its own is from the database's.

The application goes by the database's clock (`clock.SystemClock`), so that nothing is sent twice.
But logs, certificates and everything else on the machine go by its own, so people are told.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel.db import add_unless_there, db
from annualwheel.models import MachineClock

# A difference that people are told of.
TOLD = dt.timedelta(seconds=30)
# A machine notes it each minute; one that no longer does is put right, or gone.
LASTS = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Difference:
    """A machine, "" for the one that is asked, and how many seconds its clock is ahead."""

    machine: str
    ahead: int


def note(machine: str, ahead: dt.timedelta, now: dt.datetime) -> None:
    """Notes how far the machine is ahead, as long as that is worth telling."""
    kept = db.session.scalar(sa.select(MachineClock).where(MachineClock.machine == machine))
    if abs(ahead) <= TOLD:
        if kept is not None:
            db.session.delete(kept)
        return
    seconds = round(ahead.total_seconds())
    if kept is None:
        # Another process of the machine may note the same in this very moment.
        add_unless_there(MachineClock(machine=machine, ahead=seconds, at=now))
    else:
        kept.ahead, kept.at = seconds, now


def differing(now: dt.datetime, own: dt.timedelta) -> list[Difference]:
    """The machines whose clocks differ; `own` is how far the one that asks is ahead."""
    noted = sa.select(MachineClock).where(MachineClock.at > now - LASTS)
    found = [
        Difference(row.machine, row.ahead)
        for row in db.session.scalars(noted.order_by(MachineClock.machine))
    ]
    if not found and abs(own) > TOLD:
        return [Difference("", round(own.total_seconds()))]
    return found
