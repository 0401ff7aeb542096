"""A meeting is moved or cancelled, and those concerned are told.

Who is told is settled in that act, and the mails are written after it, in batches. The mailing's
`audience` keeps the people as `[registration, state, sequence, known]`: as they were in the act,
and which of the appointments in `known` they had been told of. `next` counts those who are done
with, in the transaction of their mails.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.audit import Actor
from annualwheel.db import db
from annualwheel.mail import letters, mailing_states, outbox
from annualwheel.mail.letters import Letter
from annualwheel.mail.states import NOT_LEFT, UNSENT
from annualwheel.meetings.listeners import concerned
from annualwheel.models import (
    Mailing,
    Meeting,
    Message,
    Questionnaire,
    Registration,
    Staff,
    Submission,
)
from annualwheel.registrations import availability, notices, seats, states
from annualwheel.wording import dates

KINDS = ("moved", "cancelled")


AT_ONCE = 200


BATCH = 200


class Told(NamedTuple):
    """Somebody concerned, as the act found them.

    `known` is the place in the list of appointments of the one they know.
    """

    id: int
    state: str
    sequence: int
    known: int


def letter(
    seat: Registration, kind: str, to: Mapping[str, str], reason: str, now: dt.datetime
) -> Letter:
    """The mail as the person would get it if the act were done now; nothing is written.

    The meeting would be moved to the appointment `to`, or cancelled.
    """
    kept = seat.organisation_id in _organisations_that_submitted(seat.meeting)
    facts = _facts(kind, seat, appointment(seat.meeting), to, reason, kept)
    if kind == "moved":
        another_day = facts["old_day"] != facts["new_day"]
        must_reconfirm = another_day and seat.state == "registered"
        state = "to_reconfirm" if must_reconfirm else seat.state
        facts |= _owed(seat, state, another_day, now)
    language = seat.person.language
    return letters.write(kind, language, notices.said(kind, seat, language, now, facts))


def appointment(meeting: Meeting) -> dict[str, str]:
    """When and where the meeting is now, as plain values."""
    return as_kept(meeting.starts_at, meeting.ends_at, meeting.place, meeting.address)


def as_kept(
    starts_at: dt.datetime, ends_at: dt.datetime, place: str, address: str
) -> dict[str, str]:
    """An appointment as plain values, with the place as one line."""
    return {
        "starts_at": starts_at.isoformat(),
        "ends_at": ends_at.isoformat(),
        "place": ", ".join(part for part in (place, address) if part),
    }


def begin(
    meeting: Meeting, kind: str, reason: str, was: dict[str, str], now: dt.datetime, actor: Actor
) -> Mailing | None:
    """Settles whom to tell that the meeting has "moved" or is "cancelled"; None for nobody.

    Call it after the act and under its lock. A few are written to at once, many by a job
    (`preparing`). `was` is the appointment before the act. What an earlier move has not sent is not
    sent: those people hear of this act, and of the appointment they know.
    """
    known = [was]
    earlier = _overtake(meeting, known)
    rows = db.session.execute(
        concerned(meeting, kind)
        .with_only_columns(Registration.id, Registration.state, Registration.sequence)
        .order_by(Registration.id)
    ).all()
    if not rows:
        return None
    people = [Told(*row, known=earlier.get(row.id, 0)) for row in rows]
    mails = len(people) + sum(_has_entry(one.state, one.sequence) for one in people)
    mailing = Mailing(
        meeting=meeting,
        kind=kind,
        expected=mails,
        by=_name(actor),
        confirm_key=f"{kind}:{meeting.id}:{meeting.sequence}",
        created_at=now,
        audience={"reason": reason, "known": known, "people": people, "next": 0},
    )
    db.session.add(mailing)
    db.session.flush()
    if len(people) <= AT_ONCE:
        _write(mailing, people, now)
        mailing_states.step(mailing, "written")
    return mailing


def people_of(mailing: Mailing) -> list[Told]:
    """Everyone the mailing is about."""
    return [Told(*row) for row in mailing.audience["people"]]


def write_next(mailing: Mailing, now: dt.datetime) -> bool:
    """Writes the next batch; False when there is nothing left to write.

    The caller commits. Two who do it at once share the work.
    """
    seats.lock(mailing.meeting)
    outbox.lock(mailing)
    if mailing.state != "preparing":
        return False
    start, people = mailing.audience["next"], people_of(mailing)
    _write(mailing, people[start : start + BATCH], now)
    mailing.audience = {**mailing.audience, "next": start + BATCH}
    if start + BATCH < len(people):
        return True
    mailing_states.step(mailing, "written")
    return False


def _overtake(meeting: Meeting, known: list[dict[str, str]]) -> dict[int, int]:
    """Stops what the move before this has not sent.

    Returns who has therefore not heard of it, and which place the appointment that they know has
    been given in `known`.
    """
    mailing = db.session.scalar(
        sa.select(Mailing)
        .where(Mailing.meeting_id == meeting.id, Mailing.kind == "moved")
        .order_by(Mailing.id.desc())
        .limit(1)
    )
    if mailing is None:
        return {}
    outbox.lock(mailing)
    if mailing.state == "done":
        return {}
    sent = db.session.scalars(
        sa.select(Message.registration_id).where(
            Message.mailing_id == mailing.id,
            Message.kind == "moved",
            Message.state.not_in(NOT_LEFT),
        )
    )
    heard = set(sent)
    outbox.drop_waiting(meeting, mailing)
    if mailing_states.allowed(mailing, "overtake"):
        mailing_states.step(mailing, "overtake")
    rows = db.session.execute(
        sa.select(Registration.id, Registration.state).where(Registration.meeting_id == meeting.id)
    )
    state_now = {row.id: row.state for row in rows}
    start = len(known)
    known.extend(mailing.audience["known"])
    return {
        one.id: start + one.known
        for one in people_of(mailing)
        if one.id not in heard and not _has_answered(one, state_now[one.id])
    }


def _write(mailing: Mailing, people: Sequence[Told], now: dt.datetime) -> None:
    """Writes to these people what is true now.

    Who has answered meanwhile knows, and who has left is told nothing.
    """
    found = _still_concerned(people)
    kept, renewed = set[int](), set[int]()
    if mailing.kind == "cancelled":
        kept = _organisations_that_submitted(mailing.meeting)
    elif mailing.kind == "moved":
        renewed = _renew(list(found.values()), now)
    for one in people:
        seat = found.get(one.id)
        if seat is None:
            continue
        if seat.id not in renewed and not _has_answered(one, seat.state):
            _tell(mailing, seat, one, seat.organisation_id in kept, now)
        if _has_entry(seat.state, seat.sequence) and seat.sequence == one.sequence:
            _follow(mailing, seat, now)
    db.session.flush()


def _still_concerned(people: Sequence[Told]) -> dict[int, Registration]:
    ids = [one.id for one in people]
    rows = db.session.scalars(
        sa.select(Registration)
        .where(Registration.id.in_(ids), Registration.state.in_(states.STANDS))
        .options(joinedload(Registration.person), joinedload(Registration.organisation))
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def _tell(
    mailing: Mailing, seat: Registration, one: Told, answer_kept: bool, now: dt.datetime
) -> None:
    known, reason = mailing.audience["known"][one.known], mailing.audience["reason"]
    facts = _facts(mailing.kind, seat, known, appointment(seat.meeting), reason, answer_kept)
    cause = "cancelled"
    if mailing.kind == "moved":
        cause = mailing.confirm_key
        facts |= _owed(seat, seat.state, facts["old_day"] != facts["new_day"], now)
    notices.write(mailing.kind, seat, now, cause=cause, mailing=mailing, **facts)


def _owed(seat: Registration, state: str, another_day: bool, now: dt.datetime) -> dict[str, Any]:
    """What a move asks of somebody in that state.

    It asks for an answer, or for nothing, because the yes is still a yes or there is only a wait.
    """
    invited = (
        state == "invited" and another_day and availability.why_not(seat, "register", now) is None
    )
    return {"asks": invited or state == "to_reconfirm", "stands": state == "registered"}


def _facts(
    kind: str,
    seat: Registration,
    known: Mapping[str, str],
    to: Mapping[str, str],
    reason: str,
    answer_kept: bool,
) -> dict[str, Any]:
    """What the mail says besides what every mail about the seat does.

    The appointment that the person knows, and the one that holds.
    """
    language = seat.person.language
    starts, ends = _times(known)
    new_starts, new_ends = _times(to)
    if kind == "cancelled":
        return {
            "reason": reason,
            "answer_kept": "yes" if answer_kept else "",
            "day": dates.day(starts, language),
            "short_day": dates.day_month(starts, language),
        }
    here = notices.place(seat, language)
    on_site = seat.mode == "on_site"
    return {
        "reason": reason,
        "short_day": dates.day_month(new_starts, language),
        "old_day": dates.day(starts, language),
        "new_day": dates.day(new_starts, language),
        "old_time": dates.hours(starts, ends, language),
        "new_time": dates.hours(new_starts, new_ends, language),
        "old_place": known["place"] if on_site else here,
        "new_place": to["place"] if on_site else here,
    }


def _times(kept: Mapping[str, str]) -> tuple[dt.datetime, dt.datetime]:
    return dt.datetime.fromisoformat(kept["starts_at"]), dt.datetime.fromisoformat(kept["ends_at"])


def _follow(mailing: Mailing, seat: Registration, now: dt.datetime) -> None:
    if mailing.kind == "moved":
        notices.put_in_calendar(seat, now, "calendar_update", mailing)
    else:
        notices.take_from_calendar(seat, now, mailing)


def _renew(found: Sequence[Registration], now: dt.datetime) -> set[int]:
    """Invitations and reminders that have not left say how it is now.

    Returns whose invitation that was: it tells them everything.
    """
    by_id = {seat.id: seat for seat in found if seat.state in states.AWAITED}
    asked = [seat.id for seat in found if seat.state == "invited"]
    invited = sa.and_(Message.kind == "invitation", Message.registration_id.in_(asked))
    reminded = sa.and_(Message.kind == "reminder", Message.registration_id.in_(by_id))
    waiting = db.session.scalars(
        sa.select(Message)
        .where(sa.or_(invited, reminded), Message.state.in_(UNSENT))
        .options(joinedload(Message.body))
        .with_for_update(of=Message, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    renewed = set()
    for message in waiting:
        kind, language = message.kind, message.language
        seat = by_id[message.registration_id or 0]
        facts = notices.said(kind, seat, language, now, {})
        outbox.rewrite(message, letters.write(kind, language, facts))
        if kind == "invitation":
            renewed.add(seat.id)
    return renewed


def _has_answered(one: Told, state: str) -> bool:
    """Whether they have left a state that asked for an answer: the pages said how it is now."""
    return one.state in states.HAS_TO_ANSWER and state != one.state


def _has_entry(state: str, sequence: int) -> bool:
    return state in states.ENTRY_FOLLOWS and sequence >= 0


def _name(actor: Actor) -> str:
    return db.session.get_one(Staff, actor.id).name if actor.kind == "staff" else ""


def _organisations_that_submitted(meeting: Meeting) -> set[int]:
    found = db.session.scalars(
        sa.select(Submission.organisation_id)
        .join(Questionnaire)
        .where(Questionnaire.meeting_id == meeting.id, Submission.submitted_at.is_not(None))
    )
    return set(found)
