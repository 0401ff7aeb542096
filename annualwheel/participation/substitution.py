"""Lets someone else come instead.

The substitute gets the seat and the access to the preparation, but not the diet and access needs.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from annualwheel import audit
from annualwheel.access.links import Target
from annualwheel.audit import Actor
from annualwheel.contacts import activation, budgets, people
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.models import Person, Registration
from annualwheel.models.registrations import LINK_IS_DEAD
from annualwheel.participation import access
from annualwheel.preparation import membership
from annualwheel.registrations import availability, invitations, needs, notices, seats
from annualwheel.registrations.states import HAS_SEAT_OR_WAITS, HOLDS_SEAT, allowed, step

Replaced = aliased(Registration)


@dataclass(frozen=True)
class Substitute:
    """The person who comes instead, as typed by the one who hands over.

    With `taken` the person typed it themselves, with a forwarded link.
    """

    given: str
    family: str
    email: str
    title: str = ""
    message: str = ""
    taken: bool = False


def substitute(
    registration: Registration, new: Substitute, now: dt.datetime, actor: Actor
) -> Registration:
    """Hands over the seat and the access to the preparation; returns the new registration.

    The old link is dead at once. Diet and access needs are not inherited.

    Raises `Closed` after the last day for changes, `Refused("substitute_exists")` when the new
    person already comes (`"not_from_here"` when they come for another organisation),
    `Refused("substitute_self")` for the person's own name and address, `Refused("person_inactive")`
    for a person whom a coordinator has deactivated (only staff can reactivate them), `Unreadable`
    for a bad address; for a participant also what `_count` raises.
    """
    seats.lock(registration)
    availability.require(registration, "substitute", now, actor)
    if not allowed(registration.state, "substitute"):
        raise Refused("cannot_substitute", state=registration.state)
    if actor.kind == "participant":
        _count(registration, new, now, actor)
    # The first mail must tell the new person where the address came from (GDPR art. 14).
    source = "forwarded:" if new.taken else f"substitute:{registration.person.name}"
    person = people.add_beside(
        registration.person,
        registration.organisation,
        new.given,
        new.family,
        new.email,
        title=new.title,
        source=source,
    )
    if person.id == registration.person_id:
        raise Refused("substitute_self")
    activation.let_in(person, now, actor)
    had_seat = registration.state in HOLDS_SEAT
    step(registration, "substitute")
    registration.link_version += 1
    registration.answered_at = now
    successor = _successor(registration, person, new, had_seat, now, actor)
    _tell(registration, successor, new, had_seat, now)
    # The person no longer comes, so the needs have no purpose; the substitute states their own.
    needs.forget(registration)
    membership.hand_over(registration, successor, now)
    access.open_answers(successor, now)
    audit.note(
        actor, "substituted", registration, now, registration.meeting_id, successor=successor.id
    )
    return successor


def successor_of(target: Target) -> Registration | None:
    """The registration that replaced the one that a link opened until then.

    None for every other link. It lets a second press on the same button get the same answer as the
    first.
    """
    return db.session.scalar(
        sa.select(Registration)
        .join(Replaced, Registration.replaces_id == Replaced.id)
        .where(
            Replaced.public_id == target.public_id,
            Replaced.state == "substituted",
            # `substitute` raises the version by one: only the link that was used for it fits.
            Replaced.link_version == target.version + 1,
        )
        .order_by(Registration.id.desc())
        .limit(1)
    )


def _count(registration: Registration, new: Substitute, now: dt.datetime, actor: Actor) -> None:
    """Counts the mails that the new person gets.

    Raises `TooMany`, `Refused("no_greeting")` for a greeting of somebody whom the organisation does
    not know, `Refused("address_unproven")`.
    """
    budgets.require_proven(registration.person)
    by = budgets.cause(registration.person, registration.organisation, actor.client)
    if by.stranger and new.message:
        raise Refused("no_greeting")
    # With a seat goes a calendar entry.
    mails = 2 if registration.state in HOLDS_SEAT else 1
    budgets.spend(by, mails, now)
    budgets.reach(by, new.email, mails, now)


def _successor(
    registration: Registration,
    person: Person,
    new: Substitute,
    had_seat: bool,
    now: dt.datetime,
    actor: Actor,
) -> Registration:
    found = invitations.find(registration.meeting, person)
    if found is None:
        found = Registration(
            meeting=registration.meeting,
            person=person,
            organisation=registration.organisation,
            state="invited",
            invited_at=now,
        )
        db.session.add(found)
    elif found.state in HAS_SEAT_OR_WAITS:
        # Who comes for another organisation is told to nobody here.
        ours = found.organisation_id == registration.organisation_id
        key = "substitute_exists" if ours or actor.kind == "staff" else "not_from_here"
        raise Refused(key, name=person.name)
    elif found.state != "invited":
        if found.state in LINK_IS_DEAD:
            found.link_version += 1
        step(found, "invite")
        invitations.forget_answer(found)
    found.organisation = registration.organisation
    found.title = new.title
    found.mode = registration.mode
    found.replaces = registration
    if had_seat:
        step(found, "register", "registered")
        found.answered_at = now
    db.session.flush()
    return found


def _tell(
    registration: Registration,
    successor: Registration,
    new: Substitute,
    had_seat: bool,
    now: dt.datetime,
) -> None:
    name = successor.person.name
    notices.tell("substituted", registration, now, substitute=name, seated=had_seat)
    if had_seat:
        notices.take_from_calendar(registration, now)
    notices.write(
        "substitute_invitation",
        successor,
        now,
        replaces=registration.person.name,
        message=new.message,
        seated=had_seat,
        taken=new.taken,
    )
    if had_seat:
        notices.put_in_calendar(successor, now)
