"""Tells those concerned that a meeting is moved or cancelled.

The act settles who is told, and the mails are written after it, in batches. The mailing's
`audience` keeps the people as `[registration, state, sequence, known]`: as they were in the act,
and which of the appointments in `known` they had been told of. `saved` keeps those who had only
been asked to save the date, as `[person, known]`. The mailing's `written` counts those who are done
with, in the transaction of their mails.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.audit import Actor
from annualwheel.db import db
from annualwheel.mail import mailing_states, outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.mail.states import NOT_LEFT
from annualwheel.meetings import listeners
from annualwheel.meetings.acts import ACTS, MeetingNews
from annualwheel.models import Mailing, Meeting, Message, Person, Registration
from annualwheel.registrations import notices, states
from annualwheel.wording import names

# More are written to by a job: with thousands the press took seconds, and held the meeting's lock.
AT_ONCE = 25


class InformedPerson(NamedTuple):
    """A person concerned, as the act found them.

    `known` is the position of the appointment they know in the list of appointments.
    """

    id: int
    state: str
    sequence: int
    known: int

    @property
    def who(self) -> tuple[str, int]:
        """The registration, apart from every person with the same number."""
        return "registration", self.id


class Saved(NamedTuple):
    """Somebody who had only been asked to save the date; `known` as for `InformedPerson`."""

    id: int
    known: int

    @property
    def who(self) -> tuple[str, int]:
        """The person, apart from every registration with the same number."""
        return "person", self.id


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


def as_kept(
    starts_at: dt.datetime, ends_at: dt.datetime, place: str, address: str
) -> dict[str, str]:
    """An appointment as plain values, with the venue as one line."""
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
    (`preparing`). `was` is the appointment before the act. Mails about an earlier move that have
    not been sent are stopped: their readers hear of this act, and of the appointment they know.
    """
    known = [was]
    earlier = _overtake(meeting, known)
    rows = db.session.execute(
        listeners.concerned(meeting, kind)
        .with_only_columns(Registration.id, Registration.state, Registration.sequence)
        .order_by(Registration.id)
    ).all()
    told = [InformedPerson(*row, known=earlier.get(("registration", row.id), 0)) for row in rows]
    only_saved = listeners.saved(meeting, kind).with_only_columns(Person.id).order_by(Person.id)
    saved = [
        Saved(number, earlier.get(("person", number), 0))
        for number in db.session.scalars(only_saved)
    ]
    people: list[InformedPerson | Saved] = [*told, *saved]
    if not people:
        return None
    mails = len(people) + sum(_has_entry(one.state, one.sequence) for one in told)
    mailing = Mailing(
        meeting=meeting,
        kind=kind,
        expected=mails,
        actor_kind=actor.kind,
        staff_id=actor.staff_id,
        # Unique for the act: two coordinators who press at once must not tell everybody twice.
        confirm_key=f"{kind}:{meeting.id}:{meeting.sequence}",
        created_at=now,
        audience={"reason": reason, "known": known, "people": told, "saved": saved},
    )
    db.session.add(mailing)
    db.session.flush()
    if len(people) <= AT_ONCE:
        _write(mailing, people, now)
        mailing_states.step(mailing, "written")
    return mailing


def people_of(mailing: Mailing) -> list[InformedPerson | Saved]:
    """Everyone the mailing is about."""
    told = [InformedPerson(*row) for row in mailing.audience["people"]]
    return [*told, *(Saved(*row) for row in mailing.audience.get("saved", ()))]


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


def _overtake(meeting: Meeting, known: list[dict[str, str]]) -> dict[tuple[str, int], int]:
    """Stops what the move before this has not sent.

    Returns the registrations that therefore have not heard of it, each with the position in `known`
    of the appointment that the person knows.
    """
    mailing = db.session.scalar(
        sa.select(Mailing)
        .where(Mailing.meeting_id == meeting.id, Mailing.kind == "moved")
        .order_by(Mailing.id.desc())
        .limit(1)
    )
    if mailing is None:
        return {}
    # The job may be writing a batch of it in this moment.
    outbox.lock(mailing)
    if mailing.state == "done":
        return {}
    sent = db.session.execute(
        sa.select(Message.registration_id, Message.person_id).where(
            Message.mailing_id == mailing.id,
            Message.kind == "moved",
            Message.state.not_in(NOT_LEFT),
        )
    )
    heard = {("registration", row[0]) if row[0] else ("person", row[1]) for row in sent}
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
        one.who: start + one.known
        for one in people_of(mailing)
        if one.who not in heard
        and (isinstance(one, Saved) or not _has_answered(one, state_now[one.id]))
    }


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
    still = listeners.saved(meeting, kind).where(Person.id.in_([one.id for one in people]))
    found = {person.id: person for person in db.session.scalars(still)}
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
        if registration.id not in renewed and not _has_answered(one, registration.state):
            _tell(mailing, registration, one, news, now)
        # With a higher number the person has got the entry meanwhile as it is now.
        has_entry = _has_entry(registration.state, registration.sequence)
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


def _has_answered(one: InformedPerson, state: str) -> bool:
    """Whether they have answered since: the page on which they did said how it is now."""
    return one.state in states.HAS_TO_ANSWER and state != one.state


def _has_entry(state: str, sequence: int) -> bool:
    return state in states.ENTRY_FOLLOWS and sequence >= 0
