"""The reminder to answer the invitation, or to say yes to a new day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Closed
from annualwheel.mail import outbox
from annualwheel.mailings.kinds import rows
from annualwheel.mailings.kinds.composed import Composed
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.mailings.recipients import asked_at, to_remind, unanswered
from annualwheel.meetings import changes
from annualwheel.models import Mailing, Message, Registration
from annualwheel.registrations import audiences, notices
from annualwheel.registrations.audiences import Addressee
from annualwheel.registrations.states import AWAITED, INVITED
from annualwheel.wording import dates


class Reminder(Composed):
    """Goes to those whose answer is awaited, at most once a day to each."""

    key = "reminder"
    address = "paminnelse"
    reminds = True
    groups = ("unanswered", "to_reconfirm")

    def require_possible(self, draft: MailingDraft, now: dt.datetime) -> None:
        """Raises `Closed` for a meeting that is cancelled or has begun.

        Raises it after the last day to answer too, unless somebody must answer about a new day.
        """
        changes.require_planned(draft.meeting, now)
        last = years.phase(draft.meeting, "registration").closes_at
        about_new_day = audiences.of_registrations(draft.meeting, "to_reconfirm")
        first = db.session.scalar(about_new_day.with_only_columns(Registration.id).limit(1))
        if now > last and first is None:
            raise Closed("registration_closed", day=last)

    def recipients(self, draft: MailingDraft, now: dt.datetime) -> list[Addressee]:
        """See `recipients.unanswered`. The key is the registration's public id."""
        return unanswered(draft.meeting, now, draft.group)

    def why_nobody(self, draft: MailingDraft, now: dt.datetime) -> str:
        """Nobody is invited, all have answered, or whose answer is awaited was reminded today."""
        meeting = draft.meeting
        if not audiences.has_any(meeting, *INVITED):
            return "nobody_invited"
        if draft.group and unanswered(meeting, now):
            return "none_in_group"
        awaited = audiences.has_any(meeting, *to_remind(meeting, now))
        return "all_reminded" if awaited else "all_have_answered"

    def latest(self, draft: MailingDraft) -> Mapping[str, dt.datetime]:
        """When each was invited, reminded or told of a new day."""
        return asked_at(draft.meeting)

    def facts(self, draft: MailingDraft, one: Addressee, now: dt.datetime) -> dict[str, object]:
        """What every mail about the registration says."""
        found = db.session.scalar(rows.registrations().where(Registration.public_id == one.key))
        registration = found or rows.new_registration(draft.meeting, one)
        return notices.said(self.key, registration, one.language, now, {})

    def write(self, mailing: Mailing, batch: Sequence[Addressee], now: dt.datetime) -> None:
        """Reminds those of them whose answer is awaited still."""
        registrations = db.session.scalars(
            rows.registrations()
            .where(
                Registration.public_id.in_([one.key for one in batch]),
                Registration.state.in_(to_remind(mailing.meeting, now)),
            )
            .order_by(Registration.id)
            # Under the lock: somebody may have answered since the list was read.
            .execution_options(populate_existing=True)
        ).all()
        today = dates.as_date(now).isoformat()
        outbox.make_way([f"{self.key}:{one.public_id}:{today}" for one in registrations])
        for registration in registrations:
            notices.write(self.key, registration, now, cause=today, mailing=mailing)
        db.session.flush()

    def is_wanted(self, message: Message) -> bool:
        """Not by somebody who has answered since it was queued."""
        if message.registration_id is None:
            return True
        # Anew: the worker may have loaded it for an earlier mail, before the answer came.
        registration = db.session.get(Registration, message.registration_id, populate_existing=True)
        return registration is not None and registration.state in AWAITED
