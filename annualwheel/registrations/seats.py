"""Seats: the meeting row is updated first, then counted, then written. That order is the lock on both databases."""
from __future__ import annotations

import sqlalchemy as sa

from annualwheel.db import Base, db
from annualwheel.models import AttendanceOption, Meeting, Registration
from annualwheel.registrations.states import HOLDS_SEAT


def lock(subject: Meeting | Registration) -> None:
    """Makes everyone else who wants a seat at this meeting wait for our commit, and reads again what may have changed while we waited."""
    meeting = subject if isinstance(subject, Meeting) else subject.meeting
    db.session.flush()
    db.session.execute(sa.update(Meeting).where(Meeting.id == meeting.id).values(place=Meeting.place)
                       .execution_options(synchronize_session=False))
    _read_again(meeting)
    if isinstance(subject, Registration):
        _read_again(subject)
        _read_again(subject.person)


def is_free(registration: Registration, mode: str) -> bool:
    """Whether there is a seat for this registration in that way of attending. Call it under `lock`."""
    option = _option(registration.meeting, mode)
    if option is None:
        return False
    held = [*_held(registration.meeting, mode), Registration.id != registration.id]
    if option.capacity is not None and _count(*held) >= option.capacity:
        return False
    own = Registration.organisation_id == registration.organisation_id
    return option.per_organisation is None or _count(*held, own) < option.per_organisation


def is_taken(meeting: Meeting, mode: str) -> bool:
    """Whether every seat of that way of attending is held, whoever asks."""
    option = _option(meeting, mode)
    return option is None or (option.capacity is not None and _count(*_held(meeting, mode)) >= option.capacity)


def would_wait(registration: Registration) -> bool:
    """Whether a yes would now lead to the waiting list, however one attends: for the landing page, without a lock."""
    return not any(is_free(registration, option.mode) for option in registration.meeting.options)


def waiting(meeting: Meeting, mode: str) -> list[Registration]:
    """Those who wait, first in line first."""
    return list(db.session.scalars(sa.select(Registration).where(
        Registration.meeting_id == meeting.id, Registration.mode == mode, Registration.state == "waitlisted")
        .order_by(Registration.queued_at, Registration.id)))


def place_in_line(registration: Registration) -> int:
    """1 for the first in line."""
    before = sa.or_(Registration.queued_at < registration.queued_at,
                    sa.and_(Registration.queued_at == registration.queued_at, Registration.id < registration.id))
    return 1 + _count(Registration.meeting_id == registration.meeting_id, Registration.mode == registration.mode,
                      Registration.state == "waitlisted", before)


def _held(meeting: Meeting, mode: str) -> tuple[sa.ColumnElement[bool], ...]:
    return Registration.meeting_id == meeting.id, Registration.mode == mode, Registration.state.in_(HOLDS_SEAT)


def _option(meeting: Meeting, mode: str) -> AttendanceOption | None:
    return next((option for option in meeting.options if option.mode == mode), None)


def _count(*conditions: sa.ColumnElement[bool]) -> int:
    return db.session.scalar(sa.select(sa.func.count(Registration.id)).where(*conditions)) or 0


def _read_again(row: Base) -> None:
    db.session.refresh(row, attribute_names=[column.key for column in sa.inspect(type(row)).column_attrs])
