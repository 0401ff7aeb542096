"""Counts seats under the meeting's lock.

Whoever changes seats updates the meeting's row first, then counts, then writes. That order is the
lock on both databases (`docs/decisions/0005-seat-lock.md`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.exc import ObjectDeletedError

from annualwheel.db import db
from annualwheel.models import AttendanceOption, Meeting, Organisation, Person, Registration
from annualwheel.registrations.states import HOLDS_SEAT

MOMENT = dt.timedelta(microseconds=1)
# Stands for all other organisations together where only one's own is counted; none has this id.
ELSEWHERE = 0

_MEETING = (
    joinedload(Meeting.phases),
    joinedload(Meeting.options),
    joinedload(Meeting.questionnaires),
)
# A registration with all that its pages ask about: every request of a participant begins with it.
# The meeting's lists are short, so one joined query costs less than one query for each.
WHOLE = (
    joinedload(Registration.person).joinedload(Person.affiliations),
    joinedload(Registration.organisation),
    joinedload(Registration.meeting).options(*_MEETING),
)
_UNCHANGED = (
    sa.update(Meeting).values(place=Meeting.place).execution_options(synchronize_session=False)
)
_TOUCH = {
    Meeting: _UNCHANGED.where(Meeting.id == sa.bindparam("subject")),
    Registration: _UNCHANGED.where(
        Meeting.id
        == sa.select(Registration.meeting_id)
        .where(Registration.id == sa.bindparam("subject"))
        .scalar_subquery()
    ),
}
# What `lock` reads again, in one query: a query for each row made registering too slow on
# PostgreSQL.
_AGAIN = {
    Meeting: sa.select(Meeting)
    .where(Meeting.id == sa.bindparam("subject"))
    .options(*_MEETING)
    .execution_options(populate_existing=True),
    Registration: sa.select(Registration)
    .where(Registration.id == sa.bindparam("subject"))
    .options(*WHOLE)
    .execution_options(populate_existing=True),
}


@dataclass
class SeatCount:
    """The seats of one way of attending as they were counted.

    Under the lock the count stays true as long as `take` and `give_back` note each seat.
    """

    option: AttendanceOption
    held: Counter[int]

    @property
    def taken(self) -> int:
        """How many seats are held."""
        return self.held.total()

    def why_not(self, organisation_id: int) -> str:
        """What prevents one more seat for the organisation.

        It is "full", "organisation_full", or "" when nothing does.
        """
        if self.is_full:
            return "full"
        return "organisation_full" if self.has_share(organisation_id) else ""

    @property
    def is_full(self) -> bool:
        """Whether there is no seat left for anybody."""
        return self.option.capacity is not None and self.taken >= self.option.capacity

    def has_share(self, organisation_id: int) -> bool:
        """Whether the organisation has all the seats it may have."""
        most = self.option.per_organisation
        return most is not None and self.held[organisation_id] >= most

    def take(self, organisation_id: int) -> None:
        """Notes a seat that is given."""
        self.held[organisation_id] += 1

    def give_back(self, organisation_id: int) -> None:
        """Notes a seat that is given up."""
        self.held[organisation_id] -= 1


def lock(subject: Meeting | Registration) -> None:
    """Makes everyone else who wants a seat at this meeting wait for our commit.

    Reads again what may have changed while we waited. Raises `ObjectDeletedError` when the subject
    is gone.
    """
    db.session.flush()
    # The key is known without a read: the rows themselves are read once, when the lock is held.
    state = instance_state(subject)
    key = {"subject": state.identity and state.identity[0]}
    # An update that changes nothing takes the lock of the row on PostgreSQL, and on SQLite, which
    # ignores FOR UPDATE, that of the file.
    db.session.execute(_TOUCH[type(subject)], key)
    if db.session.scalars(_AGAIN[type(subject)], key).unique().one_or_none() is None:
        raise ObjectDeletedError(state)


def option_of(meeting: Meeting, mode: str) -> AttendanceOption | None:
    """The meeting's way of attending with that name."""
    return next((option for option in meeting.options if option.mode == mode), None)


def room(option: AttendanceOption) -> SeatCount:
    """Counts the seats that are held, for every organisation at once."""
    query = (
        sa.select(Registration.organisation_id, sa.func.count())
        .where(*_held(option))
        .group_by(Registration.organisation_id)
    )
    held = {row[0]: row[1] for row in db.session.execute(query)}
    return SeatCount(option, Counter(held))


def is_free(registration: Registration, mode: str) -> bool:
    """Whether there is a seat for this registration in that way of attending.

    Call it under `lock`.

    It counts nothing where there is no limit, and all other organisations together: every landing
    page asks this.
    """
    option, own = option_of(registration.meeting, mode), registration.organisation_id
    if option is None:
        return False
    if option.capacity is None and option.per_organisation is None:
        return True
    of_own = sa.func.count().filter(Registration.organisation_id == own)
    # A seat that the registration holds already is free for itself.
    taken, ours = db.session.execute(
        sa.select(sa.func.count(), of_own).where(*_held(option), Registration.id != registration.id)
    ).one()
    held = Counter({own: ours, ELSEWHERE: taken - ours})
    return not SeatCount(option, held).why_not(own)


def is_free_beside(meeting: Meeting, organisation: Organisation, mode: str, kept: int = 0) -> bool:
    """Whether there is one more seat for the organisation, with `kept` seats held back for it.

    Call it under `lock`.
    """
    option = option_of(meeting, mode)
    if option is None:
        return False
    count = room(option)
    count.held[organisation.id] += kept
    return not count.why_not(organisation.id)


def may_have(registration: Registration, mode: str) -> bool:
    """Whether the registration may have a seat in that way of attending: it keeps the one it holds.

    Call it under `lock`.
    """
    keeps = registration.state in HOLDS_SEAT and mode == registration.mode
    return keeps or is_free(registration, mode)


def would_wait(registration: Registration) -> bool:
    """Whether a yes would now lead to the waiting list, however one attends.

    The landing page asks this without the lock: it informs, and the press decides.
    """
    return not any(is_free(registration, option.mode) for option in registration.meeting.options)


def waiting(meeting: Meeting, mode: str) -> list[Registration]:
    """Those who wait, in the order of the waiting list, as they are now."""
    found = db.session.scalars(
        sa.select(Registration)
        .where(*_waits(meeting.id, mode))
        .order_by(Registration.queued_at, Registration.id)
        .options(joinedload(Registration.person), joinedload(Registration.organisation))
        .execution_options(populate_existing=True)
    )
    return list(found)


def stand_last(registration: Registration, now: dt.datetime) -> None:
    """Puts the registration last on its waiting list. Call it under `lock`."""
    line = _waits(registration.meeting_id, registration.mode)
    last = db.session.scalar(
        sa.select(sa.func.max(Registration.queued_at)).where(
            *line, Registration.id != registration.id
        )
    )
    # Offers that run out in the same sweep have one `now`, and the clock of another machine may be
    # ahead of ours: each must come after the one before.
    registration.queued_at = max(now, last + MOMENT) if last else now


def place_in_line(registration: Registration) -> int:
    """The position on the waiting list, 1 for the first."""
    line = _waits(registration.meeting_id, registration.mode)
    earlier = Registration.queued_at < registration.queued_at
    at_once = sa.and_(
        Registration.queued_at == registration.queued_at, Registration.id < registration.id
    )
    before = db.session.scalar(
        sa.select(sa.func.count(Registration.id)).where(*line, sa.or_(earlier, at_once))
    )
    return 1 + (before or 0)


def _waits(meeting_id: int, mode: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Registration.meeting_id == meeting_id,
        Registration.mode == mode,
        Registration.state == "waitlisted",
    )


def _held(option: AttendanceOption) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Registration.meeting_id == option.meeting_id,
        Registration.mode == option.mode,
        Registration.state.in_(HOLDS_SEAT),
    )
