"""Every link a person has: those that are alive, and all of them made new at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.access.links import Target
from annualwheel.db import db
from annualwheel.models import (
    Meeting,
    Member,
    Message,
    Organisation,
    Person,
    Questionnaire,
    Registration,
    Submission,
)
from annualwheel.models.registrations import LINK_IS_DEAD

SHOWN = dt.timedelta(days=30)


@dataclass(frozen=True)
class Link:
    """A link, whose it is, and the meeting and organisation it is about.

    `submission` is the answer it opens, None for a link to a registration.
    """

    target: Target
    person: Person
    meeting: Meeting
    organisation: Organisation
    submission: Submission | None = None


def living(whose: sa.ColumnElement[bool], now: dt.datetime) -> list[Link]:
    """The links that still open something, registrations first.

    They are those of the people for whom `whose` (a condition on `Person`) holds. A meeting that
    was over 30 days ago has none.
    """
    return _to_registrations(whose, now) + _to_preparations(whose, now)


def _to_registrations(whose: sa.ColumnElement[bool], now: dt.datetime) -> list[Link]:
    seats = db.session.scalars(
        sa.select(Registration)
        .join(Registration.person)
        .join(Registration.meeting)
        .where(whose, Registration.state.not_in(LINK_IS_DEAD), Meeting.ends_at > now - SHOWN)
        .order_by(Registration.id)
        .options(
            joinedload(Registration.person),
            joinedload(Registration.meeting),
            joinedload(Registration.organisation),
        )
    )
    return [
        Link(
            Target("registration", seat.public_id, seat.link_version),
            seat.person,
            seat.meeting,
            seat.organisation,
        )
        for seat in seats
    ]


def _to_preparations(whose: sa.ColumnElement[bool], now: dt.datetime) -> list[Link]:
    members = db.session.scalars(
        sa.select(Member)
        .join(Member.person)
        .join(Member.submission)
        .join(Submission.questionnaire)
        .join(Questionnaire.meeting)
        .where(whose, Meeting.ends_at > now - SHOWN)
        .order_by(Member.id)
        .options(
            joinedload(Member.person),
            joinedload(Member.submission).options(
                joinedload(Submission.organisation),
                joinedload(Submission.questionnaire).joinedload(Questionnaire.meeting),
            ),
        )
    )
    return [
        Link(
            Target("member", member.public_id, member.link_version),
            member.person,
            member.submission.questionnaire.meeting,
            member.submission.organisation,
            member.submission,
        )
        for member in members
    ]


def renew(person: Person) -> Mapping[str, int]:
    """Makes every link of the person dead, and every session they have opened.

    Those to registrations, to preparations, to their own details, to their calendar. Returns the
    new versions of the first two, by public id.
    """
    person.link_version += 1
    person.feed_version += 1
    versions: dict[str, int] = {}
    seats = db.session.scalars(
        sa.select(Registration).where(Registration.person_id == person.id).order_by(Registration.id)
    )
    members = db.session.scalars(
        sa.select(Member).where(Member.person_id == person.id).order_by(Member.id)
    )
    for row in (*seats, *members):
        row.link_version += 1
        versions[row.public_id] = row.link_version
    return versions


def follow(message: Message, versions: Mapping[str, int]) -> None:
    """Lets a mail that is still to go carry the links as `renew` made them."""
    message.body.links = {
        name: {**target, "version": versions.get(target["public_id"], target["version"])}
        for name, target in message.body.links.items()
    }
