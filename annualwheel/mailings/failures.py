"""Mails that did not arrive: staff find them, correct the address and send them again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.contacts import folding
from annualwheel.db import db
from annualwheel.errors import Missing, Refused
from annualwheel.mail import outbox, waiting
from annualwheel.mail.states import AGAIN, MAY_BE_MISADDRESSED
from annualwheel.mailings import log
from annualwheel.mailings.log import LogFilter
from annualwheel.models import Mailing, Message, MessageBody, Person, Registration
from annualwheel.participation import address_change

# Whoever asks for these can ask again, and whoever reads one sees what is the person's own: they go
# to no address but the one on file.
ASKED_FOR = ("own_data", "new_link")


def by_public_id(public_id: str) -> Message:
    """The mail with that public id, with its text. Raises `Missing`."""
    found = db.session.scalar(
        sa.select(Message).where(Message.public_id == public_id).options(joinedload(Message.body))
    )
    if found is None:
        raise Missing("no_message")
    return found


def has_text(message: Message) -> bool:
    """Whether the mail still has its text, which is erased long before the row is."""
    return db.session.get(MessageBody, message.id) is not None


def require_stopped(message: Message) -> None:
    """Raises `Refused` unless the mail may be sent again.

    It may not when it is on its way or has arrived, or when its text has been erased.
    """
    if message.state not in AGAIN:
        raise Refused("not_stopped")
    if not has_text(message):
        raise Refused("text_erased")


def may_correct(message: Message) -> bool:
    """Whether the mail may go to another address.

    It may when it belongs to a person, whose address was wrong. A mail to a member of staff, to
    somebody who gets a copy or to an address that asked for it may not: its link would be signed
    for whoever owns the address that is typed in.
    """
    return message.person_id is not None and message.kind not in ASKED_FOR


def likely_misaddressed(mails: Collection[Message]) -> set[int]:
    """The ids of those whose address is most likely wrong, and that can be sent to another one."""
    found = [one.id for one in mails if one.state in MAY_BE_MISADDRESSED and may_correct(one)]
    with_text = sa.select(MessageBody.message_id).where(MessageBody.message_id.in_(found))
    return set(db.session.scalars(with_text))


def send_again(message: Message, now: dt.datetime, actor: Actor) -> None:
    """Asks for a new attempt. Raises what `require_stopped` raises."""
    require_stopped(message)
    outbox.try_again(message, now)
    audit.note(actor, "sent_again", message, now, meeting_id_of(message))


def count_stopped(wanted: LogFilter) -> int:
    """How many mails `send_all_again` would send."""
    return (
        db.session.scalar(sa.select(sa.func.count()).select_from(log.stopped(wanted).subquery()))
        or 0
    )


def send_all_again(wanted: LogFilter, now: dt.datetime, actor: Actor) -> int:
    """Asks for a new attempt with all mails of the log that stopped; returns how many there are.

    Those whose text has been erased are left out. The caller starts the sending after its commit.
    """
    found = waiting.try_all_again(log.stopped(wanted), now)
    if found:
        about = wanted.meeting_id or None
        audit.note(actor, "all_sent_again", "messages", now, about, count=found)
    return found


def correct_address(message: Message, address: str, now: dt.datetime, actor: Actor) -> None:
    """Gives the person the right address and sends the mail there.

    `address_change.rename` does all that follows from it. The old address is told nothing: mail to
    it does not arrive. Raises `Unreadable`, `Refused` when someone else has that name and address,
    `Refused("mail_of_nobody")` (see `may_correct`), and what `send_again` raises.
    """
    require_stopped(message)
    if not may_correct(message):
        raise Refused("mail_of_nobody")
    person = db.session.get_one(Person, message.person_id)
    address_change.rename(
        person, person.given, person.family, address, now, actor, told=False, sent=message
    )
    message.address = folding.normal_address(address)
    audit.note(actor, "address_corrected", message, now, meeting_id_of(message))
    send_again(message, now, actor)


def meeting_id_of(message: Message) -> int | None:
    """The meeting that the mail is about, None for none."""
    if message.registration_id is None and message.mailing_id is None:
        return message.meeting_id
    if message.registration_id is None:
        return db.session.scalar(
            sa.select(Mailing.meeting_id).where(Mailing.id == message.mailing_id)
        )
    return db.session.scalar(
        sa.select(Registration.meeting_id).where(Registration.id == message.registration_id)
    )
