"""Erases a person who has asked for it (GDPR art. 17), or answers why not.

What an organisation has submitted is a public record and stays (art. 17.3 b and d, arkivlagen
1990:782), as do the rows that say that somebody was invited and came; neither says who any more.
Everything else is erased.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel import audit, request_states
from annualwheel.access import personal_links
from annualwheel.audit import Actor
from annualwheel.contacts.folding import folded_address
from annualwheel.contacts.imports import forgetting
from annualwheel.contacts.states import WITH_US
from annualwheel.db import db
from annualwheel.errors import Missing
from annualwheel.mail import outbox
from annualwheel.mail import states as mail_states
from annualwheel.mail.outbox import Recipient
from annualwheel.models import (
    DeletionRequest,
    Meeting,
    Member,
    Message,
    MessageBody,
    Needs,
    Person,
    Registration,
    SubmissionVersion,
)
from annualwheel.participation import address_change, revocation
from annualwheel.privacy import anonymising
from annualwheel.registrations.states import SAID_NO, allowed

NOBODY = "Borttagen person"
# Kinds of mail that go to an address, whoever has it: they belong to no person.
TO_AN_ADDRESS = ("own_data", "new_link", "organisation_request", "organisation_refused")


@dataclass(frozen=True)
class Consequences:
    """What erasing would do.

    `leaves` are the registrations at meetings to come, `submitted` counts the versions that stay as
    public records.
    """

    leaves: Sequence[Registration]
    others: int
    memberships: int
    needs: int
    mails: int
    submitted: int


def waiting() -> Sequence[DeletionRequest]:
    """The requests nobody has answered, oldest first."""
    return db.session.scalars(
        _requests().where(DeletionRequest.state == "asked").order_by(DeletionRequest.id)
    ).all()


def answered(at_most: int) -> Sequence[DeletionRequest]:
    """The latest requests that have been answered."""
    return db.session.scalars(
        _requests()
        .where(DeletionRequest.state != "asked")
        .order_by(DeletionRequest.answered_at.desc())
        .limit(at_most)
    ).all()


def count() -> int:
    """How many requests wait for an answer."""
    waiting = sa.select(sa.func.count()).where(DeletionRequest.state == "asked")
    return db.session.scalar(waiting) or 0


def by_public_id(public_id: str) -> DeletionRequest:
    """The request with that public id. Raises `Missing`."""
    found = db.session.scalar(_requests().where(DeletionRequest.public_id == public_id))
    if found is None:
        raise Missing("no_deletion_request")
    return found


def consequences(person: Person, now: dt.datetime) -> Consequences:
    """What erasing the person would do now."""
    leaves = _ahead(person, now)
    own = sa.select(Registration.id).where(Registration.person_id == person.id)

    def number(*conditions: sa.ColumnElement[bool]) -> int:
        return db.session.scalar(sa.select(sa.func.count()).where(*conditions)) or 0

    return Consequences(
        leaves,
        number(Registration.person_id == person.id) - len(leaves),
        number(Member.person_id == person.id),
        number(Needs.registration_id.in_(own)),
        number(sa.or_(_about(person), _to_address(person))),
        number(SubmissionVersion.by_id == person.id),
    )


def refuse(request: DeletionRequest, text: str, now: dt.datetime, actor: Actor) -> bool:
    """Answers without erasing; `text` is mailed. False when somebody has answered already."""
    if not _answer(request, "refuse", now, actor):
        return False
    request.answer = text
    key, to = f"deletion_refused:{request.public_id}", Recipient.of(request.person)
    facts = {"given": request.person.given, "answer": text}
    outbox.put(key, "deletion_refused", to, facts, {}, now)
    audit.note(actor, "deletion_refused", request, now)
    return True


def erase(request: DeletionRequest, now: dt.datetime, actor: Actor) -> bool:
    """Erases the person for good and mails that it is done.

    False when somebody has answered already.

    Seats at meetings to come are given back first, while there is an address to take the calendar
    entries out of. The mails about that and about the erasure go out, and are emptied by `finish`
    once they have.
    """
    person = request.person
    # No list that is being written may bring the person back.
    forgetting.lock()
    # Each seat that is given back below needs its meeting's lock, so all are taken first, in order.
    address_change.lock(person)
    if not _answer(request, "grant", now, actor):
        return False
    # Before the mails below are queued: those must go out.
    _adopt(person)
    _drop_waiting(person)
    for registration in _ahead(person, now):
        revocation.revoke(registration, now, actor)
    key, to = f"deletion_done:{request.public_id}", Recipient.of(person)
    outbox.put(key, "deletion_done", to, {"given": person.given}, {}, now)
    db.session.flush()
    personal_links.renew(person)
    anonymising.wipe(person)
    _make_nobody(person)
    db.session.flush()
    _empty(_about(person))
    audit.note(actor, "erased", person, now)
    return True


def _make_nobody(person: Person) -> None:
    person.given = NOBODY
    person.family = person.sort_name = ""
    # Without an address the person can never be reactivated (`activation.let_in`), and `finish`
    # finds the mails that are still to be emptied.
    person.email = person.mobile = person.source = ""
    # Who brought the person is nobody's business any more.
    person.root_id = None
    # Address and name together must be unique, and nobody is called by a public id.
    person.email_folded, person.name_folded = "", person.public_id
    person.active = False


def finish() -> int:
    """Empties the mails to erased people that have gone since; returns how many."""
    gone = sa.select(Person.id).where(Person.email == "")
    registrations = sa.select(Registration.id).where(Registration.person_id.in_(gone))
    return _empty(sa.or_(Message.person_id.in_(gone), Message.registration_id.in_(registrations)))


def _requests() -> sa.Select[DeletionRequest]:
    return sa.select(DeletionRequest).options(joinedload(DeletionRequest.person))


def _answer(request: DeletionRequest, action: str, now: dt.datetime, actor: Actor) -> bool:
    """Takes the request, if it still waits: two coordinators may press at once."""
    db.session.refresh(request, attribute_names=["state"], with_for_update={"of": DeletionRequest})
    if request.state != "asked":
        return False
    request_states.answer(request, action, now, actor.id)
    return True


def _ahead(person: Person, now: dt.datetime) -> list[Registration]:
    rows = db.session.scalars(
        sa.select(Registration)
        .join(Registration.meeting)
        .where(
            Registration.person_id == person.id,
            Meeting.state == "planned",
            Meeting.starts_at > now,
        )
        .order_by(Meeting.id)
        .options(joinedload(Registration.meeting), joinedload(Registration.organisation))
    )
    # Somebody who has said no holds nothing that must be given back.
    remaining = [row for row in rows if row.state not in SAID_NO]
    return [row for row in remaining if allowed(row.state, "revoke")]


def _about(person: Person) -> sa.ColumnElement[bool]:
    """Mails to the person, and copies of mails about their registrations.

    The copies went to a secretary who answers for the person.
    """
    own = sa.select(Registration.id).where(Registration.person_id == person.id)
    return sa.or_(Message.person_id == person.id, Message.registration_id.in_(own))


def _to_address(person: Person) -> sa.ColumnElement[bool]:
    """Mails to the person's address that belong to no person.

    If others share the address, only those that name the person.
    """
    others = (
        sa.select(Person.id)
        .where(Person.email_folded == person.email_folded, Person.id != person.id, WITH_US)
        .exists()
    )
    names = (
        sa.select(MessageBody.message_id)
        .where(
            MessageBody.message_id == Message.id,
            MessageBody.text.contains(person.name, autoescape=True),
        )
        .exists()
    )
    return sa.and_(
        Message.person_id.is_(None),
        Message.kind.in_(TO_AN_ADDRESS),
        folded_address(Message.address) == person.email_folded,
        sa.or_(~others, names, Message.name == person.name),
    )


def _adopt(person: Person) -> None:
    """Makes those mails the person's own, so that they are stopped and emptied like the others.

    `finish` empties those that a worker has in hand.
    """
    db.session.execute(
        sa.update(Message)
        .where(_to_address(person))
        .values(person_id=person.id)
        .execution_options(synchronize_session="fetch")
    )


def _drop_waiting(person: Person) -> None:
    """Stops the mails that have not gone, except those that take an entry out of the calendar."""
    db.session.execute(
        sa.update(Message)
        .where(
            _about(person),
            Message.state.in_(mail_states.TRANSITIONS.sources("stop")),
            Message.kind != "calendar_cancel",
        )
        .values(state=mail_states.TRANSITIONS.outcome("stop"))
        .execution_options(synchronize_session="fetch")
    )


def _empty(which: sa.ColumnElement[bool]) -> int:
    """Erases address, name and text of mails that are not on their way.

    That they were sent, and when, stays.
    """
    rows = sa.select(Message.id).where(
        which, Message.state.not_in(mail_states.DUE), Message.address != ""
    )
    ids = list(db.session.scalars(rows))
    db.session.execute(
        sa.update(MessageBody)
        .where(MessageBody.message_id.in_(ids))
        .values(subject="", preheader="", text="", html="", links={}, calendar=None)
        .execution_options(synchronize_session="fetch")
    )
    db.session.execute(
        sa.update(Message)
        .where(Message.id.in_(ids))
        .values(address="", name="", error="")
        .execution_options(synchronize_session="fetch")
    )
    return len(ids)
