"""What the kinds share that announce an act: the meeting is moved, or cancelled.

The act itself decides who is told, in `meetings.announcements`, which writes the mails too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.db import db
from annualwheel.mailings.kinds import rows
from annualwheel.mailings.kinds.kind import Kind, MailingDraft
from annualwheel.meetings import announcements, changes, listeners, unheard
from annualwheel.meetings.acts import MeetingNews
from annualwheel.meetings.unheard import InformedPerson, Saved
from annualwheel.models import Mailing, Person, Registration
from annualwheel.registrations import audiences, notices
from annualwheel.registrations.audiences import Addressee


class Announced(Kind[InformedPerson | Saved]):
    """A kind that an act begins. It has no page of its own: the act's page shows its mail."""

    def require_possible(self, draft: MailingDraft, now: dt.datetime) -> None:
        """Raises `Closed` for a meeting that is cancelled or has begun, as the act does."""
        changes.require_planned(draft.meeting, now)

    def recipients(self, draft: MailingDraft, now: dt.datetime) -> list[Addressee]:
        """Whom the act would concern now.

        The key is the public id of the registration, or of who has only been asked to save the
        date.
        """
        concerned = listeners.concerned(draft.meeting, self.key).options(
            joinedload(Registration.person), joinedload(Registration.organisation)
        )
        told = [rows.addressee(registration) for registration in db.session.scalars(concerned)]
        saved = db.session.scalars(listeners.saved(draft.meeting, self.key))
        return audiences.in_order([*told, *map(rows.without_place, saved)])

    def facts(self, draft: MailingDraft, one: Addressee, now: dt.datetime) -> dict[str, object]:
        """The mail as it would be if the act were done now, to what `draft.news` says."""
        registration = db.session.scalar(
            sa.select(Registration).where(Registration.public_id == one.key)
        )
        news = draft.news or MeetingNews(announcements.appointment(draft.meeting), "")
        if registration is None:
            person = db.session.get_one(Person, one.person_id)
            return announcements.saved_facts_before(self.key, draft.meeting, person, news)
        told = announcements.facts_before(self.key, registration, news, now)
        return notices.said(self.key, registration, one.language, now, told)

    def left(self, mailing: Mailing, now: dt.datetime) -> Sequence[InformedPerson | Saved]:
        """Those whom the act concerned, in order, from the first whose mail is not written."""
        # Kept with the mailing as they were at the act: their states have changed by it.
        return unheard.people_of(mailing)[mailing.audience["next"] :]

    def write(
        self, mailing: Mailing, batch: Sequence[InformedPerson | Saved], now: dt.datetime
    ) -> None:
        """Tells them what is true now, and changes their calendar entries."""
        announcements.write(mailing, batch, now)
