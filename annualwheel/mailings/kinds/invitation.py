"""The invitation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from annualwheel.mailings.kinds import rows
from annualwheel.mailings.kinds.composed import Composed
from annualwheel.mailings.kinds.kind import MailingDraft
from annualwheel.meetings import changes
from annualwheel.models import Mailing
from annualwheel.registrations import audiences, invitations, notices
from annualwheel.registrations.audiences import Addressee


class Invitation(Composed):
    """Makes a registration for everybody who is chosen, and mails its link."""

    key = "invitation"
    address = "inbjudan"
    by_choice = True

    def require_possible(self, draft: MailingDraft, now: dt.datetime) -> None:
        """Raises `Closed` for a meeting that is cancelled or has begun."""
        changes.require_planned(draft.meeting, now)

    def recipients(self, draft: MailingDraft, now: dt.datetime) -> list[Addressee]:
        """The chosen who have no registration (`audiences.audience`); nobody without a choice."""
        return audiences.audience(draft.meeting, draft.choice) if draft.choice else []

    def why_nobody(self, draft: MailingDraft, now: dt.datetime) -> str:
        """See `rows.why_none_chosen`."""
        return rows.why_none_chosen(draft, "all_invited")

    def facts(self, draft: MailingDraft, one: Addressee, now: dt.datetime) -> dict[str, object]:
        """What every mail about a registration says, about one that is not there yet."""
        registration = rows.new_registration(draft.meeting, one)
        return notices.said(self.key, registration, one.language, now, {})

    def write(self, mailing: Mailing, batch: Sequence[Addressee], now: dt.datetime) -> None:
        """Makes the registrations and their mails; whoever has one already is left out."""
        invitations.invite_new(mailing.meeting, rows.people(batch), now, mailing)
