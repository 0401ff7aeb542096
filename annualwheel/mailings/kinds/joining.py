"""The mail that says how one joins, to those whose seat was confirmed before that was written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.errors import Refused
from annualwheel.mailings.kinds import rows
from annualwheel.mailings.kinds.composed import Composed
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.mailings.recipients import to_join
from annualwheel.meetings import changes
from annualwheel.models import Mailing, Message, Registration
from annualwheel.registrations import audiences, joining, notices
from annualwheel.registrations.audiences import Addressee
from annualwheel.registrations.states import COMING


class HowToJoin(Composed):
    """Goes to each who has a seat and has not been told how one joins, as it is now."""

    key = "joining"
    address = "sa-deltar-man"
    # Each brings a calendar entry too.
    most = 12

    def require_possible(self, draft: MailingDraft, now: dt.datetime) -> None:
        """Raises `Closed` for a meeting that is cancelled or has begun, `Refused("no_joining")`
        until it is written how one joins.
        """
        changes.require_planned(draft.meeting, now)
        if not joining.has_any(draft.meeting):
            raise Refused("no_joining")

    def recipients(self, draft: MailingDraft, now: dt.datetime) -> list[Addressee]:
        """See `recipients.to_join`. The key is the registration's public id."""
        return to_join(draft.meeting)

    def why_nobody(self, draft: MailingDraft, now: dt.datetime) -> str:
        """Nobody has a seat, or all who have one know."""
        return "all_know_how" if audiences.has_any(draft.meeting, *COMING) else "nobody_has_a_seat"

    def facts(self, draft: MailingDraft, one: Addressee, now: dt.datetime) -> dict[str, object]:
        """What every mail about the registration says, and how one joins."""
        found = db.session.scalar(rows.registrations().where(Registration.public_id == one.key))
        registration = found or rows.new_registration(draft.meeting, one)
        more: dict[str, object] = {"again": "yes" if found and _told_before([found]) else ""}
        if found is None:
            # Nobody's way of attending: all that is written, so that a test counts for all of it.
            ways = [joining.of(option) for option in draft.meeting.options]
            more["joining_url"] = "".join(how.url for how in ways)
            more["joining"] = "\n".join(filter(None, (how.text(one.language) for how in ways)))
        return notices.said(self.key, registration, one.language, now, more)

    def write(self, mailing: Mailing, batch: Sequence[Addressee], now: dt.datetime) -> None:
        """Tells those of them who are still to be told, and changes their calendar entries."""
        registrations = db.session.scalars(
            joining.untold(mailing.meeting)
            .options(*rows.WHOLE)
            .where(Registration.public_id.in_([one.key for one in batch]))
            .order_by(Registration.id)
            # Under the lock: somebody may have given the seat up since the list was read.
            .execution_options(populate_existing=True)
        ).all()
        before = _told_before(registrations)
        for registration in registrations:
            again = "yes" if registration.id in before else ""
            notices.write(
                self.key, registration, now, cause=str(mailing.id), mailing=mailing, again=again
            )
            notices.put_in_calendar(registration, now, "calendar_update")
        db.session.flush()

    def is_wanted(self, message: Message) -> bool:
        """Not when it is another way of joining by now, nor by somebody who has no seat."""
        if message.registration_id is None:
            return True
        registration = db.session.get(Registration, message.registration_id, populate_existing=True)
        return registration is not None and joining.of_seat(registration).mark == message.joining


def _told_before(registrations: Sequence[Registration]) -> set[int]:
    """The registrations whose owner has been mailed how one joins before."""
    told = sa.select(Message.registration_id).where(
        Message.registration_id.in_([one.id for one in registrations]), Message.joining != ""
    )
    return {one for one in db.session.scalars(told) if one is not None}
