"""Tells those concerned that a meeting is moved or cancelled.

It is settled first who is told (`settling`), and the mails are written after that, in batches.
`ToldPeople` keeps the people as `[registration, state, sequence, known, said_yes]`: as the act left
them, which of the appointments in `known` of the mailing's `audience` they had been told of, and
whether they had said yes to that one. Those who had only been asked to save the date are kept as
`[person, known]`. The mailing's `written` counts those who are done with, in the transaction of
their mails.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.meetings import acts, listeners, unheard
from annualwheel.meetings.acts import ACTS, MeetingNews
from annualwheel.meetings.unheard import InformedPerson, Saved, people_of
from annualwheel.models import Mailing, Meeting, Person, Registration
from annualwheel.registrations import notices, states
from annualwheel.wording import dates, names

# More are written to by a job: with thousands the press took seconds, and held the meeting's lock.
AT_ONCE = 25
MOST_VALUES = 1000


# A person with their place in the list of those whom the act concerned.
Listed: TypeAlias = tuple[int, InformedPerson | Saved]


def facts_before(
    kind: str, registration: Registration, news: MeetingNews, now: dt.datetime
) -> dict[str, Any]:
    """What the mail would say to the person if the act were done now; nothing is written.

    They are the facts that a mail of that kind has besides those of every mail about the
    registration.
    """
    act, known = ACTS[kind], appointment(registration.meeting)
    state = act.state_after(registration, known, news)
    return act.facts(
        registration, state, known, replace(news, kept=act.kept(registration.meeting)), now
    )


def saved_facts_before(
    kind: str, meeting: Meeting, person: Person, news: MeetingNews
) -> dict[str, Any]:
    """As `facts_before`, to somebody who has only been asked to save the date: the whole mail."""
    return _saved_facts(kind, meeting, person, appointment(meeting), news)


def appointment(meeting: Meeting) -> dict[str, str]:
    """When and where the meeting is now, as plain values."""
    return as_kept(meeting.starts_at, meeting.ends_at, meeting.place, meeting.address)


def day_before(meeting: Meeting) -> dt.date | None:
    """The day that the meeting had before its last move to another day; None when it kept its day.

    It is a day in Stockholm. A move that nobody was told of is not counted.
    """
    moves = db.session.scalars(
        sa.select(Mailing.audience)
        .where(Mailing.meeting_id == meeting.id, Mailing.kind == "moved")
        .order_by(Mailing.id.desc())
    )
    now_on = dates.as_date(meeting.starts_at)
    days = (acts.day_of(audience["known"][0]) for audience in moves)
    return next((day for day in days if day != now_on), None)


def as_kept(
    starts_at: dt.datetime, ends_at: dt.datetime, place: str, address: str
) -> dict[str, str]:
    """An appointment as plain values, with the venue as one line."""
    return {
        "starts_at": starts_at.isoformat(),
        "ends_at": ends_at.isoformat(),
        "place": ", ".join(part for part in (place, address) if part),
    }


def left(mailing: Mailing) -> list[Listed]:
    """The people whose mails are not written, each with their place among `people_of`."""
    return list(enumerate(people_of(mailing)))[mailing.written :]


def write(mailing: Mailing, batch: Sequence[Listed], now: dt.datetime) -> None:
    """Writes to those of the batch who are not done with, and notes how far it has come.

    `batch` is a piece of `left`. Call it under the locks of the meeting and the mailing: then two
    workers at once share the work.
    """
    fresh = [(place, one) for place, one in batch if place >= mailing.written]
    if fresh:
        _write(mailing, [one for _place, one in fresh], now)
        mailing.written = fresh[-1][0] + 1
        db.session.flush()


def _write(mailing: Mailing, people: Sequence[InformedPerson | Saved], now: dt.datetime) -> None:
    """Writes to these people what is true now."""
    _write_to_told(mailing, [one for one in people if isinstance(one, InformedPerson)], now)
    _write_to_saved(mailing, [one for one in people if isinstance(one, Saved)], now)
    db.session.flush()


def _write_to_saved(mailing: Mailing, people: Sequence[Saved], now: dt.datetime) -> None:
    """Writes to those who had only been asked to save the date.

    It tells nothing to those who have been invited meanwhile: the invitation says it.
    """
    meeting, kind, known = mailing.meeting, mailing.kind, mailing.audience["known"]
    still = listeners.saved(meeting, kind, [one.id for one in people])
    found = {person.id: person for person in db.session.scalars(still)} if people else {}
    news = MeetingNews(appointment(meeting), mailing.audience["reason"])
    for one in people:
        person = found.get(one.id)
        if person is not None:
            key = listeners.news_of_date(kind, meeting, person.public_id)
            facts = _saved_facts(kind, meeting, person, known[one.known], news)
            outbox.put(key, kind, Recipient.of(person), facts, {}, now, mailing=mailing)


def _saved_facts(
    kind: str, meeting: Meeting, person: Person, known: Mapping[str, str], news: MeetingNews
) -> dict[str, Any]:
    language = person.language
    about = {"given": person.given, "meeting": names.meeting(meeting.kind, language)}
    return about | ACTS[kind].news(known, news, language) | {"saved": "yes"}


def _write_to_told(mailing: Mailing, people: Sequence[InformedPerson], now: dt.datetime) -> None:
    """Writes to those who have a registration.

    It tells nothing to those who have answered meanwhile, since they know, or have left.
    """
    found, act = _still_concerned(people), ACTS[mailing.kind]
    renewed = act.renew(list(found.values()), now)
    meeting, reason = mailing.meeting, mailing.audience["reason"]
    news = MeetingNews(appointment(meeting), reason, act.kept(meeting))
    for one in people:
        registration = found.get(one.id)
        if registration is None:
            continue
        known = mailing.audience["known"][one.known]
        knows = unheard.has_answered(one, registration.state) or not act.is_news(
            known, news, registration
        )
        if registration.id not in renewed and not knows:
            _tell(mailing, registration, one, news, now)
        # With a higher number the person has got the entry meanwhile as it is now.
        has_entry = has_an_entry(registration.state, registration.sequence)
        if has_entry and registration.sequence == one.sequence:
            act.follow(mailing, registration, now)


def _still_concerned(people: Sequence[InformedPerson]) -> dict[int, Registration]:
    ids = [one.id for one in people]
    # Read again: between the act and their batch people answer, withdraw and are replaced.
    rows = db.session.scalars(
        sa.select(Registration)
        .where(Registration.id.in_(ids), Registration.state.in_(states.STANDS))
        .options(joinedload(Registration.person), joinedload(Registration.organisation))
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in rows}


def _tell(
    mailing: Mailing,
    registration: Registration,
    one: InformedPerson,
    news: MeetingNews,
    now: dt.datetime,
) -> None:
    act, known = ACTS[mailing.kind], mailing.audience["known"][one.known]
    facts = act.facts(registration, registration.state, known, news, now)
    notices.write(act.kind, registration, now, cause=act.cause(mailing), mailing=mailing, **facts)


def has_an_entry(state: str, sequence: int) -> bool:
    """Whether a person in that state has a calendar entry that follows the meeting."""
    return state in states.ENTRY_FOLLOWS and sequence >= 0
