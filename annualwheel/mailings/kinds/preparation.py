"""The mail that says that the preparation is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from annualwheel.db import db
from annualwheel.mail import outbox
from annualwheel.mail.outbox import Recipient
from annualwheel.mailings.kinds import rows
from annualwheel.mailings.kinds.asked import has_been_asked, questionnaire_of, require_asked
from annualwheel.mailings.kinds.composed import Composed, draft_of
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.mailings.recipients import to_prepare
from annualwheel.models import Mailing, Member
from annualwheel.preparation import membership, notices
from annualwheel.registrations.audiences import Addressee


class Preparation(Composed):
    """Lets those who come, and the leads of the organisations, into the answer."""

    key = "preparation"
    address = "forberedelse"
    about_a_questionnaire = True
    # Each becomes a member of an answer, which may have to be made.
    most = 8

    def require_possible(self, draft: MailingDraft, now: dt.datetime) -> None:
        """See `require_asked`."""
        require_asked(draft, now)

    def recipients(self, draft: MailingDraft, now: dt.datetime) -> list[Addressee]:
        """See `recipients.to_prepare`. The key names the person and the organisation."""
        return to_prepare(draft.meeting, questionnaire_of(draft))

    def why_nobody(self, draft: MailingDraft, now: dt.datetime) -> str:
        """There is nobody to ask yet, or all are asked."""
        return "all_asked" if has_been_asked(questionnaire_of(draft)) else "nobody_to_ask"

    def facts(self, draft: MailingDraft, one: Addressee, now: dt.datetime) -> dict[str, object]:
        """What is asked, of a member that is not there yet."""
        member = rows.new_member(questionnaire_of(draft), one)
        return notices.preparation_facts(member, one.language)

    def write(self, mailing: Mailing, batch: Sequence[Addressee], now: dt.datetime) -> None:
        """Makes them members and mails their link."""
        asked = questionnaire_of(draft_of(mailing))
        members = [
            membership.join(asked, person, organisation, now)
            for person, organisation, _title in rows.people(batch)
        ]
        outbox.make_way([_key(member) for member in members])
        for member in members:
            outbox.put(
                _key(member),
                self.key,
                Recipient.of(member.person),
                notices.preparation_facts(member, member.person.language),
                notices.links(member),
                now,
                mailing=mailing,
            )
        db.session.flush()


def _key(member: Member) -> str:
    """One such mail for each membership: `to_prepare` leaves out those with this key."""
    return f"preparation:{member.public_id}"
