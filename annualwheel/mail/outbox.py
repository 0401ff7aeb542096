"""The transactional outbox: a mail is a row in the transaction of its cause.

Sending is a later step (leases, retries).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from annualwheel.access.links import Target
from annualwheel.db import db
from annualwheel.mail import letters, states, waiting
from annualwheel.mail.ical import Entry
from annualwheel.models import Mailing, Meeting, Message, MessageBody, Person, Registration

# So many are dropped in one transaction.
DROPPED = 400
# Waits after the first, second, … temporary failure of a mail; the last one repeats. Failures of
# the server have waits of their own (`standstill.WAITS`).
WAITS = [
    dt.timedelta(seconds=30),
    dt.timedelta(minutes=2),
    dt.timedelta(minutes=10),
    dt.timedelta(hours=1),
    dt.timedelta(hours=6),
]
# The audience never changes, and may list tens of thousands: it is not read at every batch.
_CHANGING = [column.key for column in sa.inspect(Mailing).column_attrs if column.key != "audience"]
_MESSAGES = cast(sa.Table, Message.__table__)
_MARKED = (
    sa.update(_MESSAGES)
    .where(_MESSAGES.c.id == sa.bindparam("marked"))
    .values(
        {
            name: sa.bindparam(name)
            for name in ("state", "error", "sent_at", "due_at", "may_have_left")
        }
        | {"lease_until": None}
    )
)


@dataclass(frozen=True)
class Recipient:
    """Who gets a mail: address and name at the time of writing, language, the person when known."""

    address: str
    name: str
    language: str = "sv"
    person_id: int | None = None

    @classmethod
    def of(cls, person: Person) -> Recipient:
        """The person as recipient."""
        return cls(person.email, person.name, person.language, person.id)


def put(
    key: str,
    kind: str,
    to: Recipient,
    facts: Mapping[str, object],
    links: Mapping[str, Target],
    now: dt.datetime,
    *,
    registration: Registration | None = None,
    meeting_id: int | None = None,
    mailing: Mailing | None = None,
    entry: Entry | None = None,
    method: str = "",
) -> Message:
    """Queues one mail in the current transaction and returns its row.

    `key` names the cause and is unique: the same cause never writes twice (the database refuses).
    `facts` fill the template of `kind`; the text is frozen here. `links` name the rows the links
    open; they are signed only when the mail is sent. `meeting_id` goes with a mail about an answer,
    where no registration says which meeting it is about. `entry` and `method` (REQUEST or CANCEL)
    make it a calendar mail.
    """
    letter = letters.write(kind, to.language, facts)
    message = Message(
        key=key,
        kind=kind,
        address=to.address,
        name=to.name,
        language=to.language,
        person_id=to.person_id,
        registration_id=registration.id if registration else None,
        meeting_id=meeting_id,
        mailing_id=mailing.id if mailing else None,
        queued_at=now,
        due_at=now,
        waiting_since=now,
        calendar_sequence=entry.sequence if entry else None,
        text_version=letter.text_version,
    )
    message.body = MessageBody(
        message=message,
        subject=letter.subject,
        preheader=letter.preheader,
        text=letter.text,
        html=letter.html,
        links={name: asdict(target) for name, target in links.items()},
        calendar={"method": method, "entry": entry.to_dict()} if entry else None,
        thread=_thread(to.person_id, registration or mailing, meeting_id),
    )
    db.session.add(message)
    if mailing is None:
        db.session.info.setdefault("queued", []).append(message)
    return message


def put_copy(message: Message, key: str, person: Person, now: dt.datetime) -> Message:
    """Queues the same words with the same links once more, to the person's address.

    The copy belongs to no mailing. Returns its row.
    """
    copy = Message(
        key=key,
        kind=message.kind,
        address=person.email,
        name=person.name,
        language=message.language,
        person_id=person.id,
        registration_id=message.registration_id,
        meeting_id=message.meeting_id,
        queued_at=now,
        due_at=now,
        waiting_since=now,
        calendar_sequence=message.calendar_sequence,
        text_version=message.text_version,
    )
    copy.joining = message.joining
    copy.body = MessageBody(
        message=copy,
        subject=message.body.subject,
        preheader=message.body.preheader,
        text=message.body.text,
        html=message.body.html,
        links=message.body.links,
        calendar=message.body.calendar,
        thread=message.body.thread,
    )
    db.session.add(copy)
    db.session.info.setdefault("queued", []).append(copy)
    return copy


def _thread(
    person_id: int | None, about: Registration | Mailing | None, meeting_id: int | None
) -> str:
    """What ties the mails to one person about one meeting together; "" for all others."""
    meeting_id = about.meeting_id if about else meeting_id
    if person_id is None or meeting_id is None:
        return ""
    return hashlib.blake2b(f"{person_id}:{meeting_id}".encode(), digest_size=10).hexdigest()


def begins(prefix: str) -> sa.ColumnElement[bool]:
    """The mails whose key begins with `prefix`, found through the index on the keys.

    SQLite uses no index for LIKE, which ignores case there, and compares text by its bytes.
    PostgreSQL reads LIKE from the index where the database sorts by bytes ("C"); elsewhere it reads
    every row, and finds the same.
    """
    if db.session.get_bind().dialect.name == "sqlite":
        return sa.and_(Message.key >= prefix, Message.key < prefix + "\uffff")
    return Message.key.startswith(prefix, autoescape=True)


def take_queued() -> list[int]:
    """The ids of the mails put since the last call, once they have been flushed.

    Called by the commit at the edge.
    """
    return [message.id for message in db.session.info.pop("queued", [])]


def forget_queued() -> None:
    """Forgets the mails put since the last call of `take_queued`: their transaction is undone."""
    db.session.info.pop("queued", None)


def doubt_all(why: str) -> int:
    """Stops every mail that waits, since each of them may have left; returns how many there were.

    A person decides which of them go again.
    """
    found = 0
    for state in states.DUE:
        stopped = {"state": states.TRANSITIONS.target(state, "doubt"), "error": why}
        done = db.session.execute(
            sa.update(Message)
            .where(Message.state == state)
            .values(stopped | {"lease_until": None, "lease_by": ""})
            .execution_options(synchronize_session="fetch")
        )
        found += done.rowcount  # type: ignore[attr-defined]
    return found


def mark_sent(message: Message, now: dt.datetime) -> None:
    """Marks a mail that the SMTP server has taken."""
    _mark(message, "deliver", sent_at=now)


def mark_withheld(message: Message, now: dt.datetime) -> None:
    """Marks a mail that the fence outside production kept back: staff see it, nobody gets it."""
    _mark(message, "withhold", sent_at=now)


def mark_dropped(message: Message) -> None:
    """Marks a mail that was not needed any more, as a reminder to someone who has answered."""
    _mark(message, "drop")


def mark_failed(message: Message, error: str) -> None:
    """Marks a mail that was refused for good (5xx): a person sees it, nothing tries it again."""
    _mark(message, "fail", error)


def mark_later(message: Message, error: str, now: dt.datetime, *, in_doubt: bool = False) -> None:
    """Marks a temporary failure (4xx, a lost connection): it is tried again after a growing wait.

    After four days it is given up: *expired*, or *unknown* when a server may have taken it.
    `in_doubt`: this time it may have.
    """
    doubtful = message.may_have_left or in_doubt
    due_at = now + WAITS[min(message.attempts, len(WAITS)) - 1]
    if due_at > message.waiting_since + waiting.GIVE_UP:
        given_up = "unknown" if doubtful else "expired"
        _mark(message, "expire", error, to=given_up, may_have_left=doubtful)
    else:
        _mark(message, "postpone", error, due_at=due_at, may_have_left=doubtful)


def _mark(
    message: Message,
    action: str,
    error: str = "",
    *,
    to: str | None = None,
    sent_at: dt.datetime | None = None,
    due_at: dt.datetime | None = None,
    may_have_left: bool | None = None,
) -> None:
    """Notes what became of the mail and ends the lease.

    A statement that is compiled once costs half of a flush, and there are thousands.
    """
    values = {
        "state": states.TRANSITIONS.target(message.state, action, to),
        "error": error[:500],
        "sent_at": sent_at or message.sent_at,
        "due_at": due_at or message.due_at,
        "may_have_left": message.may_have_left if may_have_left is None else may_have_left,
    }
    db.session.execute(_MARKED, {"marked": message.id, **values})
    # The session must know what the statement wrote, and not write it once more.
    for name, value in (*values.items(), ("lease_until", None)):
        set_committed_value(message, name, value)


def rewrite(message: Message, letter: letters.Letter) -> None:
    """Gives a mail that has not left another text; its links and its recipient stay."""
    message.body.subject, message.body.preheader, message.body.text, message.body.html = (
        letter.subject,
        letter.preheader,
        letter.text,
        letter.html,
    )
    message.text_version = letter.text_version


def lock(mailing: Mailing) -> None:
    """Reads the mailing as it is now and keeps it so until the commit.

    Staff who pause it and the job that prepares it both write to it. Call this before looking at
    its state, and after the meeting's lock where both are needed.
    """
    db.session.refresh(mailing, _CHANGING, with_for_update={"key_share": True})


def drop_waiting(meeting: Meeting, mailing: Mailing | None = None, at_most: int = DROPPED) -> int:
    """Drops what is left of the meeting's mailings, or of the one given, so many at most.

    A mail that a worker has in hand goes out. Returns how many it dropped; ask again until none.
    """
    of_meeting = (
        sa.select(Mailing.id).where(Mailing.meeting_id == meeting.id)
        if mailing is None
        else [mailing.id]
    )
    waiting = sa.select(Message.id).where(
        Message.mailing_id.in_(of_meeting),
        Message.state.in_(states.TRANSITIONS.sources("stop")),
    )
    done = db.session.execute(
        sa.update(Message)
        .where(
            Message.id.in_(waiting.limit(at_most)),
            # Once more: on PostgreSQL a worker may have claimed one since it was found.
            Message.state.in_(states.TRANSITIONS.sources("stop")),
        )
        .values(state=states.TRANSITIONS.outcome("stop"))
        .execution_options(synchronize_session="fetch")
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def make_way(keys: Sequence[str]) -> None:
    """Lets new mails be written with these keys, where what was written with them told nobody.

    What was tried in vain is not sent again: the new mail says the same.
    """
    told_nobody = Message.key.in_(keys), Message.state.in_(states.TOLD_NOBODY)
    db.session.execute(
        sa.update(Message)
        .where(*told_nobody)
        .values(
            key=Message.key + ":" + Message.public_id,
            state=sa.case(
                (Message.state.in_(states.IN_VAIN), states.TRANSITIONS.outcome("replace")),
                else_=Message.state,
            ),
        )
        .execution_options(synchronize_session="fetch")
    )


def try_again(message: Message, now: dt.datetime) -> None:
    """Queues a mail that stopped or was withheld anew, since a person asks for it.

    Raises `Refused` for any other.
    """
    states.step(message, "try_again")
    message.due_at, message.attempts, message.error, message.lease_until = now, 0, "", None
    message.waiting_since = now
    db.session.info.setdefault("queued", []).append(message)
