"""Changes the ways to attend a meeting.

Each has its number of seats, a number for each organisation, and a rule for giving a free seat.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.models import AttendanceOption, Meeting, Registration
from annualwheel.participation import offers
from annualwheel.registrations import seats
from annualwheel.registrations.states import HAS_SEAT_OR_WAITS


@dataclass(frozen=True)
class AttendanceTerms:
    """What a coordinator decides.

    None = no limit; `rule` is "direct" or "offer", with `hours` to answer.
    """

    capacity: int | None = None
    per_organisation: int | None = None
    rule: str = "direct"
    hours: int = 24


def of(option: AttendanceOption) -> AttendanceTerms:
    """What holds now."""
    return AttendanceTerms(
        option.capacity, option.per_organisation, option.waiting_rule, option.offer_hours
    )


def change(
    meeting: Meeting, ways: Mapping[str, AttendanceTerms], now: dt.datetime
) -> list[Registration]:
    """Makes `ways` (name -> what holds) the ways to attend.

    A way that is not among them is taken away. Call it under the meeting's lock. Free seats go to
    those who wait; returns who was given or offered one. Nobody loses a seat or an offer.

    Raises `Refused("way_in_use", count=…)` for a way that somebody has or waits for.
    """
    for option in list(meeting.options):
        if option.mode not in ways:
            _remove(meeting, option)
    for mode, way in ways.items():
        option = seats.option_of(meeting, mode) or _add(meeting, mode)
        option.capacity = way.capacity
        option.per_organisation = way.per_organisation
        option.waiting_rule = way.rule
        option.offer_hours = way.hours
    # Free seats are counted by queries, which must find the new numbers.
    db.session.flush()
    return [got for option in meeting.options for got in offers.fill(meeting, option.mode, now)]


def _add(meeting: Meeting, mode: str) -> AttendanceOption:
    option = AttendanceOption(meeting=meeting, mode=mode)
    db.session.add(option)
    return option


def _remove(meeting: Meeting, option: AttendanceOption) -> None:
    of_way = (Registration.meeting_id == meeting.id, Registration.mode == option.mode)
    count = db.session.scalar(
        sa.select(sa.func.count(Registration.id)).where(
            *of_way, Registration.state.in_(HAS_SEAT_OR_WAITS)
        )
    )
    if count:
        raise Refused("way_in_use", count=count)
    meeting.options.remove(option)
    db.session.delete(option)
    # Somebody who once chose it and said no may come back, and then needs a way that exists.
    left = meeting.options[0].mode if meeting.options else "on_site"
    db.session.execute(
        sa.update(Registration)
        .where(*of_way)
        .values(mode=left)
        .execution_options(synchronize_session="fetch")
    )
