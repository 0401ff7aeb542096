"""What has happened at a meeting lately, from the audit trail, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from annualwheel.db import db
from annualwheel.models import Audit, Meeting, Registration, Staff
from annualwheel.web import staff_words

SHOWN = 8
# A longer trail is read in the database, not on a page.
MOST_NAMED = 5


@dataclass(frozen=True)
class Event:
    """One line of the log.

    `who` is the person it is about, `by` the member of staff who did it, `why` the reasons that
    were noted, `note` what a member of staff wrote.
    """

    at: dt.datetime
    who: str
    what: str
    by: str
    why: tuple[str, ...] = ()
    note: str = ""


def latest(
    meeting: Meeting, at_most: int = SHOWN, verbs: Collection[str] = tuple(staff_words.EVENT)
) -> list[Event]:
    """The newest events of the meeting, in three queries."""
    rows = db.session.scalars(
        sa.select(Audit)
        .where(Audit.meeting_id == meeting.id, Audit.verb.in_(verbs))
        .order_by(Audit.at.desc(), Audit.id.desc())
        .limit(at_most)
    ).all()
    seats, staff = _seats(rows), _staff(rows)
    return [_event(row, seats, staff) for row in rows]


def _event(row: Audit, seats: Mapping[int, Registration], staff: Mapping[int, str]) -> Event:
    return Event(
        at=row.at,
        who=_who(row, seats),
        what=staff_words.say(row.verb, "event"),
        by=staff.get(row.actor_id or 0, "") if row.actor_kind == "staff" else "",
        why=tuple(_why(row, seats)),
        note=str(row.details.get("note", "")),
    )


def _seats(rows: Sequence[Audit]) -> dict[int, Registration]:
    """The registrations that the rows are about or name."""
    ids = {row.subject_id for row in rows if row.subject_kind == "registrations"}
    ids.update(one for row in rows for one in _passed(row))
    found = db.session.scalars(
        sa.select(Registration)
        .where(Registration.id.in_(ids))
        .options(joinedload(Registration.person), joinedload(Registration.organisation))
    )
    return {seat.id: seat for seat in found}


def _staff(rows: Sequence[Audit]) -> dict[int, str]:
    """The names of the members of staff who acted."""
    ids = [row.actor_id for row in rows if row.actor_kind == "staff"]
    found = db.session.execute(sa.select(Staff.id, Staff.name).where(Staff.id.in_(ids)))
    return {one.id: one.name for one in found}


def _who(row: Audit, seats: Mapping[int, Registration]) -> str:
    seat = seats.get(row.subject_id or 0) if row.subject_kind == "registrations" else None
    return f"{seat.person.name}, {seat.organisation.name}" if seat else ""


def _passed(row: Audit) -> dict[int, str]:
    """Who was passed over, and the word for why."""
    return dict(row.details.get("passed", [])[:MOST_NAMED])


def _why(row: Audit, seats: Mapping[int, Registration]) -> Iterator[str]:
    """Why this person, and not the one before."""
    if "line" in row.details:
        yield _("Var nummer %(line)s i kön.", line=row.details["line"])
    if row.details.get("over"):
        yield _("Det var fullt.")
    for one, why in _passed(row).items():
        if one in seats:
            yield _waited(seats[one].person.name, why)
    if len(row.details.get("passed", [])) > MOST_NAMED:
        yield _("Fler fick vänta av samma skäl.")


def _waited(name: str, why: str) -> str:
    if why == "organisation_full":
        return str(_("%(name)s fick vänta: organisationen har alla sina platser.", name=name))
    return str(_("%(name)s fick vänta: hade nyss låtit en plats gå vidare.", name=name))
