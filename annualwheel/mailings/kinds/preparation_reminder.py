"""The reminder of an answer that is not submitted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.mailings.kinds import rows
from annualwheel.mailings.kinds.asked import has_been_asked, questionnaire_of, require_asked
from annualwheel.mailings.kinds.composed import Composed
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.mailings.recipients import day_key, not_submitted, reminded_at
from annualwheel.models import Mailing, Member, Message, Submission
from annualwheel.preparation import notices
from annualwheel.questionnaires import published
from annualwheel.registrations.audiences import Addressee


class PreparationReminder(Composed):
    """Goes to the lead, or to all who may write where there is none, at most once a day."""

    key = "preparation_reminder"
    address = "paminnelse-forberedelse"
    about_a_questionnaire = True
    reminds = True

    def require_possible(self, draft: MailingDraft, now: dt.datetime) -> None:
        """See `require_asked`."""
        require_asked(draft, now)

    def recipients(self, draft: MailingDraft, now: dt.datetime) -> list[Addressee]:
        """See `recipients.not_submitted`. The key is the membership's public id."""
        return not_submitted(questionnaire_of(draft), now)

    def why_nobody(self, draft: MailingDraft, now: dt.datetime) -> str:
        """Nobody is asked yet, all is submitted, or whoever has something left was reminded."""
        asked = questionnaire_of(draft)
        if not has_been_asked(asked):
            return "nobody_asked"
        left = has_been_asked(asked, Submission.submitted_at.is_(None))
        return "all_reminded_to_submit" if left else "all_submitted"

    def latest(self, draft: MailingDraft) -> Mapping[str, dt.datetime]:
        """When each was told of the questions, or reminded of them."""
        return reminded_at(questionnaire_of(draft))

    def facts(self, draft: MailingDraft, one: Addressee, now: dt.datetime) -> dict[str, object]:
        """What is left of the answer, or all of it for somebody who is made up."""
        found = db.session.scalar(sa.select(Member).where(Member.public_id == one.key))
        if found is not None:
            return notices.reminder_facts(found, one.language)
        asked = questionnaire_of(draft)
        member = rows.new_member(asked, one)
        facts = notices.preparation_facts(member, one.language)
        # The reminder does not declare these, and `letters.write` refuses what is not declared.
        del facts["minutes"], facts["sections"]
        parts = published.definition_of(asked).parts()
        return facts | notices.left(member.submission, parts, one.language)

    def write(self, mailing: Mailing, batch: Sequence[Addressee], now: dt.datetime) -> None:
        """Reminds those of them whose answer is not submitted still."""
        members = db.session.scalars(
            sa.select(Member)
            .where(Member.public_id.in_([one.key for one in batch]))
            .options(
                joinedload(Member.person),
                joinedload(Member.submission).joinedload(Submission.organisation),
            )
        ).all()
        outbox.make_way([day_key(self.key, member.public_id, now) for member in members])
        for member in members:
            # They were chosen before the locks of the meeting and the mailing were taken.
            if member.submission.submitted_at is not None:
                continue
            outbox.put(
                day_key(self.key, member.public_id, now),
                self.key,
                Recipient.of(member.person),
                notices.reminder_facts(member, member.person.language),
                notices.links(member),
                now,
                mailing=mailing,
            )
        db.session.flush()

    def is_wanted(self, message: Message) -> bool:
        """Not when the answer has been submitted since it was queued."""
        member = message.body.links["preparation"]["public_id"]
        unsubmitted = (
            sa.select(Submission.id)
            .join(Member, Member.submission_id == Submission.id)
            .where(Member.public_id == member, Submission.submitted_at.is_(None))
        )
        return db.session.scalar(unsubmitted) is not None
