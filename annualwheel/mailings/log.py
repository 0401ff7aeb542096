"""The one log of mails, to look in by person, meeting, mailing, state, kind and search."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel import listing
from annualwheel.contacts import searching
from annualwheel.contacts.folding import folded_address
from annualwheel.db import db
from annualwheel.listing import Order, Page, SwedishKey
from annualwheel.mail import states
from annualwheel.mail.kinds import KINDS, UNSEEN
from annualwheel.models import Mailing, Meeting, Message, MessageBody, Person, Registration
from annualwheel.models.mail import MESSAGE_STATES

GROUPS = {
    "stopped": states.STOPPED,
    "waiting": states.DUE,
    "sent": ("sent",),
    "not_sent": states.ENDED_UNSENT,
}
# What stopped, by why.
OF_STOPPED = {"expired": ("expired",), "unknown": ("unknown",)}
# All that the log can be narrowed to.
NARROWED = GROUPS | OF_STOPPED
# The groups whose mails may all be sent again by one press.
AGAIN = ("stopped", *OF_STOPPED)
NEWEST = Order("when", descending=True)
# When the mail went, or else when it was written.
_when = sa.func.coalesce(Message.sent_at, Message.queued_at)
_SEEN = Message.kind.not_in(sorted(UNSEEN))


@dataclass(frozen=True)
class LogFilter:
    """What the log is narrowed to.

    `group` is one of `NARROWED`, `kind` a kind of mail; "" and 0 narrow nothing.
    """

    text: str = ""
    group: str = ""
    kind: str = ""
    meeting_id: int = 0
    person_id: int = 0
    mailing_id: int = 0


def page(
    wanted: LogFilter, number: int = 1, order: Order = NEWEST, kinds: Collection[str] = tuple(KINDS)
) -> Page[Message]:
    """A page of the log, by recipient, kind, state, address or time.

    `kinds` are the kinds of mail in the order that they are sorted in.
    """
    # The mails of erased persons have no name and no address: as null they come last.
    written = (sa.func.nullif(column, "") for column in (Message.name, Message.address))
    # Mails without a person (staff, copies) have no sort name, only what was written on them.
    to_nobody = SwedishKey(sa.func.coalesce(*written))
    by: dict[str, listing.Column] = {
        "recipient": sa.func.coalesce(sa.func.nullif(Person.sort_name, ""), to_nobody),
        "kind": listing.ranked(Message.kind, tuple(kinds)),
        "state": listing.ranked(Message.state, MESSAGE_STATES),
        "address": SwedishKey(sa.func.nullif(Message.address, "")),
        "when": _when,
    }
    query = _found(wanted, with_person=order.column == "recipient")
    return listing.page_of(listing.sort(query, by, order, NEWEST, Message.id), number)


def newest(wanted: LogFilter, at_most: int) -> Sequence[Message]:
    """The newest mails of the log."""
    query = _found(wanted).order_by(_when.desc(), Message.id.desc())
    return db.session.scalars(query.limit(at_most)).all()


def count(wanted: LogFilter) -> int:
    """How many mails there are."""
    counted = _found(wanted).with_only_columns(sa.func.count(Message.id))
    return db.session.scalar(counted) or 0


def count_by_state(wanted: LogFilter) -> Counter[str]:
    """How many mails there are in each state."""
    counted = _found(wanted).with_only_columns(Message.state, sa.func.count())
    rows = db.session.execute(counted.group_by(Message.state))
    return Counter({row[0]: row[1] for row in rows})


def stopped(wanted: LogFilter) -> sa.Select[int]:
    """For a statement: the ids of those mails that stopped and still have their text."""
    with_text = sa.select(MessageBody.message_id).where(MessageBody.message_id == Message.id)
    found = _found(wanted).where(Message.state.in_(states.STOPPED), with_text.exists())
    return found.with_only_columns(Message.id)


def about(registration: Registration) -> Sequence[Message]:
    """Every mail about a registration, newest first.

    It has the mails that mailings of the meeting have sent to the person too.
    """
    # A mail such as *save the date* goes out before there is a registration to refer to.
    of_mailings = sa.and_(
        Message.person_id == registration.person_id, Mailing.meeting_id == registration.meeting_id
    )
    return db.session.scalars(
        sa.select(Message)
        .outerjoin(Mailing, Mailing.id == Message.mailing_id)
        .where(sa.or_(Message.registration_id == registration.id, of_mailings), _SEEN)
        .order_by(Message.id.desc())
    ).all()


def person_of(message: Message) -> Person | None:
    """The person whose mail it is."""
    return db.session.get(Person, message.person_id) if message.person_id else None


def registration_of(message: Message) -> Registration | None:
    """The registration that it is about."""
    found = message.registration_id
    return db.session.get(Registration, found) if found else None


def mailings_of(meeting: Meeting) -> Sequence[Mailing]:
    """The meeting's mailings, newest first."""
    of_meeting = sa.select(Mailing).where(Mailing.meeting_id == meeting.id)
    return db.session.scalars(of_meeting.order_by(Mailing.id.desc())).all()


def latest_mailings(at_most: int) -> Sequence[Mailing]:
    """The newest mailings of all meetings, with their meeting and its year."""
    with_meeting = joinedload(Mailing.meeting).joinedload(Meeting.year)
    query = sa.select(Mailing).options(with_meeting).order_by(Mailing.id.desc())
    return db.session.scalars(query.limit(at_most)).all()


def _found(wanted: LogFilter, with_person: bool = False) -> sa.Select[Message]:
    """The mails in no order. The person is joined only when that is asked for or needed."""
    query = sa.select(Message).where(_SEEN)
    if wanted.group in NARROWED:
        query = query.where(Message.state.in_(NARROWED[wanted.group]))
    if wanted.kind:
        query = query.where(Message.kind == wanted.kind)
    if wanted.meeting_id:
        registrations = sa.select(Registration.id).where(
            Registration.meeting_id == wanted.meeting_id
        )
        mailings = sa.select(Mailing.id).where(Mailing.meeting_id == wanted.meeting_id)
        about_it = (
            Message.registration_id.in_(registrations),
            Message.mailing_id.in_(mailings),
            Message.meeting_id == wanted.meeting_id,
        )
        query = query.where(sa.or_(*about_it))
    if wanted.person_id:
        query = query.where(Message.person_id == wanted.person_id)
    if wanted.mailing_id:
        query = query.where(Message.mailing_id == wanted.mailing_id)
    conditions = searching.each_word(wanted.text, Person.name_folded, _is_to)
    # Outer, since mails to staff and copies have no person.
    if conditions or with_person:
        query = query.outerjoin(Person, Person.id == Message.person_id)
    return query.where(*conditions)


def _is_to(word: str) -> sa.ColumnElement[bool]:
    return folded_address(Message.address).contains(word, autoescape=True)
