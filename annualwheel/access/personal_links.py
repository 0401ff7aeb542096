"""Finds the links of a person that are alive, and renews all of them at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
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

# So long after a meeting its links are mailed anew to somebody who has lost theirs.
SHOWN = dt.timedelta(days=30)
# The tables of the links that a participant's session is opened by, by purpose.
SIGNED_OUT_OF: Mapping[str, type[Registration | Member | Person]] = {
    "registration": Registration,
    "member": Member,
    "own_data": Person,
}


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


def living(people: sa.ColumnElement[bool], now: dt.datetime) -> list[Link]:
    """The links that still open something, registrations first.

    They belong to the people for whom `people` (a condition on `Person`) holds. A meeting that
    ended more than 30 days ago has none.
    """
    return _to_registrations(people, now) + _to_preparations(people, now)


def _to_registrations(people: sa.ColumnElement[bool], now: dt.datetime) -> list[Link]:
    registrations = db.session.scalars(
        sa.select(Registration)
        .join(Registration.person)
        .join(Registration.meeting)
        .where(people, Registration.state.not_in(LINK_IS_DEAD), Meeting.ends_at > now - SHOWN)
        .order_by(Registration.id)
        .options(
            joinedload(Registration.person),
            joinedload(Registration.meeting),
            joinedload(Registration.organisation),
        )
    )
    return [
        Link(
            Target("registration", registration.public_id, registration.link_version),
            registration.person,
            registration.meeting,
            registration.organisation,
        )
        for registration in registrations
    ]


def _to_preparations(people: sa.ColumnElement[bool], now: dt.datetime) -> list[Link]:
    members = db.session.scalars(
        sa.select(Member)
        .join(Member.person)
        .join(Member.submission)
        .join(Submission.questionnaire)
        .join(Questionnaire.meeting)
        .where(people, Meeting.ends_at > now - SHOWN)
        # What `membership.by_target` refuses.
        .where(sa.or_(Person.active, Submission.person_id.is_not(None)))
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
    """Ends every link of the person, and every session that was opened by one.

    These are the links to registrations, to preparations, to their own details and to their
    calendar. Returns the new versions of the first two, by public id.
    """
    person.link_version += 1
    person.feed_version += 1
    versions: dict[str, int] = {}
    registrations = db.session.scalars(
        sa.select(Registration).where(Registration.person_id == person.id).order_by(Registration.id)
    )
    members = db.session.scalars(
        sa.select(Member).where(Member.person_id == person.id).order_by(Member.id)
    )
    for row in (*registrations, *members):
        row.link_version += 1
        versions[row.public_id] = row.link_version
    return versions


def versions(message: Message) -> Mapping[str, int]:
    """The versions that its links have now, by public id, as `renew` gives them."""
    found: dict[str, int] = {}
    for target in message.body.links.values():
        table = SIGNED_OUT_OF.get(target["purpose"])
        if table is not None:
            now = sa.select(table.link_version).where(table.public_id == target["public_id"])
            found[target["public_id"]] = db.session.scalar(now) or target["version"]
    return found


def sign_out(opened: Iterable[tuple[Target, int]]) -> None:
    """Ends the sessions that links have opened, in every browser and every copy of a cookie.

    `opened` are links with how often somebody had signed out of each when it was opened. The mailed
    links go on opening new sessions. A session that is over already ends nobody else's.
    """
    for target, sign_outs in opened:
        table = SIGNED_OUT_OF[target.purpose]
        db.session.execute(
            sa.update(table)
            .where(
                table.public_id == target.public_id,
                table.link_version == target.version,
                table.sign_outs == sign_outs,
            )
            .values(sign_outs=table.sign_outs + 1)
            .execution_options(synchronize_session="fetch")
        )


def follow(message: Message, versions: Mapping[str, int]) -> None:
    """Gives a mail that has not gone those versions of its links."""
    message.body.links = {
        name: {**target, "version": versions.get(target["public_id"], target["version"])}
        for name, target in message.body.links.items()
    }
