"""How one joins a meeting in a way of attending: a link and instructions.

They are for those who have a seat in that way, and stand in the mail that says so, in their
calendar and on their page. Who got that mail before they were written is told by a mailing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import astuple, dataclass

import sqlalchemy as sa

from annualwheel import audit
from annualwheel.audit import Actor
from annualwheel.contacts.states import WITH_US
from annualwheel.db import db
from annualwheel.mail.states import TOLD_NOBODY
from annualwheel.models import AttendanceOption, Meeting, Message, Person, Registration
from annualwheel.registrations import seats


@dataclass(frozen=True)
class Joining:
    """How one joins: the address of the online meeting, and what there is to know.

    The instructions in English are "" where nobody has written them.
    """

    url: str = ""
    sv: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        return any(astuple(self))

    @property
    def mark(self) -> str:
        """What tells it from other ways of joining; "" where there is nothing to tell."""
        if not self:
            return ""
        return hashlib.blake2b("\0".join(astuple(self)).encode(), digest_size=8).hexdigest()

    def text(self, language: str) -> str:
        """The instructions in that language, else in Swedish."""
        return (self.en if language == "en" else "") or self.sv


NOTHING = Joining()


def of(option: AttendanceOption) -> Joining:
    """How one joins in that way of attending."""
    return Joining(option.joining_url, option.instructions_sv, option.instructions_en)


def of_seat(registration: Registration) -> Joining:
    """What its owner may know: nothing without a seat that is certain."""
    if registration.state != "registered":
        return NOTHING
    option = seats.option_of(registration.meeting, registration.mode)
    return of(option) if option else NOTHING


def has_any(meeting: Meeting) -> bool:
    """Whether it is written how one joins, in any way of attending."""
    return any(of(option) for option in meeting.options)


def untold(meeting: Meeting) -> sa.Select[Registration]:
    """The seats whose owner no mail has told how one joins, as it is now."""
    # A mail that has not left has told nobody.
    last = (
        sa.select(Message.joining)
        .where(
            Message.registration_id == Registration.id,
            Message.person_id == Registration.person_id,
            Message.joining != "",
            Message.state.not_in(TOLD_NOBODY),
        )
        .order_by(Message.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    ways = [
        sa.and_(Registration.mode == option.mode, sa.func.coalesce(last, "") != of(option).mark)
        for option in meeting.options
        if of(option)
    ]
    return (
        sa.select(Registration)
        .join(Person, Person.id == Registration.person_id)
        .where(
            Registration.meeting_id == meeting.id,
            Registration.state == "registered",
            WITH_US,
            sa.or_(sa.false(), *ways),
        )
    )


def count_untold(meeting: Meeting) -> int:
    """How many have a seat and have not been told."""
    if not has_any(meeting):
        return 0
    counted = untold(meeting).with_only_columns(sa.func.count(), maintain_column_froms=True)
    return db.session.scalar(counted) or 0


def change(meeting: Meeting, ways: Mapping[str, Joining], now: dt.datetime, actor: Actor) -> None:
    """Writes how one joins in each of `ways` (way of attending -> how).

    From now on it stands on the pages of those who have a seat, and in the mails that give one.
    """
    seats.lock(meeting)
    changed = []
    for option in meeting.options:
        how = ways.get(option.mode, of(option))
        if how == of(option):
            continue
        option.joining_url, option.instructions_sv, option.instructions_en = astuple(how)
        changed.append(option.mode)
    if changed:
        audit.note(actor, "joining_changed", meeting, now, meeting.id, ways=changed)
    db.session.flush()
