"""Seats: the meeting row is updated first, then counted, then written. That order is the lock on both databases."""
from __future__ import annotations

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.models import AttendanceOption, Meeting, Registration
from annualwheel.registrations.states import HOLDS_SEAT


def lock(meeting: Meeting) -> None:
    """Makes everyone else who wants a seat at this meeting wait for our commit."""
    db.session.execute(sa.update(Meeting).where(Meeting.id == meeting.id).values(place=Meeting.place)
                       .execution_options(synchronize_session=False))


def is_free(registration: Registration, mode: str) -> bool:
    """Whether there is a seat for this registration in that way of attending. Call it under `lock`."""
    option = _option(registration.meeting, mode)
    if option is None:
        return False
    held = [Registration.meeting_id == registration.meeting_id, Registration.mode == mode, Registration.state.in_(HOLDS_SEAT),
            Registration.id != registration.id]
    if option.capacity is not None and _count(*held) >= option.capacity:
        return False
    own = Registration.organisation_id == registration.organisation_id
    return option.per_organisation is None or _count(*held, own) < option.per_organisation


def waiting(meeting: Meeting, mode: str) -> list[Registration]:
    """Those who wait, first in line first."""
    return list(db.session.scalars(sa.select(Registration).where(
        Registration.meeting_id == meeting.id, Registration.mode == mode, Registration.state == "waitlisted")
        .order_by(Registration.queued_at, Registration.id)))


def place_in_line(registration: Registration) -> int:
    """1 for the first in line."""
    return 1 + _count(Registration.meeting_id == registration.meeting_id, Registration.mode == registration.mode,
                      Registration.state == "waitlisted",
                      sa.tuple_(Registration.queued_at, Registration.id) < sa.tuple_(registration.queued_at, registration.id))


def is_full(meeting: Meeting, mode: str = "on_site") -> bool:
    """Whether the next to register would have to wait: for the landing page, without a lock."""
    option = _option(meeting, mode)
    return option is not None and option.capacity is not None and _count(
        Registration.meeting_id == meeting.id, Registration.mode == mode, Registration.state.in_(HOLDS_SEAT)) >= option.capacity


def _option(meeting: Meeting, mode: str) -> AttendanceOption | None:
    return next((option for option in meeting.options if option.mode == mode), None)


def _count(*conditions: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count(Registration.id)).where(*conditions)) or 0
