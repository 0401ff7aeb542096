"""A registered person registers colleagues too.

Each colleague gets a registration, a mail and a link of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.contacts import affiliations, budgets, elsewhere, people
from annualwheel.contacts.folding import fold
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Closed, DomainError, Refused
from annualwheel.models import Person, Registration, registrations
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

    The reasons are "already", "said_no" and "gone". Somebody who cannot be had, since they belong
    elsewhere, became what somebody unknown would have become.
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
    if registration.person.address_unproven:
        return Refused("address_unproven", address=registration.person.email)
    try:
        availability.require_before_start(meeting, now)
        years.require_open(meeting, "registration", now)
    except Closed as refusal:
        return refusal
    if meeting.open_registration or _has_seats_left(registration):
        return None
    return Refused("colleagues_by_invitation")


def register_together(
    registration: Registration, rows: Sequence[Colleague], now: dt.datetime, actor: Actor
) -> list[ColleagueOutcome]:
    """Registers them all under one lock, in order; those without a seat go on the waiting list.

    People who are registered or have said no are left as they are, and so are those who belong
    elsewhere, who are told (`elsewhere`). Raises what `why_not` finds; `TooMany`, and
    `Refused("address_unproven")`, for a participant.
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
    """A row, the registration that its person has, and why it is left as it is ("": it is not).

    `elsewhere` is the person of the row when they cannot be had.
    """

    row: Colleague
    found: Registration | None
    left: str
    elsewhere: Person | None = None


def _judged(by: Registration, rows: Sequence[Colleague]) -> list[_Judged]:
    """What is to become of the rows; nothing is written yet."""
    judged: dict[tuple[str, str], _Judged] = {}
    for row in rows:
        # The same person in two rows is one person.
        judged.setdefault((fold(_name(row)), fold(row.email)), _judge(by, row))
    return list(judged.values())


def _judge(by: Registration, row: Colleague) -> _Judged:
    known = people.person_called(one_line(row.given), one_line(row.family), row.email)
    if known is None:
        return _Judged(row, None, "")
    found = invitations.find(by.meeting, known)
    if _is_elsewhere(by, known, found):
        asked = elsewhere.asked(by.meeting, by.organisation)
        again = any(one.person_id == known.id for one in asked)
        return _Judged(row, found, "already" if again else "", known)
    return _Judged(row, found, _left_as(by, known, found))


def _is_elsewhere(by: Registration, known: Person, found: Registration | None) -> bool:
    # What others do for another organisation is nobody's business here.
    if found is not None and found.organisation_id != by.organisation_id:
        return not _may_be_registered(found, by) or open_registration.is_out(known)
    return elsewhere.is_out(known, by.organisation, found)


def _left_as(by: Registration, known: Person, found: Registration | None) -> str:
    if found is None or _may_be_registered(found, by):
        # Only staff can reactivate a person whom a coordinator has deactivated.
        return "gone" if open_registration.is_out(known) else ""
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


def _has_seats_left(by: Registration) -> bool:
    return any(
        option.per_organisation is not None and _is_free(by, option.mode)
        for option in by.meeting.options
    )


def _register(by: Registration, one: _Judged, now: dt.datetime, actor: Actor) -> str:
    """Registers the person of a row; the state that they have then."""
    if one.elsewhere is not None:
        return _ask_in_vain(by, one.elsewhere, one.row.mode, now, actor)
    colleague = _named(by, one.row, one.found, now)
    _seat_or_line(colleague, by, now)
    audit.note(actor, colleague.state, colleague, now, by.meeting_id, by=by.id)
    return colleague.state


def _ask_in_vain(
    by: Registration, person: Person, mode: str, now: dt.datetime, actor: Actor
) -> str:
    """Tells the person, and gives the state that somebody unknown would have."""
    seated = _is_free(by, mode)
    elsewhere.tell(by, person, mode if seated else "", now, instead=False)
    if seated:
        access.let_write(by.meeting, person, by.organisation, now)
    audit.note(actor, "asked_in_vain", by, now, by.meeting_id, person=person.id)
    db.session.flush()
    return "registered" if seated else "waitlisted"


def _is_free(by: Registration, mode: str) -> bool:
    kept = elsewhere.seats_kept(by.meeting, by.organisation, mode)
    return seats.is_free_beside(by.meeting, by.organisation, mode, kept)


def _seat_or_line(colleague: Registration, by: Registration, now: dt.datetime) -> None:
    seated = _is_free(by, colleague.mode)
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
