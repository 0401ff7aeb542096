"""Moves and cancels a meeting, with all that follows for those concerned."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.mail import outbox
from annualwheel.meetings import announcements, states, unheard
from annualwheel.models import Mailing, Meeting, Registration
from annualwheel.participation import offers
from annualwheel.registrations import needs, seats
from annualwheel.registrations.states import TRANSITIONS
from annualwheel.wording import dates


@dataclass(frozen=True)
class Appointment:
    """When and where, as a coordinator types it. Times are aware."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    address: str = ""


def move(
    meeting: Meeting, to: Appointment, reason: str, now: dt.datetime, actor: Actor
) -> Mailing | None:
    """Moves the meeting in time or place, and tells everyone concerned.

    Returns the mailing about it, None for nobody.

    Another day: those who are coming must say yes again. Same day: they keep their yes. Either way
    their calendar entries follow (same UID, higher SEQUENCE), and the phases that are not over
    follow the meeting's day. Who has not heard of an earlier move and knows the appointment that
    holds again hears nothing, and an earlier yes to that day stands again.

    Raises `Closed` for a meeting that is cancelled or over, `Refused("not_moved")` when nothing
    changes, `Refused("ends_before_start")`, `Refused("time_passed")`.
    """
    seats.lock(meeting)
    # Under the lock: a colleague may have cancelled the meeting since the page was shown.
    require_planned(meeting, now)
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
    # The feeds of people who are not invited yet show the meeting with this number.
    meeting.sequence += 1
    years.place_phases(meeting, now)
    another_day = dates.as_date(before.starts_at) != dates.as_date(to.starts_at)
    said_yes = announcements.said_yes(meeting)
    if another_day:
        _step_all(meeting, "move")
    needs.follow(meeting)
    offers.follow(meeting, now)
    mailing = announcements.begin(meeting, "moved", reason, known, now, actor, said_yes)
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
    require_planned(meeting, now)
    known = announcements.appointment(meeting)
    states.step(meeting, "cancel")
    meeting.cancel_reason = reason
    # Before it is settled who is told: an invitation that is stopped here leaves nobody to tell.
    outbox.drop_waiting(meeting)
    needs.forget_all(meeting)
    mailing = announcements.begin(meeting, "cancelled", reason, known, now, actor)
    audit.note(actor, "cancelled", meeting, now, meeting.id, told=told(mailing))
    db.session.flush()
    return mailing


def told(mailing: Mailing | None) -> int:
    """How many people hear of the move or the cancellation that the mailing is about."""
    return len(unheard.people_of(mailing)) if mailing else 0


def require_planned(meeting: Meeting, now: dt.datetime) -> None:
    """Raises `Closed` for a meeting that is cancelled or has begun."""
    if meeting.state == "cancelled":
        raise Closed("meeting_cancelled")
    if now >= meeting.starts_at:
        raise Closed("meeting_started", day=meeting.starts_at)


def _step_all(meeting: Meeting, action: str) -> None:
    """Takes every registration at the meeting that has the step to its next state, at once."""
    # A statement for each state: row by row it took seconds with thousands of registrations.
    to = TRANSITIONS.outcome(action)
    of_meeting = Registration.meeting_id == meeting.id
    for state in TRANSITIONS.sources(action):
        if state != to:
            db.session.execute(
                sa.update(Registration)
                .where(of_meeting, Registration.state == state)
                .values(state=to)
            )
