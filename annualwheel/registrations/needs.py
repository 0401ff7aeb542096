"""Diet and access needs (GDPR art. 9).

They have a step and a table of their own, are shown to their owner only, and are erased first.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from annualwheel.clock import local
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.models import Meeting, Needs, Registration
from annualwheel.registrations.states import MAY_STATE_NEEDS

# Built once: every confirmation asks it.
_STATED = sa.select(Needs).where(Needs.registration_id == sa.bindparam("registration_id"))
# A proposal, like the periods in `privacy.retention`, until the archive authority has decided.
KEPT = dt.timedelta(days=14)


@dataclass(frozen=True)
class GivenNeeds:
    """What the person wrote."""

    diet: str
    access: str


def state(
    registration: Registration, diet: str, access: str, consent_text: str, now: dt.datetime
) -> None:
    """Keeps the needs with the sentence that was consented to.

    Empty texts erase what was stated. Raises `Refused` without a registration, `Closed` when the
    meeting is cancelled or has begun.
    """
    _lock(registration)
    if registration.state not in MAY_STATE_NEEDS:
        raise Refused("no_needs_without_registration")
    diet, access = diet.strip(), access.strip()
    # Before it is asked whether anything can be stated: consent can be withdrawn at any time (GDPR
    # art. 7.3).
    if not diet and not access:
        forget(registration)
        return
    refusal = why_not(registration.meeting, now)
    if refusal is not None:
        raise refusal
    # The day is stored, not computed when erasing: `follow` sets it when the meeting moves.
    day = erase_on(registration.meeting)
    row = _row(registration)
    if row is None:
        row = Needs(
            registration=registration,
            diet=diet,
            access=access,
            # The wording changes over the years, and we must be able to show what each person
            # consented to (GDPR art. 7.1).
            consent_text=consent_text,
            consented_at=now,
            erase_on=day,
        )
        db.session.add(row)
    else:
        row.diet, row.access = diet, access
        row.consent_text, row.consented_at = consent_text, now
        row.erase_on = day
    db.session.flush()


def why_not(meeting: Meeting, now: dt.datetime) -> Closed | None:
    """Why nothing can be stated for the meeting any more; None while it can."""
    if meeting.state == "cancelled":
        return Closed("meeting_cancelled")
    if now >= meeting.starts_at:
        return Closed("meeting_started", day=meeting.starts_at)
    return None


def of(registration: Registration) -> GivenNeeds:
    """What the owner has stated, for the owner's own page."""
    row = _row(registration)
    return GivenNeeds(row.diet, row.access) if row else GivenNeeds("", "")


def follow(meeting: Meeting, at_most: int) -> int:
    """Sets the day of erasure again after a move: needs are kept as long after the new day.

    For so many at most; returns for how many. The caller asks again until there are none.
    """
    day = erase_on(meeting)
    late = _of_meeting(meeting).where(Needs.erase_on != day).limit(at_most)
    return _done(sa.update(Needs).where(Needs.id.in_(late)).values(erase_on=day))


def forget_all(meeting: Meeting, at_most: int) -> int:
    """Erases the needs stated for a cancelled meeting: they have no purpose any more.

    So many at most; returns how many. The caller asks again until there are none.
    """
    return _done(sa.delete(Needs).where(Needs.id.in_(_of_meeting(meeting).limit(at_most))))


def _of_meeting(meeting: Meeting) -> sa.Select[int]:
    return (
        sa.select(Needs.id)
        .join(Registration, Registration.id == Needs.registration_id)
        .where(Registration.meeting_id == meeting.id)
    )


def _done(statement: sa.Update | sa.Delete) -> int:
    done = db.session.execute(statement.execution_options(synchronize_session="fetch"))
    return int(done.rowcount)  # type: ignore[attr-defined]


def erase_on(meeting: Meeting) -> dt.date:
    """The day needs for this meeting are erased at the latest."""
    return local(meeting.ends_at + KEPT).date()


def forget(registration: Registration) -> None:
    """Erases the needs of this registration."""
    db.session.execute(sa.delete(Needs).where(Needs.registration_id == registration.id))


def _lock(registration: Registration) -> None:
    """Waits for anyone who withdraws, cancels the meeting or presses the same button.

    Reads again what they have changed. The meeting is locked first, then the registration: the same
    order as for seats, so that two requests never wait for each other for ever.
    """
    meeting = registration.meeting
    db.session.refresh(
        meeting,
        attribute_names=["state", "starts_at", "ends_at"],
        # Shared: those who state needs wait for a change of the meeting, not for each other.
        with_for_update={"read": True, "of": Meeting},
    )
    db.session.refresh(
        registration, attribute_names=["state"], with_for_update={"of": Registration}
    )


def _row(registration: Registration) -> Needs | None:
    return db.session.scalar(_STATED, {"registration_id": registration.id})
