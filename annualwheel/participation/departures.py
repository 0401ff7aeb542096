"""Ends the access of a person who is no longer active, or who has left an organisation.

The access ends at once. What the person wrote and what the person said yes to stays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.contacts import activation, affiliations
from annualwheel.db import db
from annualwheel.models import (
    Meeting,
    Organisation,
    Person,
    Registration,
    Submission,
    Year,
    YearOrganisation,
)
from annualwheel.preparation import membership
from annualwheel.registrations.states import STANDS


@dataclass(frozen=True)
class Departure:
    """What a person who leaves loses: the answers they write in, and where they are lead."""

    answers: Sequence[Submission]
    led: Sequence[YearOrganisation]

    @property
    def mark(self) -> str:
        """A text that tells this from every other outcome."""
        led = [str(row.id) for row in self.led]
        return ";".join([*(one.public_id for one in self.answers), *led])


def foreseen(person: Person, organisation: Organisation | None, now: dt.datetime) -> Departure:
    """What `deactivate` (without an organisation) or `leave` would end."""
    led = db.session.scalars(
        _led(person, organisation, now)
        .options(joinedload(YearOrganisation.organisation), joinedload(YearOrganisation.year))
        .order_by(YearOrganisation.id)
    )
    return Departure(membership.would_leave(person, organisation), led.all())


def deactivate(person: Person, now: dt.datetime, actor: Actor) -> None:
    """Takes the person out of every new sending and out of the organisations' answers.

    `contacts.set_active` lets them back in.
    """
    activation.set_active(person, False, actor, now)
    _end(person, None, now)


def leave(person: Person, organisation: Organisation, now: dt.datetime, actor: Actor) -> None:
    """Ends the person's affiliation to the organisation and the access to its answers.

    Raises `Missing` when there is no such affiliation.
    """
    affiliations.end_affiliation(person, organisation)
    _end(person, organisation, now)
    audit.note(actor, "place_ended", person, now, organisation=organisation.id)


def remaining_registrations(person: Person, now: dt.datetime) -> Sequence[Registration]:
    """Registrations at meetings to come of a person who is inactive or has left.

    The person has left the organisation that the registration was made for. Nobody is withdrawn
    without a word: a coordinator decides.
    """
    rows = db.session.scalars(
        sa.select(Registration)
        .join(Registration.meeting)
        .where(
            Registration.person_id == person.id,
            Registration.state.in_(STANDS),
            Meeting.state == "planned",
            Meeting.starts_at > now,
        )
        .options(joinedload(Registration.meeting), joinedload(Registration.organisation))
        .order_by(Meeting.starts_at)
    ).all()
    return [row for row in rows if not affiliations.belongs(person, row.organisation)]


def _end(person: Person, organisation: Organisation | None, now: dt.datetime) -> None:
    """Ends memberships, and the task as lead in years that are not over.

    No colleague becomes lead instead: a coordinator appoints one. Years that are over keep theirs.
    """
    membership.leave(person, organisation)
    for row in db.session.scalars(_led(person, organisation, now)):
        row.lead = None
    db.session.flush()


def _led(
    person: Person, organisation: Organisation | None, now: dt.datetime
) -> sa.Select[YearOrganisation]:
    ahead = sa.select(Year.id).join(Meeting).where(Meeting.ends_at > now)
    led = sa.select(YearOrganisation).where(
        YearOrganisation.lead_id == person.id, YearOrganisation.year_id.in_(ahead)
    )
    if organisation is not None:
        led = led.where(YearOrganisation.organisation_id == organisation.id)
    return led
