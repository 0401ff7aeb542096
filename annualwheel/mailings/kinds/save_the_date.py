"""The mail that asks people to keep the day free, long before they are invited.

No answer is asked, so it has no link. There is nothing of the person's own to open: a registration
begins with the invitation, and one made earlier would count as invited everywhere. A page about one
meeting that everybody may read does not exist. No calendar file goes along either: programs turn it
into a booking, and accepting that feels like registering.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import sqlalchemy as sa

from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.mail.states import TOLD_NOBODY
from annualwheel.mailings.kinds import rows
from annualwheel.mailings.kinds.composed import Composed
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.meetings import changes, listeners
from annualwheel.models import Mailing, Meeting, Message, Registration
from annualwheel.registrations import audiences
from annualwheel.registrations.audiences import Addressee
from annualwheel.wording import dates, names


class SaveTheDate(Composed):
    """Goes once to each.

    Who was told another date is told of the move by its own mail (`meetings.announcements`); whom
    that did not reach gets this once more.
    """

    key = "save_the_date"
    address = "spara-datumet"
    by_choice = True

    def require_possible(self, draft: MailingDraft, now: dt.datetime) -> None:
        """Raises `Closed` for a meeting that is cancelled or has begun.

        From the first day of registration too, and `Refused` when the invitation has been sent:
        then whoever is not invited is to be invited.
        """
        changes.require_planned(draft.meeting, now)
        opens = years.phase(draft.meeting, "registration").opens_at
        if now >= opens:
            raise Closed("too_late_to_save_the_date", day=opens)
        sent = sa.select(Mailing.id).where(
            Mailing.meeting_id == draft.meeting.id, Mailing.kind == "invitation"
        )
        # Whoever is not invited by then gets the invitation instead of two mails about one date.
        if db.session.scalar(sent.limit(1)) is not None:
            raise Refused("invitation_sent")

    def recipients(self, draft: MailingDraft, now: dt.datetime) -> list[Addressee]:
        """The chosen whom an invitation would reach, without those who know the date as it is.

        The key is the person's public id.
        """
        if draft.choice is None:
            return []
        chosen = audiences.audience(draft.meeting, draft.choice)
        begins = _key(draft.meeting, "")
        moved = listeners.news_of_date("moved", draft.meeting, "")
        keys = db.session.scalars(
            sa.select(Message.key).where(outbox.begins(begins), Message.state.not_in(TOLD_NOBODY))
        )
        # The keys hold the number of the meeting's moves, so a move lets everybody be told again.
        told = {key.removeprefix(begins) for key in keys}
        about_move = sa.select(Message.key).where(
            outbox.begins(moved), Message.state.not_in(TOLD_NOBODY)
        )
        told |= {key.removeprefix(moved) for key in db.session.scalars(about_move)}
        return [one for one in chosen if one.key not in told]

    def why_nobody(self, draft: MailingDraft, now: dt.datetime) -> str:
        """See `rows.why_none_chosen`."""
        return rows.why_none_chosen(draft, "all_know_the_date")

    def facts(self, draft: MailingDraft, one: Addressee, now: dt.datetime) -> dict[str, object]:
        """When, where and what about, and whether something has changed since the last time."""
        before = _told_before(draft.meeting, [one.person_id])
        return _said(draft.meeting, one, one.person_id in before, now)

    def write(self, mailing: Mailing, batch: Sequence[Addressee], now: dt.datetime) -> None:
        """Writes to them, whoever has been invited meanwhile left out by `is_wanted`."""
        meeting = mailing.meeting
        before = _told_before(meeting, [one.person_id for one in batch])
        outbox.make_way([_key(meeting, one.key) for one in batch])
        for one, (person, _organisation, _title) in zip(batch, rows.people(batch), strict=True):
            outbox.put(
                _key(meeting, person.public_id),
                self.key,
                Recipient.of(person),
                _said(meeting, one, person.id in before, now),
                {},
                now,
                mailing=mailing,
            )
        db.session.flush()

    def is_wanted(self, message: Message) -> bool:
        """Not when the meeting has moved since it was queued, nor by somebody invited meanwhile."""
        if message.mailing_id is None:
            return True
        invited = sa.select(Registration.id).where(
            Registration.meeting_id == Meeting.id,
            Registration.person_id == message.person_id,
            # A stranger may have typed the address on the open page: that must not stop a mail.
            Registration.state != "unconfirmed",
        )
        same_date = sa.select(Meeting.id, Meeting.sequence).join(
            Mailing, Mailing.meeting_id == Meeting.id
        )
        found = db.session.execute(
            same_date.where(Mailing.id == message.mailing_id, ~invited.exists())
        ).one_or_none()
        return found is not None and message.key.startswith(_begins(found.id, found.sequence))


def _said(meeting: Meeting, one: Addressee, again: bool, now: dt.datetime) -> dict[str, object]:
    language, invitations = one.language, years.phase(meeting, "invitation")
    is_ahead = now <= invitations.closes_at
    return {
        "given": one.given,
        "meeting": names.meeting(meeting.kind, language),
        "about": names.ABOUT[meeting.kind][language],
        "day": dates.day(meeting.starts_at, language),
        "short_day": dates.day_month(meeting.starts_at, language),
        "time": dates.hours(meeting.starts_at, meeting.ends_at, language),
        "place": ", ".join(part for part in (meeting.place, meeting.address) if part),
        "invited_by": dates.day(invitations.closes_at, language) if is_ahead else "",
        "again": "yes" if again else "",
    }


def _told_before(meeting: Meeting, person_ids: Collection[int]) -> set[int]:
    """Those of the people who were told of another date or venue of the meeting.

    The people are of the audience: nobody in it has been told of the present date and venue.
    """
    rows_ = db.session.scalars(
        sa.select(Message.person_id).where(
            Message.person_id.in_(person_ids),
            outbox.begins(listeners.saved_date(meeting.id)),
            Message.state.not_in(TOLD_NOBODY),
        )
    )
    return {number for number in rows_ if number is not None}


def _key(meeting: Meeting, public_id: str) -> str:
    """The key of the one mail for each person, time and venue that the meeting has had."""
    return f"{_begins(meeting.id, meeting.sequence)}{public_id}"


def _begins(meeting_id: int, sequence: int) -> str:
    return f"{listeners.saved_date(meeting_id)}{sequence}:"
