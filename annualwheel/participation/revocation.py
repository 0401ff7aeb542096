"""Removes a person from a meeting, whether they were invited or came unasked."""

from __future__ import annotations

import datetime as dt

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.models import Registration
from annualwheel.participation import offers
from annualwheel.preparation import membership
from annualwheel.registrations import needs, notices, seats
from annualwheel.registrations.states import HAS_ENTRY, HOLDS_SEAT, step


def revoke(registration: Registration, now: dt.datetime, actor: Actor) -> None:
    """Removes the person from the meeting.

    The link is dead, the calendar entry is removed, the access to the preparation ends, and the
    seat goes to the next on the waiting list.
    """
    seats.lock(registration)
    before = registration.state
    step(registration, "revoke")
    registration.link_version += 1
    needs.forget(registration)
    audit.note(actor, "revoked", registration, now, registration.meeting_id)
    if before in HAS_ENTRY:
        notices.take_from_calendar(registration, now)
    if before in HOLDS_SEAT:
        offers.fill(registration.meeting, registration.mode, now)
    membership.end(registration)
