"""The mail that says that the preparation is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from annualwheel.cycle import years
from annualwheel.db import db
from annualwheel.errors import Closed, Refused
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.mailings import recipients
from annualwheel.mailings.kinds import rows
from annualwheel.mailings.kinds.composed import Composed
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.meetings import changes
from annualwheel.models import Mailing, Meeting, Questionnaire
from annualwheel.preparation import membership, notices
from annualwheel.registrations.audiences import Addressee


class Preparation(Composed):
    """Lets those who come, and the leads of the organisations, into the answer."""

    key = "preparation"
    address = "forberedelse"
    leads_to = "preparation"

    def require_possible(self, meeting: Meeting, now: dt.datetime) -> None:
        """See `require_preparing`."""
        require_preparing(meeting, now)

    def recipients(self, draft: MailingDraft, now: dt.datetime) -> list[Addressee]:
        """See `recipients.to_prepare`. The key names the person and the organisation."""
        return recipients.to_prepare(draft.meeting, questionnaire_of(draft.meeting))

    def facts(self, draft: MailingDraft, one: Addressee, now: dt.datetime) -> dict[str, object]:
        """What is asked, of a member that is not there yet."""
        member = rows.new_member(questionnaire_of(draft.meeting), one)
        return notices.preparation_facts(member, one.language)

    def write(self, mailing: Mailing, batch: Sequence[Addressee], now: dt.datetime) -> None:
        """Makes them members and mails their link."""
        asked = questionnaire_of(mailing.meeting)
        for person, organisation, _title in rows.people(batch):
            member = membership.join(asked, person, organisation, now)
            outbox.put(
                f"preparation:{member.public_id}",
                self.key,
                Recipient.of(person),
                notices.preparation_facts(member, person.language),
                notices.links(member),
                now,
                mailing=mailing,
            )
        db.session.flush()


def require_preparing(meeting: Meeting, now: dt.datetime) -> None:
    """Raises `Closed` for a meeting that is cancelled or has begun, and after the last day.

    `Refused` when no questionnaire is published.
    """
    changes.require_planned(meeting, now)
    last = years.phase(meeting, "preparation").closes_at
    if now > last:
        raise Closed("preparation_closed", day=last)
    questionnaire_of(meeting)


def questionnaire_of(meeting: Meeting) -> Questionnaire:
    """What the meeting asks. Raises `Refused` while nothing is published."""
    for questionnaire in meeting.questionnaires:
        return questionnaire
    raise Refused("not_published")
