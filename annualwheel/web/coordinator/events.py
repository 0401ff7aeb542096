"""What has happened at a meeting lately, from the audit trail, in words."""
from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.db import db
from annualwheel.models import Audit, Meeting, Registration, Staff
from annualwheel.web.coordinator import wording

SHOWN = 8


@dataclass(frozen=True)
class Event:
    """One line of the log. `who` is the person it is about, `by` the member of staff who did it."""

    at: dt.datetime
    who: str
    what: str
    by: str


def latest(meeting: Meeting, at_most: int = SHOWN) -> list[Event]:
    """The newest events of the meeting, in three queries."""
    rows = db.session.scalars(sa.select(Audit).where(Audit.meeting_id == meeting.id, Audit.verb.in_(wording.EVENT))
                              .order_by(Audit.at.desc(), Audit.id.desc()).limit(at_most)).all()
    seats = {r.id: r for r in db.session.scalars(sa.select(Registration).where(Registration.id.in_(
        [row.subject_id for row in rows if row.subject_kind == "registrations"])).options(
            joinedload(Registration.person), joinedload(Registration.organisation)))}
    actors = [row.actor_id for row in rows if row.actor_kind == "staff"]
    staff = {row.id: row.name for row in db.session.execute(sa.select(Staff.id, Staff.name).where(Staff.id.in_(actors)))}
    return [Event(row.at, _who(row, seats), wording.say(row.verb, "event"),
                  staff.get(row.actor_id or 0, "") if row.actor_kind == "staff" else "") for row in rows]


def _who(row: Audit, seats: dict[int, Registration]) -> str:
    seat = seats.get(row.subject_id or 0) if row.subject_kind == "registrations" else None
    return f"{seat.person.name}, {seat.organisation.name}" if seat else ""
