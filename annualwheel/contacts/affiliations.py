"""Affiliations: which organisation a person belongs to."""

from __future__ import annotations

import sqlalchemy as sa

from annualwheel.contacts.states import is_with_us
from annualwheel.db import db
from annualwheel.errors import Missing
from annualwheel.models import Affiliation, Organisation, Person
from annualwheel.wording.cleaning import one_line


def organisation_of(person: Person) -> Organisation | None:
    """The person's first active organisation."""
    return next((a.organisation for a in person.affiliations if a.active), None)


def belongs(person: Person, organisation: Organisation) -> bool:
    """Whether the person is active and has not left the organisation.

    A person who was never affiliated to it has not left it.
    """
    return is_with_us(person) and all(
        a.active for a in person.affiliations if a.organisation_id == organisation.id
    )


def has_place(person: Person, organisation: Organisation) -> bool:
    """Whether the person is active and affiliated to the organisation now.

    Naming an organisation on the open page gives no affiliation.
    """
    return is_with_us(person) and any(
        a.active for a in person.affiliations if a.organisation_id == organisation.id
    )


def affiliate(person: Person, organisation: Organisation, title: str = "") -> None:
    """Affiliates the person to the organisation, or gives the affiliation a new title.

    An affiliation that had ended begins again.
    """
    row = db.session.scalar(
        sa.select(Affiliation).where(
            Affiliation.person_id == person.id, Affiliation.organisation_id == organisation.id
        )
    )
    if row is None:
        db.session.add(Affiliation(person=person, organisation=organisation, title=one_line(title)))
    else:
        row.title, row.active = one_line(title) or row.title, True
    db.session.flush()


def end_affiliation(person: Person, organisation: Organisation) -> None:
    """Ends the person's affiliation to the organisation; what was done in it stays.

    Raises `Missing` when there is none.
    """
    row = next((a for a in person.affiliations if a.organisation_id == organisation.id), None)
    if row is None:
        raise Missing("no_organisation")
    # The row stays: `belongs` tells those who have left from those who were never affiliated.
    row.active = False
    db.session.flush()
