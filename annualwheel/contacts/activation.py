"""Decides who takes part in what is sent, and who may reactivate a person."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.contacts.affiliations import affiliate
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.models import Affiliation, Organisation, Person, Registration


def vouch(person: Person, organisation: Organisation, title: str = "") -> None:
    """Affiliates the person to the organisation.

    A person whose address nobody had confirmed is active from now on.
    """
    if was_never_confirmed(person):
        person.active = True
    affiliate(person, organisation, title)


def was_never_confirmed(person: Person) -> bool:
    """Whether the person is inactive and has only asked to come on the open page.

    Such a person has no affiliation, and no registrations but unconfirmed ones. A coordinator has
    deactivated everybody else who is inactive.
    """
    if person.active:
        return False
    own = sa.select(Registration.state).where(Registration.person_id == person.id)
    states = set(db.session.scalars(own))
    # An affiliation that has ended counts too: such a person was on file before.
    placed = db.session.scalar(
        sa.select(Affiliation.id).where(Affiliation.person_id == person.id).limit(1)
    )
    return states == {"unconfirmed"} and placed is None


def let_in(person: Person, now: dt.datetime, actor: Actor) -> None:
    """Reactivates a person whom `actor` asks to come or to write.

    Only staff can reactivate a person whom a coordinator has deactivated: for a participant it
    raises `Refused("person_inactive")`. An erased person stays inactive. Call it after
    `add_person`.
    """
    if person.active or not person.email:
        return
    if actor.kind == "participant":
        raise Refused("person_inactive", name=person.name)
    set_active(person, True, actor, now)


def set_active(thing: Person | Organisation, active: bool, actor: Actor, now: dt.datetime) -> None:
    """Takes a person or an organisation out of every new sending, or back in.

    Nothing is deleted.
    """
    thing.active = active
    audit.note(actor, "activated" if active else "deactivated", thing, now)
