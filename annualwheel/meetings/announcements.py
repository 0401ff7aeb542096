"""A meeting is moved or cancelled, and those concerned are told.

Who is told is settled in that act, and the mails are written after it, in batches. The mailing's
`audience` keeps the people as `[registration, state, sequence, known]`: as they were in the act,
and which of the appointments in `known` they had been told of. `next` counts those who are done
with, in the transaction of their mails.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.audit import Actor
from annualwheel.db import db
from annualwheel.mail import letters, outbox
from annualwheel.meetings.listeners import CONCERNED, UNSENT, concerned
from annualwheel.models import (
    Mailing,
    Meeting,
    Message,
    Questionnaire,
    Registration,
    Submission,
)
from annualwheel.registrations import availability, notices
from annualwheel.wording import dates

HAS_ENTRY = ("registered", "to_reconfirm")


# In these states a person has something to answer; who has left them has answered since, on pages
# that say how it is now.
ASKED = ("invited", "offered", "to_reconfirm")


AT_ONCE = 200


@dataclass(frozen=True)
class News:
    """What there is to tell: the appointment that holds now, as plain values, and why.

    `kept`: the organisations whose submitted answer is kept.
    """

    to: Mapping[str, str]
    reason: str
    kept: frozenset[int] = frozenset()


class Told(NamedTuple):
    """Somebody concerned, as the act found them.

    `known` is the place in the list of appointments of the one they know.
    """

    id: int
    state: str
    sequence: int
    known: int


def facts_before(kind: str, seat: Registration, news: News, now: dt.datetime) -> dict[str, Any]:
    """What the mail would say to the person if the act were done now; nothing is written.

    The facts that a mail of that kind has besides those of every mail about the registration.
    """
    state = seat.state
    known = appointment(seat.meeting)
    if kind == "moved" and state == "registered" and _day(known) != _day(news.to):
        state = "to_reconfirm"
    kept = frozenset(_organisations_that_submitted(seat.meeting))
    return _facts(kind, seat, state, known, replace(news, kept=kept), now)


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
        actor_kind=actor.kind,
        staff_id=actor.staff_id,
        confirm_key=f"{kind}:{meeting.id}:{meeting.sequence}",
        created_at=now,
        audience={"reason": reason, "known": known, "people": people, "next": 0},
    )
    db.session.add(mailing)
    db.session.flush()
    if len(people) <= AT_ONCE:
        _write(mailing, people, now)
        mailing.state = "sending"
    return mailing


def people_of(mailing: Mailing) -> list[Told]:
    """Everyone the mailing is about."""
    return [Told(*row) for row in mailing.audience["people"]]


def write(mailing: Mailing, batch: Sequence[Told], now: dt.datetime) -> None:
    """Writes to those of the batch who are not done with, and notes how far it has come.

    `batch` is a piece of `people_of`. Call it under the locks of the meeting and the mailing: then
    two who do it at once share the work.
    """
    places = {one.id: place for place, one in enumerate(people_of(mailing))}
    done = mailing.audience["next"]
    fresh = [one for one in batch if places[one.id] >= done]
    if fresh:
        _write(mailing, fresh, now)
        mailing.audience = {**mailing.audience, "next": places[fresh[-1].id] + 1}
        db.session.flush()


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
            Message.state.not_in((*UNSENT, "dropped")),
        )
    )
    heard = set(sent)
    outbox.drop_waiting(meeting, mailing)
    if mailing.state in ("preparing", "paused"):
        mailing.state = "sending"
    rows = db.session.execute(
        sa.select(Registration.id, Registration.state).where(Registration.meeting_id == meeting.id)
    )
    states = {row.id: row.state for row in rows}
    start = len(known)
    known.extend(mailing.audience["known"])
    return {
        one.id: start + one.known
        for one in people_of(mailing)
        if one.id not in heard and not _has_answered(one, states[one.id])
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
    to, reason = appointment(mailing.meeting), mailing.audience["reason"]
    news = News(to, reason, frozenset(kept))
    for one in people:
        seat = found.get(one.id)
        if seat is None:
            continue
        if seat.id not in renewed and not _has_answered(one, seat.state):
            _tell(mailing, seat, one, news, now)
        if _has_entry(seat.state, seat.sequence) and seat.sequence == one.sequence:
            _follow(mailing, seat, now)
    db.session.flush()


def _still_concerned(people: Sequence[Told]) -> dict[int, Registration]:
    ids = [one.id for one in people]
    rows = db.session.scalars(
        sa.select(Registration)
        .where(Registration.id.in_(ids), Registration.state.in_(CONCERNED))
        .options(joinedload(Registration.person), joinedload(Registration.organisation))
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def _tell(mailing: Mailing, seat: Registration, one: Told, news: News, now: dt.datetime) -> None:
    known = mailing.audience["known"][one.known]
    facts = _facts(mailing.kind, seat, seat.state, known, news, now)
    cause = mailing.confirm_key if mailing.kind == "moved" else "cancelled"
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
    state: str,
    known: Mapping[str, str],
    news: News,
    now: dt.datetime,
) -> dict[str, Any]:
    """What the mail says besides what every mail about the seat does.

    To somebody in that state, who knows the appointment `known`.
    """
    if kind == "cancelled":
        return _about_the_end(seat, known, news)
    language = seat.person.language
    starts, ends = _times(known)
    new_starts, new_ends = _times(news.to)
    here = notices.place(seat, language)
    on_site = seat.mode == "on_site"
    return {
        "reason": news.reason,
        "short_day": dates.day_month(new_starts, language),
        "old_day": dates.day(starts, language),
        "new_day": dates.day(new_starts, language),
        "old_time": dates.hours(starts, ends, language),
        "new_time": dates.hours(new_starts, new_ends, language),
        "old_place": known["place"] if on_site else here,
        "new_place": news.to["place"] if on_site else here,
    } | _owed(seat, state, _day(known) != _day(news.to), now)


def _about_the_end(seat: Registration, known: Mapping[str, str], news: News) -> dict[str, Any]:
    language = seat.person.language
    starts, _ends = _times(known)
    return {
        "reason": news.reason,
        "answer_kept": "yes" if seat.organisation_id in news.kept else "",
        "day": dates.day(starts, language),
        "short_day": dates.day_month(starts, language),
    }


def _day(kept: Mapping[str, str]) -> dt.date:
    return dates.as_date(_times(kept)[0])


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
    by_id = {seat.id: seat for seat in found if seat.state in ("invited", "to_reconfirm")}
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
    return one.state in ASKED and state != one.state


def _has_entry(state: str, sequence: int) -> bool:
    return state in HAS_ENTRY and sequence >= 0


def _organisations_that_submitted(meeting: Meeting) -> set[int]:
    found = db.session.scalars(
        sa.select(Submission.organisation_id)
        .join(Questionnaire)
        .where(Questionnaire.meeting_id == meeting.id, Submission.submitted_at.is_not(None))
    )
    return set(found)
