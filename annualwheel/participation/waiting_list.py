"""The waiting list of a meeting as coordinators see it.

It says who has which position, and what prevents a seat from being given.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.db import db
from annualwheel.models import Meeting, Registration
from annualwheel.participation import offers
from annualwheel.registrations import seats
from annualwheel.registrations.seats import SeatCount
from annualwheel.registrations.states import IN_LINE


@dataclass(frozen=True)
class WaitingList:
    """Those who wait for a way of attending, and those who hold an offer.

    Those who wait are in the order of the list, and offers in the order in which they end. `late`:
    it is too near the meeting to offer anybody a seat.
    """

    room: SeatCount
    late: bool = False
    offered: list[Registration] = field(default_factory=list)
    waiting: list[Registration] = field(default_factory=list)

    @property
    def free(self) -> int | None:
        """Seats that nobody holds; None where there is no limit."""
        capacity = self.room.option.capacity
        return None if capacity is None else max(0, capacity - self.room.taken)

    @property
    def over(self) -> int:
        """How many more people than seats there are: coordinators may give more than there are."""
        capacity = self.room.option.capacity
        return 0 if capacity is None else max(0, self.room.taken - capacity)


def of(meeting: Meeting, now: dt.datetime) -> list[WaitingList]:
    """A waiting list for each way to attend, in a fixed number of queries."""
    found = {
        option.mode: WaitingList(seats.room(option), offers.is_late(option, now))
        for option in meeting.options
    }
    rows = db.session.scalars(
        sa.select(Registration)
        .where(
            Registration.meeting_id == meeting.id,
            Registration.state.in_(IN_LINE),
        )
        .options(joinedload(Registration.person), joinedload(Registration.organisation))
        .order_by(Registration.offered_until, Registration.queued_at, Registration.id)
    )
    for registration in rows:
        line = found[registration.mode]
        beside = line.offered if registration.state == "offered" else line.waiting
        beside.append(registration)
    return list(found.values())
