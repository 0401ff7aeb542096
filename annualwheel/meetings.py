"""A meeting that changes: what happens to everyone concerned."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel import announcements, audit, dates, needs, outbox, years
from annualwheel.audit import Actor
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.models import Mailing, Meeting, Registration
from annualwheel.questionnaires import membership
from annualwheel.registrations import invitations, offers, replies, seats, substitution
from annualwheel.registrations.replies import Reply
from annualwheel.registrations.states import TABLE
from annualwheel.registrations.substitution import Substitute


@dataclass(frozen=True)
class Appointment:
    """When and where, as a coordinator types it. Times are aware."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    address: str = ""


def register(
    registration: Registration, reply: Reply, now: dt.datetime, actor: Actor
) -> Registration:
    """Registers, and lets a newcomer write in an answer that is open for the organisation."""
    replies.register(registration, reply, now, actor)
    has_seat = registration.state == "registered"
    if has_seat and years.is_open(registration.meeting, "preparation", now):
        membership.of_registration(registration, now)
    return registration


def substitute(
    registration: Registration, new: Substitute, now: dt.datetime, actor: Actor
) -> Registration:
    """Hands over the place and the access to the preparation.

    Diet and access needs are not inherited.
    """
    successor = substitution.substitute(registration, new, now, actor)
    membership.hand_over(registration, successor, now)
    return successor


def revoke(registration: Registration, now: dt.datetime, actor: Actor) -> None:
    """Takes the invitation back, and with it the access to the preparation that it gave."""
    invitations.revoke(registration, now, actor)
    membership.end(registration)


def move(
    meeting: Meeting, to: Appointment, reason: str, now: dt.datetime, actor: Actor
) -> Mailing | None:
    """Moves the meeting in time or place and sees to it that everyone concerned is told.

    Returns that mailing, None for nobody.

    Another day: those who are coming must say yes again. Same day: they keep their yes. Either way
    their calendar entries follow (same UID, higher SEQUENCE), and the phases that are not over
    follow the meeting's day. Raises `Closed` for a meeting that is cancelled or over,
    `Refused("not_moved")` when nothing changes, `Refused("ends_before_start")`,
    `Refused("time_passed")`.
    """
    seats.lock(meeting)
    _require_planned(meeting, now)
    if to.ends_at <= to.starts_at:
        raise Refused("ends_before_start")
    if to.starts_at <= now:
        raise Refused("time_passed")
    before = Appointment(meeting.starts_at, meeting.ends_at, meeting.place, meeting.address)
    known = announcements.appointment(meeting)
    if before == to:
        raise Refused("not_moved")
    meeting.starts_at, meeting.ends_at = to.starts_at, to.ends_at
    meeting.place, meeting.address = to.place, to.address
    meeting.sequence += 1
    years.place_phases(meeting, now)
    another_day = dates.as_date(before.starts_at) != dates.as_date(to.starts_at)
    if another_day:
        _step_all(meeting, "move")
    needs.follow(meeting)
    offers.follow(meeting, now)
    mailing = announcements.begin(meeting, "moved", reason, known, now, actor)
    audit.note(
        actor, "moved", meeting, now, meeting.id, told=told(mailing), another_day=another_day
    )
    db.session.flush()
    return mailing


def cancel(meeting: Meeting, reason: str, now: dt.datetime, actor: Actor) -> Mailing | None:
    """Cancels the meeting and returns the mailing about it, None for nobody.

    Everyone concerned gets a mail and, when they had one, a CANCEL for the calendar entry.
    Invitations and reminders that have not left are not sent, and stated needs are erased. Raises
    `Closed` as `move`.
    """
    seats.lock(meeting)
    _require_planned(meeting, now)
    known = announcements.appointment(meeting)
    meeting.state, meeting.cancel_reason = "cancelled", reason
    outbox.drop_waiting(meeting)
    needs.forget_all(meeting)
    mailing = announcements.begin(meeting, "cancelled", reason, known, now, actor)
    audit.note(actor, "cancelled", meeting, now, meeting.id, told=told(mailing))
    db.session.flush()
    return mailing


def told(mailing: Mailing | None) -> int:
    """How many persons hear of the move or the cancellation that the mailing is about."""
    return len(announcements.people_of(mailing)) if mailing else 0


def _step_all(meeting: Meeting, action: str) -> None:
    """Takes every registration at the meeting that has the step to its next state, at once."""
    for (state, possible), (to, *_others) in TABLE.items():
        if possible == action and state != to:
            db.session.execute(
                sa.update(Registration)
                .where(Registration.meeting_id == meeting.id, Registration.state == state)
                .values(state=to)
            )


def _require_planned(meeting: Meeting, now: dt.datetime) -> None:
    if meeting.state == "cancelled":
        raise Closed("meeting_cancelled")
    if now >= meeting.starts_at:
        raise Closed("meeting_started", day=meeting.starts_at)
