"""Changes a person's address, in the same way wherever the change is made.

The change concerns links, the calendar, mails that wait, and who is told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from annualwheel import audit
from annualwheel.access import personal_links
from annualwheel.audit import Actor
from annualwheel.contacts import budgets, folding, people
from annualwheel.contacts.folding import fold
from annualwheel.db import db, keep, public_id
from annualwheel.mail import outbox
from annualwheel.mail import states as mail_states
from annualwheel.mail.outbox import Recipient
from annualwheel.models import Meeting, Message, Person, Registration
from annualwheel.participation import named_links
from annualwheel.registrations import notices, seats
from annualwheel.registrations.states import ENTRY_FOLLOWS

# What a reply with a new address mails there: links, a confirmation, a calendar entry, and its end.
OF_A_REPLY = 4


def lock(person: Person) -> None:
    """Takes the locks of all meetings the person is concerned with, in the order of their ids.

    Then keeps the person as they are until the commit, and reads their registrations again.

    Call this before anything else is written when the locks of several meetings are needed:
    somebody who registers holds one of them and then writes to the person, so in the other order
    two people could wait for each other for ever.
    """
    meetings = (
        sa.select(Meeting)
        .join(Registration, Registration.meeting_id == Meeting.id)
        .where(Registration.person_id == person.id)
        .order_by(Meeting.id)
    )
    for meeting in db.session.scalars(meetings).all():
        seats.lock(meeting)
    keep(person)
    db.session.scalars(
        sa.select(Registration)
        .where(Registration.person_id == person.id)
        .execution_options(populate_existing=True)
    ).all()


def rename(
    person: Person,
    given: str,
    family: str,
    address: str,
    now: dt.datetime,
    actor: Actor,
    *,
    told: bool = True,
    apart: Registration | None = None,
    sent: Message | None = None,
) -> bool:
    """Corrects name and address; returns whether mail goes to another mailbox from now on.

    If so, every link of the person is dead and a mail with new ones goes to the new address; mails
    that wait go there, with the new links; calendar entries leave the old calendar and come into
    the new one; and the old address is told once. To an address that a participant has typed the
    entries come when somebody has opened a link there (`prove`), and few of the mails that wait:
    it may be somebody else's. `told` False: the old address gets nothing, since
    mail to it does not arrive. `apart` is a registration whose mails and calendar the caller
    writes. `sent` is a mail that stopped and that the caller sends again. Raises `Refused` when
    someone else has that name and address, `Unreadable` for a bad address; then nothing is changed.
    """
    # Capitals make no new mailbox: the links and the calendar stay as they are.
    if fold(folding.normal_address(address)) == person.email_folded:
        people.rename(person, given, family, address)
        return False
    lock(person)
    people.require_free(person, given, family, address)
    old, waiting = Recipient.of(person), _waiting(person)
    entries = _moving_entries(person, apart, _going(waiting, sent), now)
    # While the person still has the old address: a CANCEL must reach the calendar with the entry.
    if told:
        for registration in entries:
            notices.take_from_calendar(registration, now)
    people.rename(person, given, family, address)
    was_proven, person.address_unproven = not person.address_unproven, actor.kind == "participant"
    for _mail in range(OF_A_REPLY if apart else 1):
        budgets.may_tell(person, now)
    _redirect(person, old, waiting, superseded={registration.id for registration in entries})
    if person.address_unproven:
        _hold_back(person, waiting, now)
    else:
        for registration in entries:
            notices.put_in_calendar(registration, now)
    # Nobody has proved that the old mailbox is the person's: nothing about them goes there.
    if told and was_proven:
        _tell_old_address(person, old, now)
    known = {apart.public_id} if apart else set()
    _send_links(person, known, _going(waiting, sent), now)
    audit.note(actor, "readdressed", person, now)
    return True


def prove(person: Person, now: dt.datetime) -> None:
    """Notes that somebody who reads the mailbox has opened a link that was mailed to it.

    The calendar entries come there that have not yet. A second press changes nothing.
    """
    if not person.address_unproven:
        return
    lock(person)
    person.address_unproven = False
    for registration in _with_entry(person, now):
        if not notices.has_come(registration):
            notices.put_in_calendar(registration, now)


def _hold_back(person: Person, waiting: Sequence[Message], now: dt.datetime) -> None:
    """Drops what waited for the former address and is too much for one that nobody has proved.

    Staff's mailings go. The rest told of what the person has done, which their page says too.
    """
    for message in reversed(waiting):
        is_theirs = message.person_id == person.id and message.address == person.email
        waits = message.state in mail_states.UNSENT and message.mailing_id is None
        if waits and is_theirs and not budgets.may_tell(person, now):
            mail_states.step(message, "replace")


def _going(waiting: Sequence[Message], sent: Message | None) -> list[Message]:
    """The waiting mails that are on their way: by themselves, or sent by the caller."""
    return [
        message for message in waiting if message.state in mail_states.UNSENT or message is sent
    ]


def _moving_entries(
    person: Person, apart: Registration | None, going: Sequence[Message], now: dt.datetime
) -> list[Registration]:
    """The registrations whose calendar entry leaves the old calendar and comes into the new one."""
    others = [
        registration for registration in _with_entry(person, now) if registration is not apart
    ]
    return [registration for registration in others if not _comes(registration, going)]


def _redirect(
    person: Person, old: Recipient, waiting: Sequence[Message], superseded: Collection[int]
) -> None:
    """Ends the old links and sends what waits to the new address, with the new ones."""
    versions = personal_links.renew(person)
    for message in waiting:
        personal_links.follow(message, versions)
        _send_to(message, person, old, superseded)


def _tell_old_address(person: Person, old: Recipient, now: dt.datetime) -> None:
    facts = {"given": person.given, "old_address": old.address}
    # A key of its own each time: every change of address is told to the address before it.
    outbox.put(f"address_changed:{public_id()}", "address_changed", old, facts, {}, now)


def _waiting(person: Person) -> Sequence[Message]:
    """What is still to be sent to the person, and copies for others about their registrations."""
    own = sa.select(Registration.id).where(Registration.person_id == person.id)
    concerned = sa.or_(Message.person_id == person.id, Message.registration_id.in_(own))
    return db.session.scalars(
        sa.select(Message)
        # A mail whose text has been erased is not sent again.
        .where(concerned, Message.state.in_(mail_states.NOT_ARRIVED), Message.body.has())
        .join(Message.body)
        .options(contains_eager(Message.body))
        .order_by(Message.id)
    ).all()


def _with_entry(person: Person, now: dt.datetime) -> Sequence[Registration]:
    return db.session.scalars(
        sa.select(Registration)
        .join(Meeting, Meeting.id == Registration.meeting_id)
        .where(
            Registration.person_id == person.id,
            Registration.state.in_(ENTRY_FOLLOWS),
            # A negative number means that no entry was ever mailed.
            Registration.sequence >= 0,
            Meeting.state == "planned",
            Meeting.starts_at > now,
        )
        .order_by(Registration.id)
    ).all()


def _comes(registration: Registration, going: Sequence[Message]) -> bool:
    """Whether the registration's newest entry still waits and goes to the new address by itself."""
    newest = (registration.id, registration.sequence)
    return any(
        (message.registration_id, message.calendar_sequence) == newest and _invites(message)
        for message in going
    )


def _invites(message: Message) -> bool:
    return bool(message.body.calendar) and message.body.calendar["method"] == "REQUEST"  # type: ignore[index]


def _send_to(message: Message, person: Person, old: Recipient, superseded: Collection[int]) -> None:
    """Gives a waiting mail the person's new address.

    A mail that takes an entry out of the old calendar still goes to the old address; an entry that
    a newer one replaces is not sent.
    """
    # A secretary's copy is about the person and stays with the secretary.
    if message.person_id != person.id or fold(message.address) != fold(old.address):
        return
    if message.body.calendar and not _invites(message):
        return
    message.address, message.name = person.email, person.name
    if not message.body.calendar:
        return
    if message.registration_id in superseded:
        mail_states.step(message, "replace")
    # The attendee of an entry is the address it is mailed to (RFC 5546 3.2.2).
    entry = {
        **message.body.calendar["entry"],
        "attendee_address": person.email,
        "attendee_name": person.name,
    }
    message.body.calendar = {**message.body.calendar, "entry": entry}


def _send_links(
    person: Person, known: Collection[str], going: Sequence[Message], now: dt.datetime
) -> None:
    """Mails the new links.

    Those that a mail on its way to the new address carries already are left out.
    """
    to_person = (person.id, person.email)
    there = set(known)
    for message in going:
        if (message.person_id, message.address) == to_person:
            there |= {target["public_id"] for target in message.body.links.values()}
    living = personal_links.living(Person.id == person.id, now)
    found = [link for link in living if link.target.public_id not in there]
    if not found:
        return
    people, links = named_links.listed(found, person.language)
    facts = {"given": person.given, "people": people}
    to = Recipient.of(person)
    outbox.put(f"new_address:{public_id()}", "new_address", to, facts, links, now)
