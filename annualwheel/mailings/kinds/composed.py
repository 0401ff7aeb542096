"""What the kinds share that a person or a schedule sends."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Sequence

import sqlalchemy as sa

from annualwheel.db import db
from annualwheel.mailings.kinds.kind import Kind, MailingDraft
from annualwheel.models import Mailing, Message
from annualwheel.registrations.audiences import Addressee, Choice


class Composed(Kind[Addressee]):
    """A kind with a page of its own, where it is read, tested and confirmed."""

    @abstractmethod
    def why_nobody(self, draft: MailingDraft, now: dt.datetime) -> str:
        """Why `recipients` has nobody at `now`: a key that the page has a sentence for."""

    def left(self, mailing: Mailing, now: dt.datetime) -> Sequence[Addressee]:
        """Those who are still in its audience: a mail takes its reader out of it.

        Never more than were confirmed.
        """
        draft = draft_of(mailing)
        chosen = [one for one in self.recipients(draft, now) if one.key not in draft.left_out]
        # The audience may have grown since: a coordinator has agreed to a number.
        return chosen[: max(mailing.expected - _written(mailing), 0)]


def draft_of(mailing: Mailing) -> MailingDraft:
    """What was confirmed, as the mailing keeps it."""
    kept = mailing.audience
    return MailingDraft(
        mailing.meeting,
        mailing.kind,
        Choice.read(kept["choice"]) if kept["choice"] else None,
        frozenset(kept["left_out"]),
        questionnaire=kept.get("questionnaire", ""),
        group=kept.get("only", ""),
    )


def _written(mailing: Mailing) -> int:
    mails = sa.select(sa.func.count()).where(Message.mailing_id == mailing.id)
    return db.session.scalar(mails) or 0
