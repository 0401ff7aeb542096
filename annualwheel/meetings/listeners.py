"""Finds those who are told when a meeting is moved or cancelled."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from annualwheel.contacts.states import WITH_US
from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.mail.states import MAY_BE_KNOWN, TOLD_NOBODY, UNSENT
from annualwheel.models import Meeting, Message, Person, Registration
from annualwheel.registrations.states import STANDS

SHOWN = 200


@dataclass(frozen=True)
class Listeners:
    """Those who would be told.

    `groups`: (state, how many, the names that are shown); `more` are not shown; `first` is one of
    them. `saved` are those who have only been asked to save the date, `saved_names` the shown, and
    `first_saved` one of them.
    """

    total: int
    groups: list[tuple[str, int, list[str]]]
    more: int
    first: Registration | None
    saved: int
    saved_names: list[str]
    first_saved: Person | None


def listeners(meeting: Meeting, kind: str, without: Collection[tuple[str, int]] = ()) -> Listeners:
    """Those who would be told if the meeting were moved or cancelled now.

    The first `SHOWN` are named, those with a seat before the others. `without`: those to whom it is
    no news (`unheard.knowing`).
    """
    knowing = [number for kind, number in without if kind == "registration"]
    everyone = concerned(meeting, kind).where(Registration.id.not_in(knowing))
    counted = everyone.with_only_columns(Registration.state, sa.func.count())
    by_state = db.session.execute(counted.group_by(Registration.state))
    counts: dict[str, int] = {row[0]: row[1] for row in by_state}
    places = {state: place for place, state in enumerate(STANDS)}
    order = sa.case(places, value=Registration.state)
    rows = db.session.scalars(
        everyone.join(Registration.person)
        .order_by(order, Person.sort_name, Registration.id)
        .limit(SHOWN)
        .options(contains_eager(Registration.person), joinedload(Registration.organisation))
    ).all()
    names: dict[str, list[str]] = {state: [] for state in STANDS if state in counts}
    for row in rows:
        names[row.state].append(f"{row.person.name}, {row.organisation.name}")
    groups = [(state, counts[state], shown) for state, shown in names.items()]
    only_saved = saved(meeting, kind).where(
        Person.id.not_in([number for kind, number in without if kind == "person"])
    )
    count = db.session.scalar(sa.select(sa.func.count()).select_from(only_saved.subquery())) or 0
    in_order = only_saved.order_by(Person.sort_name, Person.id)
    people = db.session.scalars(in_order.limit(SHOWN - len(rows))).all()
    total = sum(counts.values()) + count
    return Listeners(
        total,
        groups,
        total - len(rows) - len(people),
        rows[0] if rows else None,
        count,
        [person.name for person in people],
        people[0] if people else db.session.scalar(in_order.limit(1)),
    )


def concerned(meeting: Meeting, kind: str) -> sa.Select[Any]:
    """The registrations of those who are told: who are invited, wait or have a seat.

    A person whose invitation has not left us, and now never will, is not told of a cancellation.
    """
    chosen = sa.select(Registration).where(
        Registration.meeting_id == meeting.id, Registration.state.in_(STANDS)
    )
    if kind == "moved":
        return chosen
    about = sa.select(Message.id).where(Message.registration_id == Registration.id)
    # A cancellation stops what waits of a mailing. A mail that was written for one person alone
    # still goes.
    unsent = sa.or_(
        Message.state.in_(TOLD_NOBODY),
        sa.and_(Message.state.in_(UNSENT), Message.mailing_id.is_not(None)),
    )
    return chosen.where(
        sa.or_(Registration.state != "invited", about.where(~unsent).exists(), ~about.exists())
    )


def saved(meeting: Meeting, kind: str, among: Collection[int] = ()) -> sa.Select[Person]:
    """Who was asked to save the date, and hears of the act in no other way.

    They have no registration, or an invitation that has not left us. Who has typed somebody's name
    at the open registration has not asked them anything. `among`: only of the people with these
    ids, and then nothing is read of the others.
    """
    told = sa.select(Message.person_id).where(
        outbox.begins(saved_date(meeting.id)), Message.state.in_(MAY_BE_KNOWN)
    )
    asked = sa.select(Registration.id).where(
        Registration.meeting_id == meeting.id,
        Registration.person_id == Person.id,
        Registration.state != "unconfirmed",
        Registration.state != "invited",
    )
    hears = concerned(meeting, kind).with_only_columns(Registration.person_id)
    chosen = sa.select(Person).where(WITH_US, ~asked.exists())
    if among:
        told = told.where(Message.person_id.in_(among))
        hears = hears.where(Registration.person_id.in_(among))
        chosen = chosen.where(Person.id.in_(among))
    return chosen.where(Person.id.in_(told), Person.id.not_in(hears))


def saved_date(meeting_id: int) -> str:
    """What the keys of all mails begin with that ask to save the date of the meeting."""
    return f"save_the_date:{meeting_id}:"


def news_of_date(kind: str, meeting: Meeting, public_id: str) -> str:
    """The key of the mail about the act to a person who has only been asked to save the date.

    One for each time and place that the meeting has had.
    """
    return f"{kind}:saved:{meeting.id}:{meeting.sequence}:{public_id}"
