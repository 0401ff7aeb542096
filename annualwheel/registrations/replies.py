"""What an invited person answers: yes, no, never mind, and the changes to a yes."""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from annualwheel import audit, contacts, years
from annualwheel.audit import Actor
from annualwheel.db import db
from annualwheel.errors import Closed
from annualwheel.models import Registration
from annualwheel.outbox import Recipient
from annualwheel.registrations import notices, seats
from annualwheel.registrations.states import step


@dataclass(frozen=True)
class Reply:
    """What the registration form asks. `lunch` None where the meeting serves none; `copy_to` is a secretary's address."""

    given: str
    family: str
    email: str
    title: str = ""
    mobile: str = ""
    lunch: bool | None = None
    mode: str = "on_site"
    copy_to: str = ""


def register(registration: Registration, reply: Reply, now: dt.datetime, actor: Actor) -> Registration:
    """Registers, or puts on the waiting list when there is no seat; both mails are queued. A second press changes nothing.

    Raises `Closed` outside the registration phase (staff may register at any time before the start), `Refused` in a state that
    cannot register, `Unreadable` for a bad address.
    """
    _require(registration, "registration", now, actor)
    _lock(registration)
    if registration.state in ("registered", "waitlisted"):
        return registration
    was_moved = registration.state == "to_reconfirm"
    seated = was_moved or registration.state == "offered" or seats.is_free(registration, reply.mode)
    step(registration, "register", "registered" if seated else "waitlisted")
    registration.answered_at, registration.by_staff = now, actor.kind == "staff"
    _take(registration, reply, now)
    if seated:
        _confirm(registration, now, actor, calendar=not was_moved)
    else:
        registration.queued_at = now
        notices.write("waitlisted", registration, now)
    audit.note(actor, "registered" if seated else "waitlisted", registration, now, registration.meeting_id)
    db.session.flush()
    return registration


def change(registration: Registration, reply: Reply, now: dt.datetime, actor: Actor) -> Registration:
    """Changes the details of a registration that stands; mails a new confirmation. Until the change stop (staff: until the start)."""
    _require(registration, "change", now, actor)
    _lock(registration)
    if registration.state not in ("registered", "waitlisted", "to_reconfirm"):
        return register(registration, reply, now, actor)
    _take(registration, reply, now)
    notices.write("waitlisted" if registration.state == "waitlisted" else "confirmation", registration, now)
    audit.note(actor, "changed", registration, now, registration.meeting_id)
    db.session.flush()
    return registration


def decline(registration: Registration, reason: str, now: dt.datetime, actor: Actor) -> None:
    """Says no. `reason` is optional. Can be undone by registering while registration is open."""
    _require(registration, "registration", now, actor, until_start=registration.state == "to_reconfirm")
    _lock(registration)
    if registration.state == "declined":
        return
    step(registration, "decline")
    registration.answered_at, registration.decline_reason = now, reason
    registration.by_staff = actor.kind == "staff"
    if actor.kind == "staff":
        notices.by_phone(registration, actor.id, False, now)
    else:
        notices.write("declined", registration, now)
    notices.copy_to_secretary("declined", registration, now)
    notices.take_from_calendar(registration, now)
    audit.note(actor, "declined", registration, now, registration.meeting_id)
    fill(registration, now)


def withdraw(registration: Registration, now: dt.datetime, actor: Actor) -> None:
    """Gives the seat, or the place in line, back; the next in line gets it. Possible until the meeting starts."""
    _require(registration, "withdrawal", now, actor, until_start=True)
    _lock(registration)
    if registration.state == "withdrawn":
        return
    step(registration, "withdraw")
    registration.answered_at = now
    notices.write("withdrawn", registration, now)
    notices.copy_to_secretary("withdrawn", registration, now)
    notices.take_from_calendar(registration, now)
    audit.note(actor, "withdrew", registration, now, registration.meeting_id)
    fill(registration, now)


def fill(registration: Registration, now: dt.datetime) -> None:
    """Gives free seats of this way of attending to those who wait, in order. Call it under the meeting's lock."""
    db.session.flush()
    for next_up in seats.waiting(registration.meeting, registration.mode):
        if not seats.is_free(next_up, next_up.mode):
            continue
        step(next_up, "promote", "registered")
        notices.write("promoted", next_up, now)
        notices.put_in_calendar(next_up, now)
        audit.note(audit.SYSTEM, "promoted", next_up, now, next_up.meeting_id)
        db.session.flush()


def _lock(registration: Registration) -> None:
    seats.lock(registration.meeting)
    db.session.refresh(registration, attribute_names=["state", "sequence", "queued_at"])


def _require(registration: Registration, kind: str, now: dt.datetime, actor: Actor, until_start: bool = False) -> None:
    meeting = registration.meeting
    if meeting.state == "cancelled":
        raise Closed("meeting_cancelled")
    if until_start or actor.kind == "staff" or registration.state == "to_reconfirm":
        if now >= meeting.starts_at:
            raise Closed("meeting_started", day=meeting.starts_at)
    else:
        years.require_open(meeting, kind, now)


def _take(registration: Registration, reply: Reply, now: dt.datetime) -> None:
    """Writes the reply down. A new address tells the old one and makes every earlier link dead."""
    person = registration.person
    old = Recipient.of(person)
    contacts.rename(person, reply.given, reply.family, reply.email)
    person.mobile = reply.mobile
    registration.title, registration.lunch, registration.copy_to = reply.title, reply.lunch, reply.copy_to
    registration.mode = reply.mode
    if person.email != old.address:
        registration.link_version += 1
        notices.write("address_changed", registration, now, to=old, old_address=old.address)


def _confirm(registration: Registration, now: dt.datetime, actor: Actor, calendar: bool) -> None:
    if actor.kind == "staff":
        notices.by_phone(registration, actor.id, True, now)
    else:
        notices.write("confirmation", registration, now)
    notices.copy_to_secretary("confirmation", registration, now)
    if calendar or registration.sequence < 0:
        notices.put_in_calendar(registration, now)
