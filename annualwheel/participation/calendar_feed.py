"""A participant's own calendar to subscribe to.

It holds the year's meetings and the last days to answer and to prepare.

A registration has the same UID and SEQUENCE here as in the mails, so that a calendar with both sees
that they are the same entry.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from annualwheel import audit
from annualwheel.access.links import Target
from annualwheel.audit import Actor
from annualwheel.clock import local
from annualwheel.contacts.states import is_with_us
from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Missing
from annualwheel.mail.ical import Entry, Status, WholeDay
from annualwheel.models import (
    Meeting,
    Member,
    Organisation,
    Person,
    Questionnaire,
    Registration,
    Submission,
)
from annualwheel.models.registrations import LINK_IS_DEAD
from annualwheel.preparation import deadline
from annualwheel.questionnaires import opening, published
from annualwheel.registrations import availability, notices, states
from annualwheel.wording import names

# Calendar programs fetch a feed when they like, some once a day: a cancelled entry must stay until
# they have seen it.
CANCELLED_SHOWN = dt.timedelta(days=60)
SHOWN = dt.timedelta(days=365)
# The namespace for UIDs of entries that have none stored. They are hashed from random ids of rows,
# since a UID should tell nothing about people or hosts (RFC 7986 5.3).
OURS = uuid.UUID("6f1d3c1e-8a5c-4c0e-9d0f-6b1b9a4c2e57")

NAME = {"sv": "Årshjulet: möten och sista dagar", "en": "Annual cycle: meetings and last days"}
MARKS = {
    "sv": {
        "invited": "svara på inbjudan",
        "unconfirmed": "bekräfta din anmälan",
        "waitlisted": "du står på väntelistan",
        "offered": "du är erbjuden en plats",
        "to_reconfirm": "svara om du kan komma den nya dagen",
    },
    "en": {
        "invited": "answer the invitation",
        "unconfirmed": "confirm your registration",
        "waitlisted": "you are on the waiting list",
        "offered": "you are offered a place",
        "to_reconfirm": "answer whether the new day suits you",
    },
}
PLANNED = {"sv": "planerad dag", "en": "planned day"}
OPEN_LINK = {
    "sv": "Öppna din personliga länk i mejlet från oss för att svara, ändra eller avboka.",
    "en": "Open your personal link in the e-mail from us to answer, change or cancel.",
}
NOT_INVITED = {
    "sv": "Bara för din kalender. Du är inte anmäld.",
    "en": "For your calendar only. You are not registered.",
}
ANSWER = {"sv": "Sista dag att svara: {meeting}", "en": "Last day to answer: {meeting}"}
PREPARE = {
    "sv": "Sista dag för förberedelsen: {meeting}, {organisation}",
    "en": "Last day to prepare: {meeting}, {organisation}",
}
CLOSES = {
    "sv": "Sista dag att svara: {title}, {organisation}",
    "en": "Last day to answer: {title}, {organisation}",
}


@dataclass(frozen=True)
class Feed:
    """What the calendar holds now. `mark` changes when any of it does, and only then."""

    name: str
    entries: tuple[Entry, ...]
    days: tuple[WholeDay, ...]

    @property
    def mark(self) -> str:
        """A hash of the content, for an ETag (RFC 9110 8.8.3)."""
        return hashlib.blake2b(repr(self).encode(), digest_size=16).hexdigest()


def target(person: Person) -> Target:
    """What the address of the person's calendar points at."""
    return Target("feed", person.public_id, person.feed_version)


def by_target(found: Target | None) -> Person:
    """The person whose calendar an address opens.

    Raises `Missing` for an unknown or old one, and for a person who is inactive or merged.
    """
    if found is None:
        raise Missing("link_unknown")
    person = db.session.scalar(sa.select(Person).where(Person.public_id == found.public_id))
    if person is None or person.feed_version != found.version:
        raise Missing("link_unknown")
    if not is_with_us(person):
        raise Missing("link_unknown")
    return person


def renew(person: Person, now: dt.datetime, actor: Actor) -> None:
    """Gives the calendar a new address; the old one is dead at once."""
    person.feed_version += 1
    audit.note(actor, "feed_renewed", person, now)
    db.session.flush()


def of(person: Person, now: dt.datetime) -> Feed:
    """The person's calendar at `now`, in the person's language.

    The number of queries does not grow with what is in it.
    """
    registrations = [one for one in _registrations(person) if _is_shown(one.meeting, now)]
    submissions = [one for one in _submissions(person) if _is_shown(one.questionnaire.meeting, now)]
    own = [_entry(registration, now) for registration in registrations]
    entries = [entry for entry in own if entry is not None]
    entries += _not_invited_to(person, registrations, submissions, now)
    answers = _answers(registrations, now)
    preparations = _preparations(person, registrations, submissions)
    days = {day.uid: day for day in (*answers, *preparations)}
    return Feed(
        NAME[person.language],
        tuple(sorted(entries, key=lambda entry: (entry.starts_at, entry.uid))),
        tuple(sorted(days.values(), key=lambda day: (day.on, day.uid))),
    )


def held(registration: Registration, now: dt.datetime) -> Entry | None:
    """The entry that keeps the day free for a person without a seat yet, as it is in the feed.

    None for everybody else.
    """
    if registration.state in states.KEEPS_DAY_FREE and registration.meeting.state == "planned":
        return _entry(registration, now)
    return None


def _is_shown(meeting: Meeting, now: dt.datetime) -> bool:
    return meeting.ends_at + SHOWN > now


def _not_invited_to(
    person: Person,
    registrations: Sequence[Registration],
    submissions: Sequence[Submission],
    now: dt.datetime,
) -> list[Entry]:
    """The meetings to come of the person's years that the person is not invited to yet."""
    own_years = {one.meeting.year_id for one in registrations if one.state not in LINK_IS_DEAD}
    own_years |= {one.questionnaire.meeting.year_id for one in submissions}
    asked = {registration.meeting_id for registration in registrations}
    to_come = _to_come(own_years, now)
    return [_planned(person, meeting) for meeting in to_come if meeting.id not in asked]


def _entry(registration: Registration, now: dt.datetime) -> Entry | None:
    """The calendar entry of a registration.

    Firm after a yes, tentative while an answer is awaited, cancelled for a while when it is gone.
    """
    meeting, state = registration.meeting, registration.state
    if meeting.state == "cancelled" or state not in (*states.TENTATIVE, *states.COMING):
        return _gone(registration, now)
    if state in states.COMING:
        return _described(registration, "CONFIRMED", "")
    if meeting.starts_at <= now:
        return None
    mark = MARKS[registration.person.language][state]
    return _described(registration, "TENTATIVE", f" ({mark})")


def _gone(registration: Registration, now: dt.datetime) -> Entry | None:
    # Without a mailed or a tentative entry before there is nothing to cancel in any calendar.
    had_one = registration.sequence >= 0 or registration.state in states.TENTATIVE
    if not had_one or registration.meeting.ends_at + CANCELLED_SHOWN <= now:
        return None
    return replace(notices.entry(registration), status="CANCELLED", description="")


def _described(registration: Registration, status: Status, mark: str) -> Entry:
    language = registration.person.language
    title = names.in_calendar(registration.meeting.kind, language)
    # The text names the mail with the link, not the link: people share their calendars.
    return replace(
        notices.entry(registration),
        status=status,
        description=OPEN_LINK[language],
        summary=f"{title}{mark}",
    )


def _planned(person: Person, meeting: Meeting) -> Entry:
    """A meeting of the year that the person is not invited to yet."""
    language = person.language
    where = ", ".join(part for part in (meeting.place, meeting.address) if part)
    return Entry(
        uid=_uid(person, "planned", meeting.year_id, meeting.kind),
        sequence=meeting.sequence,
        status="TENTATIVE",
        summary=f"{names.in_calendar(meeting.kind, language)} ({PLANNED[language]})",
        description=NOT_INVITED[language],
        place=where,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        attendee_name=person.name,
        attendee_address=person.email,
        page=names.page_of(meeting.year.number, meeting.kind),
    )


def _answers(registrations: Sequence[Registration], now: dt.datetime) -> Iterator[WholeDay]:
    today = local(now).date()
    for registration in registrations:
        meeting, person = registration.meeting, registration.person
        last = local(availability.answer_by(registration)).date()
        if registration.state != "invited" or meeting.state != "planned" or last < today:
            continue
        language = person.language
        words = ANSWER[language].format(meeting=names.meeting(meeting.kind, language))
        uid = _uid(person, "answer", registration.uid)
        yield WholeDay(uid, words, OPEN_LINK[language], last)


def _preparations(
    person: Person, registrations: Sequence[Registration], submissions: Sequence[Submission]
) -> Iterator[WholeDay]:
    """The last day of each answer the person writes in.

    Answers that the person's organisations are going to write are among them.
    """
    last: dict[tuple[Meeting, Organisation, Questionnaire | None], dt.datetime] = {}
    for registration in registrations:
        if registration.state in states.PREPARES:
            meeting, organisation = registration.meeting, registration.organisation
            for asked, closes_at in _asked(meeting):
                last[meeting, organisation, asked] = closes_at
    # After the registrations, so that it decides: an answer that was opened again has a last day of
    # its own.
    for submission in submissions:
        asked = submission.questionnaire
        last[asked.meeting, submission.organisation, asked] = deadline.closes_at(submission)
    for (meeting, organisation, asked), closes_at in last.items():
        if meeting.state == "planned":
            words, about = _what_closes(person.language, meeting, organisation, asked)
            uid = _uid(person, "preparation", meeting.id, organisation.public_id, *about)
            yield WholeDay(uid, words, OPEN_LINK[person.language], local(closes_at).date())


def _asked(meeting: Meeting) -> list[tuple[Questionnaire | None, dt.datetime]]:
    """What the meeting asks, with the last day of each.

    None means the preparation as it is planned, before a questionnaire is published.
    """
    found: list[tuple[Questionnaire | None, dt.datetime]] = [
        (asked, opening.closes_at(asked)) for asked in meeting.questionnaires
    ]
    if not opening.preparing(meeting):
        found.append((None, years.phase(meeting, "preparation").closes_at))
    return found


def _what_closes(
    language: str, meeting: Meeting, organisation: Organisation, asked: Questionnaire | None
) -> tuple[str, tuple[str, ...]]:
    """The words of an entry, and what sets it apart from the other entries of its meeting."""
    if asked is None or not opening.is_named(asked):
        about = names.meeting(meeting.kind, language)
        return PREPARE[language].format(meeting=about, organisation=organisation.name), ()
    title = published.title_of(asked).to(language)
    return CLOSES[language].format(title=title, organisation=organisation.name), (asked.key,)


def _uid(person: Person, *about: object) -> str:
    # A hash, so that the entry keeps its UID when its day changes, though no row stores it.
    return str(uuid.uuid5(OURS, ":".join(map(str, (person.public_id, *about)))))


def _registrations(person: Person) -> Sequence[Registration]:
    return db.session.scalars(
        sa.select(Registration)
        .where(Registration.person_id == person.id)
        .options(
            joinedload(Registration.organisation),
            joinedload(Registration.replaces),
            joinedload(Registration.meeting).options(
                selectinload(Meeting.phases), selectinload(Meeting.questionnaires)
            ),
        )
        .order_by(Registration.id)
    ).all()


def _submissions(person: Person) -> Sequence[Submission]:
    mine = sa.select(Member.submission_id).where(Member.person_id == person.id)
    return db.session.scalars(
        sa.select(Submission)
        .where(Submission.id.in_(mine))
        .options(
            joinedload(Submission.organisation),
            joinedload(Submission.questionnaire)
            .joinedload(Questionnaire.meeting)
            .options(selectinload(Meeting.phases), selectinload(Meeting.questionnaires)),
        )
        .order_by(Submission.id)
    ).all()


def _to_come(year_ids: set[int], now: dt.datetime) -> Sequence[Meeting]:
    return db.session.scalars(
        sa.select(Meeting)
        .where(Meeting.year_id.in_(year_ids), Meeting.state == "planned", Meeting.starts_at > now)
        .order_by(Meeting.id)
    ).all()
