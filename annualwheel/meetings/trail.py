"""What the audit trail says of a meeting."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.db import db
from annualwheel.models import Audit, Meeting, Registration, Staff, Submission

# A longer trail is read in the database, not on a page.
MOST_NAMED = 5


@dataclass(frozen=True)
class AuditTrail:
    """Rows of the audit trail, the newest first, with what they point at.

    `registrations` by id: those that rows are about, and those that were passed over.
    `submissions` by id: those that rows are about. `staff`: the name of each member of staff who
    acted, by id.
    """

    rows: Sequence[Audit]
    registrations: Mapping[int, Registration]
    submissions: Mapping[int, Submission]
    staff: Mapping[int, str]


def newest(meeting: Meeting, at_most: int, verbs: Collection[str]) -> AuditTrail:
    """What was noted last of those verbs about the meeting, in four queries."""
    rows = db.session.scalars(
        sa.select(Audit)
        .where(Audit.meeting_id == meeting.id, Audit.verb.in_(verbs))
        .order_by(Audit.at.desc(), Audit.id.desc())
        .limit(at_most)
    ).all()
    named = {row.subject_id for row in rows if row.subject_kind == "registrations"}
    named.update(one for row in rows for one in passed_over(row))
    responses = [row.subject_id for row in rows if row.subject_kind == "submissions"]
    return AuditTrail(rows, _registrations(named), _submissions(responses), _names(rows))


def passed_over(row: Audit) -> dict[int, str]:
    """The registrations whose turn it was and that got no seat, by id, with the word for why."""
    return dict(row.details.get("passed", [])[:MOST_NAMED])


def _registrations(ids: Iterable[int | None]) -> dict[int, Registration]:
    found = db.session.scalars(
        sa.select(Registration)
        .where(Registration.id.in_(ids))
        .options(joinedload(Registration.person), joinedload(Registration.organisation))
    )
    return {one.id: one for one in found}


def _submissions(ids: Iterable[int | None]) -> dict[int, Submission]:
    found = db.session.scalars(
        sa.select(Submission)
        .where(Submission.id.in_(ids))
        .options(joinedload(Submission.person), joinedload(Submission.organisation))
    )
    return {one.id: one for one in found}


def _names(rows: Iterable[Audit]) -> dict[int, str]:
    ids = [row.actor_id for row in rows if row.actor_kind == "staff"]
    found = db.session.execute(sa.select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    return {one.id: one.name for one in found}
