"""What does not go as people first thought, at the direction meeting of the demonstration year.

Somebody sends a substitute and takes it back, somebody never got the confirmation, and somebody
wants a substitute who comes for another organisation already.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.db import db
from annualwheel.mail import claiming, outbox
from annualwheel.mailings import resending
from annualwheel.models import Affiliation, Meeting, Message, Person, Registration
from annualwheel.participation import substitution, substitution_undone
from annualwheel.participation.substitution import Substitute

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


def play(meeting: Meeting, opened: dt.datetime, now: dt.datetime, coordinator: Actor) -> None:
    """Plays it in the days after registration `opened`, and not later than `now`."""
    coming = _of(meeting, "registered")
    sends = next(one for one in coming if _uninvited(one))
    _comes_after_all(sends, min(opened + 3 * HOUR, now), min(opened + 5 * HOUR, now))
    never = next(one for one in coming if one is not sends)
    _never_got_it(never, min(opened + 2 * DAY, now), coordinator)
    _sends(_of(meeting, "invited")[-1], never.person, min(opened + DAY, now))
    db.session.flush()


def _of(meeting: Meeting, state: str) -> Sequence[Registration]:
    """The registrations for the meeting in that state, those who answered first before others."""
    found = sa.select(Registration).where(
        Registration.meeting_id == meeting.id, Registration.state == state
    )
    return db.session.scalars(found.order_by(Registration.answered_at, Registration.id)).all()


def _comes_after_all(registration: Registration, at: dt.datetime, back_at: dt.datetime) -> None:
    colleague = _uninvited(registration)
    assert colleague is not None  # noqa: S101 somebody who has one was chosen
    _sends(registration, colleague, at)
    actor = audit.participant(registration.person_id)
    substitution_undone.undo(registration, back_at, actor)


def _sends(registration: Registration, person: Person, at: dt.datetime) -> None:
    somebody = Substitute(person.given, person.family, person.email)
    actor = audit.participant(registration.person_id)
    substitution.hand_over(registration, somebody, at, actor)


def _uninvited(registration: Registration) -> Person | None:
    """Somebody of the organisation who is not at the meeting."""
    there = sa.select(Registration.person_id).where(
        Registration.meeting_id == registration.meeting_id
    )
    return db.session.scalar(
        sa.select(Person)
        .join(Affiliation)
        .where(Affiliation.organisation_id == registration.organisation_id, Person.id.not_in(there))
        .order_by(Person.id)
        .limit(1)
    )


def _never_got_it(registration: Registration, at: dt.datetime, coordinator: Actor) -> None:
    confirmation = db.session.scalars(
        sa.select(Message).where(
            Message.registration_id == registration.id, Message.kind == "confirmation"
        )
    ).one()
    for taken in claiming.claim("demo", confirmation.queued_at, [confirmation.id]):
        outbox.mark_sent(taken, confirmation.queued_at)
    resending.send_once_more(confirmation, at, coordinator)
