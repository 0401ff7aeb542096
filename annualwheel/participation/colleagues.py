"""A registered person registers colleagues too.

Each colleague gets a registration, a mail and a link of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.contacts import affiliations, budgets, people
from annualwheel.contacts.folding import fold
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Closed, DomainError, Refused
from annualwheel.models import Meeting, Person, Registration, registrations
from annualwheel.participation import access, open_registration
from annualwheel.registrations import availability, invitations, notices, seats, states
from annualwheel.registrations.states import step
from annualwheel.wording.cleaning import one_line

# So many rows in one press; how many presses, `contacts.budgets` says.
MOST = 5
# A mail and, with a seat, a calendar entry.
MAILS = 2
# What the page says of colleagues who are left as they are, by state. All others are registered
# already.
LEFT_AS = {
    **dict.fromkeys(states.SAID_NO, "said_no"),
    **dict.fromkeys(registrations.LINK_IS_DEAD, "gone"),
}


@dataclass(frozen=True)
class Colleague:
    """One row of the form. The address is normal already."""

    given: str
    family: str
    email: str
    title: str = ""
    mode: str = "on_site"


@dataclass(frozen=True)
class ColleagueOutcome:
    """What became of a row: registered, waitlisted, or why nothing was written.

    The reasons are "already", "said_no" and "gone".
    """

    name: str
    became: str


def why_not(registration: Registration, now: dt.datetime) -> DomainError | None:
    """Why colleagues cannot be registered from this registration now; None when they can.

    They can where the meeting is open to all, or where the organisation has a number of seats and
    some are left; and only by somebody whom the organisation knows.
    """
    meeting = registration.meeting
    if registration.state not in states.MAY_REGISTER_OTHERS:
        return Refused("register_yourself_first")
    if not affiliations.has_place(registration.person, registration.organisation):
        return Refused("colleagues_need_place")
    try:
        availability.require_before_start(meeting, now)
        years.require_open(meeting, "registration", now)
    except Closed as refusal:
        return refusal
    if meeting.open_registration or _has_seats_left(meeting, registration.organisation_id):
        return None
    return Refused("colleagues_by_invitation")


def register_together(
    registration: Registration, rows: Sequence[Colleague], now: dt.datetime, actor: Actor
) -> list[ColleagueOutcome]:
    """Registers them all under one lock, in order; those without a seat go on the waiting list.

    People who are registered or have said no are left as they are. Raises what `why_not` finds;
    `TooMany`, and `Refused("address_unproven")`, for a participant.
    """
    seats.lock(registration)
    refusal = why_not(registration, now)
    if refusal is not None:
        raise refusal
    judged = _judged(registration, rows[:MOST])
    if actor.kind == "participant":
        _count(registration, judged, now, actor)
    outcomes = [
        ColleagueOutcome(_name(one.row), one.left or _register(registration, one, now, actor))
        for one in judged
    ]
    db.session.flush()
    return outcomes


@dataclass(frozen=True)
class _Judged:
    """A row, the registration that its person has, and why it is left as it is ("": it is not)."""

    row: Colleague
    found: Registration | None
    left: str


def _judged(by: Registration, rows: Sequence[Colleague]) -> list[_Judged]:
    """What is to become of the rows; nothing is written yet."""
    judged: dict[tuple[str, str], _Judged] = {}
    for row in rows:
        # The same person in two rows is one person.
        judged.setdefault((fold(_name(row)), fold(row.email)), _judge(by, row))
    return list(judged.values())


def _judge(by: Registration, row: Colleague) -> _Judged:
    known = people.person_called(one_line(row.given), one_line(row.family), row.email)
    found = invitations.find(by.meeting, known) if known else None
    return _Judged(row, found, _left_as(by, known, found))


def _left_as(by: Registration, known: Person | None, found: Registration | None) -> str:
    # Only staff can reactivate a person whom a coordinator has deactivated.
    is_out = known is not None and open_registration.is_out(known)
    if found is None or _may_be_registered(found, by):
        return "gone" if is_out else ""
    # What others do for another organisation is nobody's business here.
    if found.organisation_id != by.organisation_id:
        return "gone"
    return LEFT_AS.get(found.state, "already")


def _count(by: Registration, judged: Sequence[_Judged], now: dt.datetime, actor: Actor) -> None:
    """Counts the mails that the colleagues get: all of them, before anything is written."""
    budgets.require_proven(by.person)
    cause = budgets.cause(by.person, by.organisation, actor.client)
    budgets.spend(cause, MAILS * len(judged), now)
    # In one order, whoever writes them: each waits for others who count for the same mailbox.
    for address in sorted({one.row.email for one in judged if not one.left}):
        budgets.reach(cause, address, MAILS, now)


def _name(row: Colleague) -> str:
    return f"{one_line(row.given)} {one_line(row.family)}"


def _has_seats_left(meeting: Meeting, organisation_id: int) -> bool:
    return any(
        option.per_organisation is not None and not seats.room(option).why_not(organisation_id)
        for option in meeting.options
    )


def _register(by: Registration, one: _Judged, now: dt.datetime, actor: Actor) -> str:
    """Registers the person of a row; the state that they have then."""
    colleague = _named(by, one.row, one.found, now)
    _seat_or_line(colleague, by, now)
    audit.note(actor, colleague.state, colleague, now, by.meeting_id, by=by.id)
    return colleague.state


def _seat_or_line(colleague: Registration, by: Registration, now: dt.datetime) -> None:
    seated = seats.is_free(colleague, colleague.mode)
    step(colleague, "register", "registered" if seated else "waitlisted")
    colleague.answered_at = now
    if not seated:
        seats.stand_last(colleague, now)
    waits = "" if seated else "yes"
    notices.tell("colleague_registered", colleague, now, registrant=by.person.name, waits=waits)
    if seated:
        _follow_seat(colleague, now)


def _may_be_registered(found: Registration, by: Registration) -> bool:
    """Whether somebody else may turn the registration into a yes.

    Nobody may answer an invitation for another organisation.
    """
    if found.state == "invited":
        return found.organisation_id == by.organisation_id
    return found.state in states.OPEN_TO_COLLEAGUES


def _named(
    by: Registration, row: Colleague, found: Registration | None, now: dt.datetime
) -> Registration:
    """The colleague's registration, `found` or made, with what the row says."""
    person = people.add_beside(
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
    colleague.title = one_line(row.title) or colleague.title
    colleague.mode = row.mode
    db.session.flush()
    return colleague


def _follow_seat(colleague: Registration, now: dt.datetime) -> None:
    notices.put_in_calendar(colleague, now)
    access.open_answers(colleague, now)


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
