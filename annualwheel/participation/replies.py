"""Takes the answer of an invited person: yes, no, no longer, and changes to a yes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from annualwheel import audit, limits
from annualwheel.audit import Actor
from annualwheel.contacts import activation, budgets, folding, people
from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.mail.ical import Entry
from annualwheel.models import Registration
from annualwheel.participation import access, address_change, offers, others_mail
from annualwheel.registrations import availability, needs, notices, seats
from annualwheel.registrations.states import (
    CAN_BE_CHANGED,
    HAS_ENTRY,
    HAS_SAID_YES,
    HOLDS_SEAT,
    IN_LINE,
    step,
)

# So many changes of mind an hour for a link: each is mailed, to addresses that are typed.
CHANGES = 20


@dataclass(frozen=True)
class Reply:
    """What the registration form asks.

    `lunch` None where the meeting serves none; `copy_to` is a secretary's address.
    """

    given: str
    family: str
    email: str
    title: str = ""
    mobile: str = ""
    lunch: bool | None = None
    mode: str = "on_site"
    copy_to: str = ""


def register(
    registration: Registration, reply: Reply, now: dt.datetime, actor: Actor
) -> Registration:
    """Registers, or puts on the waiting list when there is no seat; the mails are queued.

    For a person who is registered already it changes the details; the same press twice changes
    nothing. A seat opens the answers of the organisation (see `access.open_answers`).

    Raises `Closed` outside the registration phase (staff may register at any time before the
    start), `Refused` in a state that cannot register or for details that are somebody else's (see
    `names_another`), `Unreadable` for a bad address; what `others_mail.count` raises.
    """
    _lock(registration, reply)
    people.follow_language(registration.person, actor.language)
    if registration.state in HAS_SAID_YES:
        _change(registration, reply, now, actor)
    else:
        availability.require(registration, "register", now, actor)
        if registration.answered_at is not None:
            _count(registration, now, actor)
        _say_yes(registration, reply, now, actor)
    access.open_answers(registration, now)
    return registration


def _say_yes(registration: Registration, reply: Reply, now: dt.datetime, actor: Actor) -> None:
    _require_allowed(registration, reply, now, actor, anew=True)
    if registration.state == "unconfirmed":
        activation.vouch(registration.person, registration.organisation, reply.title)
    was_moved, held = registration.state == "to_reconfirm", registration.state in HOLDS_SEAT
    seated = seats.may_have(registration, reply.mode)
    # Somebody who holds a seat is not put on a waiting list: the seat is kept until another is
    # certain.
    if held and not seated:
        raise Refused("mode_full")
    became = "registered" if seated else "waitlisted"
    step(registration, "register", became)
    registration.answered_at = now
    registration.by_staff = actor.kind == "staff"
    registration.decline_reason = ""
    # Taken before the reply is written: `_follow` compares it with the entry after.
    had = notices.entry(registration) if was_moved else None
    left_mode = registration.mode if held else reply.mode
    _take(registration, reply, now, actor, had)
    if seated:
        _confirm(registration, now, actor)
        _follow(registration, had, left_mode, now)
    else:
        seats.stand_last(registration, now)
        notices.tell("waitlisted", registration, now)
    audit.note(actor, became, registration, now, registration.meeting_id)


def change(
    registration: Registration, reply: Reply, now: dt.datetime, actor: Actor
) -> Registration:
    """Changes the details of a registration; mails a new confirmation.

    Until the last day for changes (staff: until the start).

    Raises `Closed` after that, `Refused` when there is no yes or the other way of attending is
    full.
    """
    _lock(registration, reply)
    people.follow_language(registration.person, actor.language)
    if registration.state not in CAN_BE_CHANGED:
        raise Refused("cannot_change", state=registration.state)
    return _change(registration, reply, now, actor)


def decline(registration: Registration, reason: str, now: dt.datetime, actor: Actor) -> None:
    """Says no.

    `reason` is optional. The person can take the no back while registration is open. A second press
    changes nothing.
    """
    seats.lock(registration)
    people.follow_language(registration.person, actor.language)
    if registration.state == "declined":
        return
    availability.require(registration, "decline", now, actor)
    before = registration.state
    step(registration, "decline")
    registration.answered_at = now
    registration.decline_reason = reason
    registration.by_staff = actor.kind == "staff"
    if actor.kind == "staff":
        notices.by_phone(registration, actor.id, False, now)
    else:
        _tell_of_no("declined", registration, now)
    audit.note(actor, "declined", registration, now, registration.meeting_id)
    _leave(registration, before, now)


def withdraw(registration: Registration, now: dt.datetime, actor: Actor) -> None:
    """Gives back the seat or the offered seat, or leaves the waiting list.

    A seat goes to the next on the list. Possible until the meeting starts. A second press changes
    nothing.
    """
    seats.lock(registration)
    people.follow_language(registration.person, actor.language)
    if registration.state == "withdrawn":
        return
    availability.require(registration, "withdraw", now, actor)
    before = registration.state
    waited = before in IN_LINE
    step(registration, "withdraw")
    registration.answered_at = now
    _tell_of_no("withdrawn", registration, now, waited="yes" if waited else "")
    verb = "left_line" if waited else "withdrew"
    audit.note(actor, verb, registration, now, registration.meeting_id)
    _leave(registration, before, now)


def names_another(registration: Registration, reply: Reply) -> bool:
    """Whether the reply holds both another name and another address.

    Somebody with a forwarded invitation would otherwise turn the person into somebody else
    everywhere, and get every link of theirs: they come as a substitute instead. A new name or a new
    address alone is a correction.
    """
    person = registration.person
    if folding.fold(f"{reply.given} {reply.family}") == person.name_folded:
        return False
    return folding.fold(folding.normal_address(reply.email)) != person.email_folded


def _require_allowed(
    registration: Registration, reply: Reply, now: dt.datetime, actor: Actor, anew: bool = False
) -> None:
    """Requires, of a participant, a reply for the person who was invited and mail within budget.

    `anew`: it is a yes, and no change to one. Raises `Refused` (see `names_another`) and what
    `others_mail.count` raises.
    """
    if actor.kind != "participant":
        return
    if names_another(registration, reply):
        raise Refused("somebody_else", name=registration.person.name)
    others_mail.count(registration, reply.email, reply.copy_to, now, actor, anew=anew)


def _lock(registration: Registration, reply: Reply) -> None:
    """Takes the meeting's lock, or those of all the person's meetings when the address is new.

    A new address concerns every registration.

    Whether it is new can change while we wait. Then the meeting is let go, and all are taken in
    their order: holding one and asking for an earlier one, we could wait for somebody who waits for
    us.
    """
    # PostgreSQL lets go of the locks taken since a savepoint when it is rolled back to.
    alone = db.session.begin_nested()
    seats.lock(registration)
    if folding.fold(reply.email) == registration.person.email_folded:
        alone.commit()
        return
    alone.rollback()
    address_change.lock(registration.person)
    seats.lock(registration)


def _leave(registration: Registration, before: str, now: dt.datetime) -> None:
    """Gives up what the state `before` held: the calendar entry and the seat.

    The seat goes to the next on the list. Needs are erased, since they have no purpose any more.
    """
    needs.forget(registration)
    if before in HAS_ENTRY:
        notices.take_from_calendar(registration, now)
    if before in HOLDS_SEAT:
        offers.fill(registration.meeting, registration.mode, now)


def _change(
    registration: Registration, reply: Reply, now: dt.datetime, actor: Actor
) -> Registration:
    if stands(registration) == reply:
        return registration
    availability.require(registration, "change", now, actor)
    _count(registration, now, actor)
    _require_allowed(registration, reply, now, actor)
    waits, mode = registration.state == "waitlisted", registration.mode
    if not waits and not seats.may_have(registration, reply.mode):
        raise Refused("mode_full")
    had = None if waits else notices.entry(registration)
    _take(registration, reply, now, actor, had)
    if waits:
        _change_line(registration, mode, now)
    else:
        notices.tell("confirmation", registration, now, again="yes")
        _follow(registration, had, mode, now)
    audit.note(actor, "changed", registration, now, registration.meeting_id)
    return registration


def _count(registration: Registration, now: dt.datetime, actor: Actor) -> None:
    """Counts a change of mind. Raises `TooMany`.

    A link must not make us send without end. Staff are not counted.
    """
    if actor.kind == "participant":
        limits.count("change_of_mind", registration.public_id, now, CHANGES, dt.timedelta(hours=1))


def _change_line(registration: Registration, old_mode: str, now: dt.datetime) -> None:
    """Follows a person on the waiting list to another way of attending, to a seat if one is free.

    Where no seat is free the person goes last on that waiting list.
    """
    if registration.mode != old_mode:
        seats.stand_last(registration, now)
        if seats.is_free(registration, registration.mode):
            offers.promote(registration, now, audit.SYSTEM)
            return
    notices.tell("waitlisted", registration, now, again="yes")


def stands(registration: Registration) -> Reply:
    """The latest reply, as the form would send it."""
    person = registration.person
    return Reply(
        person.given,
        person.family,
        person.email,
        registration.title,
        person.mobile,
        registration.lunch,
        registration.mode,
        registration.copy_to,
    )


def _take(
    registration: Registration, reply: Reply, now: dt.datetime, actor: Actor, had: Entry | None
) -> None:
    """Writes the reply down.

    With a new address the calendar entry the registration `had` leaves the old calendar; everything
    else that follows from it is in `address_change.rename`.
    """
    person = registration.person
    if had and folding.fold(folding.normal_address(reply.email)) != person.email_folded:
        notices.take_from_calendar(registration, now)
    address_change.rename(
        person, reply.given, reply.family, reply.email, now, actor, apart=registration
    )
    person.mobile = reply.mobile
    registration.title = reply.title
    registration.lunch = reply.lunch
    registration.copy_to = reply.copy_to
    registration.mode = reply.mode


def _follow(registration: Registration, had: Entry | None, mode: str, now: dt.datetime) -> None:
    """Mails a new calendar entry to a person who has none or has a new address.

    Mails a changed entry when what it says has changed. The seat that was held in another way of
    attending, `mode`, goes to the next on the list there.
    """
    if had is None or had.attendee_address != registration.person.email:
        notices.put_in_calendar(registration, now)
    elif notices.entry(registration) != had:
        notices.put_in_calendar(registration, now, "calendar_update")
    if registration.mode != mode:
        offers.fill(registration.meeting, mode, now)


def _tell_of_no(kind: str, registration: Registration, now: dt.datetime, **more: str) -> None:
    """Confirms a no by mail, to an address that may be somebody else's only so often."""
    if budgets.may_tell(registration.person, now):
        notices.tell(kind, registration, now, **more)
    else:
        notices.tell_secretary(kind, registration, now, **more)


def _confirm(registration: Registration, now: dt.datetime, actor: Actor) -> None:
    if actor.kind == "staff":
        # The person did not type this: the mail says which coordinator wrote it down.
        notices.by_phone(registration, actor.id, True, now)
    else:
        notices.tell("confirmation", registration, now)
