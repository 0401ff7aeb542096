"""A mail that has been sent goes once more to its person: they say that they never got it.

The new mail is a copy with a key of its own, so the log has both. It belongs to no mailing, whose
count of mails stays as it was.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.access import personal_links
from annualwheel.audit import Actor
from annualwheel.contacts.states import is_with_us
from annualwheel.db import db
from annualwheel.errors import DomainError, Refused
from annualwheel.mail import outbox
from annualwheel.mail.kinds import TOWARDS_A_MEETING, UNSEEN
from annualwheel.mail.states import DUE
from annualwheel.mailings import failures, log, relevance
from annualwheel.models import Audit, Message, Person

# `wanted` is remembered by its key (`contacts.elsewhere`); a receipt names everyone who got one.
NEVER = (*failures.ASKED_FOR, *UNSEEN, "wanted", "receipt", "receipt_copy")


def why_not(message: Message, now: dt.datetime) -> DomainError | None:
    """Why a mail that has been sent cannot be sent once more; None when it can.

    It cannot when it is not the person's own, when its text has been erased, when a copy of it is
    on its way, or when what it says is so no longer.
    """
    person = log.person_of(message)
    if message.state != "sent" or person is None or message.kind in NEVER:
        return Refused("not_sent_again")
    if not failures.has_text(message):
        return Refused("text_erased")
    if not is_with_us(person):
        return Refused("person_inactive")
    copies = sa.select(Message.id).where(outbox.begins(_begins(message)), Message.state.in_(DUE))
    if db.session.scalar(copies.limit(1)) is not None:
        return Refused("not_stopped")
    # An entry names the address that it was mailed to, and the new one has an entry of its own.
    elsewhere = message.calendar_sequence is not None and message.address != person.email
    if elsewhere or _is_old_news(message) or not relevance.wanted([message], now):
        return Refused("mail_outdated")
    return None


def send_once_more(message: Message, now: dt.datetime, actor: Actor) -> Message:
    """Queues a copy to the person's address of today, whose links hold. Raises as `why_not`."""
    if message.person_id is None:
        raise Refused("not_sent_again")
    # One press after the other: the second finds the first one's copy.
    person = db.session.get_one(Person, message.person_id, with_for_update=True)
    refusal = why_not(message, now)
    if refusal:
        raise refusal
    begins = _begins(message)
    earlier = sa.select(sa.func.count(Message.id)).where(outbox.begins(begins))
    number = (db.session.scalar(earlier) or 0) + 1
    copy = outbox.put_copy(message, f"{begins}{number}", person, now)
    personal_links.follow(copy, personal_links.versions(copy))
    db.session.flush()
    audit.note(actor, "sent_again", copy, now, failures.meeting_id_of(message))
    return copy


def _begins(message: Message) -> str:
    """How the keys of the copies begin: as the first one's, which says what the mail is about."""
    return f"{message.key.partition(':again:')[0]}:again:"


def _is_old_news(message: Message) -> bool:
    """Whether the meeting has another day, time or place than when the mail was written."""
    meeting_id = failures.meeting_id_of(message)
    if message.kind not in TOWARDS_A_MEETING or meeting_id is None:
        return False
    moved = sa.select(Audit.id).where(
        Audit.meeting_id == meeting_id, Audit.verb == "moved", Audit.at > message.queued_at
    )
    return db.session.scalar(moved.limit(1)) is not None
