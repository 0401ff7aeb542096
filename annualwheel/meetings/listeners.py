"""Finds those who are told when a meeting is moved or cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from annualwheel.db import db
from annualwheel.mail.states import NEVER_LEFT, UNSENT
from annualwheel.models import Meeting, Message, Person, Registration
from annualwheel.registrations.states import STANDS

SHOWN = 200


@dataclass(frozen=True)
class Listeners:
    """Those who would be told.

    `groups`: (state, how many, the names that are shown). `more` counts those who are not shown.
    `first` is the first of all.
    """

    total: int
    groups: list[tuple[str, int, list[str]]]
    more: int
    first: Registration | None


def listeners(meeting: Meeting, kind: str) -> Listeners:
    """Those who would be told if the meeting were moved or cancelled now.

    The first `SHOWN` are named, those with a seat before the others.
    """
    everyone = concerned(meeting, kind)
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
    total = sum(counts.values())
    groups = [(state, counts[state], shown) for state, shown in names.items()]
    return Listeners(total, groups, total - len(rows), rows[0] if rows else None)


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
        Message.state.in_(NEVER_LEFT),
        sa.and_(Message.state.in_(UNSENT), Message.mailing_id.is_not(None)),
    )
    return chosen.where(
        sa.or_(Registration.state != "invited", about.where(~unsent).exists(), ~about.exists())
    )
