"""Somebody who is registered registers colleagues too: each gets a registration, a mail and a link
of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from annualwheel import audit, contacts, limits, years
from annualwheel.audit import Actor
from annualwheel.db import db
from annualwheel.errors import Closed, DomainError, Refused
from annualwheel.models import Meeting, Person, Registration
from annualwheel.questionnaires import membership
from annualwheel.registrations import applications, invitations, notices, seats, windows
from annualwheel.registrations.states import step

MOST = 5
PRESSES = 5
HOUR = dt.timedelta(hours=1)
MAY = ("registered", "waitlisted", "offered", "to_reconfirm")
# Registrations that somebody else may turn into a yes; whoever has said no says yes themselves.
OPEN = ("invited", "unconfirmed")


@dataclass(frozen=True)
class Colleague:
    """One row of the form. The address is normal already."""

    given: str
    family: str
    email: str
    title: str = ""
    mode: str = "on_site"


@dataclass(frozen=True)
class Outcome:
    """What became of a row: registered, waitlisted, or why nothing was written: "already",
    "said_no", "gone".
    """

    name: str
    became: str


def why_not(registration: Registration, now: dt.datetime) -> DomainError | None:
    """Why colleagues cannot be registered from this registration now; None when they can.

    They can where the meeting is open to all, or where the organisation has a number of seats and
    some are left.
    """
    meeting = registration.meeting
    if registration.state not in MAY:
        return Refused("register_yourself_first")
    try:
        windows.require_before_start(meeting, now)
        years.require_open(meeting, "registration", now)
    except Closed as refusal:
        return refusal
    return (
        None
        if meeting.open_registration or _has_seats_left(meeting, registration.organisation_id)
        else Refused("colleagues_by_invitation")
    )


def register_together(
    registration: Registration, rows: Sequence[Colleague], now: dt.datetime, actor: Actor
) -> list[Outcome]:
    """Registers them all under one lock, in order; who does not fit stands on the waiting list.

    Who is registered or has said no is left as they are. Raises what `why_not` finds, and `TooMany`
    for a link that is used too often.
    """
    seats.lock(registration)
    refusal = why_not(registration, now)
    if refusal is not None:
        raise refusal
    limits.count("colleagues", registration.public_id, now, PRESSES, HOUR)
    outcomes = [_register(registration, row, now, actor) for row in rows[:MOST]]
    db.session.flush()
    return outcomes


def _has_seats_left(meeting: Meeting, organisation_id: int) -> bool:
    return any(
        option.per_organisation is not None and not seats.room(option).why_not(organisation_id)
        for option in meeting.options
    )


def _register(by: Registration, row: Colleague, now: dt.datetime, actor: Actor) -> Outcome:
    name = f"{contacts.clean(row.given)} {contacts.clean(row.family)}"
    known = contacts.person_called(contacts.clean(row.given), contacts.clean(row.family), row.email)
    found = invitations.find(by.meeting, known) if known else None
    if found is not None and (
        found.state not in OPEN
        or (found.state == "invited" and found.organisation_id != by.organisation_id)
    ):
        return Outcome(
            name,
            {
                "declined": "said_no",
                "withdrawn": "said_no",
                "substituted": "gone",
                "revoked": "gone",
            }.get(found.state, "already"),
        )
    if known is not None and applications.is_out(known):
        return Outcome(name, "gone")
    person = contacts.add_beside(
        by.person,
        by.organisation,
        row.given,
        row.family,
        row.email,
        title=row.title,
        source=f"colleague:{by.person.name}",
    )
    colleague = found or _invited(by, person, now)
    colleague.organisation = by.organisation
    colleague.title, colleague.mode = contacts.clean(row.title) or colleague.title, row.mode
    db.session.flush()
    seated = seats.is_free(colleague, row.mode)
    step(colleague, "register", "registered" if seated else "waitlisted")
    colleague.answered_at = now
    if not seated:
        seats.stand_last(colleague, now)
    notices.tell(
        "colleague_registered",
        colleague,
        now,
        registrant=by.person.name,
        waits="" if seated else "yes",
    )
    if seated:
        notices.put_in_calendar(colleague, now)
        if years.is_open(by.meeting, "preparation", now):
            membership.of_registration(colleague, now)
    audit.note(actor, colleague.state, colleague, now, by.meeting_id, by=by.id)
    return Outcome(name, colleague.state)


def _invited(by: Registration, person: Person, now: dt.datetime) -> Registration:
    made = Registration(
        meeting=by.meeting,
        person=person,
        organisation=by.organisation,
        state="invited",
        invited_at=now,
    )
    db.session.add(made)
    return made
