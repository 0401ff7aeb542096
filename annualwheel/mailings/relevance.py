"""Whether a mail is still wanted at the second of sending."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from annualwheel.contacts.folding import folded_address
from annualwheel.db import db
from annualwheel.mail.kinds import TOWARDS_A_MEETING
from annualwheel.mail.states import NEVER_LEFT
from annualwheel.mailings import drafts
from annualwheel.mailings.kinds import registry
from annualwheel.models import (
    Mailing,
    Meeting,
    Member,
    Message,
    Questionnaire,
    Registration,
    Submission,
)

# Made once: building a statement costs more than asking it, and each registration asks all three.
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_AT_CANCELLED = (
    sa.select(Message.id)
    .outerjoin(Registration, Registration.id == Message.registration_id)
    .outerjoin(Mailing, Mailing.id == Message.mailing_id)
    .join(Meeting, sa.or_(Meeting.id == Registration.meeting_id, Meeting.id == Mailing.meeting_id))
    .where(Message.id.in_(_IDS), Meeting.state == "cancelled")
)
_OPENS_CANCELLED = (
    sa.select(Member.public_id)
    .join(Submission, Submission.id == Member.submission_id)
    .join(Questionnaire, Questionnaire.id == Submission.questionnaire_id)
    .join(Meeting, Meeting.id == Questionnaire.meeting_id)
    .where(Member.public_id.in_(_IDS), Meeting.state == "cancelled")
)
_NEWER = aliased(Message)
_IS_NEWER = sa.and_(
    _NEWER.registration_id == Message.registration_id,
    _NEWER.calendar_sequence > Message.calendar_sequence,
    # A newer mail that never leaves says nothing that this one would contradict.
    _NEWER.state.not_in(NEVER_LEFT),
    # Another address is another calendar, and the old one must be cleared all the same.
    folded_address(_NEWER.address) == folded_address(Message.address),
)
_OVERTAKEN = sa.select(Message.id).join(_NEWER, _IS_NEWER).where(Message.id.in_(_IDS))


def wanted(messages: Sequence[Message]) -> list[Message]:
    """Those of the mails whose turn has come that should go (see `still_wanted`).

    No mail towards a cancelled meeting goes, and no calendar mail after a newer one to the same
    address. What concerns many mails is asked in one query for all of them.
    """
    towards = [message for message in messages if message.kind in TOWARDS_A_MEETING]
    entries = [message.id for message in messages if message.calendar_sequence is not None]
    late = _at_cancelled(towards) | _overtaken(entries)
    return [message for message in messages if message.id not in late and still_wanted(message)]


def _at_cancelled(messages: Sequence[Message]) -> set[int]:
    """The ids of the mails about a cancelled meeting: by registration, mailing or opened answer."""
    if not messages:
        return set()
    found = db.session.scalars(_AT_CANCELLED, {"ids": [message.id for message in messages]})
    return {*found} | _opening_cancelled(messages)


def _opening_cancelled(messages: Sequence[Message]) -> set[int]:
    # A colleague's mail has neither registration nor mailing: only its link says what it is about.
    opens = {
        message.id: message.body.links["preparation"]["public_id"]
        for message in messages
        if "preparation" in message.body.links
    }
    if not opens:
        return set()
    rows = db.session.scalars(_OPENS_CANCELLED, {"ids": list(opens.values())})
    closed = set(rows)
    return {message_id for message_id, member in opens.items() if member in closed}


def _overtaken(ids: Sequence[int]) -> set[int]:
    if not ids:
        return set()
    return set(db.session.scalars(_OVERTAKEN, {"ids": ids}))


def still_wanted(message: Message) -> bool:
    """Whether a mail whose turn has come should go: its kind decides. A test always should."""
    # Most mails belong to no kind of mailing: receipts and confirmations always go.
    kind = registry.BY_KEY.get(message.kind)
    return kind is None or drafts.is_test(message) or kind.is_wanted(message)
