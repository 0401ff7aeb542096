"""Moves and cancels a meeting, with all that follows for those concerned."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.meetings import announcements, settling, states, unheard
from annualwheel.models import Mailing, Meeting
from annualwheel.participation import offers
from annualwheel.registrations import seats
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

    Where there are many, the registrations follow by a job: the mailing is *settling* then.

    Raises `Closed` for a meeting that is cancelled or over, `Refused("not_moved")` when nothing
    changes, `Refused("ends_before_start")`, `Refused("time_passed")`, `Refused("not_settled")`
    while the registrations follow an earlier act.
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
    settling.require_settled(meeting)
    meeting.starts_at, meeting.ends_at = to.starts_at, to.ends_at
    meeting.place, meeting.address = to.place, to.address
    # The feeds of people who are not invited yet show the meeting with this number.
    meeting.sequence += 1
    years.place_phases(meeting, now)
    another_day = dates.as_date(before.starts_at) != dates.as_date(to.starts_at)
    offers.follow(meeting, now)
    mailing = settling.begin(meeting, "moved", reason, known, now, actor)
    audit.note(actor, "moved", meeting, now, meeting.id, another_day=another_day, **_told(mailing))
    db.session.flush()
    return mailing


def cancel(meeting: Meeting, reason: str, now: dt.datetime, actor: Actor) -> Mailing | None:
    """Cancels the meeting and returns the mailing about it, None for nobody.

    Everyone concerned gets a mail and, when they had one, a CANCEL for the calendar entry.
    Invitations and reminders that have not left are not sent, and stated needs are erased. Raises
    `Closed` and `Refused("not_settled")` as `move`.
    """
    seats.lock(meeting)
    require_planned(meeting, now)
    known = announcements.appointment(meeting)
    settling.require_settled(meeting)
    states.step(meeting, "cancel")
    meeting.cancel_reason = reason
    mailing = settling.begin(meeting, "cancelled", reason, known, now, actor)
    audit.note(actor, "cancelled", meeting, now, meeting.id, **_told(mailing))
    db.session.flush()
    return mailing


def told(mailing: Mailing | None) -> int | None:
    """How many people hear of the move or the cancellation that the mailing is about.

    None while that is being settled.
    """
    if mailing is None:
        return 0
    return None if settling.is_under_way(mailing) else len(unheard.people_of(mailing))


def _told(mailing: Mailing | None) -> dict[str, int]:
    """What the trail notes of it: where many follow, the page of the mailing has the number."""
    count = told(mailing)
    return {} if count is None else {"told": count}


def require_planned(meeting: Meeting, now: dt.datetime) -> None:
    """Raises `Closed` for a meeting that is cancelled or has begun."""
    if meeting.state == "cancelled":
        raise Closed("meeting_cancelled")
    if now >= meeting.starts_at:
        raise Closed("meeting_started", day=meeting.starts_at)
