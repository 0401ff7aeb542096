"""Invites people, and finds an invitation again by its link."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.access.links import Target
from annualwheel.contacts import activation
from annualwheel.db import db
from annualwheel.errors import Missing
from annualwheel.models import Mailing, Meeting, Organisation, Person, Registration
from annualwheel.models.registrations import LINK_IS_DEAD
from annualwheel.registrations import notices, seats
from annualwheel.registrations.states import step

# Built once: every request with a personal link begins with one of these statements.
_LINKED = sa.select(Registration).where(Registration.public_id == sa.bindparam("public_id"))
_OPENED = _LINKED.options(*seats.WHOLE)
_PRESSED = _LINKED.options(joinedload(Registration.person))
_STANDING = sa.select(Registration.link_version, Registration.state, Registration.sign_outs).where(
    Registration.public_id == sa.bindparam("public_id")
)


def invite(
    meeting: Meeting,
    person: Person,
    organisation: Organisation,
    now: dt.datetime,
    mailing: Mailing | None = None,
    title: str = "",
) -> Registration:
    """Invites the person for `organisation` and queues the mail.

    The row is made, or taken back to *invited* for that organisation, and is nobody's substitute
    any more. Without a new title the old one is kept, if the organisation is the same.
    """
    _begin_chain(person)
    registration = find(meeting, person)
    if registration is None:
        registration = _made(meeting, person, organisation, title, now)
        db.session.add(registration)
    else:
        _invite_again(registration, organisation, title, now)
    db.session.flush()
    _write(registration, now, mailing)
    return registration


def invite_new(
    meeting: Meeting,
    chosen: Sequence[tuple[Person, Organisation, str]],
    now: dt.datetime,
    mailing: Mailing,
) -> None:
    """Invites many (person, organisation, title) at once.

    People who have a registration already are left out, unless it is unconfirmed. It takes two
    writes, however many there are.
    """
    states = _states(meeting, [person.id for person, _, _ in chosen])
    for person, organisation, title in chosen:
        _begin_chain(person)
        # A stranger may have typed the name on the open page: that must not cost anybody the
        # invitation.
        if states.get(person.id) == "unconfirmed":
            invite(meeting, person, organisation, now, mailing, title)
    made = [
        _made(meeting, person, organisation, title, now)
        for person, organisation, title in chosen
        if person.id not in states
    ]
    db.session.add_all(made)
    db.session.flush()
    for registration in made:
        _write(registration, now, mailing)
    db.session.flush()


def _begin_chain(person: Person) -> None:
    """Makes a person whom staff invite the root of a chain, whoever brought them once."""
    person.root_id = None


def _states(meeting: Meeting, person_ids: Sequence[int]) -> dict[int, str]:
    """The states of those of the people who have a registration for the meeting."""
    rows = db.session.execute(
        sa.select(Registration.person_id, Registration.state).where(
            Registration.meeting_id == meeting.id, Registration.person_id.in_(person_ids)
        )
    )
    return {row.person_id: row.state for row in rows}


def _made(
    meeting: Meeting, person: Person, organisation: Organisation, title: str, now: dt.datetime
) -> Registration:
    return Registration(
        meeting=meeting,
        person=person,
        organisation=organisation,
        state="invited",
        title=title,
        invited_at=now,
    )


def _invite_again(
    registration: Registration, organisation: Organisation, title: str, now: dt.datetime
) -> None:
    if registration.state == "unconfirmed":
        # Whoever invites a person vouches for them.
        activation.vouch(registration.person, organisation, title or registration.title)
    step(registration, "invite")
    forget_answer(registration)
    # A title belongs to the organisation in which the person holds it.
    kept = registration.title if registration.organisation_id == organisation.id else ""
    registration.organisation = organisation
    registration.title = title or kept
    registration.replaces = None
    registration.invited_at = now
    registration.link_version += 1


def forget_answer(registration: Registration) -> None:
    """Forgets what was answered to an earlier invitation: this one has not been answered yet."""
    registration.answered_at, registration.decline_reason = None, ""
    registration.by_staff = False


def _write(registration: Registration, now: dt.datetime, mailing: Mailing | None) -> None:
    # The version is raised with each new invitation: each is mailed once, and a new one again.
    cause = str(registration.link_version)
    notices.write("invitation", registration, now, cause=cause, mailing=mailing)


def find(meeting: Meeting, person: Person) -> Registration | None:
    """The person's registration for the meeting, in any state."""
    return db.session.scalar(
        sa.select(Registration).where(
            Registration.meeting_id == meeting.id, Registration.person_id == person.id
        )
    )


def by_target(target: Target, sign_outs: int | None = None, *, whole: bool = True) -> Registration:
    """The registration a link opens, with what its pages show in one query.

    `sign_outs` is what a session noted when it was opened, None for the link itself. Not `whole`,
    for a press that leads on to another page: with its person alone. Raises `Missing` for a dead or
    unknown link, and for a session from before somebody signed out.
    """
    opened = _OPENED if whole else _PRESSED
    found = db.session.scalars(opened, {"public_id": target.public_id}).unique()
    registration = found.one_or_none()
    # Unknown, old and revoked links get one answer, which says nothing about the registration.
    if registration is None:
        raise Missing("link_unknown")
    signed_out = sign_outs is not None and sign_outs != registration.sign_outs
    if not _opens(target, registration.link_version, registration.state, signed_out):
        raise Missing("link_unknown")
    return registration


def require_open(target: Target, sign_outs: int) -> None:
    """Requires that a session still opens its registration, and loads nothing.

    For the transaction of an act, which reads the rows that decide under its own lock. Raises as
    `by_target`.
    """
    found = db.session.execute(_STANDING, {"public_id": target.public_id}).one_or_none()
    if found is None:
        raise Missing("link_unknown")
    if not _opens(target, found.link_version, found.state, sign_outs != found.sign_outs):
        raise Missing("link_unknown")


def _opens(target: Target, version: int, state: str, signed_out: bool) -> bool:
    return target.version == version and state not in LINK_IS_DEAD and not signed_out


def successor_of(registration: Registration) -> Registration | None:
    """The registration of the substitute who comes instead, with the person."""
    return db.session.scalar(
        sa.select(Registration)
        .where(Registration.replaces_id == registration.id)
        .options(joinedload(Registration.person))
    )


def by_public_id(public_id: str) -> Registration:
    """The registration with that public id, for staff. Raises `Missing`."""
    registration = db.session.scalar(
        sa.select(Registration).where(Registration.public_id == public_id)
    )
    if registration is None:
        raise Missing("no_registration")
    return registration
