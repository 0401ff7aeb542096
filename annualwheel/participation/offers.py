"""Gives free seats to those who wait, in order.

A seat is given directly, or offered for some hours, as the way of attending says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.clock import local
from annualwheel.contacts import budgets, people
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.models import AttendanceOption, Meeting, Registration
from annualwheel.participation import access, others_mail
from annualwheel.registrations import availability, notices, seats
from annualwheel.registrations.seats import SeatCount
from annualwheel.registrations.states import step
from annualwheel.wording import dates

MORNING, EVENING = dt.time(8), dt.time(20)
BEFORE_START = dt.timedelta(hours=12)
SHORTEST = dt.timedelta(hours=2)


def end_of_offer(now: dt.datetime, hours: int, starts_at: dt.datetime) -> dt.datetime | None:
    """When an offer made at `now` ends; None when it is too late to make one.

    After `hours`, but never at night: an end between 20 and 8 on the clock of Stockholm waits for
    8. At the latest 12 hours before the meeting starts (at 20 the evening before when that is at
    night), so that the next on the list can still be asked. An offer that would last less than two
    hours is not made.
    """
    last = _last_end(starts_at)
    if last - now < SHORTEST:
        return None
    return min(_by_day(now + dt.timedelta(hours=hours), later=True), last)


def is_late(option: AttendanceOption, now: dt.datetime) -> bool:
    """Whether seats are offered, and it is too near the meeting for anybody to answer."""
    return option.waiting_rule == "offer" and _until(option, now) is None


def fill(
    meeting: Meeting, mode: str, now: dt.datetime, passing: Collection[int] = ()
) -> list[Registration]:
    """Gives or offers the free seats of that way of attending to those who wait, in order.

    Returns the registrations that got one.

    It passes over those whose organisation has all its seats, and `passing`, the ids of those who
    have just let a seat go: else it would come back to them at once. The audit trail says who was
    passed over and why. Call it under the meeting's lock. Nobody gets a seat at a meeting that is
    cancelled or has begun.
    """
    option = seats.option_of(meeting, mode)
    if option is None or not _can_fill(option, now):
        return []
    until = _until(option, now) if option.waiting_rule == "offer" else None
    turns = _turns(seats.room(option), passing)
    for turn in turns:
        _give_or_offer(turn.waits, until, now, line=turn.line, passed=turn.passed)
    return [turn.waits for turn in turns]


def would_fill(
    registration: Registration, now: dt.datetime
) -> list[tuple[Registration, dt.datetime | None]]:
    """Who would get a seat if the registration's were given up at `now`, in order.

    With each is until when the seat would be offered, None for one that would be given.
    """
    option = seats.option_of(registration.meeting, registration.mode)
    if option is None or not _can_fill(option, now):
        return []
    until = _until(option, now) if option.waiting_rule == "offer" else None
    room = seats.room(option)
    room.give_back(registration.organisation_id)
    return [(turn.waits, until) for turn in _turns(room, ())]


class _Turn(NamedTuple):
    """Whose turn it is: the place on the list, and who was passed over, with the reason."""

    waits: Registration
    line: int
    passed: list[list[object]]


def _turns(room: SeatCount, passing: Collection[int]) -> list[_Turn]:
    """Who is to have the free seats, in the order of the waiting list. Notes them in `room`."""
    turns: list[_Turn] = []
    passed: list[list[object]] = []
    for line, waits in enumerate(seats.waiting(room.option.meeting, room.option.mode), 1):
        why_not = room.why_not(waits.organisation_id)
        if why_not == "full":
            break
        if why_not or waits.id in passing:
            passed.append([waits.id, why_not or "let_go"])
            continue
        room.take(waits.organisation_id)
        # A copy: the list grows while later seats are given.
        turns.append(_Turn(waits, line, list(passed)))
    return turns


def _can_fill(option: AttendanceOption, now: dt.datetime) -> bool:
    meeting = option.meeting
    if meeting.state != "planned" or now >= meeting.starts_at:
        return False
    return not is_late(option, now)


def _until(option: AttendanceOption, now: dt.datetime) -> dt.datetime | None:
    """When an offer of this way of attending would end; None when it is too late to make one."""
    return end_of_offer(now, option.offer_hours, option.meeting.starts_at)


def promote(
    waiting: Registration, now: dt.datetime, actor: Actor, verb: str = "promoted", **why: object
) -> None:
    """Gives a seat to somebody on the waiting list and tells them.

    Call it under the meeting's lock.
    """
    step(waiting, "promote", "registered")
    notices.tell("promoted", waiting, now)
    notices.put_in_calendar(waiting, now)
    access.open_answers(waiting, now)
    audit.note(actor, verb, waiting, now, waiting.meeting_id, **why)


def accept(registration: Registration, now: dt.datetime, actor: Actor) -> None:
    """Takes the offered seat. A person on the waiting list may take a seat that is free.

    A second press changes nothing.

    Raises `Closed("offer_over")` for an offer that has run out, whether that has been noted or not,
    and when nothing is offered.
    """
    seats.lock(registration)
    people.follow_language(registration.person, actor.language)
    if registration.state == "registered":
        return
    # A seat that others let go can be free while the person waits. It can be taken until the start,
    # which is as long as one can withdraw.
    if registration.state == "waitlisted" and seats.is_free(registration, registration.mode):
        availability.require(registration, "withdraw", now, actor)
        step(registration, "promote", "registered")
    elif registration.state == "offered":
        availability.require(registration, "register", now, actor)
        step(registration, "register")
    else:
        raise Closed("offer_over")
    if actor.kind == "participant":
        budgets.require_proven(registration.person)
    registration.answered_at = now
    notices.tell("confirmation", registration, now)
    notices.put_in_calendar(registration, now)
    access.open_answers(registration, now)
    audit.note(actor, "offer_taken", registration, now, registration.meeting_id)


def stay(registration: Registration, now: dt.datetime, actor: Actor) -> None:
    """Says no to the offered seat and waits on, last on the list; the next is offered the seat.

    A second press changes nothing.

    Raises `Closed("offer_over")` for an offer that has run out.
    """
    seats.lock(registration)
    people.follow_language(registration.person, actor.language)
    if registration.state == "waitlisted":
        return
    if registration.state != "offered":
        raise Refused("cannot_stay")
    availability.require(registration, "decline", now, actor)
    if registration.copy_to and actor.kind == "participant":
        # The next offer is copied too.
        others_mail.count_copies(registration, registration.copy_to, 1, now, actor.client)
    step(registration, "decline", "waitlisted")
    registration.answered_at = now
    seats.stand_last(registration, now)
    audit.note(actor, "offer_let_go", registration, now, registration.meeting_id)
    fill(registration.meeting, registration.mode, now, {registration.id})


def due(now: dt.datetime) -> Sequence[Meeting]:
    """The meetings to come where an offer has run out."""
    late = sa.select(Registration.meeting_id).where(
        Registration.state == "offered", Registration.offered_until <= now
    )
    return db.session.scalars(
        sa.select(Meeting)
        .where(Meeting.id.in_(late), Meeting.state == "planned", Meeting.starts_at > now)
        .order_by(Meeting.id)
    ).all()


def count_open() -> int:
    """How many offered seats wait for an answer, in all meetings."""
    offered = sa.select(sa.func.count()).where(Registration.state == "offered")
    return db.session.scalar(offered) or 0


def lapse_due(meeting: Meeting, now: dt.datetime) -> int:
    """Ends the meeting's offers that have run out; returns how many ended.

    Each person goes last on the waiting list and is asked whether to stay; the seats go to the
    next.
    """
    # One short transaction for each meeting, and under its lock: somebody may take the offered seat
    # in the same moment, and only one of the two may happen.
    seats.lock(meeting)
    late = db.session.scalars(
        sa.select(Registration)
        .where(
            Registration.meeting_id == meeting.id,
            Registration.state == "offered",
            Registration.offered_until <= now,
        )
        .order_by(Registration.queued_at, Registration.id)
        .execution_options(populate_existing=True)
    ).all()
    for registration in late:
        assert registration.offered_until is not None  # noqa: S101 the query asks for it
        ended = dates.weekday_time(registration.offered_until, registration.person.language)
        step(registration, "lapse")
        seats.stand_last(registration, now)
        notices.tell("offer_lapsed", registration, now, ended=ended)
        audit.note(audit.SYSTEM, "offer_lapsed", registration, now, meeting.id)
    ids = {registration.id for registration in late}
    for mode in sorted({registration.mode for registration in late}):
        # Nobody whose offer ran out in this sweep is offered another's seat in it.
        fill(meeting, mode, now, ids)
    return len(late)


def give(
    registration: Registration, note: str, now: dt.datetime, actor: Actor, over: bool = False
) -> None:
    """Gives a seat to a person on the waiting list out of turn.

    `note` tells other coordinators why; with `over` also when no seat is free.

    Raises `Refused("no_free_seat")` when none is free and `over` is False,
    `Refused("cannot_promote")` for a person who does not wait, `Closed` once the meeting has begun
    or is cancelled.
    """
    seats.lock(registration)
    availability.require(registration, "withdraw", now, actor)
    if registration.state != "waitlisted":
        raise Refused("cannot_promote")
    free = seats.is_free(registration, registration.mode)
    if not free and not over:
        raise Refused("no_free_seat")
    line = seats.place_in_line(registration)
    promote(registration, now, actor, "given_place", line=line, note=note, over=not free)


def follow(meeting: Meeting, now: dt.datetime) -> None:
    """Shortens offers after a move: none lasts longer than an offer made now would.

    Each lasts two hours at least, unless the meeting begins before. The mail about the move leads
    to the page that says until when. Call it under the meeting's lock.
    """
    last = max(_last_end(meeting.starts_at), min(now + SHORTEST, meeting.starts_at))
    db.session.execute(
        sa.update(Registration)
        .where(
            Registration.meeting_id == meeting.id,
            Registration.state == "offered",
            Registration.offered_until > last,
        )
        .values(offered_until=last)
    )


def _give_or_offer(
    waiting: Registration,
    until: dt.datetime | None,
    now: dt.datetime,
    line: int,
    passed: list[list[object]],
) -> None:
    if until is None:
        promote(waiting, now, audit.SYSTEM, line=line, passed=passed)
    else:
        _offer(waiting, until, now, line=line, passed=passed)


def _offer(waiting: Registration, until: dt.datetime, now: dt.datetime, **why: object) -> None:
    step(waiting, "promote", "offered")
    waiting.offered_until = until
    ends = dates.weekday_time(until, waiting.person.language)
    notices.tell("offer", waiting, now, ends=ends)
    audit.note(audit.SYSTEM, "offered", waiting, now, waiting.meeting_id, **why)


def _last_end(starts_at: dt.datetime) -> dt.datetime:
    return _by_day(starts_at - BEFORE_START, later=False)


def _by_day(moment: dt.datetime, *, later: bool) -> dt.datetime:
    """The moment itself when it is between 8 and 20 in Stockholm.

    Else the morning after it or the evening before it.
    """
    clock = local(moment)
    day, time = clock.date(), clock.time()
    if MORNING <= time <= EVENING:
        return moment
    if later and time > EVENING:
        day += dt.timedelta(days=1)
    elif not later and time < MORNING:
        day -= dt.timedelta(days=1)
    # Put together on Stockholm's clock, so that 8 is 8 also when the clocks have changed since.
    whole = dt.datetime.combine(day, MORNING if later else EVENING, clock.tzinfo)
    return whole.astimezone(dt.UTC)
