"""Who takes part in what is sent, and who may let somebody in again."""

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
    """Gives the person a place in the organisation.

    Somebody whom nobody had proved to exist is active from now on.
    """
    if was_never_confirmed(person):
        person.active = True
    affiliate(person, organisation, title)


def was_never_confirmed(person: Person) -> bool:
    """Whether somebody inactive has only asked to come on the open page.

    They have no place anywhere, and no registration but unconfirmed ones. Everybody else who is
    inactive was made so by a coordinator.
    """
    if person.active:
        return False
    own = sa.select(Registration.state).where(Registration.person_id == person.id)
    states = set(db.session.scalars(own))
    placed = db.session.scalar(
        sa.select(Affiliation.id).where(Affiliation.person_id == person.id).limit(1)
    )
    return states == {"unconfirmed"} and placed is None


def let_in(person: Person, now: dt.datetime, actor: Actor) -> None:
    """Somebody is asked to come or to write by `actor`.

    No participant lets in again whom a coordinator has made inactive: that raises
    `Refused("person_inactive")`. Whose details are erased stays out. Call it after `add_person`.
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
