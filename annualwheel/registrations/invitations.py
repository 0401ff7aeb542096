"""Invitations: one live invitation per meeting and person, kept by the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from annualwheel import audit, contacts, needs
from annualwheel.audit import Actor
from annualwheel.db import db
from annualwheel.errors import Missing
from annualwheel.links import Target
from annualwheel.models import Mailing, Meeting, Organisation, Person, Registration
from annualwheel.registrations import notices, offers, seats
from annualwheel.registrations.states import HAS_ENTRY, HOLDS_SEAT, step

_OPENED = (
    sa.select(Registration)
    .where(Registration.public_id == sa.bindparam("public_id"))
    .options(*seats.WHOLE)
)


def invite(
    meeting: Meeting,
    person: Person,
    organisation: Organisation,
    now: dt.datetime,
    mailing: Mailing | None = None,
    title: str = "",
) -> Registration:
    """Invites the person for `organisation`: the row is made, or taken back to *invited* for that
    organisation and in nobody's stead, and the mail queued. A title that is not given is kept
    within the organisation.
    """
    registration = find(meeting, person)
    if registration is None:
        registration = Registration(
            meeting=meeting,
            person=person,
            organisation=organisation,
            state="invited",
            title=title,
            invited_at=now,
        )
        db.session.add(registration)
    else:
        if registration.state == "unconfirmed":
            contacts.vouch(person, organisation, title or registration.title)
        step(registration, "invite")
        kept = registration.title if registration.organisation_id == organisation.id else ""
        registration.organisation, registration.title, registration.replaces = (
            organisation,
            title or kept,
            None,
        )
        registration.invited_at = now
        registration.link_version += 1
    db.session.flush()
    notices.write(
        "invitation", registration, now, cause=str(registration.link_version), mailing=mailing
    )
    return registration


def invite_new(
    meeting: Meeting,
    chosen: Sequence[tuple[Person, Organisation, str]],
    now: dt.datetime,
    mailing: Mailing,
) -> None:
    """Invites many (person, organisation, title) at once.

    Whoever has a registration already is left out, unless it is unconfirmed. Two writes, however
    many.
    """
    states = {
        row[0]: row[1]
        for row in db.session.execute(
            sa.select(Registration.person_id, Registration.state).where(
                Registration.meeting_id == meeting.id,
                Registration.person_id.in_([person.id for person, _, _ in chosen]),
            )
        )
    }
    for person, organisation, title in chosen:
        if states.get(person.id) == "unconfirmed":
            invite(meeting, person, organisation, now, mailing, title)
    made = [
        Registration(
            meeting=meeting,
            person=person,
            organisation=organisation,
            state="invited",
            title=title,
            invited_at=now,
        )
        for person, organisation, title in chosen
        if person.id not in states
    ]
    db.session.add_all(made)
    db.session.flush()
    for registration in made:
        notices.write(
            "invitation", registration, now, cause=str(registration.link_version), mailing=mailing
        )
    db.session.flush()


def revoke(registration: Registration, now: dt.datetime, actor: Actor) -> None:
    """Takes the invitation back: the link is dead, the calendar entry removed, the seat free for
    the next in line.
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


def find(meeting: Meeting, person: Person) -> Registration | None:
    """The person's registration for the meeting, in any state."""
    return db.session.scalar(
        sa.select(Registration).where(
            Registration.meeting_id == meeting.id, Registration.person_id == person.id
        )
    )


def by_target(target: Target) -> Registration:
    """The registration a link opens, with what its pages show in one query.

    Raises `Missing` for a dead or unknown link.
    """
    registration = (
        db.session.scalars(_OPENED, {"public_id": target.public_id}).unique().one_or_none()
    )
    if (
        registration is None
        or registration.link_version != target.version
        or registration.state in ("substituted", "revoked")
    ):
        raise Missing("link_unknown")
    return registration


def by_public_id(public_id: str) -> Registration:
    """The registration with that public id, for staff. Raises `Missing`."""
    registration = db.session.scalar(
        sa.select(Registration).where(Registration.public_id == public_id)
    )
    if registration is None:
        raise Missing("no_registration")
    return registration
