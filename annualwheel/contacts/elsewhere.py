"""People who cannot be had, which is told to nobody but themselves and staff.

They are registered at the meeting for another organisation, or a coordinator has deactivated them.
Whoever asks for one from outside is answered as for an address that nobody knows, then and
afterwards (decision 31). The mail that tells the person is what is remembered of it: it keeps the
seat that the asker believes to be taken, and answers a second press.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel.contacts import activation
from annualwheel.db import db
from annualwheel.mail import outbox, states
from annualwheel.mail.outbox import Recipient
from annualwheel.models import Meeting, Message, Organisation, Person, Registration
from annualwheel.wording import dates, names


@dataclass(frozen=True)
class Asked:
    """That somebody asked for a person in vain.

    `by` is the public id of the asker's registration, `mode` the way of attending in which a seat
    is kept ("" for none), `name` the person's.
    """

    person_id: int | None
    by: str
    mode: str
    name: str


def is_out(person: Person, organisation: Organisation, found: Registration | None) -> bool:
    """Whether a coordinator has deactivated the person, who is none of the organisation's people.

    `found` is the person's registration for the meeting. The organisation's own people hear what is
    so of one of theirs, who has an affiliation to it, though it may have ended, or a registration
    for it.
    """
    if person.active or activation.was_never_confirmed(person):
        return False
    if found is not None and found.organisation_id == organisation.id:
        return False
    return all(row.organisation_id != organisation.id for row in person.affiliations)


def tell(by: Registration, person: Person, mode: str, now: dt.datetime, *, instead: bool) -> None:
    """Tells the person that somebody wanted them at the meeting, and what they can do.

    `instead`: as a substitute. `mode` as in `Asked`. Call it under the meeting's lock, once for an
    asker, a person and a meeting.
    """
    key = f"{_prefix(by.meeting, by.organisation)}{by.public_id}:{mode}:{person.public_id}"
    about = _facts(by.meeting, by.organisation, person) | {
        "registrant": by.person.name,
        "instead": "yes" if instead else "",
    }
    outbox.put(key, "wanted", Recipient.of(person), about, {}, now, meeting_id=by.meeting_id)


def tell_writer(
    key: str,
    person: Person,
    by: Person,
    organisation: Organisation,
    meeting: Meeting,
    now: dt.datetime,
) -> None:
    """Tells a deactivated person that somebody wanted them to write. `key` names the cause."""
    about = _facts(meeting, organisation, person) | {"registrant": by.name, "to_write": "yes"}
    outbox.put(key, "wanted", Recipient.of(person), about, {}, now, meeting_id=meeting.id)


def asked(meeting: Meeting, organisation: Organisation) -> Sequence[Asked]:
    """Whom people of the organisation have asked for in vain at the meeting."""
    prefix = _prefix(meeting, organisation)
    rows = db.session.execute(
        sa.select(Message.key, Message.person_id, Message.name).where(outbox.begins(prefix))
    )
    found = []
    for key, person_id, name in rows:
        by, mode, _person = key.removeprefix(prefix).split(":")
        found.append(Asked(person_id, by, mode, name))
    return found


def forget(by: Registration, asked: Asked) -> None:
    """Takes it back that somebody was asked for: no seat is kept, and a mail that waits is not
    sent.
    """
    begins = f"{_prefix(by.meeting, by.organisation)}{by.public_id}:"
    for message in db.session.scalars(sa.select(Message).where(outbox.begins(begins))):
        if message.person_id == asked.person_id:
            message.key = f"forgotten:{message.key}:{message.public_id}"
            if message.state in states.UNSENT:
                states.step(message, "stop")
    db.session.flush()


def seats_kept(meeting: Meeting, organisation: Organisation, mode: str) -> int:
    """How many seats the organisation's people believe to have given in that way of attending."""
    return sum(one.mode == mode for one in asked(meeting, organisation))


def _prefix(meeting: Meeting, organisation: Organisation) -> str:
    return f"wanted:{meeting.id}:{organisation.id}:"


def _facts(meeting: Meeting, organisation: Organisation, person: Person) -> dict[str, object]:
    return {
        "given": person.given,
        "organisation": organisation.name,
        "meeting": names.meeting(meeting.kind, person.language),
        "short_day": dates.day_month(meeting.starts_at, person.language),
        "inactive": "" if person.active else "yes",
    }
