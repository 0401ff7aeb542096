"""Open registration: a person who is not invited asks to come.

The person proves by a button behind a mailed link that the address is theirs. Until then the
registration is *unconfirmed*: it counts nowhere, and is erased after a week.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.contacts import activation, affiliations, budgets, folding, people
from annualwheel.cycle import years
from annualwheel.db import Base, db
from annualwheel.errors import Closed, DomainError, Refused
from annualwheel.mail import requests
from annualwheel.mail.outbox import Recipient
from annualwheel.models import (
    Audit,
    MailRequest,
    Meeting,
    Message,
    MessageBody,
    Organisation,
    Person,
    Phase,
    Registration,
)
from annualwheel.models.registrations import LINK_IS_DEAD
from annualwheel.registrations import availability, invitations, notices, seats
from annualwheel.registrations.states import CLAIMS_NOTHING, step
from annualwheel.wording.cleaning import one_line

KEPT = dt.timedelta(days=7)


@dataclass(frozen=True)
class Applicant:
    """The person who asks to come, as typed. `source` says where the details come from.

    The fields are texts, so that they can be kept until a job reads them.
    """

    given: str
    family: str
    email: str
    title: str = ""
    mode: str = "on_site"
    language: str = "sv"
    source: str = ""


def open_meetings(now: dt.datetime) -> list[Meeting]:
    """The meetings that anyone may register for now, the next one first."""
    found = db.session.scalars(
        sa.select(Meeting)
        .join(Phase, Phase.meeting_id == Meeting.id)
        .where(
            Meeting.open_registration,
            Meeting.state == "planned",
            Meeting.starts_at > now,
            Phase.kind == "registration",
            Phase.opens_at <= now,
            Phase.closes_at >= now,
        )
        .options(sa.orm.joinedload(Meeting.year))
        .order_by(Meeting.starts_at)
    )
    return list(found)


def why_closed(meeting: Meeting, now: dt.datetime) -> DomainError | None:
    """Why nobody can ask to come to the meeting now; None when anyone can."""
    try:
        if meeting.state == "cancelled":
            raise Closed("meeting_cancelled")
        availability.require_before_start(meeting, now)
        if not meeting.open_registration:
            raise Refused("not_open_to_all")
        years.require_open(meeting, "registration", now)
    except DomainError as refusal:
        return refusal
    return None


def require_open(meeting: Meeting, now: dt.datetime) -> None:
    """Raises what `why_closed` finds."""
    refusal = why_closed(meeting, now)
    if refusal is not None:
        raise refusal


def apply(
    meeting: Meeting, organisation: Organisation, who: Applicant, client: str, now: dt.datetime
) -> None:
    """Asks for a person to come for `organisation`.

    A job mails the address: to confirm it, or with the ordinary link of a person on file
    (`answer`).

    Raises as `require_open` and `budgets.ask`, `Unreadable` for an address that is none.
    """
    require_open(meeting, now)
    who = replace(who, email=folding.normal_address(who.email))
    budgets.ask(who.email, client, now)
    _keep(meeting, organisation, who, None, now)


def apply_beside(registration: Registration, who: Applicant, client: str, now: dt.datetime) -> None:
    """Asks for somebody else at the organisation of a registration to come too.

    The registration itself is untouched. Raises as `apply`.
    """
    require_open(registration.meeting, now)
    who = replace(who, email=folding.normal_address(who.email))
    person = registration.person
    by = budgets.cause(person, registration.organisation, client)
    budgets.spend(by, 1, now)
    # Nobody knows who holds a forwarded link: to the mailbox they are a stranger.
    budgets.reach(replace(by, stranger=True), who.email, 1, now)
    # An unconfirmed person is erased after a week, and nobody may point at them.
    root = budgets.root_of(person) if person.active else None
    _keep(registration.meeting, registration.organisation, who, root, now)


def answer(request: MailRequest, now: dt.datetime) -> None:
    """Registers the person of a request as unconfirmed, if they are new here, and mails them."""
    asked: dict[str, Any] = request.details
    meeting = db.session.get(Meeting, asked["meeting"])
    organisation = db.session.get(Organisation, asked["organisation"])
    if meeting is not None and organisation is not None:
        _register(meeting, organisation, Applicant(**asked["who"]), asked["root"], now)


def confirm(registration: Registration, now: dt.datetime) -> None:
    """Confirms that the address is theirs: from now on they are like anyone who is invited.

    They read nothing of the organisation's answer: that they come from there is only what they say.
    A second press changes nothing. Raises `Closed`, and `Refused` for `is_out`.
    """
    seats.lock(registration)
    if registration.state != "unconfirmed":
        return
    person = registration.person
    availability.require(registration, "register", now, audit.participant(person.id))
    if is_out(person):
        raise Refused("cannot_register", state=registration.state)
    step(registration, "invite")
    registration.invited_at = now
    person.active = True
    audit.note(audit.participant(person.id), "applied", registration, now, registration.meeting_id)


def is_out(person: Person) -> bool:
    """Whether staff have deactivated the person.

    A person who is inactive because nothing is confirmed yet is not out.
    """
    return not person.active and not activation.was_never_confirmed(person)


def applied_at(registration: Registration) -> dt.datetime | None:
    """When the person confirmed that they want to come, unasked; None for who was asked to come."""
    applied = sa.select(Audit.at).where(
        Audit.meeting_id == registration.meeting_id,
        Audit.verb == "applied",
        Audit.subject_kind == Registration.__tablename__,
        Audit.subject_id == registration.id,
    )
    return db.session.scalar(applied.order_by(Audit.id.desc()).limit(1))


def is_unasked(registration: Registration, applied: dt.datetime | None) -> bool:
    """Whether the person has registered on the open page and has not been invited since.

    `applied`: what `applied_at` says.
    """
    return registration.state == "unconfirmed" or (
        applied is not None and applied == registration.invited_at
    )


def claim(registration: Registration) -> str:
    """Why nobody knows that the person belongs to the organisation.

    They have registered themselves ("own"), or somebody whose own affiliation is not known has
    brought them ("brought"). It is "" where it is known, and where an affiliation was ended.
    """
    person, organisation = registration.person, registration.organisation
    if registration.state in CLAIMS_NOTHING or not person.active:
        return ""
    if affiliations.has_place(person, organisation):
        return ""
    if applied_at(registration) is not None:
        return "own"
    return "brought" if affiliations.belongs(person, organisation) else ""


def vouch(registration: Registration, now: dt.datetime, actor: Actor) -> None:
    """Notes that a coordinator knows that the person belongs to the organisation.

    The person is affiliated to it and may write in its answer. A second press changes nothing.
    """
    if claim(registration):
        affiliations.affiliate(registration.person, registration.organisation, registration.title)
        audit.note(actor, "vouched", registration, now, registration.meeting_id)


def _keep(
    meeting: Meeting,
    organisation: Organisation,
    who: Applicant,
    root: int | None,
    now: dt.datetime,
) -> None:
    # Nobody is looked up here: neither the answer nor the time it takes tells who is on file.
    requests.put(
        "application",
        who.email,
        now,
        meeting=meeting.id,
        organisation=organisation.id,
        who=asdict(who),
        root=root,
    )


def _register(
    meeting: Meeting,
    organisation: Organisation,
    who: Applicant,
    root: int | None,
    now: dt.datetime,
) -> None:
    # Under the lock: two jobs at once must not both find nobody and add the person twice.
    seats.lock(meeting)
    known = people.person_called(one_line(who.given), one_line(who.family), who.email)
    found = invitations.find(meeting, known) if known else None
    person = known or _new_person(who, root)
    if found is None:
        found = Registration(
            meeting=meeting, person=person, organisation=organisation, state="unconfirmed"
        )
        db.session.add(found)
    if found.state == "unconfirmed":
        found.organisation = organisation
        found.title = one_line(who.title)
        found.mode = who.mode
        # The week until it is erased begins again with each mail.
        found.invited_at = now
    db.session.flush()
    _write(found, now)


def _new_person(who: Applicant, root: int | None) -> Person:
    person = people.new_person(
        who.given, who.family, who.email, language=who.language, source=who.source
    )
    person.root_id = root
    # Until the address is confirmed the person may not exist, and is in no list and no audience.
    person.active = False
    return person


def _write(registration: Registration, now: dt.datetime) -> None:
    """Writes the mail to the person who was named.

    The mail says nothing that was typed: it may reach somebody else than the one who typed it.
    """
    person = registration.person
    kind, to = "application_known", Recipient.of(person)
    if registration.state in LINK_IS_DEAD or is_out(person):
        kind = "application_gone"
    elif registration.state == "unconfirmed":
        kind, to = "application", Recipient(person.email, "", person.language, person.id)
    notices.write(kind, registration, now, to=to)


def unconfirmed(now: dt.datetime) -> sa.Select[int]:
    """The ids of the registrations that nobody has confirmed within a week."""
    return sa.select(Registration.id).where(
        Registration.state == "unconfirmed", Registration.invited_at < now - KEPT
    )


def erase(ids: Sequence[int]) -> None:
    """Erases those of the registrations that are still unconfirmed, and their mails.

    The persons go too when nothing else refers to them.
    """
    old = sa.and_(Registration.id.in_(ids), Registration.state == "unconfirmed")
    # Several meetings are always locked in the order of their ids. What is unconfirmed is read once
    # more under the locks: somebody may have pressed the button meanwhile.
    of_old = sa.select(Registration.meeting_id).where(old)
    meetings = sa.select(Meeting).where(Meeting.id.in_(of_old)).order_by(Meeting.id)
    for meeting in db.session.scalars(meetings).all():
        seats.lock(meeting)
    rows = db.session.execute(sa.select(Registration.id, Registration.person_id).where(old)).all()
    ids = [row.id for row in rows]
    people = {row.person_id for row in rows}
    mails = sa.select(Message.id).where(Message.registration_id.in_(ids))
    _delete(MessageBody, MessageBody.message_id.in_(mails))
    _delete(Message, Message.registration_id.in_(ids))
    _delete(Registration, Registration.id.in_(ids))
    _delete(Person, Person.id.in_(people), ~Person.active, *_nobody_refers())


def _nobody_refers() -> list[sa.ColumnElement[bool]]:
    """A condition for each column in the database that names a person."""
    # Found in the tables themselves, so that a column added later is asked too. Each has an alias,
    # since persons point at persons (`merged_into_id`).
    person = Person.__table__.c.id
    columns = [
        key.parent
        for table in db.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column is person
    ]
    return [
        ~sa.exists().where(column.table.alias(f"t{number}").c[column.name] == Person.id)
        for number, column in enumerate(columns)
    ]


def _delete(table: type[Base], *conditions: sa.ColumnElement[bool]) -> None:
    db.session.execute(
        sa.delete(table).where(*conditions).execution_options(synchronize_session=False)
    )
