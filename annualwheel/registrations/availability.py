"""Decides when an invited person may do what; the table of states decides in which state.

Pages and acts both ask here, so that a page never offers a button that is then refused.
"""

from __future__ import annotations

import datetime as dt

from annualwheel.audit import Actor
from annualwheel.cycle import years
from annualwheel.errors import Closed, DomainError, Refused
from annualwheel.models import Meeting, Registration
from annualwheel.registrations.states import CAN_BE_CHANGED, allowed


def answer_phase(registration: Registration) -> str:
    """The phase an answer belongs to.

    A substitute may answer for as long as a substitute can be sent: else somebody who was sent late
    could never say yes.
    """
    return "change" if registration.replaces is not None else "registration"


def answer_by(registration: Registration) -> dt.datetime:
    """The last moment for the person's own answer."""
    if registration.state == "to_reconfirm":
        # A meeting may move after registration has closed, and the new day must be answered all the
        # same.
        return registration.meeting.starts_at
    if registration.state == "offered" and registration.offered_until is not None:
        return registration.offered_until
    return years.phase(registration.meeting, answer_phase(registration)).closes_at


def require(
    registration: Registration,
    action: str,
    now: dt.datetime,
    actor: Actor,
    grace: dt.timedelta = years.GRACE,
) -> None:
    """Raises `Closed` when `action` is not possible any more, or not yet.

    `action` is register, decline, change, substitute or withdraw. Register and decline: from the
    invitation, or from the day registration opens, until it closes; for an offered seat until the
    offer ends, whoever answers, however long ago registration closed. Change and substitute: until
    the last day for changes. Withdraw, everything that staff do, and the answer to a moved meeting:
    until the start. A page that was open when a last day ended has `grace`.
    """
    meeting = registration.meeting
    if meeting.state == "cancelled":
        raise Closed("meeting_cancelled")
    # Asked before it is asked who acts: an offer that has ended has ended for staff too, since the
    # seat goes to the next on the waiting list.
    if action in ("register", "decline") and registration.state == "offered":
        _require_offer(registration, now)
    elif actor.kind == "staff" or _lasts_until_start(registration, action):
        require_before_start(meeting, now)
    else:
        of_change = action in ("change", "substitute")
        phase = "change" if of_change else answer_phase(registration)
        _require_phase(registration, phase, now, grace)


def is_over(registration: Registration, now: dt.datetime) -> bool:
    """Whether somebody's offer has run out, even before the minute sweep has noted it."""
    if registration.state != "offered":
        return False
    return registration.offered_until is None or now >= registration.offered_until


def _lasts_until_start(registration: Registration, action: str) -> bool:
    if action == "withdraw":
        return True
    return action in ("register", "decline") and registration.state == "to_reconfirm"


def _require_offer(registration: Registration, now: dt.datetime) -> None:
    require_before_start(registration.meeting, now)
    if is_over(registration, now):
        raise Closed("offer_over")


def _require_phase(
    registration: Registration, kind: str, now: dt.datetime, grace: dt.timedelta
) -> None:
    """Raises `Closed` outside the phase.

    Somebody with an invitation may answer at once, though registration opens for others later.
    """
    # A mail whose button says that one must wait is worth less than no mail.
    invited = registration.invited_at is not None and registration.invited_at <= now
    if invited and now < years.phase(registration.meeting, kind).opens_at:
        return
    years.require_open(registration.meeting, kind, now, grace)


def require_before_start(meeting: Meeting, now: dt.datetime) -> None:
    """Raises `Closed` once the meeting has begun."""
    if now >= meeting.starts_at:
        raise Closed("meeting_started", day=meeting.starts_at)


def why_not(registration: Registration, action: str, now: dt.datetime) -> DomainError | None:
    """Why a page does not offer `action` to a participant; None when it does.

    After a last day a page offers nothing, though a press on a page that was open then is still
    accepted for a while.
    """
    if action == "change":
        # A change is no step: it leaves the state as it is and has no cell in the table.
        fits = registration.state in CAN_BE_CHANGED
    else:
        fits = allowed(registration.state, action)
    if not fits:
        return Refused(f"cannot_{action}", state=registration.state)
    try:
        require(registration, action, now, Actor("participant"), dt.timedelta())
    except Closed as refusal:
        return refusal
    return None
