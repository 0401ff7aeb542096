"""Lets someone else come instead.

The substitute gets the seat and the access to the preparation, but not the diet and access needs.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.access.links import Target
from annualwheel.audit import Actor
from annualwheel.contacts import activation, affiliations, budgets, elsewhere, folding, people
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.models import Person, Registration
from annualwheel.models.registrations import LINK_IS_DEAD
from annualwheel.participation import access, open_registration
from annualwheel.preparation import membership
from annualwheel.registrations import availability, invitations, needs, notices, seats
from annualwheel.registrations.states import HAS_SEAT_OR_WAITS, HOLDS_SEAT, allowed, step
from annualwheel.wording.cleaning import one_line


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
    person already comes, `Refused("substitute_self")` for the person's own name and address,
    `Refused("person_inactive")` for a person whom a coordinator has deactivated (only staff can
    reactivate them), `Unreadable` for a bad address; for a participant also what `_count` raises.
    """
    _begin(registration, new, now, actor)
    return _replace(registration, new, now, actor)


def hand_over(registration: Registration, new: Substitute, now: dt.datetime, actor: Actor) -> None:
    """As `substitute`, by a participant, who is not told what is so of people elsewhere.

    Somebody who comes for another organisation, or whom a coordinator has deactivated, is told that
    they were wanted (`elsewhere`), and all else is as for a person whom nobody knows. For their own
    organisation's people it raises as `substitute`.
    """
    _begin(registration, new, now, actor)
    address = folding.normal_address(new.email)
    person = people.person_called(one_line(new.given), one_line(new.family), address)
    if person is not None and _is_elsewhere(registration, person):
        _replace_in_vain(registration, person, new, now, actor)
    else:
        _replace(registration, new, now, actor)


def _begin(registration: Registration, new: Substitute, now: dt.datetime, actor: Actor) -> None:
    """Takes the meeting's lock, and raises what does not depend on who the new person is."""
    seats.lock(registration)
    availability.require(registration, "substitute", now, actor)
    if not allowed(registration.state, "substitute"):
        raise Refused("cannot_substitute", state=registration.state)
    if actor.kind == "participant":
        _count(registration, new, now, actor)


def _is_elsewhere(registration: Registration, person: Person) -> bool:
    if person.id == registration.person_id:
        return False
    found = invitations.find(registration.meeting, person)
    if found is None or found.organisation_id == registration.organisation_id:
        return elsewhere.is_out(person, registration.organisation, found)
    return found.state in HAS_SEAT_OR_WAITS or open_registration.is_out(person)


def _replace(
    registration: Registration, new: Substitute, now: dt.datetime, actor: Actor
) -> Registration:
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
    had_seat = _leave(registration, now)
    successor = _successor(registration, person, new, had_seat, now)
    _tell_first(registration, new, had_seat, now)
    _tell_second(registration, successor, new, had_seat, now)
    membership.hand_over(registration, successor, now)
    access.open_answers(successor, now)
    audit.note(
        actor, "substituted", registration, now, registration.meeting_id, successor=successor.id
    )
    return successor


def _replace_in_vain(
    registration: Registration, person: Person, new: Substitute, now: dt.datetime, actor: Actor
) -> None:
    """Does all that `_replace` does for the first person, and tells the other.

    The seat stays empty until a coordinator has decided: giving it to whoever waits would show that
    nobody has come in the first person's place.
    """
    asked = elsewhere.asked(registration.meeting, registration.organisation)
    if any(one.person_id == person.id for one in asked):
        # As of somebody unknown, who would have come by the first time.
        raise Refused("substitute_exists", name=_name(new))
    mode = registration.mode if registration.state in HOLDS_SEAT else ""
    had_seat = _leave(registration, now)
    _tell_first(registration, new, had_seat, now)
    elsewhere.tell(registration, person, mode, now, instead=True)
    for questionnaire in membership.give_up(registration):
        if questionnaire.respondent != "person":
            membership.join(questionnaire, person, registration.organisation, now)
    if had_seat and affiliations.has_place(registration.person, registration.organisation):
        access.let_write(registration.meeting, person, registration.organisation, now)
    audit.note(actor, "asked_in_vain", registration, now, registration.meeting_id, person=person.id)


def _leave(registration: Registration, now: dt.datetime) -> bool:
    """The first person is out of it; whether they had a seat."""
    had_seat = registration.state in HOLDS_SEAT
    step(registration, "substitute")
    registration.link_version += 1
    registration.answered_at = now
    # The person no longer comes, so the needs have no purpose; the substitute states their own.
    needs.forget(registration)
    return had_seat


def handed_to(target: Target) -> tuple[str, bool] | None:
    """The name of whoever was sent instead by the link, and whether the seat went over.

    None for every other link. It lets a second press on the same button get the same answer as the
    first.
    """
    replaced = replaced_by_link(target)
    if replaced is None:
        return None
    successor = invitations.successor_of(replaced)
    if successor is not None:
        return successor.person.name, successor.state in HOLDS_SEAT
    asked = elsewhere.asked(replaced.meeting, replaced.organisation)
    return next(((one.name, bool(one.mode)) for one in asked if one.by == replaced.public_id), None)


def replaced_by_link(target: Target) -> Registration | None:
    """The registration that was handed over with the very link; None for every other link."""
    return db.session.scalar(
        sa.select(Registration).where(
            Registration.public_id == target.public_id,
            Registration.state == "substituted",
            # `substitute` raises the version by one: only the link that was used for it fits.
            Registration.link_version == target.version + 1,
        )
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
        raise Refused("substitute_exists", name=person.name)
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


def _name(new: Substitute) -> str:
    return f"{one_line(new.given)} {one_line(new.family)}"


def _tell_first(
    registration: Registration, new: Substitute, had_seat: bool, now: dt.datetime
) -> None:
    # As it was typed: the name of somebody we know may be written in another way.
    notices.tell("substituted", registration, now, substitute=_name(new), seated=had_seat)
    if had_seat:
        notices.take_from_calendar(registration, now)


def _tell_second(
    registration: Registration,
    successor: Registration,
    new: Substitute,
    had_seat: bool,
    now: dt.datetime,
) -> None:
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
