"""A meeting that changes: what happens to everyone concerned."""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel import audit, dates, needs, outbox, years
from annualwheel.audit import Actor
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.models import Meeting, Questionnaire, Registration, Submission
from annualwheel.questionnaires import membership
from annualwheel.registrations import invitations, notices, replies, seats, substitution
from annualwheel.registrations.replies import Reply
from annualwheel.registrations.states import step
from annualwheel.registrations.substitution import Substitute

CONCERNED = ("invited", "waitlisted", "offered", "registered", "to_reconfirm")
HAS_ENTRY = ("registered", "to_reconfirm")


@dataclass(frozen=True)
class Appointment:
    """When and where, as a coordinator types it. Times are aware."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    place: str
    address: str = ""


def register(registration: Registration, reply: Reply, now: dt.datetime, actor: Actor) -> Registration:
    """Registers, and lets a newcomer write in an answer that is already open for the organisation."""
    replies.register(registration, reply, now, actor)
    if registration.state == "registered" and years.is_open(registration.meeting, "preparation", now):
        membership.of_registration(registration, now)
    return registration


def substitute(registration: Registration, new: Substitute, now: dt.datetime, actor: Actor) -> Registration:
    """Hands over the place and the access to the preparation. Diet and access needs are not inherited."""
    successor = substitution.substitute(registration, new, now, actor)
    membership.hand_over(registration, successor, now)
    return successor


def revoke(registration: Registration, now: dt.datetime, actor: Actor) -> None:
    """Takes the invitation back, and with it the access to the preparation that it gave."""
    invitations.revoke(registration, now, actor)
    membership.end(registration)


def concerned(meeting: Meeting) -> list[Registration]:
    """Everyone a move or a cancellation is told to."""
    return list(db.session.scalars(sa.select(Registration).where(
        Registration.meeting_id == meeting.id, Registration.state.in_(CONCERNED))
        .options(joinedload(Registration.person), joinedload(Registration.organisation)).order_by(Registration.id)))


def move(meeting: Meeting, to: Appointment, reason: str, now: dt.datetime, actor: Actor) -> list[Registration]:
    """Moves the meeting in time or place and tells everyone concerned, who are returned.

    Another day: those who are coming must say yes again. Same day: they keep their yes. Either way their calendar entries follow
    (same UID, higher SEQUENCE), and the phases that are not over follow the meeting's day. Raises `Closed` for a meeting that is
    cancelled or over, `Refused("not_moved")` when nothing changes, `Refused("ends_before_start")`, `Refused("time_passed")`.
    """
    seats.lock(meeting)
    _require_planned(meeting, now)
    if to.ends_at <= to.starts_at:
        raise Refused("ends_before_start")
    if to.starts_at <= now:
        raise Refused("time_passed")
    before = Appointment(meeting.starts_at, meeting.ends_at, meeting.place, meeting.address)
    if before == to:
        raise Refused("not_moved")
    meeting.starts_at, meeting.ends_at, meeting.place, meeting.address = to.starts_at, to.ends_at, to.place, to.address
    meeting.sequence += 1
    years.place_phases(meeting, now)
    another_day = dates.as_date(before.starts_at) != dates.as_date(to.starts_at)
    told = concerned(meeting)
    for registration in told:
        if another_day and registration.state in ("registered", "to_reconfirm"):
            step(registration, "move")
        _tell_moved(registration, before, reason, now)
        if registration.state in HAS_ENTRY and registration.sequence >= 0:
            notices.put_in_calendar(registration, now, "calendar_update")
    needs.follow(meeting)
    audit.note(actor, "moved", meeting, now, meeting.id, told=len(told), another_day=another_day)
    db.session.flush()
    return told


def cancel(meeting: Meeting, reason: str, now: dt.datetime, actor: Actor) -> list[Registration]:
    """Cancels the meeting: everyone concerned gets a mail and, when they had one, a CANCEL for the calendar entry. They are returned.

    Invitations and reminders that have not left are not sent.
    """
    seats.lock(meeting)
    _require_planned(meeting, now)
    meeting.state, meeting.cancel_reason = "cancelled", reason
    outbox.drop_waiting(meeting)
    told, answered = concerned(meeting), _organisations_that_submitted(meeting)
    for registration in told:
        kept = "yes" if registration.organisation_id in answered else ""
        notices.tell("cancelled", registration, now, cause="cancelled", reason=reason, answer_kept=kept)
        if registration.state in HAS_ENTRY:
            notices.take_from_calendar(registration, now)
    audit.note(actor, "cancelled", meeting, now, meeting.id, told=len(told))
    db.session.flush()
    return told


def _tell_moved(registration: Registration, before: Appointment, reason: str, now: dt.datetime) -> None:
    meeting, language = registration.meeting, registration.person.language
    here = notices.place(registration, language)
    notices.tell(
        "moved", registration, now, cause=f"moved:{meeting.sequence}", reason=reason,
        old_day=dates.day(before.starts_at, language), new_day=dates.day(meeting.starts_at, language),
        old_time=dates.hours(before.starts_at, before.ends_at, language),
        new_time=dates.hours(meeting.starts_at, meeting.ends_at, language),
        old_place=", ".join(part for part in (before.place, before.address) if part) if registration.mode == "on_site" else here,
        new_place=here)


def _organisations_that_submitted(meeting: Meeting) -> set[int]:
    return set(db.session.scalars(sa.select(Submission.organisation_id).join(Questionnaire).where(
        Questionnaire.meeting_id == meeting.id, Submission.submitted_at.is_not(None))))


def _require_planned(meeting: Meeting, now: dt.datetime) -> None:
    if meeting.state == "cancelled":
        raise Closed("meeting_cancelled")
    if now >= meeting.starts_at:
        raise Closed("meeting_started", day=meeting.starts_at)
