"""Whether a mail is still wanted at the second of sending."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from annualwheel.contacts.folding import folded_address
from annualwheel.db import db
from annualwheel.mail.kinds import ASKS_FOR_ANSWER, KINDS, TOWARDS_A_MEETING
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
    StaffLink,
    Submission,
)
from annualwheel.models.registrations import LINK_IS_DEAD
from annualwheel.questionnaires import opening
from annualwheel.registrations import availability
from annualwheel.registrations.states import AWAITED


def wanted(messages: Sequence[Message], now: dt.datetime) -> list[Message]:
    """Those of the mails whose turn has come that should go at `now` (see `still_wanted`).

    No mail towards a meeting that is cancelled or over goes, no calendar mail after a newer one to
    the same address, and nothing that asks for what can no longer be done: an answer, an offered
    seat, a questionnaire, signing in with a link that has run out. What concerns many mails is
    asked in one query for all of them.
    """
    towards = [message for message in messages if message.kind in TOWARDS_A_MEETING]
    entries = [message.id for message in messages if message.calendar_sequence is not None]
    late = _at_an_end(towards, now) | _closed(towards, now) | _unanswerable(towards, now)
    late |= _overtaken(entries) | _run_out(messages, now)
    return [message for message in messages if message.id not in late and still_wanted(message)]


def _at_an_end(messages: Sequence[Message], now: dt.datetime) -> set[int]:
    """The ids of the mails about a meeting that is cancelled or over, or whose link is dead.

    What they are about is known by their registration or mailing. What follows a meeting up is
    asked when it is over.
    """
    if not messages:
        return set()
    kinds = {message.id: message.kind for message in messages}
    meeting = sa.or_(Meeting.id == Registration.meeting_id, Meeting.id == Mailing.meeting_id)
    found = db.session.execute(
        sa.select(Message.id, Meeting.state, Registration.state)
        .outerjoin(Registration, Registration.id == Message.registration_id)
        .outerjoin(Mailing, Mailing.id == Message.mailing_id)
        .join(Meeting, meeting)
        .where(
            Message.id.in_(kinds),
            sa.or_(
                Meeting.state == "cancelled",
                Meeting.ends_at <= now,
                Registration.state.in_(LINK_IS_DEAD),
            ),
        )
    )
    return {
        id
        for id, meeting_state, state in found
        if meeting_state == "cancelled"
        or state in LINK_IS_DEAD
        or "preparation" not in KINDS[kinds[id]].links
    }


def _closed(messages: Sequence[Message], now: dt.datetime) -> set[int]:
    """The ids of the mails that open an answer nobody can write in any more.

    A colleague's mail has neither registration nor mailing: only its link says what it is about.
    """
    opens = {
        message.id: message.body.links["preparation"]["public_id"]
        for message in messages
        if "preparation" in message.body.links
    }
    if not opens:
        return set()
    rows = db.session.execute(
        sa.select(Member.public_id, Questionnaire, Submission.reopened_until)
        .join(Submission, Submission.id == Member.submission_id)
        .join(Questionnaire, Questionnaire.id == Submission.questionnaire_id)
        .where(Member.public_id.in_(opens.values()))
        .options(joinedload(Questionnaire.meeting).selectinload(Meeting.phases))
        .execution_options(populate_existing=True)
    )
    closed = {
        member
        for member, asked, reopened_until in rows
        if asked.meeting.state == "cancelled"
        or (now > opening.closes_at(asked) and not (reopened_until and now <= reopened_until))
    }
    return {message_id for message_id, member in opens.items() if member in closed}


def _unanswerable(messages: Sequence[Message], now: dt.datetime) -> set[int]:
    """The ids of the mails that ask for an answer which would be refused now."""
    asking = [
        message
        for message in messages
        if message.registration_id and message.kind in ASKS_FOR_ANSWER
    ]
    if not asking:
        return set()
    rows = db.session.scalars(
        sa.select(Registration)
        .where(Registration.id.in_({message.registration_id for message in asking}))
        .options(joinedload(Registration.meeting).selectinload(Meeting.phases))
        .execution_options(populate_existing=True)
    )
    found = {registration.id: registration for registration in rows}
    return {
        message.id
        for message in asking
        if _is_too_late(message.kind, found[message.registration_id or 0], now)
    }


def _is_too_late(kind: str, registration: Registration, now: dt.datetime) -> bool:
    """Whether what the mail asks for can no longer be given."""
    if kind == "offer":
        return registration.state != "offered" or availability.is_over(registration, now)
    # Somebody who has answered may still read what was asked.
    refused = availability.why_not(registration, "register", now) is not None
    return registration.state in AWAITED and refused


def _run_out(messages: Sequence[Message], now: dt.datetime) -> set[int]:
    """The ids of the mails to staff whose link has run out, or has been used."""
    opens = {
        message.id: message.body.links["sign_in"]["public_id"]
        for message in messages
        if "sign_in" in message.body.links
    }
    if not opens:
        return set()
    dead = set(
        db.session.scalars(
            sa.select(StaffLink.public_id).where(
                StaffLink.public_id.in_(opens.values()),
                sa.or_(StaffLink.expires_at < now, StaffLink.used_at.is_not(None)),
            )
        )
    )
    return {message_id for message_id, link in opens.items() if link in dead}


def _overtaken(ids: Sequence[int]) -> set[int]:
    if not ids:
        return set()
    newer = aliased(Message)
    is_newer = sa.and_(
        newer.registration_id == Message.registration_id,
        newer.calendar_sequence > Message.calendar_sequence,
        # A newer mail that never leaves says nothing that this one would contradict.
        newer.state.not_in(NEVER_LEFT),
        # Another address is another calendar, and the old one must be cleared all the same.
        folded_address(newer.address) == folded_address(Message.address),
    )
    found = db.session.scalars(
        sa.select(Message.id).join(newer, is_newer).where(Message.id.in_(ids))
    )
    return set(found)


def still_wanted(message: Message) -> bool:
    """Whether a mail whose turn has come should go: its kind decides. A test always should."""
    # Most mails belong to no kind of mailing: receipts and confirmations always go.
    kind = registry.BY_KEY.get(message.kind)
    return kind is None or drafts.is_test(message) or kind.is_wanted(message)
