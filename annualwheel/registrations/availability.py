"""When an invited person may do what: the *when* beside the state table.

One place, so that a page never offers what a press refuses.
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

    A substitute may answer as long as one can be sent, else nobody could follow a late one.
    """
    return "change" if registration.replaces is not None else "registration"


def answer_by(registration: Registration) -> dt.datetime:
    """The last moment for the person's own answer."""
    if registration.state == "to_reconfirm":
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
    invitation, or from the day registration opens, until it closes; who is offered a seat: until
    the offer ends, whoever answers for them, however long ago registration closed. Change and
    substitute: until the change stop. Withdraw, and whatever staff do or a moved meeting asks:
    until the start. A page that was open when a last day ended has `grace`.
    """
    meeting = registration.meeting
    if meeting.state == "cancelled":
        raise Closed("meeting_cancelled")
    if action in ("register", "decline") and registration.state == "offered":
        _require_offer(registration, now)
    elif actor.kind == "staff" or _lasts_until_start(registration, action):
        require_before_start(meeting, now)
    else:
        of_change = action in ("change", "substitute")
        phase = "change" if of_change else answer_phase(registration)
        _require_phase(registration, phase, now, grace)


def is_over(registration: Registration, now: dt.datetime) -> bool:
    """Whether somebody's offer has run out, though nobody may have come to note it yet."""
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

    Whoever has an invitation may answer at once, though the day registration opens for others is
    yet to come.
    """
    invited = registration.invited_at is not None and registration.invited_at <= now
    if invited and now < years.phase(registration.meeting, kind).opens_at:
        return
    years.require_open(registration.meeting, kind, now, grace)


def require_before_start(meeting: Meeting, now: dt.datetime) -> None:
    """Raises `Closed` once the meeting has begun."""
    if now >= meeting.starts_at:
        raise Closed("meeting_started", day=meeting.starts_at)


def why_not(registration: Registration, action: str, now: dt.datetime) -> DomainError | None:
    """What a participant cannot be offered `action` for; None when it is possible.

    After a last day nothing is offered, though a press on a page that was open then is still taken
    for a while.
    """
    if action == "change":
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
